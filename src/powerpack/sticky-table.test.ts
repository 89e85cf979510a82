import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StickyTable } from './sticky-table.js'

const step = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'remove', 'removeOldest', 'sort'),
  pack: fc.nat(2),
  phone: fc.nat(60).map((n) => 14_155_550_000 + n * 65_536),
  number: fc.integer({ min: 1, max: 1e15 }),
  lastMs: fc.nat(1e6),
})

interface Entry {
  readonly pack: number
  readonly phone: number
  number: number
  lastMs: number
}

describe('the table of sticky senders', () => {
  it('is a map that knows which was set the longest ago', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const table = new StickyTable()
        let entries: Entry[] = []
        for (const { kind, pack, phone, number, lastMs } of steps) {
          if (kind === 'set') {
            table.set(pack, phone, number, lastMs)
            entries = entries.filter((entry) => entry.pack !== pack || entry.phone !== phone)
            entries.push({ pack, phone, number, lastMs })
          } else if (kind === 'sort') {
            table.sort()
            entries.sort((a, b) => a.lastMs - b.lastMs)
          } else {
            const entry = kind === 'remove' ? table.find(pack, phone) : table.oldest
            if (entry < 0) continue
            const [gonePack, gonePhone] = [table.packOf(entry), table.phoneOf(entry)]
            table.remove(entry)
            entries = entries.filter((other) => other.pack !== gonePack || other.phone !== gonePhone)
          }
          expect(table.size).toBe(entries.length)
          const oldest = table.oldest
          if (kind !== 'sort') {
            const first = entries[0]
            expect(oldest < 0 ? undefined : [table.packOf(oldest), table.phoneOf(oldest)]).toEqual(
              first && [first.pack, first.phone],
            )
          } else if (oldest >= 0) {
            entries = inOrderOf(table, entries)
          }
        }
        for (const { pack, phone, number, lastMs } of entries) {
          const entry = table.find(pack, phone)
          expect([table.numberOf(entry), table.lastMsOf(entry)]).toEqual([number, lastMs])
        }
        expect(table.find(9, 14_155_550_000)).toBe(-1)
      }),
      { numRuns: 300 },
    )
  })
})

/** What is as old as others may stand anywhere among them: the table says where, and then stays with it. */
function inOrderOf(table: StickyTable, entries: readonly Entry[]): Entry[] {
  const left = [...entries]
  const order: Entry[] = []
  const copies: Entry[] = []
  while (table.oldest >= 0) {
    const oldest = table.oldest
    const at = left.findIndex(({ pack, phone }) => pack === table.packOf(oldest) && phone === table.phoneOf(oldest))
    expect(left[at]!.lastMs).toBe(Math.min(...left.map(({ lastMs }) => lastMs)))
    order.push(...left.splice(at, 1))
    copies.push(order.at(-1)!)
    table.remove(oldest)
  }
  for (const { pack, phone, number, lastMs } of copies) table.set(pack, phone, number, lastMs)
  return order
}
