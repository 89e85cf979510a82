// What waits for who is not there, through the real dispatcher and group commit: in the store and not in memory, and in its order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MoDelivery } from '../message/delivery.js'
import type { AccountId, DeliveryId } from '../message/ids.js'
import { contentsOf, mo } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { moLane } from './lane-key.js'
import { makeRig, type FakeDestination, type Rig } from './rig.suite.js'

const bob = 'bob' as AccountId

function awayRig(store = new MemoryStore()) {
  const rig = makeRig({
    store,
    dispatcher: { readAheadPerLane: 4, readAheadTotal: 100, readAheadFloor: 3, quantum: 2 },
  })
  const user = rig.addDestination('a:bob', 2)
  let made = 0
  const submit = (changes: Partial<MoDelivery> = {}): MoDelivery => {
    const id = String(++made).padStart(16, '0') as DeliveryId
    const place = { lane: moLane(bob), dueMs: rig.nowMs(), expiresAtMs: rig.nowMs() + 1e9 }
    const delivery = mo(made, { ...place, id, ...changes })
    rig.recorder.offer(
      { kind: 'accepted', delivery },
      { durable: () => rig.courier.accepted(delivery), refused: () => undefined },
    )
    return delivery
  }
  return { rig, user, submit }
}

function flip(rig: Rig, user: FakeDestination, up: boolean): void {
  user.up = up
  rig.dispatcher.changed(user.id, rig.nowMs())
}

const heldOf = (rig: Rig, all: readonly MoDelivery[]): number => all.filter((one) => rig.dispatcher.holds(one)).length

describe('what waits for who is not there', () => {
  it('is left in the store, and goes in order when that one is', async () => {
    const { rig, user, submit } = awayRig()
    flip(rig, user, false)
    const all = Array.from({ length: 6 }, () => submit())
    await rig.settle()
    expect(heldOf(rig, all)).toBe(0)
    expect(rig.dispatcher.total).toBe(6)
    flip(rig, user, true)
    for (let rounds = 0; rounds < 6; rounds++) {
      await rig.settle()
      for (const delivery of user.underWay.splice(0))
        if (delivery.kind === 'mo') rig.courier.notified(delivery, 'taken')
      rig.dispatcher.hasRoom(user.id)
    }
    await rig.settle()
    expect(user.sentIds).toEqual(all.map(({ id }) => id))
    expect(rig.dispatcher.total).toBe(0)
  })

  it('is let go of when that one goes', async () => {
    const { rig, user, submit } = awayRig()
    const all = Array.from({ length: 6 }, () => submit())
    await rig.settle()
    expect(heldOf(rig, all)).toBeGreaterThan(2)
    flip(rig, user, false)
    for (const delivery of user.underWay.splice(0)) if (delivery.kind === 'mo') rig.courier.notified(delivery, 'later')
    await rig.settle()
    expect(heldOf(rig, all)).toBe(0)
    expect((await contentsOf(rig.store)).deliveries).toHaveLength(6)
  })

  it('of which some pieces are taken stays: the store may know of fewer', async () => {
    const { rig, user, submit } = awayRig()
    submit()
    await rig.settle()
    const next = rig.courier.notified(user.underWay.shift() as MoDelivery, 'taken', true)
    flip(rig, user, false)
    rig.courier.notified(next!, 'later')
    expect(rig.dispatcher.holds(next!)).toBe(true)
    flip(rig, user, true)
    await rig.settle()
    expect(user.underWay).toMatchObject([{ taken: 1 }])
  })

  it('ends in time while it is in the store', async () => {
    const { rig, user, submit } = awayRig()
    flip(rig, user, false)
    submit({ expiresAtMs: rig.nowMs() + 1_000 })
    await rig.advance(2_000)
    for (let steps = 0; steps < 3; steps++) {
      await rig.sweeper.step(rig.nowMs())
      await rig.advance(100)
    }
    expect(rig.log).toEqual(['mo expired'])
    expect(rig.dispatcher.total).toBe(0)
  })

  it('keeps its order however that one comes and goes, and however slow the store is', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('submit' as const) },
      { weight: 4, arbitrary: fc.constant('taken' as const) },
      { weight: 2, arbitrary: fc.constant('later' as const) },
      { weight: 3, arbitrary: fc.constant('flip' as const) },
      { weight: 4, arbitrary: fc.constant('turn' as const) },
      { weight: 4, arbitrary: fc.constant('microtask' as const) },
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), fc.nat(6), playAway), {
      numRuns: 400,
    })
  })
})

type Step = 'submit' | 'taken' | 'later' | 'flip' | 'turn' | 'microtask'

async function playAway(steps: readonly Step[], slow: number): Promise<void> {
  const store = new MemoryStore()
  const readLane = store.readLane.bind(store)
  store.readLane = async (...asked) => {
    const slice = await readLane(...asked)
    for (let turn = 0; turn < slow; turn++) await Promise.resolve()
    return slice
  }
  const { rig, user, submit } = awayRig(store)
  // Known to be durable and neither under way nor over.
  const waiting = new Set<string>()
  const accepted = rig.courier.accepted.bind(rig.courier)
  rig.courier.accepted = (delivery) => {
    waiting.add(delivery.id)
    accepted(delivery)
  }
  const wrong: string[] = []
  const send = user.send.bind(user)
  user.send = (delivery, nowMs) => {
    if (!user.up || user.room() <= 0) return 'full'
    const first = [...waiting].sort()[0]
    if (delivery.id !== first) wrong.push(`${delivery.id} goes before ${first}`)
    waiting.delete(delivery.id)
    return send(delivery, nowMs)
  }
  const back = (): void => {
    const delivery = user.underWay.pop()
    if (delivery?.kind !== 'mo') return
    waiting.add(delivery.id)
    rig.courier.notified(delivery, 'later')
  }
  let count = 0
  for (const what of steps) {
    if (what === 'submit') {
      submit()
      count++
    } else if (what === 'taken') {
      const delivery = user.underWay.shift()
      if (delivery?.kind === 'mo') rig.courier.notified(delivery, 'taken')
      rig.dispatcher.hasRoom(user.id)
    } else if (what === 'flip') {
      flip(rig, user, !user.up)
      while (!user.up && user.underWay.length > 0) back()
    } else if (what === 'later') back()
    else if (what === 'turn') await rig.settle()
    else await Promise.resolve()
  }
  flip(rig, user, true)
  for (let rounds = 0; rounds < count + 3; rounds++) {
    await rig.settle()
    const delivery = user.underWay.shift()
    if (delivery?.kind === 'mo') rig.courier.notified(delivery, 'taken')
    rig.dispatcher.hasRoom(user.id)
  }
  await rig.settle()
  expect(wrong).toEqual([])
  expect(rig.dispatcher.total).toBe(0)
}
