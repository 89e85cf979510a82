// Rows and units for the tests of stores: one plain example of each. No store, no expectations.

import type { Bill, CallRecord, Move, Payment } from '../message/bill.js'
import type { CollectedPart } from '../message/collected-part.js'
import type {
  Awaiting,
  MoDelivery,
  ParkedReceipt,
  ReceiptDelivery,
  SegmentDelivery,
  SegmentGroup,
} from '../message/delivery.js'
import type { AccountId, ConnectionId, DeliveryId, LaneKey, MessageId, VendorId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { Message } from '../message/message.js'
import { receiptRequestOf, type MessagePart, type ReceiptOrigin } from '../message/receipt.js'
import type { KeepsBooks, RecordLines } from './contracts/books.js'
import type { ClockAnchor, Store } from './contracts/store.js'
import type { IngressTransaction } from './contracts/transactions.js'
import type { Unit } from './contracts/unit.js'

export const deliveryId = (n: number): DeliveryId => `00000001${n.toString(16).padStart(8, '0')}` as DeliveryId
export const messageId = (n: number): MessageId => deliveryId(n) as string as MessageId
export const laneKey = (name: string): LaneKey => name as LaneKey
export const accountId = (name: string): AccountId => name as AccountId
export const vendorId = (name: string): VendorId => name as VendorId
export const connectionId = (name: string): ConnectionId => name as ConnectionId

export function anchorAt(switchMs: number): ClockAnchor {
  return { switchMs, monotonicMs: switchMs / 2, bootId: 'boot' }
}

const message: Message = {
  id: messageId(1),
  direction: 'mt',
  account: 'acme' as AccountId,
  source: { ton: 5, npi: 0, value: 'Acme' },
  destination: { ton: 1, npi: 1, value: '447700900123' },
  content: { dataCoding: 0, udhi: false, octets: new TextEncoder().encode('Your code is 1234') },
  shape: 'whole',
  parts: [],
  asSent: undefined,
  serviceType: '',
  protocolId: 0,
  priority: 1,
  replyPath: false,
  receiptRequest: receiptRequestOf(1),
  tlvs: [{ tag: 0x1400, value: Uint8Array.of(1, 2, 3) }],
  userMessageReference: -1,
  acceptedAtMs: 1_700_000_000_000,
  expiresAtMs: 1_700_000_100_000,
}

const origin: ReceiptOrigin = {
  messageId: message.id,
  account: message.account,
  source: message.source,
  destination: message.destination,
  request: message.receiptRequest,
  acceptedAtMs: message.acceptedAtMs,
  userMessageReference: 7,
  head: 'Your code is 1234',
  parts: [],
  asSent: undefined,
}

/** As a message has them that came in two. */
export const twoParts: readonly MessagePart[] = [
  { id: messageId(1), receiptRequest: receiptRequestOf(1), userMessageReference: 7 },
  { id: messageId(2), receiptRequest: receiptRequestOf(0), userMessageReference: -1 },
]

export function segment(n: number, changes: Partial<SegmentDelivery> = {}): SegmentDelivery {
  return {
    kind: 'segment',
    lane: laneKey('vendor:bench'),
    dueMs: 1_000,
    id: deliveryId(n),
    message,
    route: [connectionId('v1'), connectionId('v2')],
    hop: 0,
    failover: 'none',
    failures: 0,
    unansweredBy: '',
    progress: undefined,
    bill: undefined,
    expiresAtMs: message.expiresAtMs,
    ...changes,
  }
}

/** The n-th delivery, of a message that came in two parts and has left in one segment of three. */
export function segmentUnderWay(n: number, changes: Partial<SegmentDelivery> = {}): SegmentDelivery {
  return segment(n, {
    message: { ...message, shape: 'udh16', parts: twoParts },
    route: [connectionId('v1')],
    progress: { connection: connectionId('v1'), total: 3, taken: 1, group: { silent: 0, lastId: 'first' } },
    ...changes,
  })
}

export function mo(n: number, changes: Partial<MoDelivery> = {}): MoDelivery {
  return {
    kind: 'mo',
    lane: laneKey('esme:acme'),
    dueMs: 1_000,
    id: deliveryId(n),
    message: { ...message, direction: 'mo' },
    failures: 0,
    taken: 0,
    bill: undefined,
    expiresAtMs: message.expiresAtMs,
    ...changes,
  }
}

export function receipt(n: number, changes: Partial<ReceiptDelivery> = {}): ReceiptDelivery {
  return {
    kind: 'receipt',
    lane: laneKey('vendor:bench'),
    dueMs: 1_000,
    id: deliveryId(n),
    receipt: { origin, state: 'DELIVERED', error: '000', doneAtMs: 1_700_000_000_500 },
    failures: 0,
    expiresAtMs: 1_700_000_200_000,
    ...changes,
  }
}

export function awaitingOf(
  n: number,
  changes: { connection?: string; group?: MessageId; expiresAtMs?: number } = {},
): Awaiting {
  return {
    vendor: vendorId('v'),
    vendorMessageId: `id-${n}`,
    connection: connectionId(changes.connection ?? 'v1'),
    origin,
    group: changes.group ?? '',
    bill: undefined,
    expiresAtMs: changes.expiresAtMs ?? 9_000,
  }
}

/** The group of the n-th message. */
export function groupOf(n: number, changes: Partial<SegmentGroup> = {}): SegmentGroup {
  return {
    id: messageId(n),
    origin: { ...origin, parts: twoParts },
    wanted: 2,
    bill: undefined,
    expiresAtMs: 9_000,
    ...changes,
  }
}

/** The n-th part that was collected. */
export function collectedOf(n: number, changes: Partial<CollectedPart> = {}): CollectedPart {
  return {
    id: messageId(n),
    sender: { kind: 'account', account: message.account },
    mark: { shape: 'udh8', reference: 99, total: 3, part: n },
    source: message.source,
    destination: message.destination,
    domain: 'example.com',
    content: { dataCoding: 0, udhi: true, octets: Uint8Array.of(5, 0, 3, 99, 3, n, 65) },
    serviceType: '',
    protocolId: 0,
    priority: 1,
    replyPath: true,
    receiptRequest: receiptRequestOf(1),
    tlvs: [{ tag: 0x1400, value: Uint8Array.of(1, 2, 3) }],
    userMessageReference: 7,
    acceptedAtMs: 1_700_000_000_000,
    dueMs: 1_000,
    validUntilMs: -1,
    deadlineMs: 61_000,
    payer: undefined,
    ...changes,
  }
}

export function collected(part: CollectedPart): Unit {
  return { kind: 'collected', part }
}

export function parkedOf(n: number): ParkedReceipt {
  return {
    vendor: vendorId('v'),
    vendorMessageId: `id-${n}`,
    connection: connectionId('v1'),
    report: { state: 'UNDELIVERABLE', error: '011', doneAtMs: -1, destination: '447700900123' },
    expiresAtMs: 9_000,
  }
}

/** @param parts those of its parts that were collected before */
export function accepted(delivery: SegmentDelivery | MoDelivery, parts?: readonly MessageId[]): Unit {
  return { kind: 'accepted', delivery, ...(parts !== undefined && { parts }) }
}

/** By which the n-th message came. */
export function transactionOf(n: number, expiresAtMs = 32_000): IngressTransaction {
  return { key: `z9hG4bK-${n} 192.0.2.1 5060 MESSAGE`, expiresAtMs }
}

/** A bill that says all that a bill can say. */
export function billOf(changes: Partial<Bill> = {}): Bill {
  return {
    customer: 'acme',
    policy: 'direct',
    price: { currency: 'EUR', ownMicros: 45_000, exchange: '1.1', baseMicros: 49_500 },
    units: 2,
    day: 19_700,
    state: 'held',
    mcc: '234',
    mnc: '15',
    onSilence: 'release',
    sent: {
      vendor: vendorId('v'),
      connection: connectionId('v1'),
      segments: 2,
      price: { currency: 'USD', ownMicros: 12_000, exchange: '1', baseMicros: 12_000 },
      atMs: 1_700_000_000_400,
    },
    ...changes,
  }
}

/** A unit that moves this and does hardly anything else. */
export function moved(move: Move): Unit {
  return { kind: 'unparked', vendor: vendorId('v'), vendorMessageId: 'nothing', move }
}

export function paid(payment: Payment): Unit {
  return { kind: 'paid', payment }
}

export function callRecord(n: number, tail: string): CallRecord {
  const of = {
    source: { value: 'Acme "é"' },
    destination: { value: `4917${n}` },
    acceptedAtMs: 1_800_000_000_000.5 + (n >> 1),
  }
  const terms = { sentAtMs: n % 2 === 0 ? -1 : 1_800_000_000_100, doneAtMs: 1_800_000_001_000, tail }
  return { id: messageId(n), of, terms }
}

/** The line of a record, as docs/money.md has it. */
export function lineOf({ id, of: { source, destination, acceptedAtMs }, terms }: CallRecord): string {
  const { sentAtMs, doneAtMs, tail } = terms
  const addresses = { source: source.value, destination: destination.value }
  const times = { acceptedAtMs: Math.floor(acceptedAtMs), sentAtMs, doneAtMs }
  const row = { version: 2, message: id, ...addresses, ...times }
  return JSON.stringify(row).slice(0, -1).replaceAll('é', '\\u00e9') + tail
}

export function linesOf({ lines }: RecordLines): string {
  return Buffer.from(lines).toString('latin1')
}

/** All that a store has in its books, by the contract's verbs. */
export async function booksOf({ books }: KeepsBooks) {
  const customers = await books.customers()
  const payments = await Promise.all(customers.map(({ customer }) => books.payments(customer, 0, 1_000_000)))
  const records = await books.records(Infinity)
  return {
    customers,
    days: await books.days(0, 1_000_000),
    payments: payments.flat(),
    records: { through: records.through, lines: linesOf(records) },
    mark: await books.exportMark(),
  }
}

/** The tables of kept texts that tests use; two begin alike. */
export const keptTables = ['mdr', 'mdrs', 'sticky'] as const

/** All rows of a table, page by page, in whichever order. */
export async function keptOf(store: Store, table: string, limit = 1000, reverse = false): Promise<KeptRow[]> {
  const found: KeptRow[] = []
  let cursor = ''
  do {
    const page = await store.keptRows(table, { [reverse ? 'to' : 'from']: cursor, limit, reverse })
    found.push(...page.rows)
    cursor = page.cursor
  } while (cursor !== '')
  return found
}

/** Before it no test forgets transactions, so that what is left of them is promised. */
export const FORGOTTEN_MS = 3

/** All that a store holds of messages and users, by the contract's verbs, in a fixed order. */
export async function contentsOf(store: Store) {
  const lanes = [...(await store.lanes())].sort((a, b) => (a.lane < b.lane ? -1 : 1))
  const deliveries = []
  for (const { lane } of lanes)
    deliveries.push(...(await store.readLane(lane, Number.MAX_SAFE_INTEGER, new Set(), 1_000_000)).deliveries)
  const awaiting = (await store.expiredAwaiting('', 1_000_000, Infinity)).rows
  return {
    lanes,
    deliveries,
    awaiting: [...awaiting].sort(byVendorKey),
    parked: [...(await store.parked())].sort(byVendorKey),
    groups: (await store.expiredGroups('', 1_000_000, Infinity)).rows,
    collected: await store.collected(),
    registrations: await store.registrations(),
    transactions: [...(await store.transactions(FORGOTTEN_MS, 1_000_000))].sort((a, b) => (a.key < b.key ? -1 : 1)),
    kept: (await Promise.all(keptTables.map((table) => keptOf(store, table)))).flat(),
  }
}

function byVendorKey(a: Pick<Awaiting, 'vendor' | 'vendorMessageId'>, b: typeof a): number {
  return a.vendor + '\0' + a.vendorMessageId < b.vendor + '\0' + b.vendorMessageId ? -1 : 1
}
