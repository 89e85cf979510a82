// Answers by number, in memory, bounded in count. It asks nobody and has no clock.

import type { LookupAnswer } from './provider.js'

export interface CacheRules {
  /** How long a network is taken for true. */
  readonly ttlMs: number
  /** How long "unknown" is taken for true. */
  readonly unknownTtlMs: number
  /** How long after that an answer may still be served while a new one is fetched; 0: never. */
  readonly staleMs: number
  /** Most numbers kept, 2 or more; beyond, those not asked for the longest time go. */
  readonly max: number
}

export const defaultCacheRules: CacheRules = { ttlMs: 86_400_000, unknownTtlMs: 600_000, staleMs: 0, max: 200_000 }

/** One answer and how long it holds; times are those of the caller's clock. */
export interface CacheEntry {
  readonly answer: LookupAnswer
  readonly freshUntilMs: number
  readonly staleUntilMs: number
  /** When a stale answer is to be asked for again: moved on by whoever asks, so that a failing provider is not asked for each message. */
  refreshAtMs: number
}

/**
 * Two generations: what is used stays in the young one or moves there, and when that is full the old one is dropped whole.
 * So the bound is kept and a hit costs one or two map reads, with no order to maintain.
 */
export class AnswerCache {
  readonly #rules: CacheRules
  #young = new Map<string, CacheEntry>()
  #old = new Map<string, CacheEntry>()

  constructor(rules: CacheRules) {
    if (!Number.isSafeInteger(rules.max) || rules.max < 2) {
      throw new RangeError(`a cache holds 2 answers or more, not ${rules.max}`)
    }
    this.#rules = rules
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** The entry if it may still be served; compare `freshUntilMs` to see whether it is stale. */
  find(number: string, nowMs: number): CacheEntry | undefined {
    let entry = this.#young.get(number)
    if (entry === undefined) {
      entry = this.#old.get(number)
      if (entry === undefined) return undefined
      this.#old.delete(number)
      if (nowMs < entry.staleUntilMs) this.#keep(number, entry)
    }
    if (nowMs < entry.staleUntilMs) return entry
    this.#young.delete(number)
    return undefined
  }

  /** Keeps an answer. @param leftMs how long it still holds, where it comes from a store; never longer than a new one would */
  put(number: string, answer: LookupAnswer, nowMs: number, leftMs = Infinity): void {
    const freshUntilMs = nowMs + Math.min(leftMs, this.ttlOf(answer))
    this.#old.delete(number)
    const staleUntilMs = freshUntilMs + this.#rules.staleMs
    this.#keep(number, { answer, freshUntilMs, staleUntilMs, refreshAtMs: freshUntilMs })
  }

  /** How long this answer holds, ms. */
  ttlOf(answer: LookupAnswer): number {
    return answer.kind === 'unknown' ? this.#rules.unknownTtlMs : this.#rules.ttlMs
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
  }

  #keep(number: string, entry: CacheEntry): void {
    if (this.#young.size >= this.#rules.max >> 1 && !this.#young.has(number)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(number, entry)
  }
}
