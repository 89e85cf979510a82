// Rows and units for the tests of stores: one plain example of each, and arbitrary ones. No store, no expectations.

import fc from 'fast-check'
import type { Awaiting, ParkedReceipt, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { AccountId, ConnectionId, DeliveryId, LaneKey, MessageId, VendorId } from '../message/ids.js'
import type { Message } from '../message/message.js'
import { receiptRequestOf, type ReceiptOrigin } from '../message/receipt.js'
import { messageStates, type MessageState } from '../message/state.js'
import type { ClockAnchor, Store } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'

export const deliveryId = (n: number): DeliveryId => `00000001${n.toString(16).padStart(8, '0')}` as DeliveryId
export const laneKey = (name: string): LaneKey => name as LaneKey
export const vendorId = (name: string): VendorId => name as VendorId
const connectionId = (name: string): ConnectionId => name as ConnectionId

export function anchorAt(switchMs: number): ClockAnchor {
  return { switchMs, monotonicMs: switchMs / 2, bootId: 'boot' }
}

const message: Message = {
  id: deliveryId(1) as string as MessageId,
  direction: 'mt',
  account: 'acme' as AccountId,
  source: { ton: 5, npi: 0, value: 'Acme' },
  destination: { ton: 1, npi: 1, value: '447700900123' },
  content: { dataCoding: 0, udhi: false, octets: new TextEncoder().encode('Your code is 1234') },
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
}

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

export function awaitingOf(n: number, changes: { connection?: string; expiresAtMs?: number } = {}): Awaiting {
  return {
    vendor: vendorId('v'),
    vendorMessageId: `id-${n}`,
    connection: connectionId(changes.connection ?? 'v1'),
    origin,
    expiresAtMs: changes.expiresAtMs ?? 9_000,
  }
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

export function accepted(delivery: SegmentDelivery): Unit {
  return { kind: 'accepted', delivery }
}

export interface UnitStep {
  readonly name: string
  /** What must have happened first. */
  readonly before: readonly Unit[]
  readonly unit: Unit
}

/** Every kind of unit with every kind of outcome. */
export function oneOfEachUnit(): UnitStep[] {
  const there = segment(1, { dueMs: 10 })
  const outbox = [receipt(2, { lane: laneKey('esme:acme'), dueMs: 11 })]
  const told = outbox[0]!
  const isThere = [accepted(there)]
  const isTold: Unit = { kind: 'receiptedUnanswered', delivery: there, outbox }
  const isAwaited: Unit = {
    kind: 'answered',
    delivery: there,
    outcome: { kind: 'awaiting', awaiting: awaitingOf(1) },
    outbox,
  }
  const { vendor, vendorMessageId } = parkedOf(1)
  return [
    { name: 'accepted', before: [], unit: accepted(there) },
    {
      name: 'attempted',
      before: isThere,
      unit: { kind: 'attempted', delivery: { ...there, unansweredBy: connectionId('v1') } },
    },
    { name: 'answered, awaiting', before: isThere, unit: isAwaited },
    {
      name: 'answered, requeued',
      before: isThere,
      unit: {
        kind: 'answered',
        delivery: there,
        outcome: { kind: 'requeued', next: { ...there, dueMs: 20, failures: 1 } },
        outbox: [],
      },
    },
    {
      name: 'answered, final',
      before: isThere,
      unit: {
        kind: 'answered',
        delivery: there,
        outcome: { kind: 'final', state: 'REJECTED', reason: 'rejectedByVendor' },
        outbox,
      },
    },
    {
      name: 'receipted on the way',
      before: [isAwaited],
      unit: { kind: 'receipted', awaiting: awaitingOf(1), final: false, outbox },
    },
    {
      name: 'receipted, final',
      before: [isAwaited],
      unit: { kind: 'receipted', awaiting: awaitingOf(1), final: true, outbox },
    },
    { name: 'receiptedUnanswered', before: isThere, unit: isTold },
    { name: 'parked', before: [], unit: { kind: 'parked', parked: parkedOf(1) } },
    {
      name: 'unparked',
      before: [{ kind: 'parked', parked: parkedOf(1) }],
      unit: { kind: 'unparked', vendor, vendorMessageId },
    },
    ...(['done', 'setAside', 'expired'] as const).map((kind) => ({
      name: `notified, ${kind}`,
      before: [isTold],
      unit: { kind: 'notified', delivery: told, outcome: { kind } } as const,
    })),
    {
      name: 'notified, requeued',
      before: [isTold],
      unit: { kind: 'notified', delivery: told, outcome: { kind: 'requeued', next: { ...told, dueMs: 99 } } },
    },
  ]
}

/** All that a store holds, by the contract's verbs, in a fixed order. */
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
  }
}

