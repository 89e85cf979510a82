// Optional parameters: names, kinds and legal lengths as a table (SMPP 3.4 §5.3.2, SMPP 5.0 §4.8.4), readers and a maker.
// A malformed TLV is never an exception: it reads as absent, stays raw in the PDU, and `tlvIssues` tells of it.
import { tlvs as npmTlvs } from 'smpp/lib/defs.js'
import { EncodeError } from './encode.js'
import type { Tlv } from './spec.js'

/** `cstring` ends in a NUL on the wire, `text` does not; both read with or without. */
export type TlvKind = 'int' | 'cstring' | 'text' | 'octets'

interface TlvSpec<K extends TlvKind = TlvKind> {
  readonly kind: K
  readonly min: number
  readonly max: number
}

const int = (size: 1 | 2 | 4): TlvSpec<'int'> => ({ kind: 'int', min: size, max: size })
const cstring = (max: number): TlvSpec<'cstring'> => ({ kind: 'cstring', min: 1, max })
const text = (max: number): TlvSpec<'text'> => ({ kind: 'text', min: 0, max })
const octets = (min: number, max: number): TlvSpec<'octets'> => ({ kind: 'octets', min, max })

export const tlvTable = {
  dest_addr_subunit: int(1),
  dest_network_type: int(1),
  dest_bearer_type: int(1),
  dest_telematics_id: int(2),
  source_addr_subunit: int(1),
  source_network_type: int(1),
  source_bearer_type: int(1),
  source_telematics_id: int(2),
  qos_time_to_live: int(4),
  payload_type: int(1),
  additional_status_info_text: cstring(256),
  receipted_message_id: cstring(65),
  ms_msg_wait_facilities: int(1),
  privacy_indicator: int(1),
  source_subaddress: octets(2, 23),
  dest_subaddress: octets(2, 23),
  user_message_reference: int(2),
  user_response_code: int(1),
  source_port: int(2),
  dest_port: int(2),
  sar_msg_ref_num: int(2),
  language_indicator: int(1),
  sar_total_segments: int(1),
  sar_segment_seqnum: int(1),
  sc_interface_version: int(1),
  callback_num_pres_ind: int(1),
  callback_num_atag: octets(1, 65),
  number_of_messages: int(1),
  callback_num: octets(4, 19),
  dpf_result: int(1),
  set_dpf: int(1),
  ms_availability_status: int(1),
  network_error_code: octets(3, 3),
  message_payload: octets(0, 65_535),
  delivery_failure_reason: int(1),
  more_messages_to_send: int(1),
  message_state: int(1),
  congestion_state: int(1),
  ussd_service_op: int(1),
  broadcast_channel_indicator: int(1),
  broadcast_content_type: octets(3, 3),
  broadcast_content_type_info: text(255),
  broadcast_message_class: int(1),
  broadcast_rep_num: int(2),
  broadcast_frequency_interval: octets(3, 3),
  broadcast_area_identifier: octets(1, 101),
  broadcast_error_status: int(4),
  broadcast_area_success: int(1),
  broadcast_end_time: text(17),
  broadcast_service_group: text(255),
  billing_identification: octets(1, 1024),
  source_network_id: cstring(66),
  dest_network_id: cstring(66),
  source_node_id: text(6),
  dest_node_id: text(6),
  dest_addr_np_resolution: int(1),
  dest_addr_np_information: text(10),
  dest_addr_np_country: octets(1, 5),
  display_time: int(1),
  sms_signal: int(2),
  ms_validity: octets(1, 4),
  alert_on_message_delivery: octets(0, 1),
  its_reply_type: int(1),
  its_session_info: octets(2, 2),
} as const satisfies Record<string, TlvSpec>

export type TlvName = keyof typeof tlvTable
type NamesOf<K extends TlvKind> = { [N in TlvName]: (typeof tlvTable)[N]['kind'] extends K ? N : never }[TlvName]
export type IntTlvName = NamesOf<'int'>
export type TextTlvName = NamesOf<'cstring' | 'text'>

function tagOf(name: string): number {
  const known = npmTlvs[name]
  if (known === undefined) throw new Error(`npm smpp has no TLV ${name}`)
  return known.id
}

