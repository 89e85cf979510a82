import { expect, it } from 'vitest'
import { segment } from '../store/conformance-rows.suite.js'
import { laneTarget } from './lane-key.js'
import { newLane, putInOrder } from './lane.js'

it('puts back in order, and where there is no place loses nothing', () => {
  const { ready } = newLane(segment(1).lane, laneTarget('w:a' as never), [], 4)
  for (const n of [1, 3, 5]) ready.push(segment(n, { dueMs: 1 }))
  expect(putInOrder(ready, segment(4, { dueMs: 1 }))).toBe(true)
  const ids = [1, 3, 4, 5].map((n) => segment(n).id)
  expect([...ready].map(({ id }) => id)).toEqual(ids)
  expect(putInOrder(ready, segment(2, { dueMs: 1 }))).toBe(false)
  expect([...ready].map(({ id }) => id)).toEqual(ids)
})
