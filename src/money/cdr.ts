// The CDR: one row for each final part, and its line of JSON. What is in it was decided elsewhere; it works nothing out.

import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'

/** Of the lines. Fields may be added within a version; what a field means, and its name, only change with it. */
export const CDR_VERSION = 1

/**
 * Amounts are in micro-units: prices for one unit in their own currency, amounts in `currency`, the base. Times are wall time in ms
 * since 1970, -1 for what never happened. Texts are '' for none.
 */
export interface CdrRow {
  /** Of the whole message. */
  readonly message: MessageId
  /** As the sender knows the part. */
  readonly id: MessageId
  /** From 1. */
  readonly part: number
  readonly parts: number
  readonly direction: 'mt' | 'mo'
  readonly customer: string
  readonly account: AccountId
  readonly source: string
  readonly destination: string
  /** The network of the phone, where it is known. */
  readonly mcc: string
  readonly mnc: string
  readonly policy: string
  readonly vendor: VendorId | ''
  readonly connection: ConnectionId | ''
  /** Sent for the whole message. */
  readonly segments: number
  readonly state: MessageState
  /** As in the receipt. */
  readonly error: string
  readonly acceptedAtMs: number
  readonly sentAtMs: number
  readonly doneAtMs: number
  readonly currency: string
  /** Of this part, whether charged or not. */
  readonly units: number
  readonly price: number
  readonly priceCurrency: string
  /** Units of `currency` for one of `priceCurrency`, frozen at acceptance. */
  readonly priceExchange: string
  /** Charged; 0 for what was released. */
  readonly amount: number
  /** This part's share of the segments that the vendor took. */
  readonly vendorUnits: number
  readonly vendorPrice: number
  readonly vendorCurrency: string
  readonly vendorExchange: string
  /** What the vendor will ask for this share. */
  readonly vendorAmount: number
}

/**
 * One line with its line end; its fields in the order above. Whole numbers beyond 2^53-1, which readers would round, are decimal text.
 * Written out field by field, since there is one for each message.
 * @throws RangeError for a number that is not whole
 */
export function cdrLine(row: CdrRow): string {
  return (
    `{"version":${CDR_VERSION}` +
    `,"message":${text(row.message)}` +
    `,"id":${text(row.id)}` +
    `,"part":${integer(row.part)}` +
    `,"parts":${integer(row.parts)}` +
    `,"direction":"${row.direction}"` +
    `,"customer":${text(row.customer)}` +
    `,"account":${text(row.account)}` +
    `,"source":${text(row.source)}` +
    `,"destination":${text(row.destination)}` +
    `,"mcc":${text(row.mcc)}` +
    `,"mnc":${text(row.mnc)}` +
    `,"policy":${text(row.policy)}` +
    `,"vendor":${text(row.vendor)}` +
    `,"connection":${text(row.connection)}` +
    `,"segments":${integer(row.segments)}` +
    `,"state":"${row.state}"` +
    `,"error":${text(row.error)}` +
    `,"acceptedAtMs":${integer(row.acceptedAtMs)}` +
    `,"sentAtMs":${integer(row.sentAtMs)}` +
    `,"doneAtMs":${integer(row.doneAtMs)}` +
    `,"currency":${text(row.currency)}` +
    `,"units":${integer(row.units)}` +
    `,"price":${integer(row.price)}` +
    `,"priceCurrency":${text(row.priceCurrency)}` +
    `,"priceExchange":${text(row.priceExchange)}` +
    `,"amount":${integer(row.amount)}` +
    `,"vendorUnits":${integer(row.vendorUnits)}` +
    `,"vendorPrice":${integer(row.vendorPrice)}` +
    `,"vendorCurrency":${text(row.vendorCurrency)}` +
    `,"vendorExchange":${text(row.vendorExchange)}` +
    `,"vendorAmount":${integer(row.vendorAmount)}` +
    '}\n'
  )
}

/** A whole number as JSON; also for sums that others make of rows. */
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

function text(value: string): string {
  // Ids and numbers have nothing to escape.
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return JSON.stringify(value)
  }
  return `"${value}"`
}
