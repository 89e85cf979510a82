import { expect, it } from 'vitest'
import { FakeClock } from '../../lib/fake-clock.js'
import { StallWatch } from './stall-watch.js'

const STALL_MS = 1000

function rig(stallMs = STALL_MS) {
  const clock = new FakeClock({ monotonicMs: 7 })
  const state = { owed: 0, stalls: 0, withheld: 0 }
  const watch = new StallWatch(
    {
      clock,
      timers: clock,
      owed: () => state.owed,
      stalled: () => {
        state.stalls++
        // All that wait are answered early.
        for (; state.withheld > 0; state.withheld--) watch.waits(false)
      },
    },
    stallMs,
  )
  /** One read of so many parts, all withheld. */
  const read = (parts: number): void => {
    watch.asked()
    state.owed += parts
    watch.seen()
    state.owed -= parts
    state.withheld += parts
    for (let i = 0; i < parts; i++) watch.waits(true)
    watch.decided()
  }
  return { clock, state, watch, read }
}

it('costs a vendor whose window is 1 the wait once, not for each part', () => {
  const { clock, state, read } = rig()
  read(1)
  clock.advance(STALL_MS - 1)
  expect(state.stalls).toBe(0)
  clock.advance(1)
  expect(state.stalls).toBe(1)
  for (let n = 2; n <= 9; n++) {
    read(1)
    expect(state.stalls).toBe(n)
  }
  expect(clock.pending).toBe(0)
})

it('costs it anew when the vendor asks for more at a time than was known of', () => {
  const { clock, state, read } = rig()
  read(1)
  clock.advance(STALL_MS)
  read(2)
  expect(state.stalls).toBe(1)
  clock.advance(STALL_MS)
  expect(state.stalls).toBe(2)
  read(2)
  expect(state.stalls).toBe(3)
})

it('begins its wait anew with each request, and waits for what is owed beside the parts', () => {
  const { clock, state, watch, read } = rig()
  read(1)
  clock.advance(900)
  watch.asked()
  clock.advance(999)
  expect(state.stalls).toBe(0)
  state.owed = 1
  clock.advance(5000)
  expect(state.stalls).toBe(0)
  state.owed = 0
  clock.advance(100)
  expect(state.stalls).toBe(1)
})

it('keeps no timer when nothing is withheld any more, when the session is over, or where it is switched off', () => {
  const [answered, over, off] = [rig(), rig(), rig(Infinity)]
  for (const { read } of [answered, over, off]) read(2)
  expect([answered, over, off].map(({ clock }) => clock.pending)).toEqual([1, 1, 0])
  answered.watch.waits(false)
  answered.watch.waits(false)
  over.watch.stop()
  over.watch.waits(false)
  over.watch.decided()
  for (const { clock } of [answered, over, off]) clock.advance(100_000)
  expect([answered, over, off].map(({ clock, state }) => clock.pending + state.stalls)).toEqual([0, 0, 0])
})
