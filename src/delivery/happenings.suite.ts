// For tests: what may happen to messages that leave in several segments, and what the world may be like meanwhile. history.suite.ts
// plays it.

import fc from 'fast-check'
import type { MessageState } from '../message/state.js'
import { steps, storeFails, sweep, turn, upTo, withCrashes } from './chance.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import { onNetEvent, type OnNetHappening } from './on-net.suite.js'
import { routeA, routeAB } from './rig.suite.js'

export const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      route: fc.constantFrom(routeA, routeAB),
      failover: fc.constantFrom('none' as const, 'next' as const),
      /** Segments that it makes over each connection. */
      cuts: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      /** What its parts asked for; the message itself asks where there are none. */
      parts: fc.array(fc.constantFrom(0, 1, 1, 2, 3, 0x10, 0x11), { maxLength: 3 }),
      registered: fc.constantFrom(0, 1, 1, 2, 3, 0x10, 0x11),
      /** Several messages go to the same phone. */
      phone: fc.nat(5),
      validMs: fc.constantFrom(3_000.25, 60_000, 60_000, 60_000),
      /** Of a unit, where somebody pays. */
      price: fc.constantFrom(0, 7, 100, 400, 2_500),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      over: fc.constantFrom(0, 0, 1),
      which: fc.nat(4),
      how: fc.constantFrom(
        ...(['taken', 'taken', 'taken', 'taken', 'taken', 'takenNoId', 'takenSameId', 'takenOldId'] as const),
        ...(['temporary', 'permanent', 'unanswered', 'cannotCarry', 'notSent', 'pause'] as const),
      ),
      goOn: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat(3) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      which: fc.nat(8),
      state: fc.constantFrom(
        ...(['DELIVERED', 'DELIVERED', 'DELIVERED', 'ENROUTE', 'UNDELIVERABLE'] as MessageState[]),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('early' as const), over: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('missing' as const), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flip' as const), which: fc.nat(1) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: steps }),
  },
  { weight: 1, arbitrary: sweep },
  { weight: 1, arbitrary: storeFails },
  { weight: 4, arbitrary: turn },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('microtasks' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
)
export const eventsAndCrashes = withCrashes(event, 15)
/** Beside messages to vendors some stay in the network. */
export const allEvents = fc.oneof({ weight: 4, arbitrary: event }, { weight: 1, arbitrary: onNetEvent })
export const allEventsAndCrashes = withCrashes(allEvents, 15)
export const LENGTH = upTo(150)

export const ways = fc.record({
  onUnanswered: fc.constantFrom('resend' as const, 'waitReceipt' as const, 'fail' as const),
  requestReceipt: fc.constantFrom('asAsked' as const, 'asAsked' as const, 'always' as const, 'never' as const),
  segmentReceipts: fc.constantFrom('all' as const, 'all' as const, 'first' as const, 'last' as const),
  limited: fc.boolean(),
  /** Vendors give ids that other messages have had: little can be said of states then, but all of money. */
  reuses: fc.constantFrom(false, false, true),
  /** Turns of microtasks that a reading of the store takes after it has looked. */
  slow: fc.constantFrom(0, 3, 8),
})

export type Happening =
  typeof event extends fc.Arbitrary<infer E> ? E | OnNetHappening | { readonly kind: 'crash' } : never
export type Way = (typeof ways extends fc.Arbitrary<infer W> ? W : never) & {
  /** Somebody pays, by these rules. */
  readonly money?: Pick<ConnectionRules, 'settleOn' | 'onReceiptTimeout'>
}

/** Somebody pays. */
export const payingWays: fc.Arbitrary<Way> = fc
  .tuple(
    ways,
    fc.record({
      settleOn: fc.constantFrom('answer' as const, 'receipt' as const),
      onReceiptTimeout: fc.constantFrom('charge' as const, 'release' as const),
    }),
  )
  .map(([way, money]) => ({ ...way, money }))
