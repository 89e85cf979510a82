// How many segments wait for each campaign and carrier, for each number and carrier, and for each account, in whichever lanes. Counts, and decides nothing.

import type { LimitedBy } from '../message/limited.js'

interface Queue {
  messages: number
  segments: number
}

/** Segments that wait. */
export interface WaitingSegments {
  ofCampaign(campaign: string, carrier: string): number
  ofNumber(number: string, carrier: string): number
  ofAccount(account: string): number
  /** Those of campaigns, in no order. */
  campaigns(): Iterable<{ readonly campaign: string; readonly carrier: string; readonly segments: number }>
  /** Those of numbers, in no order. */
  numbers(): Iterable<{ readonly number: string; readonly carrier: string; readonly segments: number }>
}

export class LimitedQueues implements WaitingSegments {
  readonly #queues = new Map<string, Queue>()

  /** Of messages that an earlier process left their number alone is known at first: one segment each, until they are lengthened. */
  add(limited: LimitedBy, messages: number, segments: number): void {
    for (const key of keysOf(limited)) {
      let queue = this.#queues.get(key)
      if (queue === undefined) this.#queues.set(key, (queue = { messages: 0, segments: 0 }))
      queue.messages += messages
      queue.segments += segments
    }
  }

  /** Messages that wait are longer than they were taken for, by so many segments together. */
  lengthen(limited: LimitedBy, segments: number): void {
    for (const key of keysOf(limited)) {
      const queue = this.#queues.get(key)
      if (queue !== undefined) queue.segments += segments
    }
  }

  /** One left: with as many segments as those that wait have on average, since what left is not looked into again. */
  remove(limited: LimitedBy): void {
    for (const key of keysOf(limited)) {
      const queue = this.#queues.get(key)
      if (queue === undefined) continue
      queue.segments -= queue.segments / queue.messages
      queue.messages--
      if (queue.messages <= 0) this.#queues.delete(key)
    }
  }

  ofCampaign(campaign: string, carrier: string): number {
    return this.#segments(campaignKey(campaign, carrier))
  }

  ofNumber(number: string, carrier: string): number {
    return this.#segments(numberKey(number, carrier))
  }

  ofAccount(account: string): number {
    return this.#segments(accountKey(account))
  }

  *campaigns(): Generator<{ readonly campaign: string; readonly carrier: string; readonly segments: number }> {
    for (const [key, { segments }] of this.#queues) {
      const [of, campaign = '', carrier = ''] = key.split('|')
      if (of === 'c') yield { campaign, carrier, segments: Math.round(segments) }
    }
  }

  *numbers(): Generator<{ readonly number: string; readonly carrier: string; readonly segments: number }> {
    for (const [key, { segments }] of this.#queues) {
      const [of, number = '', carrier = ''] = key.split('|')
      if (of === 'n') yield { number, carrier, segments: Math.round(segments) }
    }
  }

  #segments(key: string): number {
    return Math.round(this.#queues.get(key)?.segments ?? 0)
  }
}

function keysOf({ account, number, campaign, carrier }: LimitedBy): readonly string[] {
  const [ofAccount, ofNumber] = [accountKey(account), numberKey(number, carrier)]
  return campaign === '' ? [ofAccount, ofNumber] : [ofAccount, campaignKey(campaign, carrier), ofNumber]
}

const accountKey = (account: string): string => `a|${account}`

const campaignKey = (campaign: string, carrier: string): string => `c|${campaign}|${carrier}`
const numberKey = (number: string, carrier: string): string => `n|${number}|${carrier}`
