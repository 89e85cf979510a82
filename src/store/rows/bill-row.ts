// A bill as octets within the rows of what it is for, and back. Knows no rows of its own; what has no bill has no octet of this.

import type { Bill, Price, Sent } from '../../message/bill.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import { NO_EXCHANGE } from '../../money/record-fields.js'
import { ByteWriter, type ByteReader } from './bytes.js'
import { Repeated } from './repeated.js'

const states: readonly Bill['state'][] = ['held', 'charged', 'released']
const STATE_BITS = 3
const CHARGE_ON_SILENCE = 4
const RELEASE_ON_SILENCE = 8
const HAS_SENT = 16
const VENDOR_HAS_PRICE = 32
const HAS_NETWORK = 64
/** Small numbers take few octets, and what most bills say takes none. Bills of rows before version 4 are without it. */
const COMPACT = 128
/** Of a price: in the base currency, or with all it says. */
const IN_BASE = 0
const IN_OTHER = 1

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

/** What is there differs by these flags, so the same octets may mean something else. */
const TERMS_BITS = HAS_SENT | VENDOR_HAS_PRICE | HAS_NETWORK | COMPACT
const knownTerms: (Repeated<Terms> | undefined)[] = []

const terms = new ByteWriter(1024)

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
  const { sent, mcc, mnc } = bill
  out.byte(
    COMPACT |
      states.indexOf(bill.state) |
      (bill.onSilence === 'charge' ? CHARGE_ON_SILENCE : bill.onSilence === 'release' ? RELEASE_ON_SILENCE : 0) |
      (sent === undefined ? 0 : sent.price === undefined ? HAS_SENT : HAS_SENT | VENDOR_HAS_PRICE) |
      (mcc === '' && mnc === '' ? 0 : HAS_NETWORK),
  )
  out.varint(bill.units)
  out.varint(bill.day)
  if (sent !== undefined) {
    out.varint(sent.segments)
    out.float64(sent.atMs)
  }
  terms.position = 0
  terms.text(bill.customer)
  terms.text(bill.policy)
  if (mcc !== '' || mnc !== '') {
    terms.text(mcc)
    terms.text(mnc)
  }
  writePrice(terms, bill.price)
  if (sent !== undefined) {
    terms.text(sent.vendor)
    terms.text(sent.connection)
    if (sent.price !== undefined) writePrice(terms, sent.price)
  }
  out.varint(terms.position)
  out.raw(terms.buffer.subarray(0, terms.position))
}

export function readBill(from: ByteReader): Bill {
  const flags = from.byte()
  const isCompact = (flags & COMPACT) !== 0
  const number = (): number => (isCompact ? from.varint() : from.int32())
  const units = number()
  const day = number()
  const hasSent = (flags & HAS_SENT) !== 0
  const segments = hasSent ? number() : 0
  const atMs = hasSent ? from.float64() : 0
  const { customer, policy, mcc, mnc, price, vendor, connection, vendorPrice } = from.repeated(
    (knownTerms[flags & TERMS_BITS] ??= new Repeated()),
    number(),
    (terms) => readTerms(terms, flags),
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

function readTerms(from: ByteReader, flags: number): Terms {
  const isCompact = (flags & COMPACT) !== 0
  const hasNetwork = !isCompact || (flags & HAS_NETWORK) !== 0
  const hasSent = (flags & HAS_SENT) !== 0
  const price = isCompact ? readPrice : readWholePrice
  return {
    customer: from.text(),
    policy: from.text(),
    mcc: hasNetwork ? from.text() : '',
    mnc: hasNetwork ? from.text() : '',
    price: price(from),
    vendor: hasSent ? (from.text() as VendorId) : '',
    connection: hasSent ? (from.text() as ConnectionId) : '',
    vendorPrice: (flags & VENDOR_HAS_PRICE) !== 0 ? price(from) : undefined,
  }
}

function writePrice(out: ByteWriter, price: Price): void {
  const { ownMicros, baseMicros, currency, exchange } = price
  if (exchange === NO_EXCHANGE && ownMicros === baseMicros && isSmall(ownMicros)) {
    out.byte(IN_BASE)
    out.varint(ownMicros)
    out.text(currency)
    return
  }
  out.byte(IN_OTHER)
  out.float64(ownMicros)
  out.float64(baseMicros)
  out.text(currency)
  out.text(exchange)
}

function readPrice(from: ByteReader): Price {
  if (from.byte() === IN_OTHER) return readWholePrice(from)
  const micros = from.varint()
  return { ownMicros: micros, baseMicros: micros, currency: from.text(), exchange: NO_EXCHANGE }
}

function readWholePrice(from: ByteReader): Price {
  return {
    ownMicros: from.float64(),
    baseMicros: from.float64(),
    currency: from.text(),
    exchange: from.text(),
  }
}

/** A whole number that fits into an int32, and is not -0. */
function isSmall(micros: number): boolean {
  return micros >= 0 && Object.is(micros | 0, micros)
}
