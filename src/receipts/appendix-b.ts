// Writes the text of a receipt (SMPP 3.4 Appendix B) for an ESME. Strings only; dates are UTC; it knows no PDU.

import type { Receipt } from '../message/receipt.js'
import { messageStates, type MessageState } from '../message/state.js'

const MINUTE_MS = 60_000

/** Receipts come in the order of time, so that neighbours share their minutes: one memory for each of the two dates. */
interface RememberedMinute {
  minute: number
  text: string
}

const submitted: RememberedMinute = { minute: Number.NaN, text: '' }
const done: RememberedMinute = { minute: Number.NaN, text: '' }

/** What a peer of this SMPP version is told: 3.4 has neither SCHEDULED nor SKIPPED (SMPP 3.4 §5.2.28). */
export function stateForVersion(state: MessageState, interfaceVersion: number): MessageState {
  if (interfaceVersion >= 0x50) return state
  if (state === 'SCHEDULED') return 'ENROUTE'
  return state === 'SKIPPED' ? 'UNDELIVERABLE' : state
}

/**
 * `id:… sub:001 dlvrd:001 submit date:2611221259 done date:2611221300 stat:DELIVRD err:000 text:…`
 *
 * @param interfaceVersion of the session that it goes to, such as 0x34
 * @returns Latin-1 text; the dates are UTC, YYMMDDhhmm
 */
export function formatReceipt(receipt: Receipt, interfaceVersion = 0x34): string {
  const { origin, state } = receipt
  return (
    `id:${origin.messageId} sub:001 dlvrd:${state === 'DELIVERED' ? '001' : '000'}` +
    ` submit date:${minuteText(submitted, origin.acceptedAtMs)} done date:${minuteText(done, receipt.doneAtMs)}` +
    ` stat:${messageStates[stateForVersion(state, interfaceVersion)].word} err:${receipt.error} text:${origin.head}`
  )
}

function minuteText(remembered: RememberedMinute, atMs: number): string {
  const minute = Math.floor(atMs / MINUTE_MS)
  if (minute !== remembered.minute) {
    remembered.minute = minute
    remembered.text = receiptDate(atMs)
  }
  return remembered.text
}

/** Wall time in ms as YYMMDDhhmm in UTC (SMPP 3.4 Appendix B). */
export function receiptDate(atMs: number): string {
  // 2026-11-22T12:59:… → 2611221259
  const iso = new Date(atMs).toISOString()
  return iso.slice(2, 4) + iso.slice(5, 7) + iso.slice(8, 10) + iso.slice(11, 13) + iso.slice(14, 16)
}
