import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { DayBook, type DayTold } from './day-book.js'

const noon = Date.parse('2026-11-23T20:00:00Z')
const midnight = Date.parse('2026-11-24T08:00:00Z')
const dayMs = 86_400_000

/** A book and the rows that a store would have of it. */
class Rig {
  readonly rows = new Map<string, string>()
  readonly told: DayTold[] = []
  wallAheadMs = 0
  book = this.#newBook()

  keep(rows: readonly KeptRow[]): void {
    for (const { table, key, text } of rows) {
      expect(table).toBe('capday')
      if (text === '') this.rows.delete(key)
      else this.rows.set(key, text)
    }
  }

  restart(nowMs: number): void {
    this.book = this.#newBook()
    this.keep(
      this.book.load(
        [...this.rows].map(([key, text]) => ({ table: 'capday', key, text })),
        nowMs,
      ),
    )
  }

  #newBook(): DayBook {
    return new DayBook({ wallMs: (nowMs) => nowMs + this.wallAheadMs, told: (told) => this.told.push(told) })
  }
}

describe('the book of days', () => {
  it('counts what is let go, and keeps what a vendor has', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 5, 1000, noon)
    expect(rig.rows.size).toBe(0)
    rig.keep(rig.book.vendorHas('ein:1', 2, noon))
    rig.book.giveBack('ein:1', 1)
    expect(rig.book.use('ein:1', noon)).toEqual({ day: '2026-11-23', recorded: 2, underWay: 2, elsewhere: 0 })
    expect([...rig.rows]).toEqual([['ein:1|2026-11-23', '2']])
    // What was under way is sent again, or awaited, and counted then.
    rig.restart(noon)
    expect(rig.book.use('ein:1', noon)).toEqual({ day: '2026-11-23', recorded: 2, underWay: 0, elsewhere: 0 })
  })

  it('begins anew at midnight; what was let go before it belongs to the day before', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 3, 1000, midnight - 1)
    rig.book.take('ein:1', 2, 1000, midnight)
    expect(rig.book.used('ein:1', midnight)).toBe(2)
    for (let i = 0; i < 5; i++) rig.keep(rig.book.vendorHas('ein:1', 1, midnight + 1000))
    expect([...rig.rows]).toEqual([
      ['ein:1|2026-11-23', '3'],
      ['ein:1|2026-11-24', '2'],
    ])
    expect(rig.book.use('ein:1', midnight).underWay).toBe(0)
  })

  it('adds what others sent, in rows of their own', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 1, 1000, noon)
    const judged = rig.book.judgeElsewhere('ein:1', 400, noon)
    // Recorded while the report is on its way to the disk: neither undoes the other.
    rig.keep(rig.book.vendorHas('ein:1', 1, noon))
    rig.keep(judged.rows)
    judged.apply()
    expect(rig.book.used('ein:1', noon)).toBe(401)
    rig.restart(noon)
    expect(rig.book.use('ein:1', noon)).toEqual({ day: '2026-11-23', recorded: 1, underWay: 0, elsewhere: 400 })
    const less = rig.book.judgeElsewhere('ein:1', 0, noon)
    rig.keep(less.rows)
    less.apply()
    expect([rig.book.used('ein:1', noon), rig.rows.size]).toEqual([1, 1])
  })

  it('tells what of a cap is used by what others sent, at once', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 1, 300, noon)
    const report = (segments: number) => rig.book.judgeElsewhere('ein:1', segments, noon, 1000).apply()
    const told = () => rig.told.splice(0).map(({ percent, cap }) => [percent, cap])
    report(600)
    expect(told()).toEqual([
      [50, 1000],
      [50, 300],
      [70, 300],
      [100, 300],
    ])
    report(999)
    expect(told()).toEqual([
      [70, 1000],
      [100, 1000],
    ])
    report(1000)
    expect(told()).toEqual([])
  })

  it('counts an answer that came after its segment was given back', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 2, 1000, noon)
    rig.book.giveBack('ein:1', 1)
    rig.keep(rig.book.vendorHas('ein:1', 1, noon, true))
    expect(rig.book.use('ein:1', noon)).toMatchObject({ recorded: 1, underWay: 1 })
  })

  it('tells once of each part of a cap, also over a restart, and anew of another cap and day', () => {
    const rig = new Rig()
    const percents = (): readonly number[] => rig.told.splice(0).map(({ percent }) => percent)
    const send = (segments: number, cap: number, nowMs = noon): void => {
      rig.book.take('ein:1', segments, cap, nowMs)
      rig.keep(rig.book.vendorHas('ein:1', segments, nowMs))
    }
    send(49, 100)
    expect(percents()).toEqual([])
    send(2, 100)
    expect(percents()).toEqual([50])
    rig.restart(noon)
    send(1, 100)
    expect(percents()).toEqual([])
    send(30, 100)
    expect(percents()).toEqual([70])
    rig.book.reached('ein:1', 100, noon)
    rig.book.reached('ein:1', 100, noon)
    expect(percents()).toEqual([100])
    send(20, 200)
    expect(percents()).toEqual([50])
    send(100, 100, midnight)
    expect(percents()).toEqual([50, 70, 100])
  })

  it('removes the rows of days that are over, and what is no row of it', () => {
    const rig = new Rig()
    rig.rows
      .set('ein:1|2026-11-20', '5')
      .set('ein:1|2026-11-20|elsewhere', '5')
      .set('x', '1')
      .set('ein:2|2026-11-23', 'no')
    rig.restart(noon)
    expect([...rig.rows]).toEqual([['ein:2|2026-11-23', 'no']])
    expect(rig.book.used('ein:2', noon)).toBe(0)
    for (let day = 0; day < 10; day++) {
      rig.book.take('ein:1', 1, 10, noon + day * dayMs)
      rig.keep(rig.book.vendorHas('ein:1', 1, noon + day * dayMs))
    }
    expect([...rig.rows.keys()].sort()).toEqual(['ein:1|2026-12-01', 'ein:1|2026-12-02', 'ein:2|2026-11-23'])
  })

  it('knows the day again when the wall clock is set back over midnight', () => {
    const rig = new Rig()
    rig.book.take('ein:1', 4, 10, midnight - 1)
    rig.book.take('ein:1', 1, 10, midnight)
    rig.wallAheadMs = -1000
    expect(rig.book.used('ein:1', midnight)).toBe(4)
    rig.wallAheadMs = 0
    expect(rig.book.used('ein:1', midnight)).toBe(1)
  })

  it('forgets brands that rest for days', () => {
    const { book } = new Rig()
    for (let i = 0; i < 20_000; i++) {
      const atMs = noon + Math.floor(i / 100) * dayMs
      book.take(`ein:${i}`, 1, 10, atMs)
      book.vendorHas(`ein:${i}`, 1, atMs)
    }
    expect(book.size).toBeLessThan(3000)
    expect(book.used('ein:19999', noon + 199 * dayMs)).toBe(1)
  })

  it('neither forgets nor doubles anything over restarts: what it knows is what vendors have and what is under way', () => {
    const step = fc.record({
      kind: fc.constantFrom('take', 'take', 'take', 'has', 'has', 'back', 'restart'),
      key: fc.constantFrom('ein:1', 'brand:b|2'),
      segments: fc.integer({ min: 1, max: 10 }),
      waitMs: fc.oneof(fc.nat(1000), fc.nat(dayMs / 2)),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const rig = new Rig()
        let nowMs = noon
        let underWay: { key: string; segments: number }[] = []
        const vendor = new Map<string, number>()
        for (const { kind, key, segments, waitMs } of steps) {
          nowMs += waitMs
          if (kind === 'take') {
            rig.book.take(key, segments, 1_000_000, nowMs)
            underWay.push({ key, segments })
          }
          const of = underWay.findIndex((each) => each.key === key)
          if (kind === 'has' && of >= 0) {
            const [had] = underWay.splice(of, 1)
            rig.keep(rig.book.vendorHas(key, had!.segments, nowMs))
            vendor.set(key, (vendor.get(key) ?? 0) + had!.segments)
          }
          if (kind === 'back' && of >= 0) rig.book.giveBack(key, underWay.splice(of, 1)[0]!.segments)
          if (kind === 'restart') {
            rig.restart(nowMs)
            underWay = []
          }
          // Of the last two days all is known; here it is compared while nothing is older.
          if (nowMs > noon + dayMs) break
          for (const one of ['ein:1', 'brand:b|2']) {
            const days = [rig.book.use(one, nowMs), rig.book.use(one, nowMs - dayMs)]
            const flying = underWay.reduce((sum, each) => sum + (each.key === one ? each.segments : 0), 0)
            expect(days.reduce((sum, day) => sum + day.recorded, 0)).toBe(vendor.get(one) ?? 0)
            expect(days.reduce((sum, day) => sum + day.underWay, 0)).toBe(flying)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

it('a wall clock that was days ahead and is set right does not forget the day that it is', () => {
  let aheadMs = 3 * dayMs
  const book = new DayBook({ wallMs: (nowMs) => nowMs + aheadMs })
  const send = (): string => {
    book.take('k', 1, 10, noon)
    return book.vendorHas('k', 1, noon).map(({ key, text }) => `${key}=${text}`).join(' ') // prettier-ignore
  }
  send()
  aheadMs += dayMs
  send()
  aheadMs = 0
  const rows = [send(), send()]
  expect(book.used('k', noon)).toBe(2)
  expect(rows[1]).toBe('k|2026-11-23=2')
})
