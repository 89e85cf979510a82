// Which queues a message stands in, and whether they can still drain within its life: what is in force, made into bounds. Pure.

import type { LimitedBy } from '../message/limited.js'
import { carriers, majorCarriers, type Carrier } from './carriers.js'
import type { LimitsInForce, Pace } from './in-force.js'
import type { WaitingSegments } from './limited-queues.js'

/** A queue, and how fast it drains at best. */
export interface QueuePace {
  /** Of all numbers of the campaign, of the number alone, or of all that carriers limit of the account. */
  readonly of: 'campaign' | 'number' | 'account'
  readonly carrier: Carrier | 'unknown'
  /** Segments a second. */
  readonly perSecond: number
}

/** What is left of a day for a message. */
export interface DayLeft {
  readonly cap: number
  /** Segments. */
  readonly room: number
  /** Until midnight. */
  readonly ms: number
}

/** @param carrier `unknown`: it stands in the queues of all major ones, with those of unknown carriers before it */
export function queuesOf({ sms }: LimitsInForce, carrier: Carrier | 'unknown'): readonly QueuePace[] {
  return (carrier === 'unknown' ? majorCarriers : [carrier]).flatMap((each): readonly QueuePace[] => {
    const { shared, perNumber } = sms[each]
    return [...queueOf('campaign', each, shared), ...queueOf('number', each, perNumber)]
  })
}

/** Of a number that is in no campaign. */
export function queuesOfNumber(pace: Pace | undefined): readonly QueuePace[] {
  return queueOf('number', 'unknown', pace)
}

/** No queue drains faster than what its account may send, and all that is the account's stands in one of it. */
export function withAccount(queues: readonly QueuePace[], pace: Pace | undefined): readonly QueuePace[] {
  const [ofAccount] = queueOf('account', 'unknown', pace)
  if (ofAccount === undefined) return queues
  const most = ofAccount.perSecond
  const narrowed = queues.map(({ of, carrier, perSecond }): QueuePace => ({
    of,
    carrier,
    perSecond: Math.min(perSecond, most),
  }))
  return [...narrowed, ofAccount]
}

export function isCarrier(text: string): text is Carrier {
  return (carriers as readonly string[]).includes(text)
}

/**
 * Segments that go before one which comes now, of those that are counted so.
 *
 * @param byMs switch time: what is due later does not go before it
 */
export function aheadIn(
  { of, carrier }: QueuePace,
  { account, campaign, number }: LimitedBy,
  waiting: Pick<WaitingSegments, 'ofCampaign' | 'ofNumber' | 'ofAccount'>,
  byMs = Infinity,
): number {
  if (of === 'account') return waiting.ofAccount(account, byMs)
  const ofCarrier = (each: string): number =>
    of === 'campaign' ? waiting.ofCampaign(campaign, each, byMs) : waiting.ofNumber(number, each, byMs)
  return ofCarrier(carrier) + (carrier === 'unknown' ? 0 : ofCarrier('unknown'))
}

/**
 * Does a message that comes behind so many segments leave within its life, if all goes as fast as it may? One that has nobody before
 * it always does.
 *
 * @param day what is beyond it waits for midnight; undefined where no day has a cap
 */
export function canDrain(
  perSecond: number,
  ahead: number,
  segments: number,
  lifeMs: number,
  day: DayLeft | undefined,
): boolean {
  const all = ahead + segments
  if (ahead > 0 && (all * 1000) / perSecond > lifeMs) return false
  if (day === undefined || all <= Math.max(0, day.room)) return true
  const later = all - Math.max(0, day.room)
  return later <= day.cap && day.ms + ((later - segments) * 1000) / perSecond <= lifeMs
}

function queueOf(of: QueuePace['of'], carrier: QueuePace['carrier'], pace: Pace | undefined): readonly QueuePace[] {
  if (pace === undefined) return []
  return [{ of, carrier, perSecond: Math.min(pace.perSecond, (pace.perMinute ?? Infinity) / 60) }]
}
