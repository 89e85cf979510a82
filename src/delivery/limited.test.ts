import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../store/memory/memory-store.js'
import { campaignOf, shared } from '../tendlc/world.suite.js'
import { limitedIn } from './lane-key.js'
import { LimitedWorld } from './limited.suite.js'
import { a, firstOf } from './rig.suite.js'

const [one, two] = ['14155550101', '14155550102']
const [att, tmobile, verizon] = ['12125550100', '12125550101', '12125550102']
const day = (segments: number) => ({ day: { key: 'tmobile:ein:1', segments } })

async function world(
  campaigns: ConstructorParameters<typeof LimitedWorld>[1][],
  numbers: Readonly<Record<string, string>> = { [one]: 'C1' },
  window?: number,
): Promise<LimitedWorld> {
  const made = new LimitedWorld(numbers, ...campaigns)
  await made.start({ store: new MemoryStore() }, window)
  return made
}

describe('a message that carriers limit', () => {
  it('takes for all its segments at the first, and the next one waits for the debt', async () => {
    const w = await world([campaignOf('C1', { att: shared(0.25, 15) })])
    w.submit(one, att, 10)
    w.submit(one, att)
    await w.rig.settle()
    expect(w.vendor.sent).toHaveLength(1)
    expect(w.takeAll()).toBe(10)
    await w.rig.advance(39_000)
    expect(w.vendor.sent).toHaveLength(1)
    // Ten segments at one in four seconds, of which one was saved up.
    await w.rig.advance(2000)
    expect(w.vendor.sent).toHaveLength(2)
    expect(w.vendor.sent[1]!.atMs - w.vendor.sent[0]!.atMs).toBe(40_000)
    expect(w.takeAll()).toBe(1)
    expect(w.segments.size).toBe(0)
  })

  it('holds up nothing for other carriers, and says what holds it up and since when', async () => {
    const w = await world([campaignOf('C1', { att: shared(1), verizon: shared(4) })])
    for (let i = 0; i < 3; i++) w.submit(one, att)
    for (let i = 0; i < 4; i++) w.submit(one, verizon)
    await w.rig.settle()
    expect(w.vendor.sent).toHaveLength(5)
    const held = [...w.rig.dispatcher.lanes()].map(({ target, held: by }) => [
      target.kind === 'vendor' && target.limited?.carrier,
      by,
    ])
    expect(held).toEqual([
      ['att', { by: 'campaign C1 to att', sinceMs: w.rig.nowMs() }],
      ['verizon', undefined],
    ])
  })

  it('counts on its day with the record of it, once, and again after a restart', async () => {
    const store = new MemoryStore()
    const w = new LimitedWorld({ [one]: 'C1' }, campaignOf('C1', { tmobile: { ...shared(75), ...day(10) } }))
    await w.start({ store })
    w.submit(one, tmobile, 4)
    await w.rig.settle()
    expect(w.takeAll()).toBe(4)
    w.submit(one, tmobile, 3)
    await w.rig.settle()
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 4, underWay: 3 })
    expect((await store.keptRows('capday', { limit: 9 })).rows.map(({ text }) => text)).toEqual(['4'])
    // It dies while three are under way: they are sent again, and counted then.
    await w.start({ store, clock: w.rig.clock })
    expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(4)
    await w.rig.advance(1000)
    expect(w.takeAll()).toBe(3)
    await w.rig.settle()
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 7, underWay: 0 })
  })

  it('gives its day back what a vendor refuses, and takes anew when it is sent again', async () => {
    const w = await world([campaignOf('C1', { tmobile: { ...shared(75), ...day(5) } })])
    w.submit(one, tmobile, 5)
    await w.rig.settle()
    w.take(firstOf(w.vendor), 2)
    const third = firstOf(w.vendor)
    w.rig.courier.attemptEnded(third, a, { kind: 'refused', permanent: false, error: '020' })
    await w.rig.settle()
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 2, underWay: 0 })
    await w.rig.advance(1500)
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 2, underWay: 3 })
    expect(w.takeAll()).toBe(3)
    await w.rig.settle()
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 5, underWay: 0 })
  })

  it('counts what a vendor takes late, after it was given back', async () => {
    const w = await world([campaignOf('C1', { tmobile: { ...shared(75), ...day(5) } })])
    const { id } = w.submit(one, tmobile)
    await w.rig.settle()
    const sent = firstOf(w.vendor)
    w.rig.courier.attemptEnded(sent, a, { kind: 'unanswered' })
    await w.rig.settle()
    expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(0)
    w.rig.courier.answeredLate(sent, a, '')
    await w.rig.settle()
    expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 1, underWay: 0 })
    expect(w.rig.log).toContain('late a')
    expect(id).toBe(sent.id)
  })

  it('takes nothing of its limits when it is not sent', async () => {
    const w = await world([campaignOf('C1', { att: shared(2), tmobile: { ...shared(75), ...day(1) } })])
    w.submit(one, tmobile)
    await w.rig.settle()
    w.rig.courier.notSent(firstOf(w.vendor))
    expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(0)
    await w.rig.settle()
    expect(w.vendor.underWay).toHaveLength(1)
    expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(1)
  })

  it('gives back what it took itself, not what another of its lane has taken since', async () => {
    const w = await world([campaignOf('C1', { att: shared(1) })])
    const { id } = w.submit(one, att, 5)
    await w.rig.settle()
    await w.rig.advance(10_000)
    w.submit(one, att, 5)
    await w.rig.settle()
    expect(w.vendor.underWay).toHaveLength(2)
    w.rig.courier.notSent(firstOf(w.vendor))
    await w.rig.advance(4000)
    expect(w.vendor.underWay).toHaveLength(1)
    await w.rig.advance(1000)
    expect(w.vendor.underWay.map((each) => each.id)).toContain(id)
  })

  it('rests alone when its vendor asks for a pause, also in the midst of its segments', async () => {
    const w = await world([campaignOf('C1', { att: shared(75), verizon: shared(75) })])
    w.submit(one, att, 3)
    await w.rig.settle()
    w.take(firstOf(w.vendor), 1)
    w.rig.courier.notSent(firstOf(w.vendor), 5000)
    w.submit(one, verizon)
    await w.rig.settle()
    expect(w.vendor.underWay.map(({ lane }) => limitedIn(lane)?.carrier)).toEqual(['verizon'])
    await w.rig.advance(5000)
    expect(w.takeAll()).toBe(3)
  })

  it('waits for midnight at the cap of its day, or fails there', async () => {
    const held = await world([campaignOf('C1', { tmobile: { ...shared(75), ...day(2) } })])
    const failing = await world([campaignOf('C1', { tmobile: { ...shared(75), ...day(2) } }, { atCap: 'fail' })])
    for (const w of [held, failing]) {
      for (let i = 0; i < 4; i++) w.submit(one, tmobile)
      w.submit(one, tmobile, 2)
      await w.rig.settle()
      expect(w.vendor.sent).toHaveLength(2)
      expect(w.takeAll()).toBe(2)
      await w.rig.settle()
    }
    expect(failing.rig.dispatcher.total).toBe(0)
    expect(failing.rig.log.filter((line) => line === 'ended UNDELIVERABLE dayCapReached')).toHaveLength(3)
    expect(held.rig.dispatcher.total).toBe(3)
    await held.rig.advance(86_400_000)
    expect(held.vendor.sent).toHaveLength(4)
    expect(held.days.used('tmobile:ein:1', held.rig.nowMs())).toBe(2)
  })
})

