// The wire format as a table: every PDU's body, field by field. Types are derived from it; the codec is compiled from it.
// Holds no code that reads or writes bytes.
import { commands } from 'smpp/lib/defs.js'
import type { StatusName } from '../status.js'

/** How a field lies on the wire. `octets`: one length octet, then that many. */
export type FieldKind = 'u8' | 'cstring' | 'octets' | 'destinations' | 'unsuccessful'

export interface Field<N extends string = string, K extends FieldKind = FieldKind> {
  readonly name: N
  readonly kind: K
  /** Most octets on the wire that we accept and send; for a cstring with its NUL. */
  readonly bound: number
  /** What a request is refused with when the field is over its bound. */
  readonly refusal: StatusName
}

/** One destination of submit_multi (SMPP 3.4 §4.5.1.1): an address, or the name of a distribution list. */
export type Destination =
  | {
      readonly dest_flag: 1
      readonly dest_addr_ton: number
      readonly dest_addr_npi: number
      readonly destination_addr: string
    }
  | { readonly dest_flag: 2; readonly dl_name: string }

/** One destination that submit_multi_resp says failed (SMPP 3.4 §4.5.2.1). */
export interface UnsuccessfulDelivery {
  readonly dest_addr_ton: number
  readonly dest_addr_npi: number
  readonly destination_addr: string
  readonly error_status_code: number
}

const u8 = <N extends string>(name: N): Field<N, 'u8'> => ({
  name,
  kind: 'u8',
  bound: 1,
  refusal: 'ESME_RINVCMDLEN',
})

/**
 * `specSize` is the specification's size with the NUL. Peers in the wild go over it (passwords, uuid message ids, long
 * sender names), so we accept and relay up to 65 octets, or four times the specification where that is more.
 */
const cString = <N extends string>(name: N, specSize: number, refusal: StatusName): Field<N, 'cstring'> => ({
  name,
  kind: 'cstring',
  bound: specSize <= 21 ? 65 : specSize * 4,
  refusal,
})

const octets = <N extends string>(name: N): Field<N, 'octets'> => ({
  name,
  kind: 'octets',
  bound: 255,
  refusal: 'ESME_RINVMSGLEN',
})

const serviceType = cString('service_type', 6, 'ESME_RINVSERTYP')
const messageId = cString('message_id', 65, 'ESME_RINVMSGID')
const source = [u8('source_addr_ton'), u8('source_addr_npi'), cString('source_addr', 21, 'ESME_RINVSRCADR')] as const
const longSource = [
  u8('source_addr_ton'),
  u8('source_addr_npi'),
  cString('source_addr', 65, 'ESME_RINVSRCADR'),
] as const
const destination = [
  u8('dest_addr_ton'),
  u8('dest_addr_npi'),
  cString('destination_addr', 21, 'ESME_RINVDSTADR'),
] as const
const longDestination = [
  u8('dest_addr_ton'),
  u8('dest_addr_npi'),
  cString('destination_addr', 65, 'ESME_RINVDSTADR'),
] as const
/** Kept as the peer wrote them: a relative validity stays relative. */
const times = [
  cString('schedule_delivery_time', 17, 'ESME_RINVSCHED'),
  cString('validity_period', 17, 'ESME_RINVEXPIRY'),
] as const
const content = [
  u8('esm_class'),
  u8('protocol_id'),
  u8('priority_flag'),
  ...times,
  u8('registered_delivery'),
  u8('replace_if_present_flag'),
  u8('data_coding'),
  u8('sm_default_msg_id'),
  octets('short_message'),
] as const
const bind = [
  cString('system_id', 16, 'ESME_RINVSYSID'),
  cString('password', 9, 'ESME_RINVPASWD'),
  cString('system_type', 13, 'ESME_RINVSYSTYP'),
  u8('interface_version'),
  u8('addr_ton'),
  u8('addr_npi'),
  cString('address_range', 41, 'ESME_RSYSERR'),
] as const
const bindResp = [cString('system_id', 16, 'ESME_RINVSYSID')] as const

