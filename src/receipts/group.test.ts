import { expect, it } from 'vitest'
import type { SegmentGroup } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'
import { awaitingOf } from '../store/conformance-rows.suite.js'
import { allTaken, reportOn } from './group.js'

function groupOf(wanted: number): SegmentGroup {
  return { id: 'm' as MessageId, origin: awaitingOf(1).origin, wanted, bill: undefined, expiresAtMs: 9 }
}

const rows: readonly (readonly [
  wanted: number | undefined,
  state: MessageState,
  then: number | undefined,
  told: boolean,
])[] = [
  [3, 'DELIVERED', 2, false],
  [2, 'DELIVERED', 1, false],
  [1, 'DELIVERED', undefined, true],
  [3, 'UNDELIVERABLE', undefined, true],
  [1, 'EXPIRED', undefined, true],
  [2, 'UNKNOWN', undefined, true],
  [3, 'ENROUTE', 3, true],
  [1, 'ACCEPTED', 1, true],
  [undefined, 'DELIVERED', undefined, false],
  [undefined, 'UNDELIVERABLE', undefined, false],
  [undefined, 'ENROUTE', undefined, false],
]

it.each(rows)('%s wanted, %s: %s wanted then, told: %s', (wanted, state, then, told) => {
  const group = wanted === undefined ? undefined : groupOf(wanted)
  const step = reportOn(group, { state, error: '000', doneAtMs: -1, destination: '' })
  expect([step.then?.wanted, step.isTold]).toEqual([then, told])
  // What changes nothing is the same object: nothing is written then.
  if (then !== undefined && then === wanted) expect(step.then).toBe(group)
})

it.each([
  [3, 1, 2, false],
  [2, 1, 1, false],
  [1, 1, undefined, true],
  [2, 2, undefined, true],
  [undefined, 1, undefined, false],
])('%s wanted, all taken with %s silent: %s wanted then, told: %s', (wanted, silent, then, told) => {
  const step = allTaken(wanted === undefined ? undefined : groupOf(wanted), silent, undefined)
  expect([step.then?.wanted, step.isTold]).toEqual([then, told])
})
