// Arbitrary rows and units for the tests of stores: a small world, so that they meet each other. No store, no expectations.

import fc from 'fast-check'
import type { Bill, Move, Payment, Price } from '../message/bill.js'
import type { CollectedPart, PartMark, Sender } from '../message/collected-part.js'
import type {
  Awaiting,
  EsmeDelivery,
  MoDelivery,
  ParkedReceipt,
  Progress,
  ReceiptDelivery,
  SegmentDelivery,
  SegmentGroup,
} from '../message/delivery.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { Addresses } from '../message/address.js'
import type { Content, Message, Shape } from '../message/message.js'
import { receiptRequestOf, type MessagePart, type ReceiptOrigin } from '../message/receipt.js'
import { messageStates, type MessageState } from '../message/state.js'
import {
  callRecord,
  deliveryId,
  FORGOTTEN_MS,
  keptTables,
  laneKey,
  messageId,
  vendorId,
} from './conformance-rows.suite.js'
import type { Booking, Unit } from './contracts/unit.js'

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
const count = fc.nat(1000)
const parts: fc.Arbitrary<MessagePart[]> = fc.array(
  fc.record({ id: branded<MessageId>(), receiptRequest: request, userMessageReference: reference }),
  { maxLength: 4 },
)
const content: fc.Arbitrary<Content> = fc.record({ dataCoding: octet, udhi: fc.boolean(), octets: octets(300) })
const partShape: fc.Arbitrary<PartMark['shape']> = fc.constantFrom('udh8', 'udh16', 'sar')
const shape: fc.Arbitrary<Shape> = fc.oneof(fc.constant('whole' as const), partShape)
const orNone = <Value>(some: fc.Arbitrary<Value>) => fc.option(some, { nil: undefined })
const tlvs = fc.array(fc.record({ tag: fc.nat(65_535), value: octets(400) }), { maxLength: 8 })

const asSent: fc.Arbitrary<Addresses | undefined> = orNone(fc.record({ source: address, destination: address }))

const arbitraryPrice: fc.Arbitrary<Price> = fc.record({
  currency: text,
  ownMicros: fc.maxSafeNat(),
  exchange: text,
  baseMicros: fc.maxSafeNat(),
})

export const arbitraryBill: fc.Arbitrary<Bill> = fc.record({
  customer: text,
  policy: text,
  price: arbitraryPrice,
  units: count,
  day: fc.nat(100_000),
  state: fc.constantFrom('held', 'charged', 'released'),
  mcc: text,
  mnc: text,
  onSilence: fc.constantFrom('charge', 'release', undefined),
  sent: orNone(
    fc.record({
      vendor: branded<VendorId>(),
      connection: branded<ConnectionId>(),
      segments: count,
      price: orNone(arbitraryPrice),
      atMs: wallMs,
    }),
  ),
})
const bill = orNone(arbitraryBill)

const arbitraryOrigin: fc.Arbitrary<ReceiptOrigin> = fc.record({
  messageId: branded<MessageId>(),
  account: branded<AccountId>(),
  source: address,
  destination: address,
  request,
  acceptedAtMs: wallMs,
  userMessageReference: reference,
  head: text,
  parts,
  asSent,
})

const arbitraryMessage: fc.Arbitrary<Message> = fc.record({
  id: branded<MessageId>(),
  direction: fc.constantFrom('mt', 'mo'),
  account: branded<AccountId>(),
  source: address,
  destination: address,
  content,
  shape,
  parts,
  asSent,
  serviceType: text,
  protocolId: octet,
  priority: octet,
  replyPath: fc.boolean(),
  receiptRequest: request,
  tlvs,
  userMessageReference: reference,
  acceptedAtMs: wallMs,
  expiresAtMs: ms,
})

const arbitraryProgress: fc.Arbitrary<Progress> = fc.record({
  connection: branded<ConnectionId>(),
  total: count,
  taken: count,
  group: orNone(fc.record({ silent: count, lastId: text })),
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
  progress: orNone(arbitraryProgress),
  sender: orNone(fc.record({ number: text, pack: text })),
  bill,
  expiresAtMs: ms,
})

export const arbitraryMo: fc.Arbitrary<MoDelivery> = fc.record({
  kind: fc.constant('mo'),
  ...place,
  message: arbitraryMessage,
  failures: count,
  taken: count,
  bill,
  expiresAtMs: ms,
})

