import { expect, it } from 'vitest'
import type { MessageId } from './message/ids.js'
import { RepeatedRequests } from './repeated-requests.js'
import type { StoredTransaction } from './store/contracts/transactions.js'
import type { Unit } from './store/contracts/unit.js'

function rig(earlier: readonly StoredTransaction[] = []) {
  const recorded: Unit[] = []
  const time = { nowMs: 1_000_000 }
  const repeated = new RepeatedRequests({
    store: { transactions: () => Promise.resolve(earlier) },
    recorder: { recordLazily: (unit) => void recorded.push(unit) },
    nowMs: () => time.nowMs,
  })
  /** Ticks every 100 ms, as the switch does. */
  const run = (ms: number): void => {
    for (const endMs = time.nowMs + ms; time.nowMs < endMs;) {
      time.nowMs += 100
      repeated.tick()
    }
  }
  const throughMs = (): readonly number[] => recorded.map((unit) => (unit.kind === 'forgotten' ? unit.throughMs : NaN))
  return { repeated, time, run, throughMs }
}

it('tells the store what it may forget, now and then, until all of it is over', () => {
  const { repeated, run, throughMs } = rig()
  run(60_000)
  expect(throughMs()).toEqual([])
  repeated.given(1_060_000 + 32_000)
  run(60_000)
  const told = throughMs()
  expect(told.every((ms, i) => i === 0 || (ms - told[i - 1]! >= 5000 && ms - told[i - 1]! <= 10_000))).toBe(true)
  expect(told.length).toBeGreaterThanOrEqual(4)
  expect(told.at(-1)).toBeGreaterThan(1_060_000 + 32_000)
  run(60_000)
  expect(throughMs()).toEqual(told)
})

it('knows those of an earlier run for as long as they may come again', async () => {
  const { repeated, run, throughMs } = rig([{ id: '01' as MessageId, key: 'a', expiresAtMs: 1_020_000 }])
  await repeated.restore()
  expect([repeated.has('a'), repeated.has('b'), repeated.size]).toEqual([true, false, 1])
  run(20_000)
  expect(repeated.has('a')).toBe(false)
  run(10_000)
  expect(repeated.size).toBe(0)
  expect(throughMs().at(-1)).toBeGreaterThanOrEqual(1_020_000)
})
