// What the clients were answered, what the vendor got, what the receiver was told, what records and books say, against each other. Pure.
import { messageIdOf } from '../../src/edges/api/ids.js'
import type { Asked } from './api-clients.js'
import { finals, type Told } from './api-receiver.js'

/** One submit_sm at the vendor. */
export interface ApiArrival {
  readonly source: string
  readonly destination: string
  readonly text: string
  readonly isTaken: boolean
  /** Of its receipt, '' for none. */
  readonly report: string
}

/** A message's record as the API shows it; undefined for none. */
export type Shown = Readonly<Record<string, unknown>> | undefined
export type CdrRow = Readonly<Record<string, unknown>>

export interface ApiLedgers {
  readonly asked: readonly Asked[]
  readonly arrivals: readonly ApiArrival[]
  readonly told: ReadonlyMap<string, readonly Told[]>
  /** By UUID, of all that any ledger knows. */
  readonly shown: ReadonlyMap<string, Shown>
  readonly cdrs: readonly CdrRow[]
  readonly books: { readonly held: number; readonly charged: number; readonly paidIn: number }
  readonly paidIn: number
  /** For a unit, in micro-units. */
  readonly priceMicros: number
  /** Is the message to this number charged when it is delivered, and not before? */
  readonly isSettledLate: (to: string) => boolean
  readonly segmentsOf: (asked: Asked) => number
}

const faults = [
  'unanswered', // with a key
  'otherStatus', // than 202
  'otherAnswer', // to the same request made again
  'otherNumber', // of UUIDs than destinations
  'misplaced', // a UUID that stands for another destination
  'notShown', // accepted, and without a record
  'notOver', // by its record
  'otherEnd', // than the vendor made it
  'lost', // accepted and not with the vendor, or not all of it
  'twice', // a destination with two messages
  'otherSource', // at the vendor than in the record, or another in a second copy
  'untold', // a change that nobody was told of
  'outOfOrder',
  'otherTold', // than the record has it
  'notTaken', // what was told was never answered with success
  'withoutCdr',
  'cdrTwice',
  'otherAmount', // CDR, record and what it should be
  'otherBooks',
] as const
export type ApiFault = (typeof faults)[number]

export interface ApiAudit {
  readonly messages: number
  /** Of requests without a key that were cut off: messages that came to be all the same. */
  readonly ofUnanswered: number
  readonly states: Readonly<Record<string, number>>
  /** Submits beyond the first of each segment. */
  readonly copies: number
  readonly callbacks: number
  /** Callbacks beyond the first of each change. */
  readonly repeats: number
  readonly chargedMicros: number
  /** All must be empty. */
  readonly wrong: Readonly<Record<ApiFault, readonly string[]>>
}

export function auditApi(ledgers: ApiLedgers): ApiAudit {
  const { asked, told, shown, cdrs, books, priceMicros } = ledgers
  const wrong = Object.fromEntries(faults.map((fault) => [fault, [] as string[]])) as Record<ApiFault, string[]>
  const arrivalsOf = groupBy(ledgers.arrivals, ({ destination }) => destination)
  const cdrsOf = groupBy(cdrs, (row) => String(row['message']))
  const askedOf = new Map(asked.flatMap((each) => each.to.map((to) => [to, each] as const)))
  const uuidsOf = groupBy([...shown.keys()], (uuid) => String(shown.get(uuid)?.['to_number']))
  const acceptedUuids = new Set(asked.flatMap(({ answers }) => answers.flat()))

  for (const each of asked) judgeAnswers(each, shown, wrong)
  for (const [to, uuids] of uuidsOf) if (uuids.length > 1) wrong.twice.push(to)
  const cdrDestinations = groupBy(cdrs, (row) => String(row['destination']))
  for (const [to, rows] of cdrDestinations)
    if (new Set(rows.map((row) => row['message'])).size > 1) wrong.twice.push(`${to} in records`)

  const states: Record<string, number> = {}
  let repeats = 0
  let charged = 0
  for (const [uuid, record] of shown) {
    if (record === undefined) {
      wrong.notShown.push(uuid)
      continue
    }
    const to = String(record['to_number'])
    const state = String(record['message_state'])
    states[state] = (states[state] ?? 0) + 1
    if (!finals.has(state)) wrong.notOver.push(`${to}: ${state}`)
    const of = askedOf.get(to)
    const segments = of === undefined ? 1 : ledgers.segmentsOf(of)
    judgeArrivals(to, record, arrivalsOf.get(to) ?? [], segments, wrong)
    repeats += judgeTold(record, told.get(uuid) ?? [], wrong)

    const rows = cdrsOf.get(String(messageIdOf(uuid))) ?? []
    if (rows.length === 0) wrong.withoutCdr.push(to)
    if (rows.length > 1) wrong.cdrTwice.push(to)
    const owes = state === 'delivered' || (state === 'undelivered' && !ledgers.isSettledLate(to))
    const owed = owes ? segments * priceMicros : 0
    const amount = Number(rows[0]?.['amount'])
    const amountShown = Math.round(Number(record['total_amount']) * 1_000_000)
    if (amount !== owed || amountShown !== owed)
      wrong.otherAmount.push(`${to} ${state}: CDR ${amount}, record ${amountShown}, not ${owed}`)
    charged += owed
  }
  if (books.charged !== charged) wrong.otherBooks.push(`charged ${books.charged}, not ${charged}`)
  if (books.held !== 0) wrong.otherBooks.push(`held ${books.held}`)
  if (books.paidIn !== ledgers.paidIn) wrong.otherBooks.push(`paid in ${books.paidIn}`)
  return {
    messages: shown.size,
    ofUnanswered: [...shown.keys()].filter((uuid) => !acceptedUuids.has(uuid)).length,
    states,
    copies: ledgers.arrivals.length - new Set(ledgers.arrivals.map(({ destination, text }) => destination + text)).size,
    callbacks: [...told.values()].reduce((sum, all) => sum + all.length, 0),
    repeats,
    chargedMicros: charged,
    wrong,
  }
}

