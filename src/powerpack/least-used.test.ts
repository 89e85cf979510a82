import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LeastUsed, ORDER_MAX } from './least-used.js'
import { SlotColumns } from './slot-columns.js'

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('sent' as const), slot: fc.nat(15), by: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('undone' as const),
      slot: fc.nat(15),
      by: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('joined' as const), slot: fc.nat(15), by: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('left' as const), slot: fc.nat(15), by: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('midnight' as const),
      slot: fc.constant(0),
      by: fc.integer({ min: -1, max: 1 }),
    }),
  },
)

describe('the least used', () => {
  it('are those of a plain search, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, filled) => {
        const columns = new SlotColumns()
        columns.reserve(16)
        let order = new LeastUsed(columns, 1)
        const members = new Set<number>()
        let day = 100
        columns.setDay(day)
        const count = (slot: number, to: number): void => {
          if (members.has(slot)) order.change(slot, columns.sentOf(slot), to)
          columns.setSent(slot, to)
        }
        for (const { kind, slot, by } of steps) {
          if (kind === 'sent') count(slot, columns.sentOf(slot) + by)
          else if (kind === 'undone') count(slot, Math.max(0, columns.sentOf(slot) - by))
          else if (kind === 'midnight') columns.setDay((day += by))
          else if (kind === 'left' && members.delete(slot)) order.remove(slot)
          else if (kind === 'joined' && !members.has(slot)) {
            columns.setSent(slot, by)
            members.add(slot)
            order.add(slot)
          }
          const least = Math.min(Infinity, ...[...members].map((member) => columns.sentOf(member)))
          expect(order.least()).toBe(least)
          const counts = [...members].map((member) => columns.sentOf(member))
          for (let from = 0; from < 40; from += 3) {
            const next = Math.min(Infinity, ...counts.filter((sent) => sent >= from))
            expect(order.leastFrom(from)).toBe(next)
            if (next === Infinity) continue
            const tied = [...members].filter((member) => columns.sentOf(member) === next)
            expect(order.ties(next)).toBe(tied.length)
            expect(Array.from({ length: tied.length }, (_, i) => order.at(next, i)).sort()).toEqual(tied.sort())
          }
          expect(order.size).toBe(members.size)
          if (filled) {
            order = new LeastUsed(columns, 1)
            order.fill([...members])
          }
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('are used alike above a bound', () => {
    const columns = new SlotColumns()
    const order = new LeastUsed(columns, 0)
    for (const slot of [0, 1, 2]) order.add(slot)
    for (const slot of [0, 1]) {
      order.change(slot, 0, ORDER_MAX + 5 * slot)
      columns.setSent(slot, ORDER_MAX + 5 * slot)
    }
    order.remove(2)
    expect([order.least(), order.ties(ORDER_MAX)]).toEqual([ORDER_MAX, 2])
    expect([order.leastFrom(ORDER_MAX), order.leastFrom(ORDER_MAX + 1)]).toEqual([ORDER_MAX, Infinity])
    order.change(1, ORDER_MAX + 5, 3)
    columns.setSent(1, 3)
    expect([order.least(), order.ties(3), order.at(3, 0)]).toEqual([3, 1, 1])
    expect([order.leastFrom(4), order.at(ORDER_MAX, 0)]).toEqual([ORDER_MAX, 0])
  })

  it('are none of nothing', () => {
    const order = new LeastUsed(new SlotColumns(), 0)
    expect([order.least(), order.leastFrom(1), order.size]).toEqual([Infinity, Infinity, 0])
  })
})
