// What the answer of a SIP peer means for the message that it was sent. One table, over that of phones; it sends and decides nothing.

import type { ClientOutcome } from '../../sip/index.js'
import { meaningOfStatus, retryAfterOf } from './outcomes.js'

/**
 * - `taken`: it is the peer's.
 * - `temporary`: tried again by the schedule of the connection.
 * - `busy`: this server of the peer wants nothing for now; another may take it.
 * - `permanent`: it is over.
 * - `split`: smaller pieces may be taken.
 * - `challenged`: the peer wants to know who we are.
 * - `silent`: nobody knows whether it arrived.
 */
export type PeerAnswer =
  | { readonly kind: 'taken' }
  | {
      readonly kind: 'temporary' | 'busy'
      /** The status. */
      readonly error: string
      readonly retryAfterMs: number | undefined
    }
  | { readonly kind: 'permanent'; readonly state: 'REJECTED' | 'UNDELIVERABLE'; readonly error: string }
  | { readonly kind: 'split'; readonly status: number }
  | { readonly kind: 'challenged'; readonly status: 401 | 407 }
  | { readonly kind: 'silent' }

/** RFC 3261 §21.5.4: the server, not the message, is the reason. */
const BUSY = 503

/** @param permanentCodes the connection's own list, which also overrules `busy` */
export function answerOfStatus(status: number, permanentCodes: ReadonlySet<number>, retryAfterMs?: number): PeerAnswer {
  const error = String(status)
  const meaning = meaningOfStatus(status)
  if (meaning.kind === 'over') return { kind: 'permanent', state: meaning.state, error }
  if (permanentCodes.has(status)) return { kind: 'permanent', state: 'UNDELIVERABLE', error }
  switch (meaning.kind) {
    case 'delivered':
      return { kind: 'taken' }
    case 'offline':
    case 'again':
      return { kind: status === BUSY ? 'busy' : 'temporary', error, retryAfterMs }
    case 'split':
    case 'challenged':
      return meaning
  }
}

export function answerOf(outcome: ClientOutcome, permanentCodes: ReadonlySet<number>): PeerAnswer {
  if (outcome.kind !== 'response') return { kind: 'silent' }
  const { response } = outcome
  return answerOfStatus(response.status, permanentCodes, retryAfterOf(response))
}

/** Statuses of an OPTIONS that tell of nobody behind whoever answered: RFC 3261 §21.4.9, §21.5.3, §21.5.5. */
const nobodyThere: ReadonlySet<number> = new Set([408, 502, 504])

/** What an answer to OPTIONS says: whatever it is, somebody is there, but for a few. */
export function isThere(status: number): boolean {
  return !nobodyThere.has(status)
}
