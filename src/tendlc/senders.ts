// Rates of numbers beside 10DLC, and how long queues may be: what the tables say, made into paces. Pure.

import type { Pace } from './in-force.js'
import type { Tables } from './tables.js'

/** `unregistered`: a long code without a campaign. `international`: names and numbers to other countries. */
export type SenderKind = 'unregistered' | 'tollFree' | 'shortCode' | 'shortCodeCanada' | 'international'

/** Of one number to all carriers together. */
export function senderPaceOf(kind: SenderKind, { senders }: Tables): Pace {
  return paceOf(senders[kind])
}

/** Of an account whose own rate nobody set; undefined for none. */
export function accountPaceOf(service: 'sms' | 'mms', { senders }: Tables): Pace | undefined {
  const row = service === 'sms' ? senders.accountSms : senders.accountMms
  return row === 'none' ? undefined : paceOf(row)
}

/** Whose queue it is: a campaign's own, or that of numbers of a pool. */
export type QueueKind = 'campaign' | 'powerpack'

/** Seconds that a message may wait: what its sender asked for, within what may be asked; else the life of the queue. */
export function queueSecondsOf(asked: number | undefined, kind: QueueKind, { queues }: Tables): number {
  const { lifeSeconds, leastSeconds, mostSeconds } = queues[kind]
  return asked === undefined ? lifeSeconds : Math.min(mostSeconds, Math.max(leastSeconds, asked))
}

function paceOf({ perSecond, perMinute }: { readonly perSecond?: number; readonly perMinute?: number }): Pace {
  return { perSecond: perSecond ?? (perMinute ?? 0) / 60, perMinute }
}
