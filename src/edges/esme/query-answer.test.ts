import { expect, it } from 'vitest'
import { queryAnswer } from './query-answer.js'
import type { KnownState } from './recent-states.js'

const doneAtMs = Date.UTC(2026, 10, 22, 12, 59, 58)
const known = (state: KnownState['state'], error = '000', atMs = -1): KnownState => ({ state, error, doneAtMs: atMs })

it.each([
  // state, version, message_state
  ['ENROUTE', 0x34, 1],
  ['DELIVERED', 0x34, 2],
  ['REJECTED', 0x34, 8],
  ['SCHEDULED', 0x34, 1],
  ['SCHEDULED', 0x50, 0],
  ['SKIPPED', 0x33, 5],
  ['SKIPPED', 0x50, 9],
] as const)('%s is told a peer of version 0x%s as %i', (state, version, code) => {
  expect(queryAnswer('id1', known(state), version).message_state).toBe(code)
})

it.each([
  ['000', 0],
  ['001', 1],
  ['255', 255],
  ['256', 0],
  ['999', 0],
  ['1A3', 0],
  ['', 0],
])('the error %j is %i', (error, code) => {
  expect(queryAnswer('id1', known('UNDELIVERABLE', error), 0x34).error_code).toBe(code)
})

it('has a final date only where there is an end', () => {
  expect(queryAnswer('id1', known('ENROUTE'), 0x34)).toEqual({
    message_id: 'id1',
    final_date: '',
    message_state: 1,
    error_code: 0,
  })
  expect(queryAnswer('id1', known('DELIVERED', '000', doneAtMs), 0x34).final_date).toBe('261122125958000+')
})
