// Reads what a vendor's receipt says, in every form that is in the wild. Where text and TLVs differ, the TLV is right.

import type { VendorReport } from '../message/delivery.js'
import { type MessageState, messageStates } from '../message/state.js'
import { reportFields } from './report-fields.js'

/** The parts of a deliver_sm or data_sm that a receipt may speak through. */
export interface ReportSource {
  /** short_message or message_payload, without a user data header. */
  readonly octets: Uint8Array
  readonly dataCoding: number
  /** TLV 0x001E. */
  readonly receiptedMessageId?: string | undefined
  /** TLV 0x0427. */
  readonly messageState?: number | undefined
  /** TLV 0x0423: type of network and code (SMPP 3.4 §5.3.2.31). */
  readonly networkErrorCode?: Uint8Array | undefined
  /** source_addr: a receipt comes from the phone that the message went to. */
  readonly sourceAddress: string
  /** It calls itself an intermediate notification (SMPP 3.4 §5.2.12, esm_class 0x20): a word that nobody knows ends nothing then. */
  readonly intermediate?: boolean
}

export interface ParsedReport {
  readonly report: VendorReport
  /** The ids that it may be about, as written, the likelier first; never empty. */
  readonly ids: readonly string[]
}

/** Words for a state as vendors write them, upper case, beside those of Appendix B. */
const stateByWord: ReadonlyMap<string, MessageState> = new Map<string, MessageState>([
  ...Object.entries(messageStates).map(([state, { word }]): [string, MessageState] => [word, state as MessageState]),
  ...(Object.keys(messageStates) as MessageState[]).map((state): [string, MessageState] => [state, state]),
  ['DELIVERD', 'DELIVERED'],
  ['DELIVRED', 'DELIVERED'],
  ['DELIVER', 'DELIVERED'],
  ['UNDELIVERED', 'UNDELIVERABLE'],
  ['UNDELIVRD', 'UNDELIVERABLE'],
  ['UNDLVRD', 'UNDELIVERABLE'],
  ['FAILED', 'UNDELIVERABLE'],
  ['EXPIRD', 'EXPIRED'],
  ['REJECT', 'REJECTED'],
  ['REJECTE', 'REJECTED'],
  ['REJCTED', 'REJECTED'],
  ['DELETE', 'DELETED'],
  ['ACCEPTE', 'ACCEPTED'],
  ['ACKED', 'ACCEPTED'],
  ['BUFFERED', 'ENROUTE'],
  ['BUFFRED', 'ENROUTE'],
  ['SENT', 'ENROUTE'],
  ['SUBMITTED', 'ENROUTE'],
  ['SUBMITD', 'ENROUTE'],
  ['PENDING', 'ENROUTE'],
  ['QUEUED', 'ENROUTE'],
  ['RETRY', 'ENROUTE'],
  ['RETRYING', 'ENROUTE'],
  ['INPROGRESS', 'ENROUTE'],
  ['TRANSIT', 'ENROUTE'],
  ['INTRANSIT', 'ENROUTE'],
  ['UNKNOWNED', 'UNKNOWN'],
])

const stateByCode: readonly (MessageState | undefined)[] = Array.from({ length: 10 }, (_, code) =>
  (Object.keys(messageStates) as MessageState[]).find((state) => messageStates[state].code === code),
)

/**
 * Undefined for what is no receipt: neither a receipted_message_id nor a text with an id and another field of Appendix B.
 * A state that is missing or that nobody knows becomes UNKNOWN: success is never guessed. In an intermediate notification
 * it becomes ENROUTE: the end is never guessed either.
 */
export function parseVendorReport(source: ReportSource): ParsedReport | undefined {
  const fields = reportFields(plainOctets(source.octets, source.dataCoding))
  const textId = fields.others > 0 ? fields.id : ''
  const tlvId = source.receiptedMessageId ?? ''
  if (textId === '' && tlvId === '') return undefined
  const byTlv = source.messageState === undefined ? undefined : stateByCode[source.messageState]
  return {
    report: {
      state: byTlv ?? stateOf(fields.stat) ?? (source.intermediate === true ? 'ENROUTE' : 'UNKNOWN'),
      error: fields.error !== '' ? errorText(fields.error) : networkError(source.networkErrorCode),
      doneAtMs: dateMs(fields.doneDate),
      destination: source.sourceAddress,
    },
    ids: tlvId === '' ? [textId] : textId === '' || textId === tlvId ? [tlvId] : [tlvId, textId],
  }
}

function stateOf(word: string): MessageState | undefined {
  return stateByWord.get(word) ?? stateByWord.get(word.toUpperCase())
}

const UCS2 = 8

/** Some vendors send the text as UCS-2: every other octet then says it all. */
function plainOctets(octets: Uint8Array, dataCoding: number): Uint8Array {
  if (dataCoding !== UCS2 || octets.length < 2) return octets
  const offset = octets[0] === 0 ? 1 : octets[1] === 0 ? 0 : -1
  if (offset === -1) return octets
  const plain = new Uint8Array(octets.length >> 1)
  for (let i = 0; i < plain.length; i++) plain[i] = octets[2 * i + offset]!
  return plain
}

/** Three characters: zeros in front, `0x` dropped, of longer ones the last three. */
function errorText(written: string): string {
  if (written.length === 3) return written
  const bare = written.startsWith('0x') || written.startsWith('0X') ? written.slice(2) : written
  return bare.length < 3 ? bare.padStart(3, '0') : bare.slice(-3)
}

function networkError(value: Uint8Array | undefined): string {
  if (value === undefined || value.length < 3) return '000'
  return errorText(String((value[1]! << 8) | value[2]!))
}

/** YYMMDDhhmm, YYMMDDhhmmss or YYYYMMDDhhmmss, taken as UTC; -1 for anything else. */
function dateMs(written: string): number {
  const { length } = written
  if (length !== 10 && length !== 12 && length !== 14) return -1
  for (let i = 0; i < length; i++) {
    const code = written.charCodeAt(i)
    if (code < 48 || code > 57) return -1
  }
  // 12 digits that begin with 20 and go on with a month are YYYYMMDDhhmm.
  const longYear =
    length === 14 || (length === 12 && written.startsWith('20') && isMonthDay(written, 4) && !isMonthDay(written, 2))
  const at = longYear ? 4 : 2
  const year = longYear ? two(written, 0) * 100 + two(written, 2) : 2000 + two(written, 0)
  if (!isMonthDay(written, at)) return -1
  const hour = two(written, at + 4)
  const minute = two(written, at + 6)
  const second = at + 8 < length ? two(written, at + 8) : 0
  if (hour > 23 || minute > 59 || second > 60) return -1
  return Date.UTC(year, two(written, at) - 1, two(written, at + 2), hour, minute, second)
}

function isMonthDay(written: string, at: number): boolean {
  const month = two(written, at)
  const day = two(written, at + 2)
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

function two(digits: string, at: number): number {
  return (digits.charCodeAt(at) - 48) * 10 + digits.charCodeAt(at + 1) - 48
}