function judgeAnswers(
  { key, to, answers, statuses }: Asked,
  shown: ReadonlyMap<string, Shown>,
  wrong: Record<ApiFault, string[]>,
): void {
  const name = to.join(' ').slice(0, 40)
  const [first, ...others] = answers
  if (first === undefined && key !== undefined) wrong.unanswered.push(name)
  for (const status of statuses) wrong.otherStatus.push(`${name}: ${status}`)
  if (first === undefined) return
  if (first.length !== to.length) wrong.otherNumber.push(`${name}: ${first.length}`)
  for (const other of others) if (other.join() !== first.join()) wrong.otherAnswer.push(name)
  for (const [i, uuid] of first.entries()) {
    const record = shown.get(uuid)
    if (record !== undefined && record['to_number'] !== to[i]) wrong.misplaced.push(String(to[i]))
  }
}

/** By what the vendor says: a copy that a crash made may have ended otherwise than the first, and either counts. */
function judgeArrivals(
  to: string,
  record: NonNullable<Shown>,
  came: readonly ApiArrival[],
  segments: number,
  wrong: Record<ApiFault, string[]>,
): void {
  const state = record['message_state']
  const parts = new Set(came.map(({ text }) => text)).size
  // What a refusal, or a report on the first segment, ends before all of it is taken has failed, and the rest of it need not leave.
  const wasCutShort = came.some(({ isTaken, report }) => !isTaken || (segments > 1 && report === 'UNDELIV'))
  if (parts === 0 || (parts < segments && !wasCutShort)) wrong.lost.push(`${to}: ${parts} of ${segments}`)
  const isPossible =
    (state === 'delivered' && came.some(({ report }) => report === 'DELIVRD')) ||
    (state === 'undelivered' && came.some(({ report }) => report === 'UNDELIV')) ||
    (state === 'failed' && wasCutShort)
  if (!isPossible) wrong.otherEnd.push(`${to}: ${String(state)}, ${came.map((each) => each.report).join(' ')}`)
  for (const { source } of came)
    if (source !== record['from_number'])
      wrong.otherSource.push(`${to}: ${source}, not ${String(record['from_number'])}`)
}

/** @returns how many were repeats */
function judgeTold(record: NonNullable<Shown>, all: readonly Told[], wrong: Record<ApiFault, string[]>): number {
  const to = String(record['to_number'])
  const state = String(record['message_state'])
  const expected = state === 'failed' ? ['queued', 'failed'] : ['queued', 'sent', state]
  const first = new Map<string, Told>()
  for (const told of all) if (!first.has(told.status)) first.set(told.status, told)
  const said = [...first.keys()].join(' ')
  if (!expected.every((status) => first.has(status))) wrong.untold.push(`${to}: ${said}, not ${expected.join(' ')}`)
  else if (said !== expected.join(' ')) wrong.outOfOrder.push(`${to}: ${said}`)
  for (const told of all)
    if (told.sequence !== expected.indexOf(told.status) + 1)
      wrong.outOfOrder.push(`${to}: ${told.status} as ${told.sequence}`)
  for (const status of expected)
    if (!all.some((told) => told.status === status && told.isTaken)) wrong.notTaken.push(`${to}: ${status}`)
  const last = first.get(state)
  if (last !== undefined) {
    const isSame =
      last.to === to &&
      last.from === record['from_number'] &&
      last.amount === record['total_amount'] &&
      last.units === record['units']
    if (!isSame) wrong.otherTold.push(`${to}: ${JSON.stringify(last)}`)
  }
  return all.length - first.size
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return groups
}
