// The money of one customer as a value: what it has, what is held, what was charged. Who it belongs to and where it is kept is not its matter.

import { isAmount, sumOf } from './amount.js'

/**
 * In micro-units of the base currency. Always: balance + held + charged = paid in.
 * The balance is what can still be held, so it goes down with the hold, not with the charge.
 */
export interface Wallet {
  readonly balanceMicros: number
  readonly heldMicros: number
  /** All that ever was. */
  readonly chargedMicros: number
  /** Top-ups and adjustments, all that ever were. */
  readonly paidInMicros: number
  /** How far holds may take the balance below 0: 0 for prepaid. */
  readonly creditLimitMicros: number
  /** Nothing may be held; what is held goes on to its end. */
  readonly isBlocked: boolean
}

export const emptyWallet: Wallet = {
  balanceMicros: 0,
  heldMicros: 0,
  chargedMicros: 0,
  paidInMicros: 0,
  creditLimitMicros: 0,
  isBlocked: false,
}

/** Why nothing was held. `tooLarge`: the amount, or a sum with it, can't be exact. */
export type NoHold = 'blocked' | 'insufficient' | 'tooLarge'

/**
 * Moves an amount from the balance to what is held. What is free needs no balance.
 * @param micros whole, 0 or more
 */
export function hold(wallet: Wallet, micros: number): Wallet | NoHold {
  if (wallet.isBlocked) return 'blocked'
  if (micros === 0) return wallet
  if (!isAmount(micros) || micros < 0) return 'tooLarge'
  const heldMicros = wallet.heldMicros + micros
  // Bounds every later sum too: an end only moves what is held.
  if (sumOf(wallet.chargedMicros, heldMicros) === undefined) return 'tooLarge'
  const balanceMicros = wallet.balanceMicros - micros
  if (balanceMicros < -wallet.creditLimitMicros) return 'insufficient'
  return moved(wallet, balanceMicros, heldMicros, wallet.chargedMicros)
}

/**
 * Charges what is held.
 * @throws RangeError for more than is held, which is a bug of the caller
 */
export function charge(wallet: Wallet, micros: number): Wallet {
  if (micros === 0) return wallet
  const heldMicros = heldAfter(wallet, micros)
  return moved(wallet, wallet.balanceMicros, heldMicros, wallet.chargedMicros + micros)
}

/**
 * Gives back what is held.
 * @throws RangeError for more than is held, which is a bug of the caller
 */
export function giveBack(wallet: Wallet, micros: number): Wallet {
  if (micros === 0) return wallet
  const heldMicros = heldAfter(wallet, micros)
  return moved(wallet, wallet.balanceMicros + micros, heldMicros, wallet.chargedMicros)
}

/** A top-up (above 0) or an adjustment (either way, also below the credit limit); undefined where a sum can't be exact. */
export function payIn(wallet: Wallet, micros: number): Wallet | undefined {
  const paidInMicros = sumOf(wallet.paidInMicros, micros)
  const balanceMicros = sumOf(wallet.balanceMicros, micros)
  if (!isAmount(micros) || paidInMicros === undefined || balanceMicros === undefined) return undefined
  // What is held may come back.
  if (sumOf(balanceMicros, wallet.heldMicros) === undefined) return undefined
  return { ...wallet, balanceMicros, paidInMicros }
}

/** Whether the books of this wallet add up. */
export function addsUp(wallet: Wallet): boolean {
  const { balanceMicros, heldMicros, chargedMicros, paidInMicros } = wallet
  return heldMicros >= 0 && chargedMicros >= 0 && balanceMicros + heldMicros + chargedMicros === paidInMicros
}

// Field by field: twice a message, a spread would cost more than all the rest.
function moved(
  { paidInMicros, creditLimitMicros, isBlocked }: Wallet,
  balanceMicros: number,
  heldMicros: number,
  chargedMicros: number,
): Wallet {
  return { balanceMicros, heldMicros, chargedMicros, paidInMicros, creditLimitMicros, isBlocked }
}

function heldAfter({ heldMicros }: Wallet, micros: number): number {
  if (!isAmount(micros) || micros < 0 || micros > heldMicros)
    throw new RangeError(`${micros} micro-units of ${heldMicros} held`)
  return heldMicros - micros
}
