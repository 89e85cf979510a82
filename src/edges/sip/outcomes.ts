// What the end of a MESSAGE of ours means for the message in it. One table over classes of responses; it sends and decides nothing.

import { decimal, field, type ClientOutcome, type SipResponse } from '../../sip/index.js'

/**
 * - `delivered`: the phone has it.
 * - `offline`: nobody is there now; it waits, and that costs no try.
 * - `again`: somebody is there and could not; tried again by the schedule, which ends.
 * - `over`: it will never be taken.
 * - `split`: smaller pieces may be taken.
 * - `challenged`: it wants a password of ours.
 */
export type Meaning =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'offline'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'again' }
  | Over
  | { readonly kind: 'split'; readonly status: 413 | 513 }
  | { readonly kind: 'challenged'; readonly status: 401 | 407 }

export interface Over {
  readonly kind: 'over'
  /** REJECTED: whoever is there does not want it. UNDELIVERABLE: it can't get there. */
  readonly state: 'REJECTED' | 'UNDELIVERABLE'
  /** The status. */
  readonly error: string
  /** It holds for all phones of the user (RFC 3261 §21.6). */
  readonly isEverywhere: boolean
}

type Kind = 'delivered' | 'offline' | 'again' | 'rejected' | 'undeliverable' | 'split' | 'challenged'

/** RFC 3261 §8.1.3.2: an unknown status is as the x00 of its class. */
const byClass: Readonly<Record<number, Kind>> = {
  2: 'delivered',
  // Nobody whom a redirection names has registered here.
  3: 'undeliverable',
  4: 'undeliverable',
  5: 'again',
  6: 'rejected',
}

/** Where a status differs from its class. Every status of RFC 3261 §21 that differs is here. */
const byStatus: Readonly<Record<number, Kind>> = {
  401: 'challenged',
  402: 'rejected',
  403: 'rejected',
  405: 'rejected',
  406: 'rejected',
  407: 'challenged',
  408: 'offline',
  413: 'split',
  415: 'rejected',
  // RFC 5626 §11: the flow behind the proxy is gone.
  430: 'offline',
  480: 'offline',
  // In a call, or about to leave one.
  486: 'offline',
  487: 'again',
  488: 'rejected',
  491: 'again',
  493: 'rejected',
  501: 'rejected',
  // Of a proxy between us: the phone behind it is not reached.
  502: 'offline',
  503: 'offline',
  504: 'offline',
  505: 'rejected',
  513: 'split',
  580: 'rejected',
  604: 'undeliverable',
}

/** Beyond a day nobody means it. */
const MAX_RETRY_AFTER_S = 86_400

/** What a final status means. @param retryAfterMs what came with it */
export function meaningOfStatus(status: number, retryAfterMs?: number): Meaning {
  const kind = byStatus[status] ?? byClass[Math.floor(status / 100)] ?? 'undeliverable'
  switch (kind) {
    case 'delivered':
    case 'again':
      return { kind }
    case 'offline':
      return { kind, retryAfterMs }
    case 'split':
      return { kind, status: status === 513 ? 513 : 413 }
    case 'challenged':
      return { kind, status: status === 407 ? 407 : 401 }
    case 'rejected':
    case 'undeliverable':
      return over(kind === 'rejected' ? 'REJECTED' : 'UNDELIVERABLE', status, status >= 600)
  }
}

/** `timeout` and a lost connection are like 408: it may have arrived, nobody knows, and it is sent again. */
export function meaningOf(outcome: ClientOutcome): Meaning {
  if (outcome.kind !== 'response') return { kind: 'offline', retryAfterMs: undefined }
  const { response } = outcome
  return meaningOfStatus(response.status, retryAfterOf(response))
}

/** How long not to come again, ms; undefined where it does not say. At most a day. */
export function retryAfterOf(response: SipResponse): number | undefined {
  return retryAfterMs(field(response, 'retry-after'))
}

export function over(state: Over['state'], status: number, isEverywhere = false): Over {
  return { kind: 'over', state, error: String(status), isEverywhere }
}

/** RFC 3261 §20.33: seconds, then perhaps a comment or parameters. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const end = value.search(/[^0-9]/)
  const seconds = decimal(end < 0 ? value : value.slice(0, end), Number.MAX_SAFE_INTEGER)
  return seconds < 0 ? undefined : Math.min(seconds, MAX_RETRY_AFTER_S) * 1000
}