const tlvNames = Object.keys(tlvTable) as readonly TlvName[]

/** Tag of each TLV by its name, e.g. `tlvTag.message_payload` = 0x0424. */
export const tlvTag = Object.freeze(Object.fromEntries(tlvNames.map((name) => [name, tagOf(name)]))) as Readonly<
  Record<TlvName, number>
>
const nameByTag = new Map(tlvNames.map((name) => [tlvTag[name], name]))

/** The name of a tag; undefined for vendor and unknown ones. */
export function tlvName(tag: number): TlvName | undefined {
  return nameByTag.get(tag)
}

/** The first TLV of that name or tag, whatever its length. */
export function findTlv(tlvs: readonly Tlv[], which: TlvName | number): Tlv | undefined {
  if (tlvs.length === 0) return undefined
  const tag = typeof which === 'number' ? which : tlvTag[which]
  for (const tlv of tlvs) if (tlv.tag === tag) return tlv
  return undefined
}

/** What is wrong with the length of a value of that name, or null. */
function lengthIssue(name: TlvName, length: number): string | null {
  const { min, max } = tlvTable[name]
  if (length >= min && length <= max) return null
  return `${name} is ${length} octets, not ${min === max ? min : `${min}..${max}`}`
}

/** The number in an integer TLV; undefined when absent or of a wrong length. */
export function tlvInt(tlvs: readonly Tlv[], name: IntTlvName): number | undefined {
  const value = findTlv(tlvs, name)?.value
  if (value === undefined || value.length !== tlvTable[name].max) return undefined
  return value.length === 1 ? value[0] : value.readUIntBE(0, value.length)
}

/** The Latin-1 text in a TLV up to its NUL, if it has one. Over-long text is given as it is: length harms nobody here. */
export function tlvText(tlvs: readonly Tlv[], name: TextTlvName): string | undefined {
  const value = findTlv(tlvs, name)?.value
  if (value === undefined) return undefined
  const nul = value.indexOf(0)
  return value.toString('latin1', 0, nul < 0 ? value.length : nul)
}

/** The octets of any TLV, named or by tag, as they came. */
export function tlvBytes(tlvs: readonly Tlv[], which: TlvName | number): Buffer | undefined {
  return findTlv(tlvs, which)?.value
}

export interface TlvIssue {
  readonly tag: number
  readonly name: TlvName
  readonly why: string
}

/** The malformed ones among the known TLVs of a PDU. For the log: they stand in nobody's way. */
export function tlvIssues(tlvs: readonly Tlv[]): readonly TlvIssue[] {
  const issues: TlvIssue[] = []
  for (const { tag, value } of tlvs) {
    const name = tlvName(tag)
    const why = name === undefined ? null : lengthIssue(name, value.length)
    if (name !== undefined && why !== null) issues.push({ tag, name, why })
  }
  return issues
}

type TlvValue<N extends TlvName> = (typeof tlvTable)[N]['kind'] extends 'int'
  ? number
  : (typeof tlvTable)[N]['kind'] extends 'octets'
    ? Buffer
    : string

/** Makes a TLV of the table's form; EncodeError when the value does not fit it. For vendor TLVs write `{ tag, value }`. */
export function makeTlv<N extends TlvName>(name: N, value: TlvValue<N>): Tlv {
  const bytes = tlvOctets(name, value)
  const issue = lengthIssue(name, bytes.length)
  if (issue !== null) throw new EncodeError(name, `is ${bytes.length} octets: ${issue}`)
  return { tag: tlvTag[name], value: bytes }
}

function tlvOctets(name: TlvName, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') {
    const size = tlvTable[name].max
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** size) {
      throw new EncodeError(name, `is ${value}, not an integer of ${size} octets`)
    }
    const bytes = Buffer.alloc(size)
    bytes.writeUIntBE(value, 0, size)
    return bytes
  }
  if (typeof value !== 'string') return value
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) > 0xff) throw new EncodeError(name, `has a character that is not Latin-1 at index ${i}`)
  }
  return Buffer.from(tlvTable[name].kind === 'cstring' ? `${value}\0` : value, 'latin1')
}
