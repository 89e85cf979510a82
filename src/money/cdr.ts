// Call detail records: one line of JSON for each part whose end is known. Everything in it was decided elsewhere.

import type { Bill, CallRecords, Price, RecordTerms, Sent } from '../message/bill.js'
import type { CollectedPart, PartPayer } from '../message/collected-part.js'
import type { AccountId, MessageId } from '../message/ids.js'
import type { Message } from '../message/message.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { withHeld, type HeldTime } from './held-record.js'
import { jsonText, lineStart } from './record-line.js'
import { NO_ERROR, NO_EXCHANGE } from './record-fields.js'
import { isSamePrice } from './settle.js'
import { shareOf } from './units.js'

/** Accounts whose last line is remembered. */
const REMEMBERED_MAX = 10_000

/** What lines of one account have in common, as long as it sends the same kind of message the same way. */
interface Tail {
  readonly account: AccountId
  readonly bill: Bill
  readonly direction: Message['direction']
  readonly state: MessageState
  readonly error: string
  readonly text: string
}

/** How long which limits held up a message; undefined where none did, as far as is known. Asked for each that ends: must be cheap. */
export type HeldBy = (id: MessageId) => readonly HeldTime[] | undefined

/**
 * Makes the lines; docs/money.md has their fields. Written out piece by piece, since there is one for each message: what an account's
 * line shares with its last one is taken from there.
 */
export class CdrLines {
  readonly #currency: () => string
  readonly #heldBy: HeldBy | undefined
  readonly #tails = new Map<AccountId, Tail>()
  /** That of the last line: neighbours are mostly alike. */
  #last: Tail | undefined
  #lastCurrency = ''
  #lastTerms: RecordTerms = { sentAtMs: -1, doneAtMs: -1, tail: '' }
  /** What these are of. */
  #lastBill: Bill | undefined

  /** @param currency the base one @param heldBy left out: nobody remembers what held up messages */
  constructor(currency: () => string, heldBy?: HeldBy) {
    this.#currency = currency
    this.#heldBy = heldBy
  }

  /**
   * The lines of a message, one for each part that it came in.
   * @param bill as it is at the end
   * @param error as in the receipt
   * @param doneAtMs wall time
   */
  ofMessage(message: Message, bill: Bill, state: MessageState, error: string, doneAtMs: number): CallRecords {
    return this.#withHeld(this.#of(message.id, message, message.direction, bill, state, error, doneAtMs), message.id)
  }

  /** The same from what is kept of a message towards a phone once it has left. */
  ofOrigin(origin: ReceiptOrigin, bill: Bill, state: MessageState, error: string, doneAtMs: number): CallRecords {
    const { messageId } = origin
    return this.#withHeld(this.#of(messageId, origin, 'mt', bill, state, error, doneAtMs), messageId)
  }