describe('a day whose key or cap changes while segments are under way', () => {
  const of = (limits: object) => campaignOf('C1', { tmobile: { ...shared(75), ...limits } })
  const changes = [
    ['the tax number', { day: { key: 'tmobile:ein:2', segments: 10 } }],
    ['the cap, to none', {}],
  ] as const

  it.each(changes)(
    '%s: answers count on the day that they were taken from, also after a restart',
    async (_, limits) => {
      const store = new MemoryStore()
      const w = new LimitedWorld({ [one]: 'C1' }, of(day(10)))
      await w.start({ store })
      for (const segments of [4, 1, 1]) w.submit(one, tmobile, segments)
      await w.rig.settle()
      w.take(firstOf(w.vendor), 1)
      w.campaigns.set('C1', of(limits))
      w.changed()
      // The rest of the first, a refusal of the second, and the third is not sent.
      w.take(firstOf(w.vendor))
      w.rig.courier.attemptEnded(firstOf(w.vendor), a, { kind: 'refused', permanent: true, error: '011' })
      w.vendor.window = 0
      w.rig.courier.notSent(firstOf(w.vendor))
      await w.rig.settle()
      expect(w.days.use('tmobile:ein:1', w.rig.nowMs())).toMatchObject({ recorded: 4, underWay: 0 })
      expect(w.days.use('tmobile:ein:2', w.rig.nowMs())).toMatchObject({ recorded: 0, underWay: 0 })
      await w.start({ store, clock: w.rig.clock })
      expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(4)
      await w.rig.advance(2000)
      expect(w.takeAll()).toBe(1)
      await w.rig.settle()
      expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(4)
      expect(w.days.used('tmobile:ein:2', w.rig.nowMs())).toBe('day' in limits ? 1 : 0)
    },
  )
})

