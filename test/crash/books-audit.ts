// Whether money adds up after crashes: what the vendor says it took and delivered, against the records and the books of the switch, to
// the micro-unit. Pure. The rules are those of docs/money.md, reckoned here a second time.
import type { PaidArrival, PaidMessage, RecordLine } from './books-ledger.js'
import { priceOf, vendorPriceOf } from './books-prices.js'

/** What the store has in its books in the end, in micro-units of the base currency. */
export interface FinalBooks {
  readonly paidIn: bigint
  readonly held: bigint
  readonly charged: bigint
  /** Of all accounts and days together. */
  readonly dayUnits: number
  readonly dayHeld: bigint
  readonly dayCharged: bigint
}

export interface BooksAudit {
  readonly messages: number
  /** Parts that were answered ESME_ROK, otherwise, or not at all. */
  readonly acknowledged: number
  readonly refused: number
  readonly unanswered: number
  readonly lines: number
  /** Messages of which the vendor has all segments, and among them those that nobody had acknowledged. */
  readonly taken: number
  readonly takenUnanswered: number
  /** Segments that the vendor took twice: unanswered at a crash. */
  readonly takenTwice: number
  readonly charged: number
  readonly releasedAfterTaking: number
  /** By what the vendor says, by the records, by the books: all the same. */
  readonly chargeOfVendor: bigint
  readonly chargeOfRecords: bigint
  /** What the vendor asks for, by its own count and by the records. */
  readonly costOfVendor: bigint
  readonly costOfRecords: bigint
  /** All that follow must be empty; parts are `message.part` from 0. */
  readonly wrong: Readonly<Record<Fault, readonly string[]>>
}

const faults = [
  'unsettled', // sent, and neither answered nor cut off
  'lost', // acknowledged, with a price, and never at the vendor
  'withoutLine', // acknowledged, or at the vendor, and not in the records
  'lineTwice',
  'lineOfRefused',
  'lineOfNothing', // of what was never sent
  'otherId', // than the one that was acknowledged
  'otherState', // than the vendor's word makes it
  'otherPayer',
  'chargedOtherwise', // than the vendor's word makes it
  'costsOtherwise',
  'refusedArrived',
  'refusedForNothing', // with a price, and no part of it cut off by a kill
] as const
export type Fault = (typeof faults)[number]

/** What became of one message at the vendor. */
interface AtVendor {
  /** By segment. */
  readonly taken: readonly boolean[]
  readonly isWhole: boolean
  readonly isUndelivered: boolean
}

export function auditBooks(
  messages: readonly PaidMessage[],
  arrivals: readonly PaidArrival[],
  lines: readonly RecordLine[],
): BooksAudit {
  const wrong = Object.fromEntries(faults.map((fault) => [fault, [] as string[]])) as Record<Fault, string[]>
  const byMessage = groupBy(lines, ({ message }) => message)
  const copies = groupBy(arrivals, ({ number }) => Math.floor(number / 4))
  let [taken, takenUnanswered, takenTwice, charged, releasedAfterTaking] = [0, 0, 0, 0, 0]
  let [chargeOfVendor, chargeOfRecords, costOfVendor, costOfRecords] = [0n, 0n, 0n, 0n]

  for (const message of messages) {
    const number = String(message.message)
    const came = copies.get(message.message) ?? []
    const records = byMessage.get(message.message) ?? []
    const vendor = atVendor(message, came)
    const amount = records.reduce((sum, line) => sum + line.amount, 0n)
    const cost = records.reduce((sum, line) => sum + line.vendorAmount, 0n)
    const segments = vendor.taken.filter((each) => each).length
    const owed = owedFor(message, vendor)
    const price = vendorPriceOf(message.kind) * BigInt(segments)
    const isPriced = priceOf(message.account, message.kind) !== undefined
    const isAll = message.states.every((state) => state === 'A')

    if (amount !== owed) wrong.chargedOtherwise.push(`${number}: ${amount} instead of ${owed}`)
    if (cost !== price || records.some((line) => line.segments !== segments))
      wrong.costsOtherwise.push(`${number}: ${cost} instead of ${price}`)
    if (isAll && isPriced && hasNotArrived(message, came)) wrong.lost.push(number)
    if (message.states.includes('R') && came.length > 0) wrong.refusedArrived.push(number)
    if (isPriced && message.states.includes('R') && !message.states.includes('U')) wrong.refusedForNothing.push(number)
    judgeLines(message, records, vendor, came.length > 0, wrong)

    if (vendor.isWhole) taken++
    if (vendor.isWhole && message.states.every((state) => state === 'U')) takenUnanswered++
    takenTwice += came.filter(({ isTaken }) => isTaken).length - segments
    if (owed > 0n) charged++
    else if (vendor.isWhole && priceOf(message.account, message.kind) !== 0n) releasedAfterTaking++
    chargeOfVendor += owed
    chargeOfRecords += amount
    costOfVendor += price
    costOfRecords += cost
  }
  for (const line of lines) if (line.message >= messages.length) wrong.lineOfNothing.push(line.id)
  const states = messages.flatMap((message) => message.states)
  const count = (state: string): number => states.filter((each) => each === state).length
  return {
    messages: messages.length,
    acknowledged: count('A'),
    refused: count('R'),
    unanswered: count('U'),
    lines: lines.length,
    ...{ taken, takenUnanswered, takenTwice, charged, releasedAfterTaking },
    ...{ chargeOfVendor, chargeOfRecords, costOfVendor, costOfRecords },
    wrong,
  }
}

