// Segments that are marked before they are sent, since nobody wants them sent twice.
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../store/memory/memory-store.js'
import { rateLimit } from './limits.js'
import { a, b, firstOf, makeRig, rulesOf } from './rig.suite.js'
import { oneUnderWay } from './under-way.suite.js'

describe('where a second sending is unwanted', () => {
  const rules = [rulesOf(a, { onUnanswered: 'waitReceipt' }), rulesOf(b)]

  it('the mark is durable before the sending, and after a crash it is not sent again', async () => {
    const store = new MemoryStore()
    const rig = makeRig({ rules, store })
    const vendor = rig.addDestination('c:a')
    const marked: string[] = []
    vendor.onSend = (delivery) => {
      if (delivery.kind === 'segment')
        rig.courier.mark(delivery, a, (segment) => {
          marked.push(segment.unansweredBy)
        })
      return true
    }
    rig.submit()
    store.hold()
    const settling = rig.settle()
    await settling
    store.release(1)
    await rig.settle()
    expect(marked).toEqual([])
    store.release()
    await rig.settle()
    expect(marked).toEqual(['a'])
    const next = makeRig({ rules, store: new MemoryStore(store.snapshot()), clock: rig.clock, epoch: 2 })
    const again = next.addDestination('c:a')
    let refused = 0
    again.onSend = (delivery) => {
      if (delivery.kind === 'segment' && next.courier.isUnanswered(delivery)) refused++
      return true
    }
    await next.restore()
    await next.advance(599_999)
    expect(refused).toBe(1)
    expect(next.log).toEqual([])
    await next.advance(2)
    expect(next.log.at(-1)).toMatch(/^(ended UNKNOWN unanswered)$/)
  })

  it('what is not sent again takes nothing from the limits', async () => {
    const { rig } = await oneMarked()
    const limit = rateLimit('account acme', 1, rig.nowMs())
    const next = await oneMarked({
      ...{ store: rig.store, clock: rig.clock, epoch: 2 },
      limitsOf: ({ kind }) => (kind === 'vendor' ? [limit] : []),
    })
    const { id } = next.rig.submit()
    await next.rig.settle()
    expect(next.vendor.underWay).toMatchObject([{ id }])
  })

  /** A vendor that is sent only what is marked, under way by its marked form. */
  async function oneMarked(options: Parameters<typeof makeRig>[0] = {}) {
    const rig = makeRig({ rules, ...options })
    const vendor = rig.addDestination('c:a')
    vendor.onSend = (delivery) => {
      if (delivery.kind !== 'segment' || rig.courier.isUnanswered(delivery)) return true
      rig.courier.mark(delivery, a, (marked) => void vendor.underWay.push(marked))
      return true
    }
    await rig.restore()
    if (options.store === undefined) rig.submit()
    await rig.settle()
    return { rig, vendor }
  }

  it.each([0, 10_000])('what is refused with a pause of %i ms, or could not be sent, goes again', async (pauseMs) => {
    const { rig, vendor } = await oneMarked()
    for (let sent = 1; sent <= 3; sent++) {
      expect(vendor.sent).toHaveLength(sent)
      const marked = firstOf(vendor)
      expect(marked.unansweredBy).toBe('a')
      rig.courier.notSent(marked, pauseMs)
      rig.dispatcher.hasRoom('c:a')
      await rig.advance(pauseMs)
    }
    expect(rig.log).toEqual([])
    expect(rig.dispatcher.total).toBe(1)
    const life = await oneMarked({
      store: new MemoryStore((rig.store as MemoryStore).snapshot()),
      clock: rig.clock,
      epoch: 2,
    })
    // Under way when it died: not sent again.
    expect(life.vendor.underWay).toEqual([])
    await life.rig.advance(600_001)
    expect(life.rig.log.at(-1)).toBe('ended UNKNOWN unanswered')
  })

  it('what came back unsent is sent after a crash', async () => {
    const { rig, vendor } = await oneMarked()
    vendor.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    rig.courier.notSent(firstOf(vendor))
    await rig.settle()
    const life = await oneMarked({
      store: new MemoryStore((rig.store as MemoryStore).snapshot()),
      clock: rig.clock,
      epoch: 2,
    })
    expect(life.vendor.underWay).toHaveLength(1)
  })

  it('its mark is taken back before the store knows it, however many come back', async () => {
    const { rig, vendor } = await oneMarked({ dispatcher: { readAheadPerLane: 1, readAheadFloor: 1 } })
    for (let i = 0; i < 9; i++) rig.submit()
    await rig.settle()
    const out = vendor.underWay.splice(0)
    expect(out).toHaveLength(10)
    for (const marked of out) rig.courier.notSent(marked)
    for (let i = 0; i < 10; i++) {
      rig.dispatcher.hasRoom('c:a')
      await rig.settle()
    }
    expect(rig.log).toEqual([])
    expect(vendor.underWay).toHaveLength(10)
  })

  it('a mark of a connection that resends, or that is gone, or none at all, hinders nothing', async () => {
    const { rig, delivery } = await oneUnderWay({ rules })
    expect(rig.courier.isUnanswered(delivery)).toBe(false)
    expect(rig.courier.isUnanswered({ ...delivery, unansweredBy: b })).toBe(false)
    expect(rig.courier.isUnanswered({ ...delivery, unansweredBy: 'gone' as typeof a })).toBe(false)
  })
})
