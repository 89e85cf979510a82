// What the lookup needs of the rest of the switch, what it tells, and how it is set. Types and defaults only.

import type { Clock, Timers } from '../lib/clock.js'
import { type BreakerRules, type BreakerState, defaultBreakerRules } from './breaker.js'
import { type CacheRules, defaultCacheRules } from './cache.js'
import type { LookupAnswer, LookupFailureKind, LookupResult } from './provider.js'
import type { LookupStore } from './stored-answers.js'

export interface LookupOptions {
  /** For one provider's answer, for the wait for a free slot and for the store: each by itself. */
  readonly timeoutMs: number
  /** Requests out at a time, over all providers. */
  readonly maxInFlight: number
  /** Numbers that wait for that; one more is refused as overloaded at once. */
  readonly maxQueued: number
  /** Callers that wait, over all numbers; one more is told overloaded at once. */
  readonly maxAskers: number
  /** When the next provider of the list is asked. A number that a table lacks goes to the next always. */
  readonly next: 'never' | 'onFailure' | 'onFailureOrUnknown'
  /** How long a stale answer is served before its refreshing is tried again. */
  readonly refreshPauseMs: number
  readonly breaker: BreakerRules
  readonly cache: CacheRules
}

export const defaultLookupOptions: LookupOptions = {
  timeoutMs: 2_000,
  maxInFlight: 64,
  maxQueued: 10_000,
  maxAskers: 100_000,
  next: 'onFailure',
  refreshPauseMs: 10_000,
  breaker: defaultBreakerRules,
  cache: defaultCacheRules,
}

/** hit, unknown, stale: served from the cache. joined: a request for the number is out already. miss: one is made. */
export type CacheOutcome = 'hit' | 'unknown' | 'stale' | 'joined' | 'miss'

/** What happened, for counters and logs. `cache` is called on the hot path: must be cheap. */
export interface LookupEvents {
  /** One request to a provider ended, after so many seconds. */
  asked(provider: string, outcome: LookupAnswer['kind'] | LookupFailureKind, seconds: number): void
  /** A provider did not answer; for the log. */
  failed(provider: string, kind: LookupFailureKind, text: string): void
  cache(outcome: CacheOutcome): void
  /** Refused for our own bounds, without a request. */
  overloaded(): void
  breaker(provider: string, state: BreakerState['kind']): void
  storeFailed(error: unknown): void
  /** Something threw that must not: a bug of ours. */
  fault(error: unknown): void
}

export interface LookupPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly events: LookupEvents
  readonly store?: LookupStore | undefined
}

/** Told once for each number. */
export type Told = (number: string, result: LookupResult) => void
