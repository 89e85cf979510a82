// The small pure parts of the vocabulary: ids, receipt requests, states, kinds of addresses, reasons.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKind, isDigits } from './address.js'
import { failureReasons } from './failure.js'
import { createIdSource } from './id-source.js'
import { isAskedFor, receiptRequestOf, registeredDeliveryOf, wantsReceipts } from './receipt.js'
import { isFinal, messageStates, type MessageState } from './state.js'

const noMore = (): number => {
  throw new Error('no epoch is left')
}

describe('ids', () => {
  it('are 16 lower-case hex digits: partition, epoch, counter', () => {
    const ids = createIdSource(0xa, 0xbcdef, noMore)
    expect(ids.next()).toBe('0a0bcdef00000000')
    expect(ids.nextDelivery()).toBe('0a0bcdef00000001')
  })

  it('sort in the order they were made, also over the end of an epoch; none comes twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 0xffff00 }), (limit, epoch) => {
        let taken = epoch
        const ids = createIdSource(7, epoch, () => ++taken, limit)
        const made = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? ids.nextDelivery() : ids.next()) as string)
        expect([...made].sort()).toEqual(made)
        expect(new Set(made).size).toBe(50)
        expect(taken - epoch).toBe(Math.ceil(50 / limit) - 1)
      }),
    )
  })

  it('ask for a new epoch only when the counter is used up', () => {
    const ids = createIdSource(0, 1, noMore, 3)
    for (let i = 0; i < 3; i++) ids.next()
    expect(() => ids.next()).toThrow('no epoch is left')
  })

  it.each([
    [-1, 0],
    [256, 0],
    [0.5, 0],
    [0, -1],
    [0, 2 ** 24],
    [0, 0.5],
    [0, Number.NaN],
  ])('partition %d, epoch %d: refused', (partition, epoch) => {
    expect(() => createIdSource(partition, epoch, noMore)).toThrow(RangeError)
  })
})

describe('registered_delivery', () => {
  const all: readonly (readonly [bits: number, told: readonly MessageState[]])[] = [
    [0x00, []],
    [0x01, ['DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'UNKNOWN', 'REJECTED', 'SKIPPED']],
    [0x02, ['EXPIRED', 'DELETED', 'UNDELIVERABLE', 'UNKNOWN', 'REJECTED', 'SKIPPED']],
    [0x03, ['DELIVERED']],
    [0x10, ['SCHEDULED', 'ENROUTE', 'ACCEPTED']],
    [
      0x12,
      ['SCHEDULED', 'ENROUTE', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED', 'SKIPPED'],
    ],
  ]

  it.each(all)('0x%s tells of %j', (bits, told) => {
    const request = receiptRequestOf(bits)
    const states = Object.keys(messageStates) as MessageState[]
    expect(states.filter((state) => isAskedFor(request, state))).toEqual(told)
    expect(wantsReceipts(request)).toBe(told.length > 0)
  })

  it('other bits change nothing; the way back keeps what is known; equal requests are one object', () => {
    for (let octet = 0; octet < 256; octet++) {
      const request = receiptRequestOf(octet)
      expect(registeredDeliveryOf(request)).toBe(octet & 0x13)
      expect(receiptRequestOf(octet & 0x13)).toBe(request)
    }
  })
})

it("states have the codes of SMPP 5.0 and words of at most seven letters, but for 5.0's own", () => {
  const rows = Object.values(messageStates)
  expect(rows.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(new Set(rows.map(({ word }) => word)).size).toBe(10)
  for (const { code, word } of rows) expect(word.length).toBeLessThanOrEqual(code === 0 ? 8 : 7)
  expect((Object.keys(messageStates) as MessageState[]).filter((state) => !isFinal(state))).toEqual([
    'SCHEDULED',
    'ENROUTE',
    'ACCEPTED',
  ])
})

it.each([
  [5, 'Company', 'alphanumeric'],
  [5, '12025550123', 'alphanumeric'],
  [0, 'Company', 'alphanumeric'],
  [1, '', 'alphanumeric'],
  [1, '12025550123', 'e164'],
  [0, '12025550123', 'e164'],
  [0, '2255', 'shortCode'],
  [3, '225511', 'shortCode'],
  [0, '2255110', 'e164'],
  [1, '225511', 'e164'],
  [2, '1 202', 'alphanumeric'],
] as const)('TON %d "%s" is %s', (ton, value, kind) => {
  expect(addressKind({ ton, npi: 1, value })).toBe(kind)
})

it('digits are ASCII digits, one at least', () => {
  expect(['0', '0123456789'].map(isDigits)).toEqual([true, true])
  expect(['', '+1', '1a', '١٢', '１'].map(isDigits)).toEqual([false, false, false, false, false])
})

it('reasons are said to customers in sentences that name nobody', () => {
  for (const { publicText } of Object.values(failureReasons)) expect(publicText).toMatch(/^[A-Z].*\.$/)
})
