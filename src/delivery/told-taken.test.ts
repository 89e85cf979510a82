import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import { a, firstOf, makeRig, vendorReceipt, type Rig } from './rig.suite.js'

const STEPS_AND_END = 0x11
const tellsTaken = () => true

const taken = (rig: Rig, delivery: SegmentDelivery, vendorMessageId: string) =>
  rig.courier.attemptEnded(delivery, a, { kind: 'taken', vendorMessageId })

/** The vendor has one of its two segments. */
async function withOneOfTwo() {
  const rig = makeRig({ tellsTaken })
  const edge = rig.addDestination('a:acme')
  const vendor = rig.addDestination('c:a')
  const { message } = rig.submit({
    registered: STEPS_AND_END,
    progress: { connection: a, total: 2, taken: 0, group: undefined },
  })
  await rig.settle()
  return { rig, edge, message, next: taken(rig, firstOf(vendor), 'v1') }
}

describe('that a vendor has a message', () => {
  it('is told to who asked for steps, before its end', async () => {
    const rig = makeRig({ tellsTaken })
    const edge = rig.addDestination('a:acme')
    const vendor = rig.addDestination('c:a')
    const { message } = rig.submit({ registered: STEPS_AND_END })
    await rig.settle()
    taken(rig, firstOf(vendor), 'v1')
    rig.correlator.take([vendorReceipt(['v1'])])
    await rig.settle()
    expect(rig.receiptsTo(edge)).toEqual([`ENROUTE 000 ${message.id}`, `DELIVERED 000 ${message.id}`])
  })

  it('is told once all of its segments are taken', async () => {
    const { rig, edge, message, next } = await withOneOfTwo()
    await rig.settle()
    expect(rig.receiptsTo(edge)).toEqual([])
    taken(rig, next!, 'v2')
    await rig.settle()
    expect(rig.receiptsTo(edge)).toEqual([`ENROUTE 000 ${message.id}`])
  })

  it('is not told of a message whose report has ended it before its last segment was taken', async () => {
    const { rig, edge, message, next } = await withOneOfTwo()
    rig.correlator.take([vendorReceipt(['v1'], 'UNDELIVERABLE', { error: '001' })])
    await rig.settle()
    taken(rig, next!, 'v2')
    await rig.settle()
    expect(rig.receiptsTo(edge)).toEqual([`UNDELIVERABLE 001 ${message.id}`])
  })

  it.each([
    ['who asked for the end alone', 1, true],
    ['accounts whose edge does not tell it', STEPS_AND_END, false],
  ])('is not told to %s', async (_, registered, tells) => {
    const rig = makeRig({ tellsTaken: () => tells })
    const edge = rig.addDestination('a:acme')
    const vendor = rig.addDestination('c:a')
    rig.submit({ registered })
    await rig.settle()
    taken(rig, firstOf(vendor), 'v1')
    await rig.settle()
    expect(rig.receiptsTo(edge)).toEqual([])
  })
})