describe('a day that has room again before midnight', () => {
  const capped = campaignOf('C1', { tmobile: { ...shared(75), ...day(2) } })

  it('is used by those that wait when a vendor refuses what was sent', async () => {
    const w = await world([capped], { [one]: 'C1', [two]: 'C1' })
    for (let i = 0; i < 2; i++) w.submit(one, tmobile)
    await w.rig.settle()
    w.submit(two, tmobile)
    w.submit(one, tmobile)
    await w.rig.settle()
    expect(w.vendor.underWay).toHaveLength(2)
    w.rig.courier.attemptEnded(firstOf(w.vendor), a, { kind: 'refused', permanent: true, error: '011' })
    await w.rig.advance(61_000)
    expect(w.vendor.sent).toHaveLength(3)
    expect(w.days.used('tmobile:ein:1', w.rig.nowMs())).toBe(2)
  })

  it('is used when less was sent elsewhere than was said', async () => {
    const w = await world([capped])
    w.days.judgeElsewhere('tmobile:ein:1', 2, w.rig.nowMs()).apply()
    w.submit(one, tmobile)
    await w.rig.settle()
    expect(w.vendor.sent).toHaveLength(0)
    w.days.judgeElsewhere('tmobile:ein:1', 0, w.rig.nowMs()).apply()
    await w.rig.advance(61_000)
    expect(w.vendor.sent).toHaveLength(1)
  })
})

describe('what is registered changes', () => {
  it('a message goes on in the lane of the campaign that its number has now', async () => {
    const w = await world([
      campaignOf('C1', { att: { perNumber: { perSecond: 0.001, perMinute: undefined } } }),
      campaignOf('C2', { att: shared(75) }),
    ])
    for (let i = 0; i < 3; i++) w.submit(one, att)
    await w.rig.settle()
    expect(w.vendor.sent).toHaveLength(1)
    w.numbers.set(one, 'C2')
    w.changed()
    await w.rig.advance(10)
    expect(w.vendor.sent.map(({ delivery }) => limitedIn(delivery.lane)?.campaign)).toEqual(['C1', 'C2', 'C2'])
    expect(w.vendor.sentIds).toEqual(w.vendor.sentIds.toSorted())
    w.takeAll()
    await w.rig.settle()
    expect(w.rig.dispatcher.total).toBe(0)
  })

  it('a message of a number that may not send any more fails at its turn', async () => {
    const w = await world([campaignOf('C1', { att: shared(1) })])
    for (let i = 0; i < 2; i++) w.submit(one, att)
    await w.rig.settle()
    w.numbers.delete(one)
    w.refuses = true
    w.changed()
    await w.rig.advance(2000)
    expect(w.vendor.sent).toHaveLength(1)
    expect(w.rig.log).toContain('ended REJECTED unregisteredSender')
  })

  it('nothing is limited where the last campaign is gone, and what waits in plain lanes is where one comes', async () => {
    const w = await world([campaignOf('C1', { att: shared(1), verizon: shared(1) })], { [one]: 'C1', [two]: 'C1' })
    for (let i = 0; i < 3; i++) w.submit(one, att)
    await w.rig.settle()
    w.on = false
    w.changed()
    await w.rig.advance(10)
    expect(w.vendor.sent).toHaveLength(3)
    expect(limitedIn(w.vendor.sent[2]!.delivery.lane)).toBeUndefined()
    w.takeAll()
    w.vendor.window = 0
    for (let i = 0; i < 3; i++) w.rig.submit({ registered: 0, to: verizon })
    w.on = true
    w.numbers.set('447700900001', 'C1')
    w.changed()
    w.vendor.window = 10
    await w.rig.settle()
    w.rig.dispatcher.hasRoom('c:a')
    await w.rig.advance(3000)
    // Numbers of nobody's are limited, too.
    expect(w.vendor.underWay.every(({ lane }) => limitedIn(lane)?.campaign === '')).toBe(true)
  })

  it('limits that are wider act at once on what waits', async () => {
    const w = await world([campaignOf('C1', { att: shared(0.25) })])
    for (let i = 0; i < 4; i++) w.submit(one, att)
    await w.rig.settle()
    expect(w.vendor.sent).toHaveLength(1)
    w.campaigns.set('C1', campaignOf('C1', { att: shared(75) }))
    w.changed()
    await w.rig.advance(100)
    expect(w.vendor.sent).toHaveLength(4)
  })
})

