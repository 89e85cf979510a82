// Receipts as simulated peers write and read them (SMPP 3.4 Appendix B, and the two TLVs). Shares no code with the switch.
import type smpp from 'smpp'

/** Final and intermediate words of a receipt's `stat:` field. */
const receiptStates = {
  ENROUTE: 1,
  DELIVRD: 2,
  EXPIRED: 3,
  DELETED: 4,
  UNDELIV: 5,
  ACCEPTD: 6,
  UNKNOWN: 7,
  REJECTD: 8,
} as const
export type ReceiptState = keyof typeof receiptStates

/** `text`: Appendix B only; `tlv`: receipted_message_id and message_state only; `both`. */
export type ReceiptStyle = 'text' | 'tlv' | 'both'

export interface ReceiptContent {
  readonly id: string
  readonly state: ReceiptState
  readonly submittedAt: Date
  readonly doneAt: Date
  /** The message's text; the receipt quotes 20 characters. */
  readonly text: string
}

const shortDate = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(2, 12)

/** The Appendix B text; `err` is 000 when delivered and 001 otherwise. */
function receiptText({ id, state, submittedAt, doneAt, text }: ReceiptContent): string {
  const delivered = state === 'DELIVRD'
  return [
    `id:${id} sub:001 dlvrd:${delivered ? '001' : '000'}`,
    `submit date:${shortDate(submittedAt)} done date:${shortDate(doneAt)}`,
    `stat:${state} err:${delivered || state === 'ENROUTE' ? '000' : '001'} text:${text.slice(0, 20)}`,
  ].join(' ')
}

/** The fields of deliver_sm that hold the receipt, in the style asked for. */
export function receiptFields(content: ReceiptContent, style: ReceiptStyle): smpp.Fields {
  return {
    esm_class: 0x04,
    data_coding: 0,
    short_message: style === 'tlv' ? '' : Buffer.from(receiptText(content), 'latin1'),
    ...(style === 'text' ? {} : { receipted_message_id: content.id, message_state: receiptStates[content.state] }),
  }
}

export interface ReadReceipt {
  readonly id: string
  readonly state: string
}

/** Id and state of a receipt in a deliver_sm, or undefined if it is none. TLVs come first, the text fills what they lack. */
export function readReceipt(pdu: smpp.Pdu): ReadReceipt | undefined {
  if ((Number(pdu['esm_class'] ?? 0) & 0x3c) === 0) return undefined
  const text = readText(pdu)
  const idField = pdu['receipted_message_id']
  const stateField = pdu['message_state']
  const named = Object.entries(receiptStates).find(([, code]) => code === stateField)?.[0]
  const id = typeof idField === 'string' && idField !== '' ? idField : /\bid:(\S+)/i.exec(text)?.[1]
  const state = /\bstat:(\S+)/i.exec(text)?.[1] ?? named
  return id === undefined ? undefined : { id, state: state ?? 'UNKNOWN' }
}

/** The text of submit_sm or deliver_sm, from short_message or message_payload; octets without an alphabet as latin1. */
export function readText(pdu: smpp.Pdu): string {
  const short = textOf(pdu['short_message'])
  return short === '' ? textOf(pdu['message_payload']) : short
}

function textOf(field: unknown): string {
  if (typeof field === 'string') return field
  if (Buffer.isBuffer(field)) return field.toString('latin1')
  if (typeof field !== 'object' || field === null || !('message' in field)) return ''
  return textOf(field.message)
}
