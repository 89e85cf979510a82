// What goes to ESMEs, through the real courier, dispatcher and group commit: messages from phones, and parts that are abandoned.
import { describe, expect, it } from 'vitest'
import type { MoDelivery } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { anchorAt, collected, collectedOf, contentsOf, mo } from '../store/conformance-rows.suite.js'
import type { NotifyResult } from './courier.js'
import { moLane } from './lane-key.js'
import { acme, makeRig, type FakeDestination, type Rig } from './rig.suite.js'

function firstMo(esme: FakeDestination): MoDelivery {
  const delivery = esme.underWay.shift()
  if (delivery?.kind !== 'mo') throw new Error('no message from a phone is under way')
  return delivery
}

/** A message from a phone, on its way to its ESME. */
async function moUnderWay(): Promise<{
  readonly rig: Rig
  readonly esme: FakeDestination
  readonly delivery: MoDelivery
}> {
  const rig = makeRig()
  const esme = rig.addDestination('a:acme')
  const delivery = mo(1, { lane: moLane(acme), dueMs: rig.nowMs(), expiresAtMs: rig.nowMs() + 60_000 })
  rig.recorder.offer(
    { kind: 'accepted', delivery },
    { durable: () => rig.courier.accepted(delivery), refused: () => undefined },
  )
  await rig.settle()
  return { rig, esme, delivery: firstMo(esme) }
}

const left = async (rig: Rig) => (await contentsOf(rig.store)).deliveries

describe('a message from a phone', () => {
  it.each([
    ['taken', 'mo done'],
    ['refusedForGood', 'mo setAside'],
  ] as const)('%s: %s', async (result, line) => {
    const { rig, delivery } = await moUnderWay()
    expect(rig.courier.notified(delivery, result)).toBeUndefined()
    await rig.settle()
    expect(rig.log).toEqual([line])
    expect(await left(rig)).toEqual([])
    expect(rig.dispatcher.total).toBe(0)
  })

  it('of several segments goes on with the next one, which may wait for its turn', async () => {
    const { rig, esme, delivery } = await moUnderWay()
    const second = rig.courier.notified(delivery, 'taken', true)
    expect(second).toMatchObject({ id: delivery.id, taken: 1, failures: 0 })
    await rig.settle()
    expect(await left(rig)).toMatchObject([{ taken: 1 }])
    expect(esme.sent).toHaveLength(1)
    rig.courier.notSent(second!)
    await rig.settle()
    const again = firstMo(esme)
    expect(again.taken).toBe(1)
    rig.courier.notified(again, 'taken')
    await rig.settle()
    expect(await left(rig)).toEqual([])
    expect(rig.dispatcher.total).toBe(0)
  })

  it('goes on after a restart with the segment that comes next', async () => {
    const { rig, delivery } = await moUnderWay()
    rig.courier.notified(delivery, 'taken', true)
    await rig.settle()
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2 })
    const esme = life.addDestination('a:acme')
    await life.restore()
    await life.settle()
    expect(firstMo(esme).taken).toBe(1)
  })

  it.each(['refused', 'unanswered'] as const)(
    '%s: the same segment again, and set aside in the end',
    async (result) => {
      const { rig, esme, delivery } = await moUnderWay()
      let under = rig.courier.notified(delivery, 'taken', true) as MoDelivery
      const tries: NotifyResult[] = [result, result, result]
      for (const how of tries) {
        rig.courier.notified(under, how, true)
        await rig.advance(10_000)
        if (esme.underWay.length > 0) under = firstMo(esme)
      }
      expect(under).toMatchObject({ taken: 1, failures: 2 })
      expect(rig.log).toEqual(['mo setAside'])
      expect(await left(rig)).toEqual([])
    },
  )

  it('lost with its session comes next, and is not for ever', async () => {
    const { rig, esme, delivery } = await moUnderWay()
    let under = delivery
    for (let lost = 1; lost <= 3; lost++) {
      rig.courier.notified(under, 'lost')
      await rig.settle()
      if (lost < 3) under = firstMo(esme)
    }
    expect(rig.log).toEqual(['mo setAside'])
  })

  it('whose time is over ends while nobody is there', async () => {
    const { rig, esme, delivery } = await moUnderWay()
    esme.up = false
    rig.dispatcher.changed('a:acme', rig.nowMs())
    rig.courier.notSent(delivery)
    await rig.advance(60_001)
    rig.dispatcher.expireReady(rig.nowMs())
    await rig.sweeper.step(rig.nowMs())
    await rig.advance(1_000)
    await rig.sweeper.step(rig.nowMs())
    await rig.settle()
    expect(rig.log).toEqual(['mo expired'])
    expect(await left(rig)).toEqual([])
  })
})

describe('acknowledged parts that are abandoned', () => {
  it('end in the store, and who asked is told under the id of the part', async () => {
    const told: string[] = []
    const rig = makeRig({ told: (_account, id, _parts, state) => void told.push(`${id} ${state}`) })
    const esme = rig.addDestination('a:acme')
    const parts = [collectedOf(1), collectedOf(2, { receiptRequest: receiptRequestOf(0) })]
    await rig.store.commit(parts.map(collected), anchorAt(1))
    rig.courier.abandon(parts, 'UNDELIVERABLE', '000', 'incompleteMessage')
    expect(esme.sent).toEqual([])
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual([`UNDELIVERABLE 000 ${parts[0]!.id}`])
    expect(told).toEqual(parts.map(({ id }) => `${id} UNDELIVERABLE`))
    expect(rig.log.filter((line) => line.startsWith('abandoned'))).toHaveLength(2)
    expect((await contentsOf(rig.store)).collected).toEqual([])
  })

  it('from a vendor are told to nobody', async () => {
    const rig = makeRig()
    const esme = rig.addDestination('a:acme')
    const sender = { kind: 'vendor', vendor: 'v' as VendorId, connection: 'a' as ConnectionId } as const
    rig.courier.abandon([collectedOf(1, { sender })], 'UNDELIVERABLE', '000', 'incompleteMessage')
    await rig.settle()
    expect(esme.sent).toEqual([])
  })
})

it('as many receipts of one message as its account may have are kept, the others are counted', async () => {
  const rig = makeRig({ courier: { receiptsPerAccount: () => 2 } })
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  rig.submit({ parts: [1, 1, 1] })
  await rig.settle()
  const delivery = vendor.underWay.shift()
  if (delivery?.kind !== 'segment') throw new Error('it is not under way')
  rig.courier.attemptEnded(delivery, 'a' as ConnectionId, { kind: 'refused', permanent: true, error: '011' })
  await rig.settle()
  expect(esme.sent).toHaveLength(2)
  expect(rig.log.filter((line) => line.startsWith('receipt'))).toEqual([
    'receipt REJECTED',
    'receipt REJECTED',
    'receipt dropped acme',
  ])
})