it('segments that wait are counted by campaign, number and carrier', async () => {
  const w = await world([campaignOf('C1', { att: shared(1), verizon: shared(1) })], { [one]: 'C1', [two]: 'C1' }, 0)
  w.submit(one, att, 3)
  w.submit(two, att)
  w.submit(two, verizon, 2)
  await w.rig.settle()
  const { limited } = w.rig.dispatcher
  expect(limited.ofCampaign('C1', 'att')).toBe(4)
  expect(limited.ofNumber(two, 'att')).toBe(1)
  expect([...limited.campaigns()]).toEqual([
    { campaign: 'C1', carrier: 'att', segments: 4 },
    { campaign: 'C1', carrier: 'verizon', segments: 2 },
  ])
  w.vendor.window = 10
  for (let i = 0; i < 10; i++) {
    w.rig.dispatcher.hasRoom('c:a')
    await w.rig.advance(1000)
    w.takeAll()
  }
  await w.rig.settle()
  expect([...limited.campaigns()]).toEqual([])
})

it('messages that an earlier process left count as long as the first of their lane are, once those are read', async () => {
  const store = new MemoryStore()
  const w = new LimitedWorld({ [one]: 'C1', [two]: 'C1' }, campaignOf('C1', { att: shared(0.25) }))
  await w.start({ store })
  for (let i = 0; i < 6; i++) w.submit(one, att, 3)
  for (let i = 0; i < 40; i++) w.submit(two, att, i % 2 === 0 ? 2 : 4)
  await w.rig.settle()
  await w.start({ store, clock: w.rig.clock })
  await w.rig.settle()
  expect(w.vendor.sent).toHaveLength(0)
  const { limited } = w.rig.dispatcher
  expect([limited.ofNumber(one, 'att'), limited.ofNumber(two, 'att')]).toEqual([18, 120])
  expect(limited.ofCampaign('C1', 'att')).toBe(138)
  w.submit(one, att, 2)
  await w.rig.settle()
  expect(limited.ofCampaign('C1', 'att')).toBe(140)
})

it('scheduled messages wait from when they are due, also after a restart', async () => {
  const store = new MemoryStore()
  const w = new LimitedWorld({ [one]: 'C1', [two]: 'C1' }, campaignOf('C1', { att: shared(0.25) }))
  await w.start({ store })
  const laterMs = w.rig.nowMs() + 50 * 3_600_000
  const later = [2, 3].map((segments) => w.submit(one, att, segments, { dueMs: laterMs, expiresAtMs: laterMs + 1e9 }))
  w.submit(two, att, 4)
  await w.rig.settle()
  const counted = () => {
    const { limited } = w.rig.dispatcher
    return [w.rig.nowMs() + 36_000_000, Infinity].map((byMs) => limited.ofCampaign('C1', 'att', byMs))
  }
  expect(counted()).toEqual([4, 9])
  await w.start({ store, clock: w.rig.clock })
  await w.rig.settle()
  expect(counted()).toEqual([4, 6])
  expect(later).toHaveLength(2)
})
