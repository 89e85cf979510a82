// What each side wrote down of the money of messages: the sender, the vendor, and the daily files of records. Reads, judges nothing.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind, Payer } from './books-prices.js'

/** One message of the dump of test/ledger/payer.mjs. */
export interface PaidMessage {
  readonly message: number
  readonly account: Payer
  readonly kind: Kind
  readonly parts: number
  readonly segments: number
  /** What the vendor does with each segment, see test/ledger/verdicts.mjs. */
  readonly letters: string
  readonly registered: 0 | 1
  /** Of each part: N not sent, S waiting, A accepted, R refused, U unanswered when its link broke. */
  readonly states: readonly ('N' | 'S' | 'A' | 'R' | 'U')[]
  readonly ids: readonly string[]
}

/** One arrival at the vendor: a segment, perhaps one of several copies of it. */
export interface PaidArrival {
  /** 4 times the message, and the place of the segment. */
  readonly number: number
  /** The vendor has written ESME_ROK. */
  readonly isTaken: boolean
  /** What the report on it said: delivered, undelivered, none. */
  readonly report: 'D' | 'U' | '-'
  /** The switch has answered that report ESME_ROK. */
  readonly isReported: boolean
}

/** What counts of one line of the daily files. */
export interface RecordLine {
  /** Number of the message, from the digits of its sender. */
  readonly message: number
  readonly part: number
  readonly parts: number
  readonly id: string
  readonly customer: string
  readonly account: string
  readonly state: string
  readonly units: number
  readonly amount: bigint
  readonly segments: number
  readonly vendorAmount: bigint
}

export function readMessages(dump: string): readonly PaidMessage[] {
  return linesOf(dump).map((line) => JSON.parse(line) as PaidMessage)
}

/** Reads the dump of test/ledger/smsc.mjs. */
export function readPaidArrivals(dump: string): readonly PaidArrival[] {
  return linesOf(dump).map((line) => {
    const [number, , answeredAtMs, receipt, status, report] = line.split(' ')
    if (report !== 'D' && report !== 'U' && report !== '-') throw new Error(`ledger line: ${line}`)
    const isTaken = status === '0' && Number(answeredAtMs) > 0
    return { number: Number(number), isTaken, report, isReported: receipt === 'O' }
  })
}

/** Follows the daily files of a folder, which only grow while this reads. */
export class RecordReader {
  readonly #folder: string
  readonly #read = new Map<string, number>()
  readonly lines: RecordLine[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Adds the lines that have come since the last call. */
  readOn(): void {
    for (const name of readdirSync(this.#folder).sort()) {
      const bytes = readFileSync(join(this.#folder, name))
      const from = this.#read.get(name) ?? 0
      const to = bytes.lastIndexOf('\n') + 1
      for (const line of linesOf(bytes.toString('latin1', from, to))) this.lines.push(recordOf(line))
      this.#read.set(name, Math.max(from, to))
    }
  }
}

const SENDER_DIGITS = 8

function recordOf(line: string): RecordLine {
  const row = JSON.parse(line) as Readonly<Record<string, string | number>>
  const text = (field: string, absent = ''): string => String(row[field] ?? absent)
  return {
    message: Number(text('source').slice(-SENDER_DIGITS)),
    part: Number(text('part', '1')),
    parts: Number(text('parts', '1')),
    id: text('id', text('message')),
    customer: text('customer'),
    account: text('account'),
    state: text('state'),
    units: Number(row['units']),
    amount: BigInt(text('amount')),
    segments: Number(text('segments', '0')),
    vendorAmount: BigInt(text('vendorAmount', '0')),
  }
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}
