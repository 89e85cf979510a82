// Call detail records: one line of JSON for each part whose end is known. Everything in it was decided elsewhere.

import type { Bill, Price, RecordText, Sent } from '../message/bill.js'
import type { CollectedPart, PartPayer } from '../message/collected-part.js'
import type { AccountId, MessageId } from '../message/ids.js'
import type { Message } from '../message/message.js'
import type { MessagePart, ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { costOf, isSamePrice } from './settle.js'
import { shareOf } from './units.js'

/** Of the lines. Fields may be added within a version; what a field means, and its name, only change with it. */
export const CDR_VERSION = 1

/** Accounts whose last line is remembered. */
const REMEMBERED_MAX = 10_000

/** What lines of one account have in common, as long as it sends the same kind of message the same way. */
interface Tail {
  readonly bill: Bill
  readonly direction: Message['direction']
  readonly state: MessageState
  readonly error: string
  readonly text: string
}

/**
 * Makes the lines; docs/money.md has their fields. Written out piece by piece, since there is one for each message: what an account's
 * line shares with its last one is taken from there.
 */
export class CdrLines {
  readonly #currency: () => string
  readonly #tails = new Map<AccountId, Tail>()
  #lastCurrency = ''
  // The clock is read once a turn: what ends together has the same times.
  readonly #accepted = new TimeText()
  readonly #sent = new TimeText()
  readonly #done = new TimeText()

  /** @param currency the base one */
  constructor(currency: () => string) {
    this.#currency = currency
  }

  /**
   * The lines of a message, one for each part that it came in.
   * @param bill as it is at the end
   * @param error as in the receipt
   * @param doneAtMs wall time
   */
  ofMessage(message: Message, bill: Bill, state: MessageState, error: string, doneAtMs: number): RecordText {
    const { id, direction, account, source, destination, parts, acceptedAtMs } = message
    const middle = this.#middle(source.value, destination.value, bill.sent, acceptedAtMs, doneAtMs)
    return this.#lines(id, direction, account, parts, middle, bill, state, error)
  }

  /** The same from what is kept of a message towards a phone once it has left. */
  ofOrigin(origin: ReceiptOrigin, bill: Bill, state: MessageState, error: string, doneAtMs: number): RecordText {
    const { messageId, account, source, destination, parts, acceptedAtMs } = origin
    const middle = this.#middle(source.value, destination.value, bill.sent, acceptedAtMs, doneAtMs)
    return this.#lines(messageId, 'mt', account, parts, middle, bill, state, error)
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
    const end = this.#middle(source.value, destination.value, undefined, acceptedAtMs, doneAtMs)
    const tail = this.#tailText(account, direction, bill, state, error, 1, 0)
    return `{"version":${CDR_VERSION},"message":"${id}","id":"${id}","part":${mark.part},"parts":${mark.total}${end}${tail}`
  }

  #lines(
    id: MessageId,
    direction: Message['direction'],
    account: AccountId,
    parts: readonly MessagePart[],
    middle: string,
    bill: Bill,
    state: MessageState,
    error: string,
  ): RecordText {
    const count = parts.length
    if (count === 0) {
      const tail = this.#tail(account, direction, bill, state, error)
      return { lines: `{"version":${CDR_VERSION},"message":"${id}","id":"${id}","part":1,"parts":1${middle}`, tail }
    }
    let lines = ''
    for (let i = 0; i < count; i++) {
      const tail = this.#tailText(account, direction, bill, state, error, count, i)
      lines += `{"version":${CDR_VERSION},"message":"${id}","id":"${parts[i]!.id}","part":${i + 1},"parts":${count}${middle}${tail}`
    }
    return { lines, tail: '' }
  }

  #middle(source: string, destination: string, sent: Sent | undefined, acceptedAtMs: number, doneAtMs: number): string {
    return (
      `,"source":${text(source)},"destination":${text(destination)},"acceptedAtMs":${this.#accepted.of(acceptedAtMs)}` +
      `,"sentAtMs":${this.#sent.of(sent === undefined ? -1 : sent.atMs)},"doneAtMs":${this.#done.of(doneAtMs)}`
    )
  }

  #tail(account: AccountId, direction: Message['direction'], bill: Bill, state: MessageState, error: string): string {
    const currency = this.#currency()
    if (currency !== this.#lastCurrency) this.#tails.clear()
    this.#lastCurrency = currency
    const last = this.#tails.get(account)
    const isSame = last !== undefined && last.direction === direction && last.state === state && last.error === error
    if (isSame && isSameBill(last.bill, bill)) return last.text
    const text = flat(this.#tailText(account, direction, bill, state, error, 1, 0))
    if (last === undefined && this.#tails.size >= REMEMBERED_MAX) this.#tails.clear()
    this.#tails.set(account, { bill, direction, state, error, text })
    return text
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
    const vendorPrice = sent?.price ?? noPrice
    const amount = bill.state === 'charged' ? price.baseMicros * partUnits : 0
    return (
      `,"state":"${state}"` +
      `,"error":${text(error)}` +
      `,"direction":"${direction}"` +
      `,"customer":${text(customer)}` +
      `,"account":${text(account)}` +
      `,"mcc":${text(mcc)}` +
      `,"mnc":${text(mnc)}` +
      `,"policy":${text(policy)}` +
      `,"vendor":${text(sent?.vendor ?? '')}` +
      `,"connection":${text(sent?.connection ?? '')}` +
      `,"segments":${integer(segments)}` +
      `,"currency":${text(this.#currency())}` +
      `,"units":${integer(partUnits)}` +
      `,"price":${integer(price.ownMicros)}` +
      `,"priceCurrency":${text(price.currency)}` +
      `,"priceExchange":${text(price.exchange)}` +
      `,"amount":${integer(amount)}` +
      `,"vendorUnits":${integer(vendorUnits)}` +
      `,"vendorPrice":${integer(vendorPrice.ownMicros)}` +
      `,"vendorCurrency":${text(vendorPrice.currency)}` +
      `,"vendorExchange":${text(vendorPrice.exchange)}` +
      `,"vendorAmount":${integer(vendorPrice.baseMicros * vendorUnits)}` +
      '}\n'
    )
  }
}

const noPrice: Price = { currency: '', ownMicros: 0, exchange: '', baseMicros: 0 }

/** One that is put together of many is copied together each time that something is put to it: a look into it does that for good. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}

/** Times as text: that of the last one is kept. */
class TimeText {
  #ms = NaN
  #text = ''

  of(ms: number): string {
    if (ms !== this.#ms) {
      this.#ms = ms
      this.#text = `${Math.floor(ms)}`
    }
    return this.#text
  }
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

/** The amount that the lines of a message sum up to, in micro-units of the base currency. */
export function amountOf(bill: Bill): number {
  return bill.state === 'charged' ? costOf(bill) : 0
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
const SPACE = 0x20
const TILDE = 0x7e
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** As JSON, ASCII only: files are read by who knows no coding. */
function text(value: string): string {
  // Ids and numbers have nothing to escape.
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return escaped(value)
  }
  return `"${value}"`
}

function escaped(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
