import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { campaignOf, shared } from '../tendlc/world.suite.js'
import { LimitedWorld } from './limited.suite.js'
import { a, firstOf, rulesOf } from './rig.suite.js'

const one = '14155550101'
const tmobile = '12125550101'
const key = 'tmobile:ein:1'

async function world(onUnanswered: 'resend' | 'fail' | 'waitReceipt', cap = 5) {
  const store = new MemoryStore()
  const options = {
    store,
    rules: [rulesOf(a, { places: 10, onUnanswered, waitReceiptMs: 60_000, resend: { stepMs: 1000, max: 9 } })],
  }
  const day = { day: { key, segments: cap } }
  const w = new LimitedWorld({ [one]: 'C1' }, campaignOf('C1', { tmobile: { ...shared(75), ...day } }))
  await w.start(options)
  const again = () => w.start({ ...options, clock: w.rig.clock })
  const sent = async (segments = 1): Promise<SegmentDelivery> => {
    w.submit(one, tmobile, segments)
    await w.rig.settle()
    return firstOf(w.vendor)
  }
  const unanswered = async (delivery: SegmentDelivery): Promise<void> => {
    w.rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    await w.rig.settle()
  }
  const use = () => {
    const { recorded, underWay } = w.days.use(key, w.rig.nowMs())
    return [recorded, underWay]
  }
  return { w, again, sent, unanswered, use }
}

describe('a segment that a vendor never answered, and that is not sent again, counts on its day', () => {
  it.each(['fail', 'waitReceipt'] as const)('%s: at once, and after a restart', async (way) => {
    const { again, sent, unanswered, use, w } = await world(way)
    await unanswered(await sent(1))
    expect(use()).toEqual([1, 0])
    await again()
    expect(use()).toEqual([1, 0])
    // In vain.
    await w.rig.advance(70_000)
    expect(w.rig.dispatcher.total).toBe(0)
    expect(use()).toEqual([1, 0])
  })

  it.each(['fail', 'waitReceipt'] as const)('%s: those behind it, which were not sent, do not', async (way) => {
    const { sent, unanswered, use, w } = await world(way)
    const first = await sent(3)
    w.take(first, 1)
    await unanswered(firstOf(w.vendor))
    expect(use()).toEqual([2, 0])
  })

  it('once, when its answer comes late, or a report that somebody had it', async () => {
    const late = await world('waitReceipt')
    const delivery = await late.sent()
    await late.unanswered(delivery)
    late.w.rig.courier.answeredLate(delivery, a, '')
    await late.w.rig.settle()
    expect(late.use()).toEqual([1, 0])
    for (const state of ['DELIVERED', 'UNDELIVERABLE'] as const) {
      const reported = await world('waitReceipt')
      await reported.unanswered(await reported.sent())
      expect(reported.w.rig.courier.claimUnanswered(rulesOf(a).vendor, tmobile, Infinity, state)).toBeDefined()
      await reported.w.rig.settle()
      expect(reported.use()).toEqual([1, 0])
    }
  })

  it.each(['fail', 'waitReceipt'] as const)('%s: not when it was refused after all, once', async (way) => {
    const { again, sent, unanswered, use, w } = await world(way)
    const delivery = await sent()
    await unanswered(delivery)
    for (let i = 0; i < 2; i++) w.rig.courier.refusedLate(delivery)
    await w.rig.settle()
    expect(use()).toEqual([0, 0])
    await again()
    expect(use()).toEqual([0, 0])
  })

  it('not when a report says that it was refused', async () => {
    for (const way of ['resend', 'waitReceipt'] as const) {
      const { sent, unanswered, use, w } = await world(way)
      await unanswered(await sent())
      w.rig.courier.claimUnanswered(rulesOf(a).vendor, tmobile, Infinity, 'REJECTED')
      await w.rig.settle()
      expect(use()).toEqual([0, 0])
    }
  })

  it('also where the switch died while it was under way, and whatever is left of the day', async () => {
    const { again, sent, use, w } = await world('fail', 1)
    const delivery = await sent()
    let isMarked = false
    w.rig.courier.mark(delivery, a, () => (isMarked = true))
    await w.rig.settle()
    expect(isMarked).toBe(true)
    await again()
    w.days.judgeElsewhere(key, 1, w.rig.nowMs()).apply()
    await w.rig.advance(100)
    expect(w.rig.log).toContain('ended UNKNOWN unanswered')
    expect(w.vendor.sent).toHaveLength(0)
    expect(use()).toEqual([1, 0])
  })

  it('is given back where it is sent again, and counts then', async () => {
    const { sent, unanswered, use, w } = await world('resend')
    const delivery = await sent()
    await unanswered(delivery)
    expect(use()).toEqual([0, 0])
    w.rig.courier.refusedLate(delivery)
    await w.rig.advance(2000)
    expect(use()).toEqual([0, 1])
  })
})
