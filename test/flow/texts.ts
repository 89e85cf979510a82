// Texts of a given length, cut into parts as peers cut them, and put together again. Reads and writes by npm `smpp`, shares no code with the switch.
import smpp from 'smpp'
import type { SimAnswer, SimEsme } from '../../src/sim/esme.js'
import { readText } from '../../src/sim/receipt.js'

/** How the parts of a message say that they belong together. */
export type Marking = 'udh8' | 'udh16' | 'sar'

/** `length` characters of the GSM default alphabet, none of which takes two septets. */
export function latinText(length: number): string {
  return repeated('Grüße aus Malagà, Ärzte, señor Ñandù & Ødegård: 100 £ for 5 @ æther. ', length)
}

/** `length` UTF-16 units of Cyrillic, Greek, Chinese and emoji, with a surrogate pair at many places. */
export function emojiText(length: number): string {
  const text = repeated('Привет 😀 κόσμε 🚀🎉 你好 👍🏽 ', length)
  // A half of a pair at the end would be no text.
  return /[\uD800-\uDBFF]$/.test(text) ? `${text.slice(0, -1)}!` : text
}

function repeated(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/**
 * The submit_sm or deliver_sm fields of each part, in order. UCS-2 is cut by octets, through surrogate pairs too, as most peers do.
 * @param sizes octets that each part carries, the last one for all that follow; without it as many as fit
 */
export function partsOf(text: string, marking: Marking, reference: number, sizes?: readonly number[]): smpp.Fields[] {
  const isGsm = smpp.encodings.detect(text) === 'ASCII'
  const octets = isGsm ? smpp.encodings.ASCII.encode(text) : smpp.encodings.UCS2.encode(text)
  // 3GPP TS 23.040 §9.2.3.24.1: what 140 octets hold beside the header; SAR becomes one on its way.
  const room = isGsm ? (marking === 'udh8' ? 153 : 152) : marking === 'udh8' ? 134 : 132
  const cuts: Buffer[] = []
  for (let from = 0; from < octets.length;) {
    let to = from + (sizes?.[Math.min(cuts.length, sizes.length - 1)] ?? room)
    // Not between an escape and its character.
    if (isGsm && to < octets.length && octets[to - 1] === 0x1b) to--
    cuts.push(octets.subarray(from, to))
    from = to
  }
  return cuts.map((message, i) => ({
    data_coding: isGsm ? 0 : 8,
    ...marked(message, marking, reference, cuts.length, i + 1),
  }))
}

/** One part with whatever marks, right or not. */
export function marked(
  message: Buffer | string,
  marking: Marking,
  reference: number,
  total: number,
  part: number,
): smpp.Fields {
  if (marking === 'sar') {
    return {
      short_message: message,
      sar_msg_ref_num: reference,
      sar_total_segments: total,
      sar_segment_seqnum: part,
    }
  }
  const udh =
    marking === 'udh8'
      ? Buffer.of(5, 0x00, 3, reference & 0xff, total, part)
      : Buffer.of(6, 0x08, 4, (reference >> 8) & 0xff, reference & 0xff, total, part)
  return { esm_class: 0x40, short_message: { udh, message } }
}

/** Sends one part, asking for a receipt unless told otherwise. */
export function submitPart(esme: SimEsme, part: smpp.Fields, registeredDelivery = 1): Promise<SimAnswer> {
  return esme.submit({
    source: phones.sender,
    destination: phones.receiver,
    text: '',
    registeredDelivery,
    fields: part,
  })
}

/** Sends parts one right after the other, without waiting for answers in between. */
export function submitParts(esme: SimEsme, parts: readonly smpp.Fields[]): Promise<readonly SimAnswer[]> {
  return Promise.all(parts.map((part) => submitPart(esme, part)))
}

/** Between whom texts go where nothing else is said. */
export const phones = { sender: '12025550100', receiver: '447700900123' } as const

/** A message as a phone would show it. */
export interface Whole {
  readonly source: string
  readonly destination: string
  readonly text: string
  /** How it came: in one short_message, in one message_payload, or in parts. */
  readonly way: 'short' | 'payload' | Marking
  /** Numbers of its parts in the order in which they came; one of a message that came whole. */
  readonly order: readonly number[]
}

interface Part {
  readonly marking: Marking
  readonly reference: number
  readonly total: number
  readonly part: number
}

/**
 * Puts together what a vendor or an ESME received; whole messages in the order of their ends.
 * @throws when a part comes twice, when totals differ, or when parts are missing at the end
 */
export function wholesOf(pdus: readonly smpp.Pdu[]): readonly Whole[] {
  const wholes: Whole[] = []
  const open = new Map<string, { readonly total: number; readonly texts: Map<number, string> }>()
  for (const pdu of pdus) {
    const [source, destination] = [String(pdu['source_addr']), String(pdu['destination_addr'])]
    const mark = markOf(pdu)
    if (mark === undefined) {
      const way = pdu['message_payload'] === undefined ? 'short' : 'payload'
      wholes.push({ source, destination, text: readText(pdu), way, order: [1] })
      continue
    }
    const { marking, reference, total, part } = mark
    const key = [source, destination, marking, reference].join(' ')
    const set = open.get(key) ?? { total, texts: new Map<number, string>() }
    open.set(key, set)
    if (set.total !== total) throw new Error(`${key}: a message of ${set.total} parts has a part of ${total}`)
    if (set.texts.has(part)) throw new Error(`${key}: part ${part} came twice`)
    set.texts.set(part, readText(pdu))
    if (set.texts.size < total) continue
    open.delete(key)
    const text = Array.from({ length: total }, (_, i) => set.texts.get(i + 1) ?? '').join('')
    wholes.push({ source, destination, text, way: marking, order: [...set.texts.keys()] })
  }
  if (open.size > 0) throw new Error(`parts are missing of ${[...open.keys()].join(', ')}`)
  return wholes
}

/** What a PDU says of its place in a message. */
export function markOf(pdu: smpp.Pdu): Part | undefined {
  const reference = pdu['sar_msg_ref_num']
  if (typeof reference === 'number') {
    const [total, part] = [Number(pdu['sar_total_segments']), Number(pdu['sar_segment_seqnum'])]
    return { marking: 'sar', reference, total, part }
  }
  for (const element of headerOf(pdu)) {
    const [kind, length, ...value] = element
    if (kind === 0x00 && length === 3) {
      const [reference8 = 0, total = 0, part = 0] = value
      return { marking: 'udh8', reference: reference8, total, part }
    }
    if (kind === 0x08 && length === 4) {
      const [high = 0, low = 0, total = 0, part = 0] = value
      return { marking: 'udh16', reference: high * 256 + low, total, part }
    }
  }
  return undefined
}

function headerOf(pdu: smpp.Pdu): readonly Buffer[] {
  for (const name of ['short_message', 'message_payload']) {
    const field = pdu[name]
    if (typeof field === 'object' && field !== null && 'udh' in field) return (field as smpp.Text).udh ?? []
  }
  return []
}
