import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passAll, rateLimit, type Limit } from './limits.js'
import { makeRig, routeA } from './rig.suite.js'

/** Holds so many; never refills. */
function stock(name: string, tokens: number, againMs = Infinity): Limit & { left(): number } {
  let left = tokens
  return {
    name,
    take: (count) => left >= count && ((left -= count), true),
    giveBack: (count) => void (left += count),
    nextMs: () => againMs,
    left: () => left,
  }
}

describe('a chain of limits', () => {
  it('takes from all or from none, and names the one that said no', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (levels, count) => {
        const limits = levels.map((level, i) => stock(`limit ${i}`, level, 100 + i))
        const passage = passAll(limits, count, 50)
        const short = levels.findIndex((level) => level < count)
        if (short < 0) {
          expect(passage).toEqual({ passed: true })
          expect(limits.map((limit) => limit.left())).toEqual(levels.map((level) => level - count))
        } else {
          expect(passage).toEqual({ passed: false, limit: limits[short], againMs: 100 + short })
          expect(limits.map((limit) => limit.left())).toEqual(levels)
        }
      }),
    )
  })

  it('a rate gives its burst, then so many a second', () => {
    const limit = rateLimit('connection a', 10, 0)
    expect(limit.room(0)).toBe(10)
    expect(limit.take(10, 0)).toBe(true)
    expect(limit.take(1, 0)).toBe(false)
    expect(limit.nextMs(1, 0)).toBe(100)
    expect(limit.take(1, 99)).toBe(false)
    expect(limit.take(1, 100)).toBe(true)
    limit.giveBack(1)
    expect(limit.room(100)).toBe(1)
    expect(limit.nextMs(11, 100)).toBe(Infinity)
  })
})

it.each([
  [0.5, 2000],
  [0.001, 1_000_000],
  [0.0001, 1_000_000],
  [2.5, 400],
  [1_000_000, 1],
])('a rate of %d a second gives one in %d ms, no more and no less', (perSecond, everyMs) => {
  const limit = rateLimit('connection a', perSecond, 0)
  const burst = limit.room(0)
  expect(burst).toBe(Math.max(1, Math.ceil(perSecond)))
  expect(limit.take(burst, 0)).toBe(true)
  for (let n = 1, atMs = 0; n <= 50; n++) {
    atMs = limit.nextMs(1, atMs)
    expect(atMs).toBe(n * everyMs)
    expect(limit.take(1, atMs - 1)).toBe(false)
    const all = Math.max(1, Math.round((perSecond * everyMs) / 1000))
    expect(limit.take(all, atMs)).toBe(true)
  }
})

describe('a lane that can not take its limits', () => {
  it('parks until the one that said no gives again, and sends at its pace', async () => {
    const rig = makeRig({ limitsOf: () => [rateLimit('account acme', 2, 1_000_000)] })
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 6; i++) rig.submit()
    await rig.advance(2_000)
    expect(vendor.sent.map(({ atMs }) => atMs - 1_000_000)).toEqual([0, 0, 500, 1000, 1500, 2000])
  })

  it('takes nothing for what the destination refuses, and gives back for what comes back unsent', async () => {
    const limit = stock('number', 3)
    const rig = makeRig({ limitsOf: () => [limit] })
    const vendor = rig.addDestination('c:a')
    vendor.onSend = () => false
    rig.submit()
    await rig.settle()
    expect(limit.left()).toBe(3)
    vendor.onSend = undefined
    rig.dispatcher.hasRoom('c:a')
    await rig.settle()
    expect(limit.left()).toBe(2)
    rig.courier.notSent(vendor.underWay.shift()!, 1_000)
    expect(limit.left()).toBe(3)
  })

  it('a limit that knows no time is asked again once a minute; one that says "now" is not asked for ever', async () => {
    for (const againMs of [Infinity, 0]) {
      let open = false
      const gate: Limit = { name: 'campaign', take: () => open, giveBack: () => undefined, nextMs: () => againMs }
      const rig = makeRig({ limitsOf: () => [gate] })
      const vendor = rig.addDestination('c:a')
      rig.submit()
      await rig.advance(100)
      open = true
      await rig.advance(againMs === Infinity ? 59_899 : 0)
      expect(vendor.sent).toHaveLength(0)
      await rig.advance(1)
      expect(vendor.sent).toHaveLength(1)
    }
  })

  it('is woken when its pause is over, though something else of it becomes due within the pause', async () => {
    let open = false
    const gate: Limit = {
      name: 'campaign',
      take: () => open,
      giveBack: () => undefined,
      nextMs: (_, nowMs) => nowMs + 5_000,
    }
    const rig = makeRig({ limitsOf: () => [gate] })
    const vendor = rig.addDestination('c:a')
    rig.submit({ dueMs: rig.nowMs() + 1_000 })
    rig.submit()
    await rig.advance(2_000)
    open = true
    await rig.advance(3_000)
    expect(vendor.sent).toHaveLength(2)
  })

  it('does not stand in the way of other lanes of the same destination', async () => {
    const never: Limit = { name: 'never', take: () => false, giveBack: () => undefined, nextMs: () => Infinity }
    const rig = makeRig({
      limitsOf: (target) => (target.kind === 'vendor' && target.account === 'blocked' ? [never] : []),
    })
    const vendor = rig.addDestination('c:a')
    const blocked = rig.submit()
    const account = 'blocked' as typeof blocked.message.account
    for (let i = 0; i < 30; i++) rig.submit({ route: routeA, message: { ...blocked.message, account } })
    for (let i = 0; i < 5; i++) rig.submit()
    await rig.settle()
    expect(vendor.sent).toHaveLength(6)
  })
})
