// Every kind of unit with every kind of outcome, and what must have happened before it. No store, no expectations.

import {
  accepted,
  awaitingOf,
  collected,
  collectedOf,
  connectionId,
  FORGOTTEN_MS,
  groupOf,
  laneKey,
  messageId,
  mo,
  parkedOf,
  receipt,
  segment,
  segmentUnderWay,
  transactionOf,
} from './conformance-rows.suite.js'
import type { Unit } from './contracts/unit.js'

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
  const areCollected = [1, 2, 3].map((n) => collected(collectedOf(n)))
  const toEsme = mo(4, { dueMs: 12 })
  const { id: group } = groupOf(1)
  const kept = [
    { table: 'mdr', key: 'acme|1', text: 'new' },
    { table: 'sticky', key: 'old', text: '' },
  ]
  const isKept: Unit = { kind: 'kept', rows: kept.map((row) => ({ ...row, text: 'before' })) }
  const advanced: Unit = {
    kind: 'answered',
    delivery: there,
    outcome: {
      kind: 'advanced',
      next: segmentUnderWay(1, { dueMs: 10 }),
      awaiting: awaitingOf(1, { group }),
      opens: groupOf(1),
    },
    outbox: [],
  }
  return [
    { name: 'accepted', before: [], unit: accepted(there) },
    { name: 'accepted, from a phone', before: [], unit: accepted(toEsme) },
    {
      name: 'accepted, of collected parts',
      before: areCollected,
      unit: accepted(there, [messageId(1), messageId(2)]),
    },
    {
      name: 'accepted, by a transaction',
      before: [],
      unit: { kind: 'accepted', delivery: toEsme, transaction: transactionOf(1) },
    },
    {
      name: 'forgotten',
      before: [{ kind: 'accepted', delivery: there, transaction: transactionOf(1, FORGOTTEN_MS) }],
      unit: { kind: 'forgotten', throughMs: FORGOTTEN_MS },
    },
    { name: 'registered', before: [], unit: { kind: 'registered', aor: 'sip:a@x', bindings: 'here' } },
    {
      name: 'registered no more',
      before: [{ kind: 'registered', aor: 'sip:a@x', bindings: 'here' }],
      unit: { kind: 'registered', aor: 'sip:a@x', bindings: '' },
    },
    { name: 'kept', before: [isKept], unit: { kind: 'kept', rows: kept } },
    {
      name: 'kept, one twice',
      before: [],
      unit: { kind: 'kept', rows: [...kept, { ...kept[0]!, text: 'newer' }], fact: true },
    },
    { name: 'accepted, with texts', before: [isKept], unit: { kind: 'accepted', delivery: toEsme, kept } },
    {
      name: 'answered, with texts',
      before: [...isThere, isKept],
      unit: {
        kind: 'answered',
        delivery: there,
        outcome: { kind: 'final', state: 'DELIVERED', reason: undefined },
        outbox,
        kept,
      },
    },
    {
      name: 'receipted, with texts',
      before: [isAwaited, isKept],
      unit: { kind: 'receipted', awaiting: awaitingOf(1), final: true, outbox, kept },
    },
    {
      name: 'notified, with texts',
      before: [isTold, isKept],
      unit: { kind: 'notified', delivery: told, outcome: { kind: 'done' }, kept },
    },
    { name: 'collected', before: [], unit: collected(collectedOf(1)) },
    {
      name: 'uncollected',
      before: areCollected,
      unit: { kind: 'uncollected', parts: [messageId(3), messageId(1)], outbox },
    },
    {
      name: 'attempted',
      before: isThere,
      unit: { kind: 'attempted', delivery: { ...there, unansweredBy: connectionId('v1') } },
    },
    { name: 'answered, awaiting', before: isThere, unit: isAwaited },
    { name: 'answered, advanced, with a group', before: isThere, unit: advanced },
    {
      name: 'answered, advanced, nothing awaited',
      before: isThere,
      unit: {
        kind: 'answered',
        delivery: there,
        outcome: {
          kind: 'advanced',
          next: segmentUnderWay(1, { dueMs: 11 }),
          awaiting: undefined,
          opens: undefined,
        },
        outbox: [],
      },
    },
    {
      name: 'answered, final, with the group of those taken',
      before: [...isThere, advanced],
      unit: {
        kind: 'answered',
        delivery: segmentUnderWay(1, { dueMs: 10 }),
        outcome: { kind: 'final', state: 'REJECTED', reason: 'rejectedByVendor', closes: group },
        outbox,
      },
    },
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
    {
      name: 'receipted, others of its group wanted',
      before: [...isThere, advanced],
      unit: {
        kind: 'receipted',
        awaiting: awaitingOf(1, { group }),
        final: true,
        outbox: [],
        group: { id: group, then: groupOf(1, { wanted: 1 }) },
      },
    },
    {
      name: 'receipted, last of its group',
      before: [...isThere, advanced],
      unit: {
        kind: 'receipted',
        awaiting: awaitingOf(1, { group }),
        final: true,
        outbox,
        group: { id: group, then: undefined },
      },
    },
    {
      name: 'groupGivenUp',
      before: [...isThere, advanced],
      unit: { kind: 'groupGivenUp', group: groupOf(1), outbox },
    },
    { name: 'receiptedUnanswered', before: isThere, unit: isTold },
    { name: 'receiptedUnanswered, with texts', before: isThere, unit: { ...isTold, kept } },
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
    {
      name: 'notified of a message from a phone, next segment',
      before: [accepted(toEsme)],
      unit: { kind: 'notified', delivery: toEsme, outcome: { kind: 'requeued', next: { ...toEsme, taken: 1 } } },
    },
    {
      name: 'notified of a message from a phone, done',
      before: [accepted(toEsme)],
      unit: { kind: 'notified', delivery: toEsme, outcome: { kind: 'done' } },
    },
  ]
}
