// How many segments wait for each campaign and carrier, for each number and carrier, and for each account, in whichever lanes. Counts, and decides nothing.

import type { LimitedBy } from '../message/limited.js'

interface Count {
  messages: number
  segments: number
}

/** Those that are due within some minutes. */
interface Later extends Count {
  readonly fromMs: number
}

interface Queue {
  /** Those that were due when they came. */
  readonly now: Count
  /** In their order; most queues have none. */
  later: Later[] | undefined
}

const LATER_MS = 600_000

/** Segments that wait. With `byMs`, switch time: those of them that are due by then, to ten minutes. */
export interface WaitingSegments {
  ofCampaign(campaign: string, carrier: string, byMs?: number): number
  ofNumber(number: string, carrier: string, byMs?: number): number
  ofAccount(account: string, byMs?: number): number
  /** Those of campaigns, in no order. */
  campaigns(): Iterable<{ readonly campaign: string; readonly carrier: string; readonly segments: number }>
  /** Those of numbers, in no order. */
  numbers(): Iterable<{ readonly number: string; readonly carrier: string; readonly segments: number }>
}

export class LimitedQueues implements WaitingSegments {
  readonly #queues = new Map<string, Queue>()

  /**
   * Of messages that an earlier process left their number alone is known at first: one segment each, until they are lengthened.
   *
   * @param dueMs switch time; 0 for those that are due already
   */
  add(limited: LimitedBy, messages: number, segments: number, dueMs = 0): void {
    for (const key of keysOf(limited)) {
      let queue = this.#queues.get(key)
      if (queue === undefined) this.#queues.set(key, (queue = { now: { messages: 0, segments: 0 }, later: undefined }))
      const count = dueMs === 0 ? queue.now : laterIn((queue.later ??= []), dueMs)
      count.messages += messages
      count.segments += segments
    }
  }

  /** Messages that wait are longer than they were taken for, by so many segments together. */
  lengthen(limited: LimitedBy, segments: number): void {
    for (const key of keysOf(limited)) {
      const queue = this.#queues.get(key)
      if (queue !== undefined) countOf(queue, 0).segments += segments
    }
  }

  /**
   * One left: with as many segments as those that wait, and were due with it, have on average, since what left is not looked into again.
   *
   * @param dueMs of it; of one that came back, or that an earlier process left, it may be another than it came with
   */
  remove(limited: LimitedBy, dueMs = 0): void {
    for (const key of keysOf(limited)) {
      const queue = this.#queues.get(key)
      if (queue === undefined) continue
      const count = countOf(queue, dueMs)
      count.segments -= count.segments / count.messages
      count.messages--
      if (count.messages > 0) continue
      count.segments = 0
      if (count !== queue.now) queue.later = without(queue.later, count)
      if (queue.now.messages <= 0 && queue.later === undefined) this.#queues.delete(key)
    }
  }

  ofCampaign(campaign: string, carrier: string, byMs = Infinity): number {
    return this.#segments(campaignKey(campaign, carrier), byMs)
  }

  ofNumber(number: string, carrier: string, byMs = Infinity): number {
    return this.#segments(numberKey(number, carrier), byMs)
  }

  ofAccount(account: string, byMs = Infinity): number {
    return this.#segments(accountKey(account), byMs)
  }

  *campaigns(): Generator<{ readonly campaign: string; readonly carrier: string; readonly segments: number }> {
    for (const [key, queue] of this.#queues) {
      const [of, campaign = '', carrier = ''] = key.split('|')
      if (of === 'c') yield { campaign, carrier, segments: segmentsBy(queue, Infinity) }
    }
  }

  *numbers(): Generator<{ readonly number: string; readonly carrier: string; readonly segments: number }> {
    for (const [key, queue] of this.#queues) {
      const [of, number = '', carrier = ''] = key.split('|')
      if (of === 'n') yield { number, carrier, segments: segmentsBy(queue, Infinity) }
    }
  }

  #segments(key: string, byMs: number): number {
    const queue = this.#queues.get(key)
    return queue === undefined ? 0 : segmentsBy(queue, byMs)
  }
}

function segmentsBy({ now, later }: Queue, byMs: number): number {
  let sum = now.segments
  if (later !== undefined)
    for (const { fromMs, segments } of later) {
      if (fromMs > byMs) break
      sum += segments
    }
  return Math.round(sum)
}

/** Those of that time; where there are none, those that are due; where there are none of them either, the first. */
function countOf({ now, later }: Queue, dueMs: number): Count {
  if (later === undefined) return now
  return later.find(({ fromMs }) => fromMs === fromOf(dueMs)) ?? (now.messages > 0 ? now : (later[0] ?? now))
}

/** What is scheduled comes in the order of its time mostly. */
function laterIn(later: Later[], dueMs: number): Later {
  const fromMs = fromOf(dueMs)
  const before = later.findLastIndex((each) => each.fromMs <= fromMs)
  const found = later[before]
  if (found?.fromMs === fromMs) return found
  const made: Later = { fromMs, messages: 0, segments: 0 }
  later.splice(before + 1, 0, made)
  return made
}

function without(later: readonly Later[] | undefined, count: Count): Later[] | undefined {
  const left = later?.filter((each) => each !== count)
  return left === undefined || left.length === 0 ? undefined : left
}

function fromOf(dueMs: number): number {
  return Math.floor(dueMs / LATER_MS) * LATER_MS
}

function keysOf({ account, number, campaign, carrier }: LimitedBy): readonly string[] {
  const [ofAccount, ofNumber] = [accountKey(account), numberKey(number, carrier)]
  return campaign === '' ? [ofAccount, ofNumber] : [ofAccount, campaignKey(campaign, carrier), ofNumber]
}

const accountKey = (account: string): string => `a|${account}`

const campaignKey = (campaign: string, carrier: string): string => `c|${campaign}|${carrier}`
const numberKey = (number: string, carrier: string): string => `n|${number}|${carrier}`
