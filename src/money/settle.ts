// When the money of a message is held, charged and given back. Pure: a bill goes in, a bill and the move of the books come out.
//
//                 ┌─ the vendor has taken the last segment (settleOn: answer) ──────────▶ charged
//   reserve ─▶ held ─ its report says DELIVERED (settleOn: receipt) ────────────────────▶ charged
//                 ├─ its report never comes ─────────────────────────▶ charged | released, as the connection says
//                 └─ it ends in any other way ──────────────────────────────────────────▶ released
//
// Nothing leaves charged and released: the first end counts. So a report of delivery after a failure that was told, and was given
// back, is not charged any more; and a failure that is reported after the charge gives nothing back.

import type { Bill, Move, Price, Sent } from '../message/bill.js'
import type { AccountId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'
import type { MobileNetwork } from '../phone/network.js'

/** `move` undefined where nothing in the books changes. */
export interface Settled {
  readonly bill: Bill
  readonly move: Move | undefined
}

/** What a connection says about money. */
export interface SettleTerms {
  readonly settleOn: 'answer' | 'receipt'
  /** With `receipt`: how long the report may take from the taking on, ms. */
  readonly receiptTimeoutMs: number
  readonly onReceiptTimeout: 'charge' | 'release'
}

export function isSamePrice(a: Price | undefined, b: Price | undefined): boolean {
  if (a === b) return true
  return (
    a !== undefined &&
    b !== undefined &&
    a.ownMicros === b.ownMicros &&
    a.baseMicros === b.baseMicros &&
    a.currency === b.currency &&
    a.exchange === b.exchange
  )
}

/** A vendor took one segment, and others follow. */
export function takenOne(bill: Bill, sent: Sent): Bill {
  return changed(bill, bill.state, bill.onSilence, sent)
}

/**
 * A vendor took the last segment.
 * @param isReported its report is still to come, on this message and not only on the segment
 */
export function takenLast(
  bill: Bill,
  account: AccountId,
  sent: Sent | undefined,
  { settleOn, onReceiptTimeout }: SettleTerms,
  isReported: boolean,
): Settled {
  if (bill.state !== 'held') return { bill: changed(bill, bill.state, bill.onSilence, sent), move: undefined }
  if (settleOn === 'receipt' && isReported)
    return { bill: changed(bill, 'held', onReceiptTimeout, sent), move: undefined }
  const last = lastCharged
  // Messages that cost the same and were taken by the same vendor in one turn end the same.
  if (last !== undefined && last.bill === bill && last.sent === sent && last.account === account) return last.settled
  const settled: Settled = { bill: changed(bill, 'charged', undefined, sent), move: chargeOf(bill, account) }
  lastCharged = { bill, sent, account, settled }
  return settled
}

interface Charged {
  readonly bill: Bill
  readonly sent: Sent | undefined
  readonly account: AccountId
  readonly settled: Settled
}

/** What it says follows from what it is of: to remember it changes nothing but the garbage. */
let lastCharged: Charged | undefined

/** Its report came, or that of its last segment. Only a final state is an end. */
export function reported(bill: Bill, account: AccountId, state: MessageState): Settled {
  return state === 'DELIVERED' ? charged(bill, account) : released(bill, account)
}

/** The report that it waits for never came. */
export function silent(bill: Bill, account: AccountId): Settled {
  return bill.onSilence === 'release' ? released(bill, account) : charged(bill, account)
}

/** It ended without being delivered. */
export function released(bill: Bill, account: AccountId): Settled {
  if (bill.state !== 'held') return { bill, move: undefined }
  return { bill: changed(bill, 'released', undefined, bill.sent), move: moveOf(bill, account, -costOf(bill), 0) }
}

function charged(bill: Bill, account: AccountId): Settled {
  if (bill.state !== 'held') return { bill, move: undefined }
  return { bill: changed(bill, 'charged', undefined, bill.sent), move: chargeOf(bill, account) }
}

/**
 * What was not known at acceptance is known: its network, and the price that follows from that. Where it is lower, the difference is
 * given back; a higher one is not asked for. Changes nothing once anything was taken or settled.
 */
export function repriced(
  bill: Bill,
  account: AccountId,
  price: Price | undefined,
  network: MobileNetwork | undefined,
): Settled {
  if (bill.state !== 'held' || bill.sent !== undefined) return { bill, move: undefined }
  const isLower = price !== undefined && price.baseMicros < bill.price.baseMicros
  const { mcc, mnc } = network ?? bill
  const now: Bill = { ...bill, mcc, mnc, price: isLower ? price : bill.price }
  // Below what is held, so exact.
  const difference = (bill.price.baseMicros - now.price.baseMicros) * bill.units
  return { bill: now, move: moveOf(bill, account, -difference, 0) }
}

/** What all its units cost, in micro-units of the base currency: exact, since it was held. */
export function costOf({ price, units }: Bill): number {
  return price.baseMicros * units
}

function chargeOf(bill: Bill, account: AccountId): Move | undefined {
  const micros = costOf(bill)
  return moveOf(bill, account, -micros, micros)
}

/** Units were counted when they were accepted, and stay counted. */
function moveOf(
  { customer, day }: Bill,
  account: AccountId,
  heldMicros: number,
  chargedMicros: number,
): Move | undefined {
  if (heldMicros === 0) return undefined
  return { customer, account, day, heldMicros, chargedMicros, units: 0 }
}

// Field by field: it runs twice a message, and a spread costs more than all the rest.
function changed(bill: Bill, state: Bill['state'], onSilence: Bill['onSilence'], sent: Sent | undefined): Bill {
  const { customer, policy, price, units, day, mcc, mnc } = bill
  return { customer, policy, price, units, day, state, mcc, mnc, onSilence, sent }
}
