// What the limits of carriers go by: which number sends, for which campaign, to which carrier. Types only.

import type { Message } from './message.js'
import type { PoolSender } from './pool-sender.js'

export interface Limited {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  /** '' where the number is in none. */
  readonly campaign: string
  /** Of the phone, in the words of the limits; `unknown` where nobody knows it, or it makes no difference. */
  readonly carrier: string
}

/** A message as limits see it. */
export interface LimitedMessage {
  readonly message: Pick<Message, 'account' | 'source' | 'destination'>
  /** The number of a pool that sends it. */
  readonly sender?: PoolSender | undefined
  /** Of the phone; undefined where nobody knows it. */
  readonly network: { readonly mcc: string; readonly mnc: string } | undefined
}

/** Whose segments they are. */
export type LimitedBy = Limited & { readonly account: string }