/** SMPP 3.4 §4 and, for the broadcast family, SMPP 5.0 §4.4. `sm_length` and counts of lists are derived, not fields. */
export const pduTable = {
  generic_nack: [],
  bind_receiver: bind,
  bind_receiver_resp: bindResp,
  bind_transmitter: bind,
  bind_transmitter_resp: bindResp,
  bind_transceiver: bind,
  bind_transceiver_resp: bindResp,
  outbind: [cString('system_id', 16, 'ESME_RINVSYSID'), cString('password', 9, 'ESME_RINVPASWD')],
  unbind: [],
  unbind_resp: [],
  enquire_link: [],
  enquire_link_resp: [],
  submit_sm: [serviceType, ...source, ...destination, ...content],
  submit_sm_resp: [messageId],
  submit_multi: [
    serviceType,
    ...source,
    { name: 'dest_address', kind: 'destinations', bound: 255, refusal: 'ESME_RINVNUMDESTS' },
    ...content,
  ],
  submit_multi_resp: [
    messageId,
    { name: 'unsuccess_sme', kind: 'unsuccessful', bound: 255, refusal: 'ESME_RINVNUMDESTS' },
  ],
  deliver_sm: [serviceType, ...source, ...destination, ...content],
  deliver_sm_resp: [messageId],
  data_sm: [
    serviceType,
    ...longSource,
    ...longDestination,
    u8('esm_class'),
    u8('registered_delivery'),
    u8('data_coding'),
  ],
  data_sm_resp: [messageId],
  query_sm: [messageId, ...source],
  query_sm_resp: [messageId, cString('final_date', 17, 'ESME_RQUERYFAIL'), u8('message_state'), u8('error_code')],
  cancel_sm: [serviceType, messageId, ...source, ...destination],
  cancel_sm_resp: [],
  replace_sm: [
    messageId,
    ...source,
    ...times,
    u8('registered_delivery'),
    u8('sm_default_msg_id'),
    octets('short_message'),
  ],
  replace_sm_resp: [],
  alert_notification: [
    ...longSource,
    u8('esme_addr_ton'),
    u8('esme_addr_npi'),
    cString('esme_addr', 65, 'ESME_RINVDSTADR'),
  ],
  broadcast_sm: [
    serviceType,
    ...source,
    messageId,
    u8('priority_flag'),
    ...times,
    u8('replace_if_present_flag'),
    u8('data_coding'),
    u8('sm_default_msg_id'),
  ],
  broadcast_sm_resp: [messageId],
  query_broadcast_sm: [messageId, ...source],
  query_broadcast_sm_resp: [messageId],
  cancel_broadcast_sm: [serviceType, messageId, ...source],
  cancel_broadcast_sm_resp: [],
} as const satisfies Record<string, readonly Field[]>

type PduTable = typeof pduTable

/** The name of a PDU. */
export type Command = keyof PduTable

/** One optional parameter, octet for octet as it came. Order and repetition are the peer's. */
export interface Tlv {
  readonly tag: number
  readonly value: Buffer
}

interface ValueByKind {
  u8: number
  cstring: string
  octets: Buffer
  destinations: readonly Destination[]
  unsuccessful: readonly UnsuccessfulDelivery[]
}

type FieldsOf<T extends readonly Field[]> = {
  readonly [F in T[number] as F['name']]: ValueByKind[F['kind']]
}

/** The body fields of a command under their wire names. */
export type Fields<C extends Command> = C extends Command ? FieldsOf<PduTable[C]> : never

/** A decoded PDU. Octet fields are views into the received chunk: copy what outlives the handler. */
export type PduOf<C extends Command> = C extends Command
  ? {
      readonly command: C
      readonly status: number
      readonly sequence: number
      readonly tlvs: readonly Tlv[]
    } & FieldsOf<PduTable[C]>
  : never

/** Any decoded PDU, discriminated on `command`. */
export type Pdu = PduOf<Command>

/** What the encoder takes: fields left out are zero or empty, status 0, no TLVs. A decoded PDU fits. */
export type PduInput<C extends Command = Command> = C extends Command
  ? {
      readonly command: C
      readonly status?: number
      readonly tlvs?: readonly Tlv[]
    } & Partial<FieldsOf<PduTable[C]>>
  : never

/** Commands with the response bit, and generic_nack. */
export type ResponseCommand = Extract<Command, `${string}_resp`> | 'generic_nack'
export type RequestCommand = Exclude<Command, ResponseCommand>
/** Requests that have a response of their own: all but outbind and alert_notification. */
export type AnsweredCommand = { [C in RequestCommand]: `${C}_resp` extends Command ? C : never }[RequestCommand]

export type BindCommand = 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver'

export const commandNames = Object.keys(pduTable) as readonly Command[]

function idOf(command: Command): number {
  const known = commands[command]
  if (known === undefined) throw new Error(`npm smpp has no command ${command}`)
  return known.id
}

/** command_id of each command. */
export const commandId = Object.freeze(
  Object.fromEntries(commandNames.map((command) => [command, idOf(command)])),
) as Readonly<Record<Command, number>>

/** The response that answers a request; generic_nack for a request that has none; null for a response. */
export function answerTo(command: Command): ResponseCommand | null {
  if (command === 'generic_nack' || command.endsWith('_resp')) return null
  const response = `${command}_resp`
  return response in pduTable ? (response as ResponseCommand) : 'generic_nack'
}
