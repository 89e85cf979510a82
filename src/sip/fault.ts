// What is wrong with bytes that were to be a message, as a value: nobody throws because a peer sends garbage.
import type { Answerable } from './message.js'

/** `status` and `why` make the answer, where one may be sent; `why` is safe to show to the peer and fits a reason phrase. */
export interface SipFault {
  readonly kind: 'fault'
  /** 400, 413, 414, 505 or 513. */
  readonly status: number
  readonly why: string
  /** Undefined where nothing may or can be answered: responses, ACK, and what does not say whom to answer. */
  readonly answerable: Answerable | undefined
}

export function sipFault(status: number, why: string, answerable?: Answerable): SipFault {
  return { kind: 'fault', status, why, answerable }
}
