// kill -9 while customers pay: the books balance to the micro-unit against what the vendor itself counted. The long run of the same is
// in test/long.
import { describe, expect, it } from 'vitest'
import { auditBooks, unbalanced, type Fault, type FinalBooks } from './books-audit.js'
import type { PaidArrival, PaidMessage, RecordLine } from './books-ledger.js'
import { booksRun } from './books-run.js'

/** Without a price: one by one, or all parts of a message. Parts of a message that a kill cut off. */
const [ESME_RINVDSTADR, ESME_RSYSERR, ESME_RINVNUMMSGS] = ['11', '8', '85'] as const
const REFUSALS: readonly string[] = [ESME_RINVDSTADR, ESME_RSYSERR, ESME_RINVNUMMSGS]

it('kill -9 neither loses nor doubles money, nor a record of it', { timeout: 60_000 }, async () => {
  const run = await booksRun({
    ends: ['random', 'committed', 'committed'],
    rate: 1500,
    vendorDelayMs: 60,
    acceptedBetween: [800, 2000],
    settleWithinMs: 20_000,
  })
  expect(run.unbalanced).toEqual([])
  expect(run.liveOtherwise).toEqual([])
  expect(run.payments.payments).toBeGreaterThan(5)
  for (const [fault, found] of Object.entries(run.audit.wrong)) expect(found, fault).toEqual([])
  expect(run.charged).toBe(run.audit.chargeOfVendor)
  expect(run.charged).toBeGreaterThan(0n)
  expect(run.recordsWaiting).toBe(0)
  expect(run.endings).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', 0])
  expect(run.errors).toBe('')
  expect(Object.keys(run.statuses).filter((status) => !REFUSALS.includes(status))).toEqual([])
  // The kills hit something: copies at the vendor, messages that nobody had acknowledged, money that was given back.
  expect(run.audit.takenTwice).toBeGreaterThan(0)
  expect(run.audit.takenUnanswered).toBeGreaterThan(0)
  expect(run.audit.releasedAfterTaking).toBeGreaterThan(0)
  expect(run.audit.refused).toBeGreaterThan(0)
})

const two: PaidMessage = {
  ...{ message: 0, account: 'billed', kind: 'receipt', parts: 2, segments: 2, letters: 'oo', registered: 1 },
  ...{ states: ['A', 'A'], ids: ['a', 'b'] },
}
const came: readonly PaidArrival[] = [0, 1].map((number) => ({
  ...{ number, isTaken: true, report: 'D', isReported: true },
}))
const line = (part: number, id: string): RecordLine => ({
  ...{ message: 0, part, parts: 2, id, customer: 'payer', account: 'billed', state: 'DELIVERED', units: 1 },
  ...{ amount: 33_333n, segments: 2, vendorAmount: 9_999n },
})
const lines = [line(1, 'a'), line(2, 'b')]
const price = 66_666n
const books: FinalBooks = {
  ...{ paidIn: 100_000n, held: 0n, charged: price, dayUnits: 2, dayHeld: 0n, dayCharged: price },
}

function faultsOf(
  message: PaidMessage,
  arrivals: readonly PaidArrival[],
  records: readonly RecordLine[],
): readonly string[] {
  const { wrong } = auditBooks([message], arrivals, records)
  return Object.entries(wrong).flatMap(([fault, found]) => (found.length > 0 ? [fault] : []))
}

describe('the audit', () => {
  it('finds nothing where all is well', () => {
    expect(faultsOf(two, came, lines)).toEqual([])
    expect(unbalanced(auditBooks([two], came, lines), books, 100_000n, 2)).toEqual([])
  })

  it('finds nothing in a copy of what was unanswered at a kill', () => {
    const copy = { number: 1, isTaken: false, report: 'D', isReported: false } as const
    expect(faultsOf({ ...two, states: ['A', 'U'] }, [...came, copy], lines)).toEqual([])
  })

  it('takes the word of the vendor that it is not delivered', () => {
    const failed = came.map((each) => ({ ...each, report: 'U' as const }))
    const given = lines.map((each) => ({ ...each, amount: 0n, state: 'UNDELIVERABLE' }))
    expect(faultsOf(two, failed, given)).toEqual([])
    expect(faultsOf(two, failed, lines)).toEqual(['otherState', 'chargedOtherwise'])
  })

  it.each<readonly [string, PaidMessage, readonly PaidArrival[], readonly RecordLine[], readonly Fault[]]>([
    ['a record that is missing', two, came, lines.slice(1), ['withoutLine', 'chargedOtherwise', 'costsOtherwise']],
    [
      'a record that came twice',
      two,
      came,
      [...lines, line(2, 'b')],
      ['lineTwice', 'chargedOtherwise', 'costsOtherwise'],
    ],
    ['a record under another id', two, came, [line(1, 'a'), line(2, 'c')], ['otherId']],
    [
      'a record of what was refused',
      { ...two, states: ['R', 'R'] },
      [],
      lines,
      ['lineOfRefused', 'chargedOtherwise', 'costsOtherwise', 'refusedForNothing'],
    ],
    [
      'an acknowledged message that never came',
      two,
      [],
      lines.map((each) => ({ ...each, amount: 0n, segments: 0, vendorAmount: 0n })),
      ['lost'],
    ],
    [
      'a price that is off by a micro-unit',
      two,
      came,
      [line(1, 'a'), { ...line(2, 'b'), amount: 33_334n }],
      ['chargedOtherwise'],
    ],
    ['a record of nobody', two, came, [...lines, { ...line(1, 'x'), message: 7 }], ['lineOfNothing']],
    [
      'what was refused and came',
      { ...two, states: ['A', 'R'] },
      came,
      lines,
      ['lineOfRefused', 'refusedArrived', 'refusedForNothing'],
    ],
    ['what was refused for nothing', { ...two, states: ['R', 'R'] }, [], [], ['refusedForNothing']],
  ])('finds %s', (_, message, arrivals, records, faults) => {
    expect(faultsOf(message, arrivals, records).toSorted()).toEqual(faults.toSorted())
  })

  it.each<readonly [string, Partial<FinalBooks>, string]>([
    ['money that is held for ever', { held: 1n }, 'held: 1 instead of 0'],
    ['what was charged twice', { charged: 2n * price, dayCharged: 2n * price }, 'charged: 133332 instead of 66666'],
    ['a payment that was booked twice', { paidIn: 200_000n }, 'paid in: 200000 instead of 100000'],
    ['a day that has other units', { dayUnits: 3 }, 'units by days: 3 instead of 2'],
  ])('finds %s', (_, other, found) => {
    expect(unbalanced(auditBooks([two], came, lines), { ...books, ...other }, 100_000n, 2)).toEqual([found])
  })
})
