// The breaker as a table: what happens when, and the state after it.
import { describe, expect, it } from 'vitest'
import { type BreakerRules, type BreakerState, closedBreaker, type Leave, mayAsk, outcomeOf } from './breaker.js'

const rules: BreakerRules = { minFailures: 3, ratio: 0.5, windowMs: 1_000, openMs: 500 }

/** ok, fail: outcomes of normal questions; probeOk, probeFail: of the probe; ask: may it be asked, and how. */
type Step =
  | readonly [atMs: number, what: 'ok' | 'fail' | 'probeOk' | 'probeFail', state: BreakerState['kind']]
  | readonly [atMs: number, what: 'ask', state: BreakerState['kind'], leave: Leave | undefined]

const tables: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  [
    'opens at the third failure',
    [
      [0, 'ask', 'closed', 'normal'],
      [0, 'fail', 'closed'],
      [1, 'fail', 'closed'],
      [2, 'fail', 'open'],
      [2, 'ask', 'open', undefined],
      [501, 'ask', 'open', undefined],
    ],
  ],
  [
    'stays closed while failures are fewer than half',
    [
      [0, 'ok', 'closed'],
      [0, 'ok', 'closed'],
      [0, 'ok', 'closed'],
      [0, 'ok', 'closed'],
      [1, 'fail', 'closed'],
      [2, 'fail', 'closed'],
      [3, 'fail', 'closed'],
      [4, 'fail', 'open'],
    ],
  ],
  [
    'forgets failures older than the window',
    [
      [0, 'fail', 'closed'],
      [1, 'fail', 'closed'],
      [1_001, 'fail', 'closed'],
      [1_002, 'fail', 'closed'],
      [1_499, 'fail', 'open'],
    ],
  ],
  [
    'adds up failures of both halves of the window',
    [
      [499, 'fail', 'closed'],
      [499, 'fail', 'closed'],
      [500, 'fail', 'open'],
    ],
  ],
  [
    'a success never opens it',
    [
      [0, 'fail', 'closed'],
      [0, 'fail', 'closed'],
      [0, 'ok', 'closed'],
      [0, 'ok', 'closed'],
    ],
  ],
  [
    'one probe goes out, and closes it when it succeeds',
    [
      [0, 'fail', 'closed'],
      [0, 'fail', 'closed'],
      [0, 'fail', 'open'],
      [500, 'ask', 'halfOpen', 'probe'],
      [501, 'ask', 'halfOpen', undefined],
      [502, 'probeOk', 'closed'],
      [503, 'ask', 'closed', 'normal'],
      [503, 'fail', 'closed'],
      [503, 'fail', 'closed'],
      [503, 'fail', 'open'],
    ],
  ],
  [
    'a probe that fails opens it for another while',
    [
      [0, 'fail', 'closed'],
      [0, 'fail', 'closed'],
      [0, 'fail', 'open'],
      [500, 'ask', 'halfOpen', 'probe'],
      [600, 'probeFail', 'open'],
      [1_099, 'ask', 'open', undefined],
      [1_100, 'ask', 'halfOpen', 'probe'],
    ],
  ],
  [
    'a probe that says nothing is followed by another',
    [
      [0, 'fail', 'closed'],
      [0, 'fail', 'closed'],
      [0, 'fail', 'open'],
      [500, 'ask', 'halfOpen', 'probe'],
      [999, 'ask', 'halfOpen', undefined],
      [1_000, 'ask', 'halfOpen', 'probe'],
    ],
  ],
  [
    'stragglers from before change nothing',
    [
      [0, 'fail', 'closed'],
      [0, 'fail', 'closed'],
      [0, 'fail', 'open'],
      [1, 'ok', 'open'],
      [1, 'fail', 'open'],
      [500, 'ask', 'halfOpen', 'probe'],
      [501, 'ok', 'halfOpen'],
      [501, 'fail', 'halfOpen'],
      [502, 'probeOk', 'closed'],
      [503, 'probeFail', 'closed'],
    ],
  ],
]

describe('the breaker', () => {
  it.each(tables)('%s', (_name, steps) => {
    let state = closedBreaker(0)
    steps.forEach(([atMs, what, after, leave], i) => {
      const step = `step ${i}, ${what} at ${atMs}`
      if (what === 'ask') {
        const [next, asked] = mayAsk(state, rules, atMs)
        expect(asked, step).toBe(leave)
        state = next
      } else {
        const isProbe = what.startsWith('probe')
        state = outcomeOf(state, rules, isProbe ? 'probe' : 'normal', /fail$/i.test(what), atMs)
      }
      expect(state.kind, step).toBe(after)
    })
  })
})
