// What becomes of receipts to senders, through the real courier, dispatcher and group commit.
import { describe, expect, it } from 'vitest'
import type { ReceiptDelivery } from '../message/delivery.js'
import type { NotifyResult } from './courier.js'
import { a, firstOf, makeRig, type Rig } from './rig.suite.js'
import { nothingLeft, oneUnderWay } from './under-way.suite.js'

describe('a receipt to its sender', () => {
  async function receiptUnderWay() {
    const { rig, esme, delivery } = await oneUnderWay()
    rig.courier.attemptEnded(delivery, a, { kind: 'refused', permanent: true, error: '011' })
    await rig.settle()
    return { rig, esme }
  }
  const isSent = async (rig: Rig, esme: { underWay: unknown[] }, result: NotifyResult): Promise<void> => {
    rig.courier.notified(esme.underWay.shift() as ReceiptDelivery, result)
    rig.dispatcher.hasRoom('a:acme')
    await rig.settle()
  }

  it('taken: it is over', async () => {
    const { rig, esme } = await receiptUnderWay()
    await isSent(rig, esme, 'taken')
    expect(rig.log.at(-1)).toBe('receipt done')
    await nothingLeft(rig)
  })

  it('refused for good: set aside at once', async () => {
    const { rig, esme } = await receiptUnderWay()
    await isSent(rig, esme, 'refusedForGood')
    expect(rig.log.at(-1)).toBe('receipt setAside')
    await nothingLeft(rig)
  })

  it.each(['refused', 'unanswered'] as const)(
    '%s: again after 5 s and 10 s, then set aside; it blocks nothing',
    async (result) => {
      const { rig, esme } = await receiptUnderWay()
      const startMs = rig.nowMs()
      await isSent(rig, esme, result)
      await rig.advance(5_000)
      await isSent(rig, esme, result)
      await rig.advance(10_000)
      expect(esme.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 5_000, 15_000])
      await isSent(rig, esme, result)
      expect(rig.log.at(-1)).toBe('receipt setAside')
      await nothingLeft(rig)
    },
  )

  it('lost with its session: the next one gets it at once, in order; set aside when that was its third in a row', async () => {
    const { rig, esme } = await receiptUnderWay()
    const startMs = rig.nowMs()
    await isSent(rig, esme, 'lost')
    await isSent(rig, esme, 'lost')
    expect(esme.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 0, 0])
    expect(esme.sent.at(-1)!.delivery).toMatchObject({ failures: 0 })
    await isSent(rig, esme, 'lost')
    expect(rig.log.at(-1)).toBe('receipt setAside')
    await nothingLeft(rig)
  })

  it('one that ends every session is set aside; those lost with it spend no try and come next', async () => {
    const rig = makeRig()
    const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
    const made = [1, 2, 3, 4].map(() => rig.submit().message.id)
    await rig.settle()
    for (let i = 0; i < 4; i++)
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
    await rig.settle()
    for (let session = 0; session < 5; session++) {
      for (const lost of esme.underWay.splice(0)) rig.courier.notified(lost as ReceiptDelivery, 'lost')
      rig.dispatcher.hasRoom('a:acme')
      await rig.settle()
      expect(esme.underWay.map((delivery) => (delivery as ReceiptDelivery).receipt.origin.messageId)).toEqual(
        made.slice(session < 2 ? 0 : 1),
      )
      // One that is taken has not spent a try on what it was lost with; the next first one begins anew.
      if (session === 3) rig.courier.notified(esme.underWay.shift() as ReceiptDelivery, 'taken')
      if (session === 3) made.splice(0, 1)
    }
    expect(rig.log.filter((line) => line === 'receipt setAside')).toHaveLength(1)
    for (const taken of esme.underWay.splice(0)) rig.courier.notified(taken as ReceiptDelivery, 'taken')
    await nothingLeft(rig)
  })

  it('too old: dropped, whether read ahead or not', async () => {
    const rig = makeRig({ courier: { receiptMaxAgeMs: 10_000 } })
    const vendor = rig.addDestination('c:a', 100)
    for (let i = 0; i < 20; i++) rig.submit()
    await rig.settle()
    for (let i = 0; i < 20; i++)
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
    await rig.advance(10_000)
    rig.dispatcher.expireReady(rig.nowMs())
    for (let i = 0; i < 5; i++) {
      await rig.sweeper.step(rig.nowMs())
      await rig.advance(1_000)
    }
    expect(rig.log.filter((line) => line === 'receipt expired')).toHaveLength(20)
    await nothingLeft(rig)
  })

  it('beyond the bound of its account is not kept, and that is told', async () => {
    const rig = makeRig({ courier: { receiptsPerAccount: () => 2 } })
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 3; i++) {
      rig.submit()
      await rig.settle()
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
      await rig.settle()
    }
    expect(rig.log.filter((line) => line === 'receipt dropped acme')).toHaveLength(1)
    expect(rig.dispatcher.total).toBe(2)
  })
})