/** True while records of what is over are still to come: of parts that were acknowledged, and of messages that the vendor has. */
export function isAwaited(audit: BooksAudit): boolean {
  return audit.wrong.withoutLine.length > 0 || audit.wrong.unsettled.length > 0
}

/** What the books must have, and do not; empty where they balance. */
export function unbalanced(audit: BooksAudit, books: FinalBooks, paidIn: bigint, units: number): readonly string[] {
  const { held, charged, dayHeld, dayCharged, dayUnits } = books
  const pairs: readonly (readonly [string, bigint | number, bigint | number])[] = [
    ['paid in', books.paidIn, paidIn],
    ['held', held, 0n],
    ['charged', charged, audit.chargeOfVendor],
    ['records', audit.chargeOfRecords, audit.chargeOfVendor],
    ['cost of records', audit.costOfRecords, audit.costOfVendor],
    ['held by days', dayHeld, 0n],
    ['charged by days', dayCharged, charged],
    ['units by days', dayUnits, units],
  ]
  return pairs.filter(([, is, shall]) => is !== shall).map(([what, is, shall]) => `${what}: ${is} instead of ${shall}`)
}

function atVendor({ segments }: PaidMessage, came: readonly PaidArrival[]): AtVendor {
  const taken = Array.from({ length: segments }, (_, place) =>
    came.some(({ number, isTaken }) => isTaken && number % 4 === place),
  )
  return {
    taken,
    isWhole: taken.every((each) => each),
    isUndelivered: came.some(({ isTaken, report }) => isTaken && report === 'U'),
  }
}

/** What the customer owes for it, by what the vendor says became of it. */
function owedFor(message: PaidMessage, { isWhole, isUndelivered }: AtVendor): bigint {
  const price = priceOf(message.account, message.kind)
  if (!isWhole || price === undefined || message.kind === 'silentReleased') return 0n
  if (message.kind === 'receipt' && isUndelivered) return 0n
  return price * BigInt(Math.max(message.parts, message.segments))
}

/** What its records must say; undefined where it never was one message. */
function stateOf({ kind, registered, letters }: PaidMessage, vendor: AtVendor): string | undefined {
  if (!vendor.isWhole)
    return letters.endsWith('p') && vendor.taken.slice(0, -1).every((each) => each) ? 'REJECTED' : undefined
  if (kind.startsWith('silent')) return 'UNKNOWN'
  // Nobody asks for a report on what is charged by the answer and has no receipt to give.
  return vendor.isUndelivered && (kind === 'receipt' || registered === 1) ? 'UNDELIVERABLE' : 'DELIVERED'
}

function hasNotArrived({ segments, letters }: PaidMessage, came: readonly PaidArrival[]): boolean {
  return Array.from({ length: segments }, (_, place) => place).some(
    (place) => !came.some(({ number, isTaken }) => number % 4 === place && (isTaken || letters[place] === 'p')),
  )
}

function judgeLines(
  message: PaidMessage,
  lines: readonly RecordLine[],
  vendor: AtVendor,
  hasCome: boolean,
  wrong: Readonly<Record<Fault, string[]>>,
): void {
  const state = hasCome ? stateOf(message, vendor) : undefined
  message.states.forEach((known, part) => {
    const name = `${message.message}.${part}`
    const own = lines.filter((line) => line.part === part + 1)
    const [line] = own
    if (known === 'S' || known === 'N') wrong.unsettled.push(name)
    if (own.length > 1) wrong.lineTwice.push(name)
    if (own.length > 0 && known === 'R') wrong.lineOfRefused.push(name)
    if (own.length === 0 && (known === 'A' || hasCome)) wrong.withoutLine.push(name)
    if (line === undefined) return
    if (known === 'A' && line.id !== message.ids[part]) wrong.otherId.push(name)
    if (line.customer !== 'payer' || line.account !== message.account || line.parts !== message.parts)
      wrong.otherPayer.push(name)
    if (state !== undefined && line.state !== state) wrong.otherState.push(`${name}: ${line.state} instead of ${state}`)
  })
  for (const line of lines)
    if (line.part > message.parts) wrong.lineOfNothing.push(`${message.message}.${line.part - 1}`)
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => number): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return groups
}
