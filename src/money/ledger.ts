// Hold, settle, release: the money of one message from acceptance to the end of its last part. Pure; the store keeps the values.
//
//                     ┌─ settle(part) ──▶ settled: charged
//   reserve ─▶ open ──┤                               nothing leaves these two: the first end of a part is its end
//                     └─ release(part) ─▶ released: given back
//
// A step is keyed by (message, part, kind). Done again, it changes nothing and moves 0; so does the other kind after the first.
// So a report of delivery after a failure that was told, and was given back, is not charged any more; and a failure reported after
// the charge gives nothing back. Where the charge waits for the report, it is the report that settles.

import type { MessageId } from '../message/ids.js'
import { costOf } from './amount.js'
import type { Offer } from './price-list.js'
import { shareOf } from './units.js'
import { charge, giveBack, hold as holdAmount, type NoHold, type Wallet } from './wallet.js'

/** The price of one unit as it was at acceptance: later changes of tariff or exchange do not touch it. */
export interface FrozenPrice {
  /** Of the tariff. */
  readonly currency: string
  /** In micro-units of that currency. */
  readonly ownMicros: number
  /** Units of the base currency for one of it, as text. */
  readonly exchange: string
  /** In micro-units of the base currency. */
  readonly baseMicros: number
}

export interface Hold {
  readonly message: MessageId
  readonly price: FrozenPrice
  /** Of all parts together. */
  readonly units: number
  /** A letter for each part: `o` open, `s` settled, `r` released. */
  readonly parts: string
  /** UTC day on which it was counted, see day-use. */
  readonly day: number
}

export type PartEnd = 'settle' | 'release'

/** After a step. Where nothing changed, both are the objects given. */
export interface LedgerStep {
  readonly wallet: Wallet
  readonly hold: Hold
  /** In micro-units of the base currency: charged by settling, given back by releasing. */
  readonly movedMicros: number
}

export type Reserved =
  | { readonly kind: 'held'; readonly wallet: Wallet; readonly hold: Hold; readonly heldMicros: number }
  | { readonly kind: 'refused'; readonly why: NoHold }

export function frozenPrice({ ownPriceMicros, priceMicros, exchange }: Offer): FrozenPrice {
  return { currency: exchange.currency, ownMicros: ownPriceMicros, exchange: exchange.text, baseMicros: priceMicros }
}

/**
 * Holds the funds of all units of a message in one step.
 * @param parts pieces it came in, at least 1; `units` is at least as many
 */
export function reserve(
  wallet: Wallet,
  message: MessageId,
  price: FrozenPrice,
  units: number,
  parts: number,
  day: number,
): Reserved {
  const heldMicros = costOf(price.baseMicros, units)
  if (heldMicros === undefined) return { kind: 'refused', why: 'tooLarge' }
  const after = holdAmount(wallet, heldMicros)
  if (typeof after === 'string') return { kind: 'refused', why: after }
  const hold: Hold = { message, price, units, parts: parts === 1 ? 'o' : 'o'.repeat(parts), day }
  return { kind: 'held', wallet: after, hold, heldMicros }
}

/**
 * Ends one part.
 * @param part from 0
 */
export function endPart(wallet: Wallet, hold: Hold, part: number, end: PartEnd): LedgerStep {
  const { message, price, units, parts, day } = hold
  if (parts[part] !== 'o') return { wallet, hold, movedMicros: 0 }
  const letter = end === 'settle' ? 's' : 'r'
  const left = parts.length === 1 ? letter : parts.slice(0, part) + letter + parts.slice(part + 1)
  const ended: Hold = { message, price, units, parts: left, day }
  const movedMicros = partMicros(hold, part)
  const after = end === 'settle' ? charge(wallet, movedMicros) : giveBack(wallet, movedMicros)
  return { wallet: after, hold: ended, movedMicros }
}

/** Ends all parts that are open: a message that left whole, failed, expired, or was not stored after all. */
export function endAll(wallet: Wallet, hold: Hold, end: PartEnd): LedgerStep {
  let step: LedgerStep = { wallet, hold, movedMicros: 0 }
  for (let part = 0; part < hold.parts.length; part++) {
    const next = endPart(step.wallet, step.hold, part, end)
    step = { ...next, movedMicros: step.movedMicros + next.movedMicros }
  }
  return step
}

/**
 * Puts a lower price in the place of the one held, once what was not known at acceptance is (the network): the difference is given
 * back. Changes nothing for a price that is not lower, or once a part has ended.
 */
export function lowerPrice(wallet: Wallet, hold: Hold, price: FrozenPrice): LedgerStep {
  const difference = hold.price.baseMicros - price.baseMicros
  if (difference <= 0 || !isUntouched(hold)) return { wallet, hold, movedMicros: 0 }
  // Below what is held, so exact.
  const movedMicros = difference * hold.units
  return { wallet: giveBack(wallet, movedMicros), hold: { ...hold, price }, movedMicros }
}

/** Units of one part, from 0. */
export function partUnits({ units, parts }: Hold, part: number): number {
  return parts.length === 1 ? units : shareOf(units, parts.length, part)
}

/** What one part costs, ended or not, in micro-units of the base currency. */
export function partMicros(hold: Hold, part: number): number {
  return hold.price.baseMicros * partUnits(hold, part)
}

/** What of it is held still. */
export function openMicros(hold: Hold): number {
  let micros = 0
  for (let part = 0; part < hold.parts.length; part++) if (hold.parts[part] === 'o') micros += partMicros(hold, part)
  return micros
}

/** No part is open any more: nothing of it is held. */
export function isOver({ parts }: Hold): boolean {
  return !parts.includes('o')
}

function isUntouched({ parts }: Hold): boolean {
  return !parts.includes('s') && !parts.includes('r')
}
