// A bill as octets within the rows of what it is for, and back. Knows no rows of its own; what has no bill has no octet of this.

import type { Bill, Price, Sent } from '../../message/bill.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import type { ByteReader, ByteWriter } from './bytes.js'

const states: readonly Bill['state'][] = ['held', 'charged', 'released']
const STATE_BITS = 3
const CHARGE_ON_SILENCE = 4
const RELEASE_ON_SILENCE = 8
const HAS_SENT = 16
const VENDOR_HAS_PRICE = 32

export function writeBill(out: ByteWriter, bill: Bill): void {
  const { sent } = bill
  out.byte(
    states.indexOf(bill.state) |
      (bill.onSilence === 'charge' ? CHARGE_ON_SILENCE : bill.onSilence === 'release' ? RELEASE_ON_SILENCE : 0) |
      (sent === undefined ? 0 : sent.price === undefined ? HAS_SENT : HAS_SENT | VENDOR_HAS_PRICE),
  )
  out.int32(bill.units)
  out.int32(bill.day)
  out.text(bill.customer)
  out.text(bill.policy)
  writePrice(out, bill.price)
  out.text(bill.mcc)
  out.text(bill.mnc)
  if (sent === undefined) return
  out.text(sent.vendor)
  out.text(sent.connection)
  out.int32(sent.segments)
  out.float64(sent.atMs)
  if (sent.price !== undefined) writePrice(out, sent.price)
}

export function readBill(from: ByteReader): Bill {
  const flags = from.byte()
  return {
    state: states[flags & STATE_BITS]!,
    onSilence:
      (flags & CHARGE_ON_SILENCE) !== 0 ? 'charge' : (flags & RELEASE_ON_SILENCE) !== 0 ? 'release' : undefined,
    units: from.int32(),
    day: from.int32(),
    customer: from.text(),
    policy: from.text(),
    price: readPrice(from),
    mcc: from.text(),
    mnc: from.text(),
    sent: (flags & HAS_SENT) !== 0 ? readSent(from, (flags & VENDOR_HAS_PRICE) !== 0) : undefined,
  }
}

function readSent(from: ByteReader, hasPrice: boolean): Sent {
  return {
    vendor: from.text() as VendorId,
    connection: from.text() as ConnectionId,
    segments: from.int32(),
    atMs: from.float64(),
    price: hasPrice ? readPrice(from) : undefined,
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
