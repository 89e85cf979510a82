// The number of a pool that sends a message, and the pack that it was chosen for.

import type { Address } from './address.js'

export interface PoolSender {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  /** UUID of the powerpack. */
  readonly pack: string
}

/** No short code has more digits, no number with its country so few. */
const SHORT_CODE_MAX_DIGITS = 6

/** What the phone sees of it. Short codes are the network's own (SMPP 3.4 §5.2.5). */
export function sourceOf({ number }: PoolSender): Address {
  return number.length <= SHORT_CODE_MAX_DIGITS ? { ton: 3, npi: 0, value: number } : { ton: 1, npi: 1, value: number }
}
