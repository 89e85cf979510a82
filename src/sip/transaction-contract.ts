// What the transaction layer and its user promise each other. Types, defaults, counters; no behaviour.
import type { Flow } from './flow.js'
import type { Field, SipRequest, SipResponse } from './message.js'
import type { RespondOptions } from './respond-to.js'
import type { TransactionTimers } from './transaction-timers.js'

/** What an answer may say beside its status; Via, From, To, Call-ID and CSeq come from the request. */
export interface AnswerParts {
  readonly reason?: string
  readonly fields?: readonly Field[]
  readonly body?: Uint8Array
}

/** A request that waits for its answer. */
export interface ServerTransaction {
  /** Tells the request from all others, its retransmissions not from it: to be stored with what it caused. */
  readonly key: string
  /**
   * Answers; a status below 200 may be followed by another. False: there was a final answer, or nobody waits for one any
   * more (64·T1 have passed), and nothing was done.
   */
  answer(status: number, parts?: AnswerParts): boolean
}

/** What became of a request of ours. `failed`: the flow was lost, or the layer closed; it may have arrived none the less. */
export type ClientOutcome =
  | { readonly kind: 'response'; readonly response: SipResponse }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed' }

/** A request of ours but for its Via, which is the layer's. */
export interface ClientRequest {
  readonly method: string
  readonly uri: string
  readonly fields: readonly Field[]
  readonly body?: Uint8Array
}

/** The layer's way to its user. */
export interface TransactionUser {
  /** Called once per request, however often and on however many ways it came; must answer, in its own time. */
  onRequest(request: SipRequest, flow: Flow, transaction: ServerTransaction): void
}

export interface TransactionOptions {
  readonly timers: TransactionTimers
  readonly respond: RespondOptions
  /** Methods that `onRequest` takes; INVITE, ACK and CANCEL can be none of them. Others are answered 405 or 501. */
  readonly methods: readonly string[]
  /** Of those, the ones that are sent on in the end, and so may not come with Max-Forwards 0. */
  readonly forwarded: readonly string[]
  /** Requests held at a time: unanswered, or answered and remembered for 64·T1. Beyond it new ones get 503. */
  readonly maxServer: number
  /** Requests of ours without a final response at a time. */
  readonly maxClient: number
  /** Requests of ours over UDP that are unanswered and younger than T1 at a time; more wait in their order. See `send-window.ts`. */
  readonly maxYoung: number
  /** What a 503 of ours asks for, in seconds. */
  readonly retryAfterS: number
}

export const defaultTransactionOptions: Omit<TransactionOptions, 'timers'> = {
  respond: { symmetric: 'asked' },
  methods: ['MESSAGE', 'REGISTER', 'OPTIONS'],
  forwarded: ['MESSAGE'],
  // 64·T1 of 15,000 requests a second.
  maxServer: 500_000,
  maxClient: 50_000,
  // Their answers fit a receive buffer of 4 MB; at 100 ms from a request to its answer it is 20,000 a second.
  maxYoung: 2_000,
  retryAfterS: 5,
}

/** Counted since the start, for metrics. */
export interface TransactionCounters {
  requests: number
  retransmissions: number
  /** Answered 503 because of `maxServer`. */
  overloaded: number
  merged: number
  looped: number
  /** Answered 405, 501, 481 or with what the parser found wrong. */
  refused: number
  /** Requests that the user never answered. */
  unanswered: number
  sent: number
  resent: number
  timeouts: number
  failed: number
  /** Responses that belong to nothing (any more). */
  strayResponses: number
}

export const noTransactionCounts = (): TransactionCounters => ({
  requests: 0,
  retransmissions: 0,
  overloaded: 0,
  merged: 0,
  looped: 0,
  refused: 0,
  unanswered: 0,
  sent: 0,
  resent: 0,
  timeouts: 0,
  failed: 0,
  strayResponses: 0,
})