export const arbitraryReceipt: fc.Arbitrary<ReceiptDelivery> = fc.record({
  kind: fc.constant('receipt'),
  ...place,
  receipt: fc.record(
    { origin: arbitraryOrigin, state, error: text, doneAtMs: wallMs, isReleased: fc.constant(true as const) },
    { requiredKeys: ['origin', 'state', 'error', 'doneAtMs'] },
  ),
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
  group: fc.oneof(fc.constant('' as const), branded<MessageId>()),
  bill,
  expiresAtMs: ms,
})

const smallId = fc.nat(5).map(messageId)

export const arbitraryGroup: fc.Arbitrary<SegmentGroup> = fc.record({
  id: smallId,
  origin: arbitraryOrigin,
  wanted: count,
  bill,
  expiresAtMs: ms,
})

const sender: fc.Arbitrary<Sender> = fc.oneof(
  fc.record({ kind: fc.constant('account' as const), account: branded<AccountId>() }),
  fc.record({
    kind: fc.constant('vendor' as const),
    vendor: branded<VendorId>(),
    connection: branded<ConnectionId>(),
  }),
)

export const arbitraryCollected: fc.Arbitrary<CollectedPart> = fc.record({
  id: smallId,
  sender,
  mark: fc.record({ shape: partShape, reference: fc.nat(65_535), total: octet, part: octet }),
  source: address,
  destination: address,
  domain: text,
  content,
  serviceType: text,
  protocolId: octet,
  priority: octet,
  replyPath: fc.boolean(),
  receiptRequest: request,
  tlvs,
  userMessageReference: reference,
  acceptedAtMs: wallMs,
  dueMs: ms,
  validUntilMs: wallMs,
  deadlineMs: ms,
  payer: orNone(
    fc.record({
      account: branded<AccountId>(),
      customer: text,
      direction: fc.constantFrom('mt', 'mo'),
      source: address,
      destination: address,
    }),
  ),
})

export const arbitraryParked: fc.Arbitrary<ParkedReceipt> = fc.record({
  ...vendorPlace,
  connection: branded<ConnectionId>(),
  report: fc.oneof(
    fc.record({ state, error: text, doneAtMs: wallMs, destination: text }),
    fc.record({ state, error: text, doneAtMs: wallMs, destination: text, network: text }),
  ),
  expiresAtMs: ms,
})

const outbox = fc.array(arbitraryReceipt, { maxLength: 2 })
const smallIds = fc.array(smallId, { maxLength: 3 })
const arbitraryToEsme: fc.Arbitrary<EsmeDelivery> = fc.oneof(arbitraryReceipt, arbitraryMo)

const micros = fc.integer({ min: -(10 ** 12), max: 10 ** 12 })
const customer = fc.constantFrom('acme', 'ac', 'ж')

export const arbitraryMove: fc.Arbitrary<Move> = fc.record({
  customer,
  account: fc.constantFrom('a', 'b', 'ж').map((id) => id as AccountId),
  day: fc.constantFrom(0, 1, 19_700),
  heldMicros: micros,
  chargedMicros: micros,
  units: fc.integer({ min: -10, max: 10 }),
})

export const arbitraryPayment: fc.Arbitrary<Payment> = fc.record({
  customer,
  reference: fc.constantFrom('1', '2', 'ж\0', '33'),
  micros,
  note: text,
  atMs: ms,
})

const booking: fc.Arbitrary<Booking> = fc.record(
  {
    move: arbitraryMove,
    cdr: fc.constantFrom('{}\n', callRecord(1, ',"b":2}\n'), '{"a":1}\n{"b":2}\n'),
  },
  { requiredKeys: [] },
)

const arbitraryMoney: fc.Arbitrary<Unit> = fc.oneof(
  fc.record({ kind: fc.constant('paid' as const), payment: arbitraryPayment }),
  fc.record({
    kind: fc.constant('exported' as const),
    through: fc.nat(8),
    file: fc.constantFrom('cdr-1.jsonl', 'cdr-2.jsonl'),
    bytes: count,
  }),
)

const arbitraryTransaction = fc.record({
  key: fc.constantFrom('z9hG4bK1', 'z9hG4bK2', '3'.repeat(255)),
  expiresAtMs: fc.oneof(fc.nat(6), fc.double({ min: 0, max: 6, noNaN: true })),
})

const keptRows = fc.array(
  fc.record({
    table: fc.constantFrom(...keptTables),
    key: fc.constantFrom('a', 'a ', 'a|b', 'b', '~'.repeat(255)),
    text: fc.oneof(text, fc.constant('')),
  }),
  { maxLength: 3 },
)
const kept = orNone(keptRows)

