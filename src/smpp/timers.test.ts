import { describe, expect, it } from 'vitest'
import { dueTimer } from './timers.js'
import type { DueTimer, TimerMarks } from './timers.js'

const limits = { sessionInitMs: 30, enquireLinkMs: 50, inactivityMs: 300, responseMs: 10, writeStallMs: 20 }
const bound: TimerMarks = {
  openedAtMs: 0,
  bound: true,
  receivedAtMs: 0,
  trafficAtMs: 0,
  enquiredAtMs: undefined,
  stalledAtMs: undefined,
  unbindSentAtMs: undefined,
  unbindAskedAtMs: undefined,
  leavingAtMs: undefined,
}

const cases: readonly (readonly [string, Partial<TimerMarks>, number, DueTimer])[] = [
  ['before the bind nothing but session init', { bound: false }, 29, 'none'],
  ['an unbound session has run out of time', { bound: false }, 30, 'sessionInit'],
  ['a bound session has no session init', {}, 49, 'none'],
  ['the peer was silent', {}, 50, 'enquireLink'],
  ['it was asked and has time left', { enquiredAtMs: 50 }, 59, 'none'],
  ['it was asked and said nothing', { enquiredAtMs: 50 }, 60, 'enquireLinkUnanswered'],
  ['it was asked and said something else', { enquiredAtMs: 50, receivedAtMs: 55 }, 64, 'none'],
  ['it answers enquire_link and does nothing else', { receivedAtMs: 299 }, 300, 'inactivity'],
  ['it does not answer our unbind', { unbindSentAtMs: 5 }, 15, 'unbindUnanswered'],
  ['its unbind waits too long for our answers', { unbindAskedAtMs: 5 }, 15, 'unbindOverdue'],
  ['we cannot leave for the answers that we owe', { leavingAtMs: 5 }, 15, 'leavingOverdue'],
  ['it does not read, whatever else', { stalledAtMs: 31, receivedAtMs: 50 }, 51, 'writeStall'],
]

describe('timers', () => {
  it.each(cases)('%s', (_what, marks, nowMs, due) => {
    expect(dueTimer({ ...bound, ...marks }, limits, nowMs)).toBe(due)
  })

  it('are off at 0', () => {
    const off = { sessionInitMs: 0, enquireLinkMs: 0, inactivityMs: 0, responseMs: 0, writeStallMs: 0 }
    for (const isBound of [true, false]) {
      expect(dueTimer({ ...bound, bound: isBound, enquiredAtMs: 0, stalledAtMs: 0 }, off, 1e9)).toBe('none')
    }
  })
})
