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
          const tied = [...members].filter((member) => columns.sentOf(member) === least)
          expect(order.ties()).toBe(tied.length)
          expect(Array.from({ length: tied.length }, (_, i) => order.at(i)).sort()).toEqual(tied.sort())
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
    expect([order.least(), order.ties()]).toEqual([ORDER_MAX, 2])
    order.change(1, ORDER_MAX + 5, 3)
    columns.setSent(1, 3)
    expect([order.least(), order.ties(), order.at(0)]).toEqual([3, 1, 1])
  })

  it('are none of nothing', () => {
    const order = new LeastUsed(new SlotColumns(), 0)
    expect([order.least(), order.ties(), order.size]).toEqual([Infinity, 0, 0])
  })
})