/** Accepted messages have ids that stores take. */
const ofSmallId = <D extends SegmentDelivery | MoDelivery>(of: fc.Arbitrary<D>): fc.Arbitrary<D> =>
  fc.tuple(of, smallId).map(([delivery, id]) => ({ ...delivery, message: { ...delivery.message, id } }))

const arbitraryHappening: fc.Arbitrary<Exclude<Unit, { kind: 'paid' | 'exported' }>> = fc.oneof(
  fc.record({
    kind: fc.constant('accepted'),
    delivery: fc.oneof(ofSmallId(arbitrarySegment), ofSmallId(arbitraryMo)),
    parts: orNone(smallIds),
    transaction: orNone(arbitraryTransaction),
    kept,
  }),
  fc.record({
    kind: fc.constant('registered'),
    aor: fc.constantFrom('sip:a@x', 'sip:ab@x', 'ж'),
    bindings: fc.oneof(text, fc.constant('')),
  }),
  fc.record({ kind: fc.constant('kept'), rows: keptRows, fact: fc.boolean() }),
  fc.record({ kind: fc.constant('forgotten'), throughMs: fc.double({ min: 0, max: FORGOTTEN_MS, noNaN: true }) }),
  fc.record({ kind: fc.constant('attempted'), delivery: arbitrarySegment }),
  fc.record({ kind: fc.constant('collected'), part: arbitraryCollected }),
  fc.record({ kind: fc.constant('uncollected'), parts: smallIds, outbox }),
  fc.record({ kind: fc.constant('groupGivenUp'), group: arbitraryGroup, outbox }),
  fc.record({
    kind: fc.constant('answered'),
    delivery: arbitrarySegment,
    outcome: fc.oneof(
      fc.record({
        kind: fc.constant('awaiting'),
        awaiting: orNone(arbitraryAwaiting),
        group: orNone(arbitraryGroup),
      }),
      fc.record({ kind: fc.constant('requeued'), next: arbitrarySegment }),
      fc.record({
        kind: fc.constant('advanced'),
        next: arbitrarySegment,
        awaiting: orNone(arbitraryAwaiting),
        opens: orNone(arbitraryGroup),
      }),
      fc.record({
        kind: fc.constant('final'),
        state,
        reason: fc.constantFrom(undefined, 'expired'),
        closes: orNone(smallId),
      }),
    ),
    outbox,
    kept,
  }),
  fc.record({
    kind: fc.constant('receipted'),
    awaiting: arbitraryAwaiting,
    final: fc.boolean(),
    outbox,
    group: orNone(fc.record({ id: smallId, then: fc.constant(undefined) })),
    kept,
  }),
  fc
    .record({ awaiting: arbitraryAwaiting, final: fc.boolean(), outbox, then: arbitraryGroup })
    .map(({ then, ...rest }) => ({ kind: 'receipted' as const, ...rest, group: { id: then.id, then } })),
  fc.record({ kind: fc.constant('receiptedUnanswered'), delivery: arbitrarySegment, outbox, kept }),
  fc.record({ kind: fc.constant('parked'), parked: arbitraryParked }),
  fc.record({ kind: fc.constant('unparked'), ...vendorPlace }),
  fc.record({
    kind: fc.constant('notified'),
    delivery: arbitraryToEsme,
    outcome: fc.oneof(
      fc.record({ kind: fc.constantFrom('done', 'setAside', 'expired') }),
      fc.record({ kind: fc.constant('requeued'), next: arbitraryToEsme }),
    ),
    kept,
  }),
)

export const arbitraryUnit: fc.Arbitrary<Unit> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(arbitraryHappening, booking).map(([unit, booked]): Unit => ({ ...unit, ...booked })),
  },
  { weight: 2, arbitrary: arbitraryMoney },
)

/** Commits of any units. What one has collected no later one collects again, as the contract says. */
export const arbitraryCommits: fc.Arbitrary<Unit[][]> = fc
  .array(fc.array(arbitraryUnit, { maxLength: 8 }), { maxLength: 8 })
  .map((commits) => {
    const used = new Set<MessageId>()
    return commits.map((units) => {
      const kept = units.filter((unit) => unit.kind !== 'collected' || !used.has(unit.part.id))
      for (const unit of kept) if (unit.kind === 'collected') used.add(unit.part.id)
      return kept
    })
  })