  #of(
    id: MessageId,
    of: Message | ReceiptOrigin,
    direction: Message['direction'],
    bill: Bill,
    state: MessageState,
    error: string,
    doneAtMs: number,
  ): CallRecords {
    const { account, parts } = of
    if (parts.length > 0) return this.#ofParts(id, of, direction, bill, state, error, doneAtMs)
    return { id, of, terms: this.#terms(account, direction, bill, state, error, doneAtMs) }
  }

  #withHeld(records: CallRecords, id: MessageId): CallRecords {
    const held = this.#heldBy?.(id)
    return held === undefined ? records : withHeld(records, held)
  }

  /** Of a part that never came to be in a message: nothing is charged, and nothing left. */
  ofPart(
    { id, mark, acceptedAtMs }: CollectedPart,
    { account, customer, direction, source, destination }: PartPayer,
    state: MessageState,
    error: string,
    doneAtMs: number,
  ): string {
    const price: Price = { currency: this.#currency(), ownMicros: 0, exchange: '1', baseMicros: 0 }
    const bill: Bill = {
      ...{ customer, policy: '', price, units: 0, day: 0, state: 'released' },
      ...{ mcc: '', mnc: '', onSilence: undefined, sent: undefined },
    }
    const tail = this.#tailText(account, direction, bill, state, error, 1, 0)
    const of = { source, destination, acceptedAtMs }
    return lineStart(id, of, { sentAtMs: -1, doneAtMs }, { id, part: mark.part, parts: mark.total }) + tail
  }

  #ofParts(
    id: MessageId,
    message: Message | ReceiptOrigin,
    direction: Message['direction'],
    bill: Bill,
    state: MessageState,
    error: string,
    doneAtMs: number,
  ): string {
    const { account, parts } = message
    const total = parts.length
    const times = { sentAtMs: sentAt(bill), doneAtMs }
    let lines = ''
    for (let i = 0; i < total; i++) {
      const tail = this.#tailText(account, direction, bill, state, error, total, i)
      lines += lineStart(id, message, times, { id: parts[i]!.id, part: i + 1, parts: total }) + tail
    }
    return lines
  }

  #terms(
    account: AccountId,
    direction: Message['direction'],
    bill: Bill,
    state: MessageState,
    error: string,
    doneAtMs: number,
  ): RecordTerms {
    const last = this.#lastTerms
    if (
      bill === this.#lastBill &&
      doneAtMs === last.doneAtMs &&
      this.#isLikeLast(account, direction, state, error) &&
      this.#currency() === this.#lastCurrency
    )
      return last
    const tail = this.#tail(account, direction, bill, state, error)
    const sentAtMs = sentAt(bill)
    this.#lastBill = bill
    // The clock is read once a turn: what ends together has the same times.
    if (last.tail === tail && last.sentAtMs === sentAtMs && last.doneAtMs === doneAtMs) return last
    return (this.#lastTerms = { sentAtMs, doneAtMs, tail })
  }

  #isLikeLast(account: AccountId, direction: Message['direction'], state: MessageState, error: string): boolean {
    const last = this.#last
    if (last === undefined) return false
    return last.account === account && last.direction === direction && last.state === state && last.error === error
  }

  #tail(account: AccountId, direction: Message['direction'], bill: Bill, state: MessageState, error: string): string {
    const currency = this.#currency()
    if (currency !== this.#lastCurrency) this.#forget()
    this.#lastCurrency = currency
    const last = this.#last?.account === account ? this.#last : this.#tails.get(account)
    const isSame = last !== undefined && last.direction === direction && last.state === state && last.error === error
    if (isSame && isSameBill(last.bill, bill)) return (this.#last = last).text
    const text = flat(this.#tailText(account, direction, bill, state, error, 1, 0))
    if (last === undefined && this.#tails.size >= REMEMBERED_MAX) this.#forget()
    this.#last = { account, bill, direction, state, error, text }
    this.#tails.set(account, this.#last)
    return text
  }

  #forget(): void {
    this.#tails.clear()
    this.#last = undefined
  }

  /** @param part from 0 */
  #tailText(
    account: AccountId,
    direction: Message['direction'],
    bill: Bill,
    state: MessageState,
    error: string,
    parts: number,
    part: number,
  ): string {
    const { customer, policy, price, units, mcc, mnc, sent } = bill
    const partUnits = shareOf(units, parts, part)
    const segments = sent?.segments ?? 0
    const vendorUnits = shareOf(segments, parts, part)
    const amount = bill.state === 'charged' ? price.baseMicros * partUnits : 0
    const currency = this.#currency()
    return (
      `,"state":"${state}"` +
      said('error', error, NO_ERROR) +
      `,"direction":"${direction}"` +
      `,"customer":${jsonText(customer)}` +
      `,"account":${jsonText(account)}` +
      said('mcc', mcc, '') +
      said('mnc', mnc, '') +
      said('policy', policy, '') +
      said('vendor', sent?.vendor ?? '', '') +
      said('connection', sent?.connection ?? '', '') +
      (segments === 0 ? '' : `,"segments":${integer(segments)}`) +
      `,"currency":${jsonText(currency)}` +
      `,"units":${integer(partUnits)}` +
      `,"price":${integer(price.ownMicros)}` +
      said('priceCurrency', price.currency, currency) +
      said('priceExchange', price.exchange, NO_EXCHANGE) +
      `,"amount":${integer(amount)}` +
      (vendorUnits === segments ? '' : `,"vendorUnits":${integer(vendorUnits)}`) +
      (sent?.price === undefined ? '' : vendorPart(sent.price, vendorUnits, currency)) +
      '}\n'
    )
  }
}

function vendorPart(price: Price, units: number, currency: string): string {
  return (
    `,"vendorPrice":${integer(price.ownMicros)}` +
    said('vendorCurrency', price.currency, currency) +
    said('vendorExchange', price.exchange, NO_EXCHANGE) +
    `,"vendorAmount":${integer(price.baseMicros * units)}`
  )
}

/** A field, but where it says only what its absence means. */
function said(name: string, value: string, absent: string): string {
  return value === absent ? '' : `,"${name}":${jsonText(value)}`
}

/** One that is put together of many is copied together each time that something is put to it: a look into it does that for good. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}

function sentAt({ sent }: Bill): number {
  return sent === undefined ? -1 : sent.atMs
}

/** True where the tails of both are the same text. */
function isSameBill(a: Bill, b: Bill): boolean {
  if (a === b) return true
  return (
    a.units === b.units &&
    (a.state === 'charged') === (b.state === 'charged') &&
    a.customer === b.customer &&
    a.policy === b.policy &&
    a.mcc === b.mcc &&
    a.mnc === b.mnc &&
    isSamePrice(a.price, b.price) &&
    isSameSent(a.sent, b.sent)
  )
}

function isSameSent(a: Sent | undefined, b: Sent | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.segments === b.segments && a.connection === b.connection && a.vendor === b.vendor && isSamePrice(a.price, b.price)
  )
}

/**
 * A whole number as JSON; also for sums that others make of lines. Beyond 2^53-1, which readers would round, as decimal text.
 * @throws RangeError for a number that is not whole
 */
export function integer(value: number | bigint): string {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return `${value}`
    if (Number.isInteger(value)) return `"${BigInt(value)}"`
    throw new RangeError(`${value} is no whole number`)
  }
  return value >= -EXACT_MAX && value <= EXACT_MAX ? `${value}` : `"${value}"`
}

const EXACT_MAX = BigInt(Number.MAX_SAFE_INTEGER)
