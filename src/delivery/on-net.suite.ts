// For tests: what may happen to messages from one account of ours to another, in histories beside those that leave to vendors.
// No expectations.

import fc from 'fast-check'
import type { Bill, Move } from '../message/bill.js'
import type { MoDelivery } from '../message/delivery.js'
import type { AccountId, DeliveryId } from '../message/ids.js'
import { combinedRequest, receiptRequestOf } from '../message/receipt.js'
import { mo } from '../store/conformance-rows.suite.js'
import type { NotifyResult } from './courier.js'
import { moLane } from './lane-key.js'
import { acme, type FakeDestination, type Rig } from './rig.suite.js'
import type { World } from './world.suite.js'

export const bob = 'bob' as AccountId

export const onNetEvent = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('submitOnNet' as const),
      pieces: fc.integer({ min: 1, max: 3 }),
      parts: fc.array(fc.constantFrom(0, 1, 1, 2, 3), { maxLength: 3 }),
      registered: fc.constantFrom(0, 1, 1, 2, 3),
      validMs: fc.constantFrom(3_000.25, 300_000, 300_000),
      price: fc.constantFrom(0, 7, 100, 400),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answerOnNet' as const),
      which: fc.nat(2),
      how: fc.constantFrom<NotifyResult[]>(
        ...(['taken', 'taken', 'taken', 'taken', 'refused', 'refusedForGood', 'unanswered', 'lost'] as const),
        ...(['later', { state: 'REJECTED', error: '603' }] as const),
      ),
      goOn: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'flipOnNet' as const }) },
)
export type OnNetHappening = typeof onNetEvent extends fc.Arbitrary<infer E> ? E : never
type Submitted = Extract<OnNetHappening, { readonly kind: 'submitOnNet' }>

interface Paid {
  readonly bill: Bill
  readonly move: Move
  readonly undo: () => void
}

/** From acme to bob, as the pipeline would accept it. */
export function submitOnNet(rig: Rig, world: World, { pieces, parts, registered, validMs }: Submitted, paid?: Paid) {
  const id = rig.ids.next()
  const nowMs = rig.nowMs()
  const expiresAtMs = nowMs + validMs
  const place = { lane: moLane(bob), dueMs: nowMs, id: id as string as DeliveryId, expiresAtMs, bill: paid?.bill }
  const base = mo(1, place)
  const delivery: MoDelivery = {
    ...base,
    message: {
      ...base.message,
      ...{ id, direction: 'mt', account: acme, expiresAtMs, destination: { ton: 5, npi: 0, value: 'bob' } },
      receiptRequest: parts.length === 0 ? receiptRequestOf(registered) : combinedRequest(parts.map(receiptRequestOf)),
      parts: parts.map((asked, i) => ({
        id: i === 0 ? id : rig.ids.next(),
        receiptRequest: receiptRequestOf(asked),
        userMessageReference: i,
      })),
    },
  }
  world.stories.set(id, {
    ...{ delivery, cuts: [pieces, pieces], taken: 0, over: undefined, segments: [] },
    ...{ isTroubled: validMs < 300_000, survivedCrash: false, ends: new Map(), recorded: [] },
  })
  rig.recorder.offer(
    { kind: 'accepted', delivery, move: paid?.move },
    { durable: () => rig.courier.accepted(delivery), refused: () => paid?.undo() },
  )
}

/** Bob's phone answers, or nobody does. */
export function answerOnNet(
  rig: Rig,
  world: World,
  user: FakeDestination,
  { which, how, goOn }: Pick<Extract<OnNetHappening, { readonly kind: 'answerOnNet' }>, 'which' | 'how' | 'goOn'>,
): void {
  const [delivery] = user.underWay.splice(which % Math.max(1, user.underWay.length), 1)
  const story = delivery?.kind === 'mo' ? world.stories.get(delivery.message.id) : undefined
  if (delivery?.kind !== 'mo' || story === undefined) return
  if (how === 'taken') story.taken = delivery.taken + 1
  else if (how !== 'later') story.isTroubled = true
  const next = rig.courier.notified(delivery, how, how === 'taken' && delivery.taken + 1 < story.cuts[0])
  if (next !== undefined && (!goOn || user.send(next, rig.nowMs()) !== 'sent')) rig.courier.notSent(next)
  rig.dispatcher.hasRoom(user.id)
}

/** He goes, or comes back. What is under way when he goes waits for him. */
export function flipOnNet(rig: Rig, user: FakeDestination): void {
  user.up = !user.up
  rig.dispatcher.changed(user.id, rig.nowMs())
  if (!user.up)
    for (const delivery of user.underWay.splice(0)) if (delivery.kind === 'mo') rig.courier.notified(delivery, 'later')
}
