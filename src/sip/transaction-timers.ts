// The base times of SIP transactions (RFC 3261 table 4) and what follows from them. Values only: it holds no clock.

/** All in milliseconds. */
export interface TransactionTimers {
  /** The round trip that is assumed, and the first wait before a retransmission. */
  readonly t1Ms: number
  /** The longest wait between two retransmissions. */
  readonly t2Ms: number
  /** How long a message may linger in the network. */
  readonly t4Ms: number
}

export const defaultTransactionTimers: TransactionTimers = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 }

/** 64·T1: after it a request counts as unanswered (timer F), and a sender has stopped retransmitting (timer J). */
export function lifetimeMs(timers: TransactionTimers): number {
  return 64 * timers.t1Ms
}
