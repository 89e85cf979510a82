// What every store must do with the books of customers and their records; run against each of them by conformance.test.ts. Speaks only
// the contract's verbs.

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arbitraryMove, arbitraryPayment } from './conformance-arbitrary.suite.js'
import {
  anchorAt,
  billOf,
  booksOf,
  callRecord,
  lineOf,
  linesOf,
  moved,
  paid,
  parkedOf,
  segment,
  accepted,
} from './conformance-rows.suite.js'
import type { StoreUnderTest } from './conformance.suite.js'
import type { CallRecords, CustomerBooks, DayBooks, Move, Payment } from '../message/bill.js'
import type { Unit } from './contracts/unit.js'

const at = anchorAt(1)
const DAY = 86_400_000

/** A unit that happens to have records. */
const recorded = (cdr: CallRecords): Unit => ({ kind: 'parked', parked: parkedOf(1), cdr })
const exported = (through: number, file = 'a.jsonl', bytes = 1): Unit => ({ kind: 'exported', through, file, bytes })

/** The sums of the contract, worked out in the plainest way. */
function modelOf(units: readonly Unit[]): { readonly customers: CustomerBooks[]; readonly days: DayBooks[] } {
  const customers = new Map<string, CustomerBooks>()
  const days = new Map<string, DayBooks>()
  const references = new Set<string>()
  const of = (customer: string) =>
    customers.get(customer) ?? { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }
  const add = (move: Move) => {
    const { customer, account, day } = move
    const sums = of(customer)
    customers.set(customer, {
      ...sums,
      heldMicros: sums.heldMicros + move.heldMicros,
      chargedMicros: sums.chargedMicros + move.chargedMicros,
    })
    const key = `${String(day).padStart(10, '0')} ${account}\0${customer}`
    const used = days.get(key) ?? { account, customer, day, units: 0, heldMicros: 0, chargedMicros: 0 }
    days.set(key, {
      ...used,
      units: used.units + move.units,
      heldMicros: used.heldMicros + move.heldMicros,
      chargedMicros: used.chargedMicros + move.chargedMicros,
    })
  }
  const pay = ({ customer, reference, micros }: Payment) => {
    if (references.has(`${customer} ${reference}`)) return
    references.add(`${customer} ${reference}`)
    const sums = of(customer)
    customers.set(customer, { ...sums, paidInMicros: sums.paidInMicros + micros })
  }
  for (const unit of units) {
    if (unit.kind === 'paid') pay(unit.payment)
    else if (unit.kind !== 'exported' && unit.move !== undefined) add(unit.move)
  }
  const sorted = <Row>(rows: Map<string, Row>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  return { customers: sorted(customers), days: sorted(days) }
}

export function booksSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`books contract: ${name}`, () => {
    let under: StoreUnderTest
    let store: StoreUnderTest['store']

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })
    afterEach(() => under.dispose())

    it('begin empty', async () => {
      expect(await booksOf(store)).toEqual({
        customers: [],
        days: [],
        payments: [],
        records: { through: 0, lines: '' },
        mark: undefined,
      })
      expect(await store.books.findPayment('acme', 'r1')).toBeUndefined()
    })

    it('are the sums of all that moved, also for the next process and after an opening anew', async () => {
      const units = fc.array(fc.oneof(arbitraryMove.map(moved), arbitraryPayment.map(paid)), { maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(fc.array(units, { maxLength: 6 }), fc.boolean(), async (commits, overlapping) => {
          const fresh = await makeStore()
          try {
            if (overlapping) await Promise.all(commits.map((commit) => fresh.store.commit(commit, at)))
            else for (const commit of commits) await fresh.store.commit(commit, at)
            const expected = modelOf(commits.flat())
            expect(await booksOf(fresh.store)).toMatchObject(expected)
            await fresh.store.reopen()
            const more = commits[0] ?? []
            await fresh.store.commit(more, at)
            const all = modelOf([...commits.flat(), ...more])
            const again = await fresh.crash()
            expect(await booksOf(again)).toMatchObject(all)
          } finally {
            await fresh.dispose()
          }
        }),
        { numRuns: 25, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
      )
    })

    it('give the days that were asked for, by day, account and customer', async () => {
      const move = { heldMicros: 10, chargedMicros: 1, units: 2 }
      const of = (account: string, day: number, customer = 'acme') =>
        moved({ ...move, customer, account: account as Move['account'], day })
      await store.commit([of('b', 5), of('a', 5), of('ж', 4), of('a', 7), of('a', 0)], at)
      await store.commit([of('a', 5, 'other')], at)
      const days = await store.books.days(4, 5)
      expect(days.map(({ day, account, customer, units }) => [day, account, customer, units])).toEqual([
        [4, 'ж', 'acme', 2],
        [5, 'a', 'acme', 2],
        [5, 'a', 'other', 2],
        [5, 'b', 'acme', 2],
      ])
      expect(await store.books.days(6, 6)).toEqual([])
      expect(await store.books.days(7, 4)).toEqual([])
      expect(await store.books.days(-1, Infinity)).toHaveLength(6)
    })

    it('move with their unit or not at all', async () => {
      const bad = { customer: '', account: 'a' as Move['account'], day: 1, heldMicros: 1, chargedMicros: 0, units: 1 }
      const good = { ...bad, customer: 'acme' }
      for (const wrong of [bad, { ...good, day: -1 }, { ...good, heldMicros: 0.5 }, { ...good, customer: 'a\0b' }])
        await expect(store.commit([moved(good), moved(wrong)], at)).rejects.toThrow(RangeError)
      for (const wrong of [{ reference: '' }, { micros: NaN }, { atMs: -1 }])
        await expect(store.commit([moved(good), paid({ ...payment(1), ...wrong })], at)).rejects.toThrow(RangeError)
      expect(await booksOf(store)).toMatchObject({ customers: [], days: [] })
      await store.commit([{ ...accepted(segment(1, { bill: billOf() })), move: good } as Unit], at)
      expect(await booksOf(store)).toMatchObject({ customers: [{ customer: 'acme', heldMicros: 1 }] })
    })

    describe('payments', () => {
      it('are counted once for each reference of a customer, in one commit or in two', async () => {
        await store.commit([paid(payment(1)), paid({ ...payment(1), micros: 7 })], at)
        await store.commit([paid({ ...payment(1), note: 'again' }), paid({ ...payment(1), customer: 'other' })], at)
        await Promise.all([store.commit([paid(payment(2))], at), store.commit([paid(payment(2))], at)])
        const again = await under.crash()
        await again.commit([paid(payment(1))], at)
        expect(await again.books.customers()).toEqual([
          { customer: 'acme', heldMicros: 0, chargedMicros: 0, paidInMicros: 2_000_000 },
          { customer: 'other', heldMicros: 0, chargedMicros: 0, paidInMicros: 1_000_000 },
        ])
        expect(await again.books.findPayment('acme', 'ref-1')).toEqual(payment(1))
        expect(await again.books.findPayment('acme', 'ref-3')).toBeUndefined()
      })

      it('come oldest first, from a time on, up to a count', async () => {
        const times = [300.5, 100, 2 ** 32, 200, 200]
        const payments = times.map((atMs, n) => payment(n, { atMs }))
        await store.commit([...payments, payment(9, { customer: 'acm', atMs: 150 })].map(paid), at)
        const from = async (ms: number, limit = 10) =>
          (await store.books.payments('acme', ms, limit)).map(({ reference }) => reference)
        expect(await from(0)).toEqual(['ref-1', 'ref-3', 'ref-4', 'ref-0', 'ref-2'])
        expect(await from(200)).toEqual(['ref-3', 'ref-4', 'ref-0', 'ref-2'])
        expect(await from(200, 2)).toEqual(['ref-3', 'ref-4'])
        expect(await from(2 ** 32 + 1)).toEqual([])
        expect(await from(0, 0)).toEqual([])
        expect(await store.books.payments('nobody', 0, 10)).toEqual([])
      })
    })

    describe('the account of a customer', () => {
      const of = (customer: string, account: string, day: number, chargedMicros = 1) =>
        moved({ customer, account: account as Move['account'], day, heldMicros: 0, chargedMicros, units: 1 })

      it('has its own days and payments from a day on, and its sums', async () => {
        await store.commit([of('acme', 'b', 2), of('acme', 'a', 3), of('acme', 'a', 1), of('acm', 'a', 3)], at)
        await store.commit([of('other', 'a', 3), of('acme', 'c', 99)], at)
        await store.commit(
          [1, 2, 3].map((day) => paid(payment(day, { atMs: day * DAY }))),
          at,
        )
        const account = await store.books.account('acme', 2, 10)
        expect(account.books).toMatchObject({ customer: 'acme', chargedMicros: 4, paidInMicros: 3_000_000 })
        expect(account.folded).toBeUndefined()
        expect(account.days.map(({ day, account, customer }) => [day, account, customer])).toEqual([
          [2, 'b', 'acme'],
          [3, 'a', 'acme'],
          [99, 'c', 'acme'],
        ])
        expect(account.payments.map(({ reference }) => reference)).toEqual(['ref-2', 'ref-3'])
        const first = await store.books.account('acme', 2, 1)
        expect([first.days.length, first.payments.length]).toEqual([1, 1])
        const none = await store.books.account('nobody', 0, 9)
        expect(none).toMatchObject({ books: { paidInMicros: 0 }, days: [], payments: [] })
      })

      it('is of one moment while others commit', async () => {
        await store.commit([paid(payment(0))], at)
        const commits = Array.from({ length: 50 }, () =>
          store.commit([of('acme', 'a', 5, 10), of('acme', 'b', 6, 1)], at),
        )
        let isOver = false
        const all = Promise.all(commits).then(() => (isOver = true))
        let seen = 0
        while (!isOver) {
          const { books, days } = await store.books.account('acme', 0, 10)
          expect(days.reduce((sum, { chargedMicros }) => sum + chargedMicros, 0)).toBe(books.chargedMicros)
          if (seen++ % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        await all
        expect((await store.books.account('acme', 0, 10)).books.chargedMicros).toBe(550)
      })

      it('is of one moment also where it has more rows than are read at a time', async () => {
        const days = Array.from({ length: 1200 }, (_, day) => of('acme', 'a', day, 1))
        await store.commit([...days, of('acme', 'b', 7), ...[1, 2, 3].map((day) => paid(payment(day)))], at)
        await store.commit(
          Array.from({ length: 1100 }, (_, i) => paid(payment(0, { reference: `early-${i}`, atMs: i % 3 }))),
          at,
        )
        const reading = store.books.account('acme', 0, Infinity)
        // The last day is read in a later turn than the first.
        await store.commit([of('acme', 'a', 0, 50), of('acme', 'a', 1199, 50), paid(payment(4))], at)
        const account = await reading
        const charged = account.days.reduce((sum, { chargedMicros }) => sum + chargedMicros, 0)
        expect([account.days.length, charged, account.books.chargedMicros]).toEqual([1201, 1201, 1201])
        expect(account.payments.length).toBe(1103)
        expect(account.payments.reduce((sum, { micros }) => sum + micros, 0)).toBe(account.books.paidInMicros)
        const again = await store.books.account('acme', 0, 1150)
        expect([again.days.length, again.payments.length]).toEqual([1150, 1104].map((rows) => Math.min(rows, 1150)))
        expect(again.days.map(({ day }) => day)).toEqual(
          [...Array.from({ length: 1200 }, (_, day) => day), 7].sort((a, b) => a - b).slice(0, 1150),
        )
      })

      it('is not read on once the store is closed', async () => {
        await store.commit(
          Array.from({ length: 2500 }, (_, day) => of('acme', 'a', day)),
          at,
        )
        const reading = store.books.account('acme', 0, Infinity).then(
          ({ days }) => days.length,
          (error: unknown) => error,
        )
        await store.close()
        // All of it where that takes one turn.
        expect([2500, expect.objectContaining({ failure: 'closed' })]).toContainEqual(await reading)
      })

      it('keeps its sums where old days and payments become one', async () => {
        await store.commit([of('acme', 'a', 1, 5), of('acme', 'b', 1, 7), of('acme', 'a', 2), of('acme', 'a', 3)], at)
        await store.commit([of('other', 'a', 1)], at)
        await store.commit(
          [1, 2, 3].map((day) => paid(payment(day, { atMs: day * DAY + 1 }))),
          at,
        )
        expect(await store.books.customersBefore(1)).toEqual([])
        expect(await store.books.customersBefore(3)).toEqual(['acme', 'other'])
        const books = (await store.books.account('acme', 0, 9)).books
        for (let times = 0; times < 3; times++) await store.books.fold('acme', 3, 2)
        await store.books.fold('nobody', 3, 2)
        expect(await store.books.customersBefore(3)).toEqual(['other'])
        // What comes late for a day that is gone.
        await store.commit([of('acme', 'a', 1, 11)], at)
        expect(await store.books.customersBefore(3)).toEqual(['acme', 'other'])
        const again = await under.crash()
        await Promise.all([again.commit([of('acme', 'a', 1, 2)], at), again.books.fold('acme', 3, 9)])
        await again.books.fold('acme', 3, 9)
        const account = await again.books.account('acme', 0, 9)
        expect(account.folded).toEqual({
          ...{ customer: 'acme', throughDay: 2, units: 5, heldMicros: 0, chargedMicros: 26, paidInMicros: 2_000_000 },
        })
        expect(account.days.map(({ day }) => day)).toEqual([3])
        expect(account.payments.map(({ reference }) => reference)).toEqual(['ref-3'])
        expect(account.books).toEqual({ ...books, chargedMicros: books.chargedMicros + 13 })
        expect(await again.books.findPayment('acme', 'ref-1')).toBeUndefined()
      })
    })

    it('remember what currency they are in', async () => {
      expect(await store.books.currency()).toBeUndefined()
      await store.books.keepCurrency('EUR')
      expect(await (await under.crash()).books.currency()).toBe('EUR')
    })

    describe('records', () => {
      it('come back in order, one block a commit, up to the octets that were asked for', async () => {
        await store.commit([recorded('a1\n'), recorded('a2\n')], at)
        await store.commit([accepted(segment(1))], at)
        await Promise.all(['b1\n', 'c1\n'].map((lines) => store.commit([recorded(lines)], at)))
        const all = await store.books.records(1_000)
        expect(linesOf(all)).toBe('a1\na2\nb1\nc1\n')
        expect(all.through).toBe(3)
        expect(store.books.recordsWaiting()).toBe(3)
        for (const [maxBytes, through, lines] of [
          [7, 2, 'a1\na2\nb1\n'],
          [6, 1, 'a1\na2\n'],
          [0, 1, 'a1\na2\n'],
        ] as const) {
          const records = await store.books.records(maxBytes)
          expect([records.through, linesOf(records)]).toEqual([through, lines])
        }
      })

      it('go when they are in a file, which is remembered', async () => {
        await store.commit([recorded('a\n')], at)
        await store.commit([recorded('b\n')], at)
        expect(await store.books.exportMark()).toBeUndefined()
        await store.commit([{ ...exported(1, 'cdr-1.jsonl', 2), folder: '/var/čdr' } as Unit], at)
        expect(await store.books.exportMark()).toEqual({
          through: 1,
          file: 'cdr-1.jsonl',
          bytes: 2,
          folder: '/var/čdr',
        })
        expect(linesOf(await store.books.records(100))).toBe('b\n')
        const again = await under.crash()
        expect(await again.books.exportMark()).toMatchObject({ bytes: 2, folder: '/var/čdr' })
        expect(linesOf(await again.books.records(100))).toBe('b\n')
        expect(again.books.recordsWaiting()).toBe(1)
      })

      it('never have a number twice: not when all are gone, not in the next process', async () => {
        await store.commit([recorded('a\n')], at)
        await store.commit([recorded('b\n')], at)
        await store.commit([exported(2)], at)
        expect((await store.books.records(100)).through).toBe(0)
        await store.commit([recorded('c\n')], at)
        expect((await store.books.records(100)).through).toBe(3)
        await store.commit([exported(3)], at)
        const again = await under.crash()
        await again.commit([recorded('d\n')], at)
        expect((await again.books.records(100)).through).toBe(4)
      })

      it('that are not there yet do not go, whatever a mark says, and a mark does not go back', async () => {
        await store.commit([exported(9), recorded('a\n')], at)
        expect(linesOf(await store.books.records(100))).toBe('a\n')
        await store.commit([exported(1)], at)
        await store.commit([exported(0, 'b.jsonl')], at)
        const again = await under.crash()
        expect(await again.books.exportMark()).toEqual({ through: 1, file: 'b.jsonl', bytes: 1 })
        await again.commit([recorded('b\n')], at)
        expect((await again.books.records(100)).through).toBe(2)
      })

      it('may be many megabytes', async () => {
        const line = `${'x'.repeat(599)}\n`
        const units = Array.from({ length: 5_000 }, () => recorded(line))
        await store.commit(units, at)
        await store.commit([recorded('last\n')], at)
        const all = await store.books.records(Infinity)
        expect(linesOf(all) === `${line.repeat(5_000)}last\n`).toBe(true)
        expect(store.books.recordsWaiting()).toBe(all.through)
        await store.commit([exported(all.through)], at)
        expect((await store.books.records(1)).through).toBe(0)
      })

      it('are lines as they are, or put together of their pieces', async () => {
        const records = [callRecord(1, ',"x":1}\n'), 'a\n', callRecord(2, ',"x":2}\n'), callRecord(1, ',"x":1}\n')]
        await store.commit(records.map(recorded), at)
        const again = await under.crash()
        const lines = records.map((record) => (typeof record === 'string' ? record : lineOf(record)))
        expect(linesOf(await again.books.records(Infinity))).toBe(lines.join(''))
      })
    })

    it('of a closed store reject', async () => {
      await store.close()
      for (const asked of [
        store.books.customers(),
        store.books.days(0, 1),
        store.books.findPayment('acme', 'r'),
        store.books.payments('acme', 0, 1),
        store.books.account('acme', 0, 1),
        store.books.customersBefore(1),
        store.books.fold('acme', 1, 1),
        store.books.currency(),
        store.books.keepCurrency('EUR'),
        store.books.records(1),
        store.books.exportMark(),
      ])
        await expect(asked).rejects.toMatchObject({ failure: 'closed' })
    })
  })
}

function payment(n: number, changes: Partial<Payment> = {}): Payment {
  return { customer: 'acme', reference: `ref-${n}`, micros: 1_000_000, note: 'überwiesen', atMs: 5_000, ...changes }
}
