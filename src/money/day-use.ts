// What was used in one day, held against limits: so that a stolen password can't drain a balance overnight. Days are UTC's.

import { isAmount } from './amount.js'

const DAY_MS = 86_400_000

export interface DayUse {
  /** Days since 1970-01-01. */
  readonly day: number
  /** Held or charged, in micro-units of the base currency. */
  readonly spentMicros: number
  readonly messages: number
}

/** 0 is no limit. */
export interface DayLimits {
  readonly spentMicros: number
  readonly messages: number
}

export type OverLimit = 'daySpend' | 'dayMessages'

export const unusedDay: DayUse = { day: 0, spentMicros: 0, messages: 0 }

export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS)
}

/** Counts messages that are to be accepted, or says which limit they would break; then nothing is counted. */
export function countIn(
  use: DayUse,
  limits: DayLimits,
  micros: number,
  messages: number,
  wallMs: number,
): DayUse | OverLimit {
  const day = dayOf(wallMs)
  // A clock that was set back must not give a new allowance: the day counted last goes on.
  const isNewDay = day > use.day
  const spentMicros = (isNewDay ? 0 : use.spentMicros) + micros
  const counted = (isNewDay ? 0 : use.messages) + messages
  if (!isAmount(spentMicros) || (limits.spentMicros > 0 && spentMicros > limits.spentMicros)) return 'daySpend'
  if (limits.messages > 0 && counted > limits.messages) return 'dayMessages'
  return { day: isNewDay ? day : use.day, spentMicros, messages: counted }
}

/**
 * Takes back what was counted on `day`: money of what was not delivered; messages only where they were not accepted after all.
 * Nothing on another day, whose allowance is over.
 */
export function countOut(use: DayUse, day: number, micros: number, messages: number): DayUse {
  if (day !== use.day || (micros === 0 && messages === 0)) return use
  return {
    day,
    spentMicros: Math.max(0, use.spentMicros - micros),
    messages: Math.max(0, use.messages - messages),
  }
}
