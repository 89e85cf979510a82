import { describe, expect, it } from 'vitest'
import { anchorClock, type ClockReading, type MachineTime } from './anchored-clock.js'
import { bootMonotonicMs, readBootId } from './boot-id.js'

const DAY = 86_400_000
const NOON = 1_700_000_000_000

interface Row {
  readonly name: string
  readonly kept: ClockReading | undefined
  readonly now: MachineTime
  /** Switch time at the start and 250 ms later. */
  readonly expected: number
}

const kept = { switchMs: NOON, monotonicMs: 5_000, bootId: 'a' }

const table: readonly Row[] = [
  {
    name: 'a new store begins at wall time',
    kept: undefined,
    now: { wallMs: NOON, monotonicMs: 77, bootId: 'a' },
    expected: NOON,
  },
  {
    name: 'a restart in the same boot goes on by the monotonic clock',
    kept,
    now: { wallMs: NOON + 1_500, monotonicMs: 6_500, bootId: 'a' },
    expected: NOON + 1_500,
  },
  {
    name: 'the wall clock a day ahead in the same boot changes nothing',
    kept,
    now: { wallMs: NOON + DAY, monotonicMs: 6_500, bootId: 'a' },
    expected: NOON + 1_500,
  },
  {
    name: 'the wall clock a day back in the same boot changes nothing',
    kept,
    now: { wallMs: NOON - DAY, monotonicMs: 6_500, bootId: 'a' },
    expected: NOON + 1_500,
  },
  {
    name: 'after a reboot the wall clock tells how long the machine was off',
    kept,
    now: { wallMs: NOON + 60_000, monotonicMs: 900, bootId: 'b' },
    expected: NOON + 60_000,
  },
  {
    name: 'after a reboot with the wall clock a day back it stands still rather than go back',
    kept,
    now: { wallMs: NOON - DAY, monotonicMs: 900, bootId: 'b' },
    expected: NOON,
  },
  {
    name: 'a monotonic clock that went back counts as another boot',
    kept,
    now: { wallMs: NOON + 10, monotonicMs: 4_999, bootId: 'a' },
    expected: NOON + 10,
  },
]

describe('anchorClock', () => {
  it.each(table)('$name', ({ kept: last, now, expected }) => {
    const switchMs = anchorClock(last, now)
    expect(switchMs(now.monotonicMs)).toBe(expected)
    expect(switchMs(now.monotonicMs + 250)).toBe(expected + 250)
  })

  it('survives restarts in a row without drifting', () => {
    let last: ClockReading | undefined
    for (let start = 0; start < 50; start++) {
      const now = { wallMs: NOON + (start % 2) * DAY, monotonicMs: 1_000 + start * 100, bootId: 'a' }
      const switchMs = anchorClock(last, now)
      last = { switchMs: switchMs(now.monotonicMs), monotonicMs: now.monotonicMs, bootId: 'a' }
    }
    expect(last?.switchMs).toBe(NOON + 49 * 100)
  })
})

describe('the machine', () => {
  it('has one boot id for as long as it runs, and a monotonic clock that goes on', () => {
    expect(readBootId(NOON)).toBe(readBootId(NOON))
    expect(readBootId(NOON)).not.toBe('')
    const before = bootMonotonicMs()
    expect(bootMonotonicMs()).toBeGreaterThanOrEqual(before)
  })
})
