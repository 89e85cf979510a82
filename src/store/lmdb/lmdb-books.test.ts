import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CustomerBooks } from '../../message/bill.js'
import { arbitraryMove, arbitraryPayment } from '../conformance-arbitrary.suite.js'
import { accountId, linesOf, moved, paid, vendorId } from '../conformance-rows.suite.js'
import { reduce, type Booking, type Unit } from '../contracts/unit.js'
import { putCustomer } from './book-rows.js'
import { CommitQueue } from './commit-queue.js'
import { putEarlyDay } from './day-rows.js'
import { LmdbBooks } from './lmdb-books.js'
import { openEnv, type LmdbEnv } from './lmdb-env.js'
import { openLmdbStore } from './lmdb-store.js'
import { WriteSlab } from './write-slab.js'

const MiB = 2 ** 20
const PLENTY = 2 ** 40
let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'smswitch-books-'))))
afterEach(() => rmSync(folder, { recursive: true }))

type Fate = 'kept' | 'full' | 'io'

/** Commits over an environment that refuses transactions as it is told; a broken one is opened anew, as the store does. */
function failing(env: LmdbEnv) {
  const fates: Fate[] = []
  const refusals = { full: constants.errno.ENOSPC, io: constants.errno.EIO }
  const failingEnv: LmdbEnv = {
    ...env,
    batch(writes) {
      const fate = fates.shift() ?? 'kept'
      return fate === 'kept'
        ? env.batch(writes)
        : Promise.reject(Object.assign(new Error(fate), { code: refusals[fate] }))
    },
  }
  const books = new LmdbBooks({ read: (verb) => verb(env), write: (encode) => queue.add(encode) })
  books.load(env)
  const queue: CommitQueue = new CommitQueue(failingEnv, books, async () => PLENTY)
  return {
    books,
    fates,
    commit: (units: readonly Unit[]) =>
      queue.add((slab) => {
        for (const unit of units) reduce(unit, slab)
      }),
    mend: async (): Promise<void> => {
      await queue.idle()
      if (queue.broken === undefined) return
      books.load(env)
      queue.useEnv(failingEnv)
    },
  }
}

function sumOf(units: readonly Unit[], before: CustomerBooks, references: Set<string>): CustomerBooks {
  let { heldMicros, chargedMicros, paidInMicros } = before
  for (const unit of units)
    if (unit.kind === 'paid') {
      const key = `${unit.payment.customer} ${unit.payment.reference}`
      if (!references.has(key)) paidInMicros += unit.payment.micros
      references.add(key)
    } else if (unit.kind !== 'exported' && unit.move !== undefined) {
      heldMicros += unit.move.heldMicros
      chargedMicros += unit.move.chargedMicros
    }
  return { ...before, heldMicros, chargedMicros, paidInMicros }
}

describe('LmdbBooks', () => {
  it('have in memory and on disk what was kept, whichever transactions fail and however commits overlap', async () => {
    const customer = 'acme'
    const unit = fc.oneof(
      arbitraryMove.map((move) => moved({ ...move, customer })),
      arbitraryPayment.map((payment) => paid({ ...payment, customer })),
      fc.nat(99).map((n): Unit => ({ ...moved({ customer, account: accountId('a'), day: 1, heldMicros: 0, chargedMicros: 0, units: 0 }), cdr: `${n}\n` }) as Unit), // prettier-ignore
    )
    const round = fc.record({
      commits: fc.array(fc.array(unit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fates: fc.array(fc.constantFrom<Fate>('kept', 'full', 'io'), { maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 6 }), async (rounds) => {
        const own = mkdtempSync(join(folder, 'run-'))
        const env = openEnv(own, 16 * MiB)
        const { books, fates, commit, mend } = failing(env)
        let expected: CustomerBooks = { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }
        let lines = ''
        const references = new Set<string>()
        for (const { commits, fates: planned } of rounds) {
          fates.push(...planned)
          const outcomes = await Promise.allSettled(commits.map((units) => commit(units)))
          outcomes.forEach(({ status }, i) => {
            if (status === 'rejected') return
            expected = sumOf(commits[i]!, expected, references)
            for (const { cdr } of commits[i] as Booking[]) lines += (cdr as string | undefined) ?? ''
          })
          fates.length = 0
          await mend()
        }
        const sums = await books.customers()
        expect(sums[0] ?? { ...expected, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }).toEqual(expected)
        expect(linesOf(await books.records(Infinity))).toBe(lines)
        // The next change starts from what is in memory: it must be what is on disk.
        await commit([moved({ customer, account: accountId('z'), day: 1, heldMicros: 1, chargedMicros: 0, units: 1 })])
        expect(await books.customers()).toEqual([{ ...expected, heldMicros: expected.heldMicros + 1 }])
        await env.close()
      }),
      { numRuns: 40, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
    )
  })

  it('number their blocks without a gap, also where a transaction failed', async () => {
    const env = openEnv(folder, 16 * MiB)
    const { books, fates, commit, mend } = failing(env)
    const recorded = (lines: string): Unit => ({
      kind: 'unparked',
      vendor: vendorId('v'),
      vendorMessageId: '1',
      cdr: lines,
    })
    await commit([recorded('a\n')])
    fates.push('full')
    await expect(commit([recorded('b\n')])).rejects.toMatchObject({ failure: 'full' })
    fates.push('io')
    await expect(commit([recorded('c\n')])).rejects.toMatchObject({ failure: 'io' })
    await mend()
    await commit([recorded('d\n')])
    expect(linesOf(await books.records(0))).toBe('a\n')
    expect(await books.records(100)).toMatchObject({ through: 2, lines: Buffer.from('a\nd\n') })
    fates.push('full')
    await expect(commit([{ kind: 'exported', through: 2, file: 'f', bytes: 4 }])).rejects.toMatchObject({ failure: 'full' }) // prettier-ignore
    expect(await books.exportMark()).toBeUndefined()
    await commit([{ kind: 'exported', through: 2, file: 'f', bytes: 4 }])
    expect((await books.records(100)).through).toBe(0)
    await env.close()
  })

  it('takes over the days of an early program, which had one customer a day of an account', async () => {
    const early = Array.from({ length: 3 }, (_, n) => ({
      ...{ account: accountId(`a${n}`), customer: n === 0 ? 'acme' : 'other', day: 1 + (n % 2), units: n },
      ...{ heldMicros: n, chargedMicros: 2 * n },
    }))
    const env = openEnv(folder, 16 * MiB)
    const slab = new WriteSlab(() => [])
    for (const used of early) putEarlyDay(slab, used)
    for (const { customer } of early) putCustomer(slab, { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 })
    await env.batch(() => slab.issue(env, 0, slab.count))
    await env.close()
    for (let times = 0; times < 2; times++) {
      const store = await openLmdbStore({ folder, mapBytes: 16 * MiB, lowWaterBytes: 0 })
      expect(await store.books.days(0, 9)).toEqual([early[0], early[2], early[1]])
      await store.close()
    }
  })
})
