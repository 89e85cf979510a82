// A bill as octets within the rows of what it is for, and back. Knows no rows of its own; what has no bill has no octet of this.

import type { Bill, Price, Sent } from '../../message/bill.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { Repeated } from './repeated.js'

const states: readonly Bill['state'][] = ['held', 'charged', 'released']
const STATE_BITS = 3
const CHARGE_ON_SILENCE = 4
const RELEASE_ON_SILENCE = 8
const HAS_SENT = 16
const VENDOR_HAS_PRICE = 32

/** What bills of an account that go one way have in common. It stands last, after its length. */
interface Terms {
  readonly customer: string
  readonly policy: string
  readonly mcc: string
  readonly mnc: string
  readonly price: Price
  readonly vendor: VendorId | ''
  readonly connection: ConnectionId | ''
  readonly vendorPrice: Price | undefined
}

const knownTerms = new Repeated<Terms>()

/** The bill that was written last and its octets: of messages that cost the same and go the same way it is one object. */
let lastBill: Bill | undefined
let lastOctets = new Uint8Array()

export function writeBill(out: ByteWriter, bill: Bill): void {
  if (bill === lastBill) return out.short(lastOctets)
  const start = out.position
  writeNewBill(out, bill)
  lastBill = bill
  lastOctets = new Uint8Array(out.buffer.subarray(start, out.position))
}

function writeNewBill(out: ByteWriter, bill: Bill): void {
  const { sent } = bill
  out.byte(
    states.indexOf(bill.state) |
      (bill.onSilence === 'charge' ? CHARGE_ON_SILENCE : bill.onSilence === 'release' ? RELEASE_ON_SILENCE : 0) |
      (sent === undefined ? 0 : sent.price === undefined ? HAS_SENT : HAS_SENT | VENDOR_HAS_PRICE),
  )
  out.int32(bill.units)
  out.int32(bill.day)
  if (sent !== undefined) {
    out.int32(sent.segments)
    out.float64(sent.atMs)
  }
  const lengthAt = out.position
  out.int32(0)
  out.text(bill.customer)
  out.text(bill.policy)
  out.text(bill.mcc)
  out.text(bill.mnc)
  writePrice(out, bill.price)
  if (sent !== undefined) {
    out.text(sent.vendor)
    out.text(sent.connection)
    if (sent.price !== undefined) writePrice(out, sent.price)
  }
  out.lengthAt(lengthAt)
}

export function readBill(from: ByteReader): Bill {
  const flags = from.byte()
  const units = from.int32()
  const day = from.int32()
  const hasSent = (flags & HAS_SENT) !== 0
  const segments = hasSent ? from.int32() : 0
  const atMs = hasSent ? from.float64() : 0
  const { customer, policy, mcc, mnc, price, vendor, connection, vendorPrice } = from.repeated(knownTerms, (terms) =>
    readTerms(terms, hasSent, (flags & VENDOR_HAS_PRICE) !== 0),
  )
  const sent: Sent | undefined = hasSent
    ? { vendor: vendor as VendorId, connection: connection as ConnectionId, segments, price: vendorPrice, atMs }
    : undefined
  return {
    customer,
    policy,
    price,
    units,
    day,
    state: states[flags & STATE_BITS]!,
    mcc,
    mnc,
    onSilence:
      (flags & CHARGE_ON_SILENCE) !== 0 ? 'charge' : (flags & RELEASE_ON_SILENCE) !== 0 ? 'release' : undefined,
    sent,
  }
}

function readTerms(from: ByteReader, hasSent: boolean, hasVendorPrice: boolean): Terms {
  return {
    customer: from.text(),
    policy: from.text(),
    mcc: from.text(),
    mnc: from.text(),
    price: readPrice(from),
    vendor: hasSent ? (from.text() as VendorId) : '',
    connection: hasSent ? (from.text() as ConnectionId) : '',
    vendorPrice: hasVendorPrice ? readPrice(from) : undefined,
  }
}

function writePrice(out: ByteWriter, price: Price): void {
  out.float64(price.ownMicros)
  out.float64(price.baseMicros)
  out.text(price.currency)
  out.text(price.exchange)
}

function readPrice(from: ByteReader): Price {
  return {
    ownMicros: from.float64(),
    baseMicros: from.float64(),
    currency: from.text(),
    exchange: from.text(),
  }
}
