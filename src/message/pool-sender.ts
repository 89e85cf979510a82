// The number of ours that sends a message, and the pack that it was chosen for, if it was not named by the sender himself.

import type { Address } from './address.js'

export interface PoolSender {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  /** UUID of the powerpack; or NAMED or ACKNOWLEDGING: then the message stays with its number. */
  readonly pack: string
}

/** In place of a pack: the sender named the number, which has its pace whoever chose it. */
export const NAMED = 'named'
/** In place of a pack: it tells a phone that its wish to hear no more was heard, and goes in spite of that. */
export const ACKNOWLEDGING = 'ack'

/** No short code has more digits, no number with its country so few. */
const SHORT_CODE_MAX_DIGITS = 6

/** What the phone sees of it. Short codes are the network's own (SMPP 3.4 §5.2.5). */
export function sourceOf({ number }: PoolSender): Address {
  return number.length <= SHORT_CODE_MAX_DIGITS ? { ton: 3, npi: 0, value: number } : { ton: 1, npi: 1, value: number }
}
