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

/** The order of the line. A record, so that it does not compile while a field is missing. */
const order: Readonly<Record<keyof CdrRow, true>> = {
  message: true,
  id: true,
  part: true,
  parts: true,
  direction: true,
  customer: true,
  account: true,
  source: true,
  destination: true,
  mcc: true,
  mnc: true,
  policy: true,
  vendor: true,
  connection: true,
  segments: true,
  state: true,
  error: true,
  acceptedAtMs: true,
  sentAtMs: true,
  doneAtMs: true,
  currency: true,
  units: true,
  price: true,
  priceCurrency: true,
  priceExchange: true,
  amount: true,
  vendorUnits: true,
  vendorPrice: true,
  vendorCurrency: true,
  vendorExchange: true,
  vendorAmount: true,
}

const fields = Object.keys(order) as readonly (keyof CdrRow)[]
const heads = fields.map((field) => `,"${field}":`)

/** One line with its line end. Whole numbers beyond 2^53-1, which readers would round, are decimal text. */
export function cdrLine(row: CdrRow): string {
  let line = `{"version":${CDR_VERSION}`
  for (let i = 0; i < fields.length; i++) line += heads[i]! + jsonOf(row[fields[i]!])
  return `${line}}\n`
}

/** Also for sums that others make of rows. */
export function jsonOf(value: string | number | bigint): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value)
    if (Number.isInteger(value)) return `"${BigInt(value)}"`
    throw new RangeError(`${value} is no whole number`)
  }
  return value >= -MAX && value <= MAX ? String(value) : `"${value}"`
}

const MAX = BigInt(Number.MAX_SAFE_INTEGER)