function byVendorKey(a: Pick<Awaiting, 'vendor' | 'vendorMessageId'>, b: typeof a): number {
  return a.vendor + '\0' + a.vendorMessageId < b.vendor + '\0' + b.vendorMessageId ? -1 : 1
}

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant('ж🙂ÿ\0'),
)
const octets = (max: number) => fc.uint8Array({ maxLength: max })
const octet = fc.nat(255)
const ms = fc.oneof(fc.nat(2 ** 31 - 1), fc.double({ min: 0, max: 4e12, noNaN: true }))
const wallMs = fc.oneof(fc.constant(-1), ms)
const address = fc.record({ ton: octet, npi: octet, value: text })
const request = octet.map(receiptRequestOf)
const reference = fc.integer({ min: -1, max: 65_535 })
const state = fc.constantFrom(...(Object.keys(messageStates) as MessageState[]))
const branded = <Id extends string>(): fc.Arbitrary<Id> => text as fc.Arbitrary<Id>

const arbitraryOrigin: fc.Arbitrary<ReceiptOrigin> = fc.record({
  messageId: branded<MessageId>(),
  account: branded<AccountId>(),
  source: address,
  destination: address,
  request,
  acceptedAtMs: wallMs,
  userMessageReference: reference,
  head: text,
})

const arbitraryMessage: fc.Arbitrary<Message> = fc.record({
  id: branded<MessageId>(),
  direction: fc.constantFrom('mt', 'mo'),
  account: branded<AccountId>(),
  source: address,
  destination: address,
  content: fc.record({
    dataCoding: octet,
    udhi: fc.boolean(),
    octets: octets(300),
  }),
  serviceType: text,
  protocolId: octet,
  priority: octet,
  replyPath: fc.boolean(),
  receiptRequest: request,
  tlvs: fc.array(fc.record({ tag: fc.nat(65_535), value: octets(400) }), { maxLength: 8 }),
  userMessageReference: reference,
  acceptedAtMs: wallMs,
  expiresAtMs: ms,
})

/** A small world, so that arbitrary units meet each other. */
const place = {
  lane: fc.constantFrom('vendor:bench', 'esme:acme', 'ж').map(laneKey),
  dueMs: fc.oneof(fc.nat(3), fc.constantFrom(2 ** 32, 2 ** 48 - 1)),
  id: fc.nat(5).map(deliveryId),
}

export const arbitrarySegment: fc.Arbitrary<SegmentDelivery> = fc.record({
  kind: fc.constant('segment'),
  ...place,
  message: arbitraryMessage,
  route: fc.array(branded<ConnectionId>(), { maxLength: 5 }),
  hop: fc.nat(5),
  failover: fc.constantFrom('none', 'next'),
  failures: fc.nat(1000),
  unansweredBy: branded<ConnectionId>(),
  expiresAtMs: ms,
})

export const arbitraryReceipt: fc.Arbitrary<ReceiptDelivery> = fc.record({
  kind: fc.constant('receipt'),
  ...place,
  receipt: fc.record({ origin: arbitraryOrigin, state, error: text, doneAtMs: wallMs }),
  failures: fc.nat(1000),
  expiresAtMs: ms,
})

const vendorPlace = {
  vendor: fc.constantFrom('v', 'w', 'vé').map(vendorId),
  vendorMessageId: fc.constantFrom('', '0', '00', '1', 'ffff-ж', 'x'.repeat(64), 'a\0b'),
}

export const arbitraryAwaiting: fc.Arbitrary<Awaiting> = fc.record({
  ...vendorPlace,
  connection: branded<ConnectionId>(),
  origin: arbitraryOrigin,
  expiresAtMs: ms,
})

export const arbitraryParked: fc.Arbitrary<ParkedReceipt> = fc.record({
  ...vendorPlace,
  connection: branded<ConnectionId>(),
  report: fc.record({ state, error: text, doneAtMs: wallMs, destination: text }),
  expiresAtMs: ms,
})

const outbox = fc.array(arbitraryReceipt, { maxLength: 2 })

export const arbitraryUnit: fc.Arbitrary<Unit> = fc.oneof(
  fc.record({ kind: fc.constantFrom('accepted', 'attempted'), delivery: arbitrarySegment }),
  fc.record({
    kind: fc.constant('answered'),
    delivery: arbitrarySegment,
    outcome: fc.oneof(
      fc.record({ kind: fc.constant('awaiting'), awaiting: arbitraryAwaiting }),
      fc.record({ kind: fc.constant('requeued'), next: arbitrarySegment }),
      fc.record({ kind: fc.constant('final'), state, reason: fc.constantFrom(undefined, 'expired') }),
    ),
    outbox,
  }),
  fc.record({ kind: fc.constant('receipted'), awaiting: arbitraryAwaiting, final: fc.boolean(), outbox }),
  fc.record({ kind: fc.constant('receiptedUnanswered'), delivery: arbitrarySegment, outbox }),
  fc.record({ kind: fc.constant('parked'), parked: arbitraryParked }),
  fc.record({ kind: fc.constant('unparked'), ...vendorPlace }),
  fc.record({
    kind: fc.constant('notified'),
    delivery: arbitraryReceipt,
    outcome: fc.oneof(
      fc.record({ kind: fc.constantFrom('done', 'setAside', 'expired') }),
      fc.record({ kind: fc.constant('requeued'), next: arbitraryReceipt }),
    ),
  }),
)
