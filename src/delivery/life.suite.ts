// For tests: one life of the daemon, from a start to a crash, between vendors and an ESME that write down what is wrong.

import type { FakeClock } from '../lib/fake-clock.js'
import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import { isFinal } from '../message/state.js'
import type { MemoryStore } from '../store/memory/memory-store.js'
import type { Audit } from './audit.suite.js'
import { limitsOfVendors, narrow } from './chance.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import type { SendResult } from './destination.js'
import type { Limit } from './limits.js'
import { a, b, makeRig, type FakeDestination } from './rig.suite.js'
import type { World } from './world.suite.js'

export const connections = [a, b] as const

/** Rows are as they were when the store looked. */
export function slowed(store: MemoryStore, turns: number): MemoryStore {
  const wait = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  }
  const findAwaiting = store.findAwaiting.bind(store)
  const findGroups = store.findGroups.bind(store)
  store.findAwaiting = async (keys) => {
    const rows = await findAwaiting(keys)
    await wait()
    return rows
  }
  store.findGroups = async (ids) => {
    const rows = await findGroups(ids)
    await wait()
    return rows
  }
  return store
}

/** One life of the daemon over a store. */
export function boot(
  store: MemoryStore,
  clock: FakeClock,
  epoch: number,
  rules: readonly ConnectionRules[],
  world: World,
  limit: Limit | undefined,
  audit: Audit,
) {
  const rig = makeRig({
    money: {
      moved: (move) => audit.books.apply(move),
      vendorPrice: () => ({ currency: 'EUR', ownMicros: 3, exchange: '1', baseMicros: 3 }),
    },
    store,
    clock,
    epoch,
    rules,
    dispatcher: narrow,
    correlator: { parkedMax: 1_000, parkedMs: 20_000, claimAfterMs: 2_000, seenMax: 1_000 },
    limitsOf: limitsOfVendors(limit),
    told: (_account, id, _parts, state) => void world.stories.get(id)?.recorded.push(state),
  })
  const wrong: string[] = []
  const accepted = rig.courier.accepted.bind(rig.courier)
  rig.courier.accepted = (delivery) => {
    world.accepted.add(delivery.message.id)
    accepted(delivery)
  }
  const destinations = connections.map((connection, c) => {
    const destination = rig.addDestination(`c:${connection}`, 3)
    destination.send = (delivery: Delivery, nowMs: number): SendResult => {
      if (!destination.up || destination.room() <= 0 || delivery.kind !== 'segment') return 'full'
      if (rig.courier.isElsewhere(delivery, connection)) return 'sent'
      if (rig.courier.isUnanswered(delivery)) return 'sent'
      const story = world.story(delivery)
      const total = story.cuts[c]!
      const isBegun = delivery.progress !== undefined && delivery.progress.taken > 0
      const progress = isBegun
        ? delivery.progress
        : total === 1 && (delivery.progress === undefined || delivery.unansweredBy === '')
          ? undefined
          : { connection, total, taken: 0, group: undefined }
      const index = progress?.taken ?? 0
      if (index !== story.taken && world.crashes === 0)
        wrong.push(`${delivery.id}: segment ${index} is sent when ${story.taken} are taken`)
      if (index > 0 && connection !== story.over) wrong.push(`${delivery.id} goes on over another connection`)
      if (destination.underWay.some(({ id }) => id === delivery.id)) wrong.push(`${delivery.id} is sent twice at once`)
      if (story.recorded.length > 0 && world.crashes === 0) wrong.push(`${delivery.id} is sent after its end`)
      const begun: SegmentDelivery = { ...delivery, progress }
      destination.sent.push({ delivery: begun, atMs: nowMs })
      if (rules[c]!.onUnanswered === 'resend') {
        destination.underWay.push(begun)
        rig.courier.sending(begun)
      } else rig.courier.mark(begun, connection, (marked) => void destination.underWay.push(marked))
      return 'sent'
    }
    return destination
  })
  const esme = rig.addDestination('a:acme', 1_000)
  esme.onSend = (delivery) => {
    if (delivery.kind !== 'receipt') return false
    const { origin, state } = delivery.receipt
    const story = world.storyOfPart(origin.messageId)
    if (story === undefined) wrong.push(`nobody knows ${origin.messageId}`)
    else if (isFinal(state)) {
      const before = story.ends.get(origin.messageId)
      if (before !== undefined && before.id !== delivery.id) wrong.push(`${origin.messageId} is told its end twice`)
      story.ends.set(origin.messageId, delivery)
    }
    rig.courier.notified(delivery, 'taken')
    return true
  }
  const user = rig.addDestination('a:bob', 3)
  const take = (destination: FakeDestination, which: number): SegmentDelivery | undefined => {
    const [delivery] = destination.underWay.splice(which % Math.max(1, destination.underWay.length), 1)
    return delivery?.kind === 'segment' ? delivery : undefined
  }
  return { rig, destinations, esme, user, wrong, take }
}
