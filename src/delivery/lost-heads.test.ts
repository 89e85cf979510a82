import { expect, it } from 'vitest'
import type { AccountId, DeliveryId } from '../message/ids.js'
import { esmeLane, moLane } from './lane-key.js'
import { LostHeads } from './lost-heads.js'

const acme = 'acme' as AccountId
const place = (lane: 'receipts' | 'mo', dueMs: number, account = acme) => ({
  lane: lane === 'mo' ? moLane(account) : esmeLane(account),
  dueMs,
  id: `${lane}${dueMs}` as DeliveryId,
})

it('counts for the first in line of an account only, whichever of its lanes that is in', () => {
  const heads = new LostHeads()
  expect(heads.lost(place('mo', 1))).toBe(1)
  expect(heads.lost(place('receipts', 2))).toBe(0)
  expect(heads.lost(place('mo', 3))).toBe(0)
  expect(heads.lost(place('receipts', 2, 'other' as AccountId))).toBe(1)
  expect(heads.lost(place('mo', 1))).toBe(2)
  heads.over(place('receipts', 2))
  expect(heads.lost(place('mo', 1))).toBe(3)
  heads.over(place('mo', 1))
  expect(heads.lost(place('receipts', 2))).toBe(1)
})
