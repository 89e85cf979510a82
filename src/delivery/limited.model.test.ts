import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId } from '../message/ids.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { campaignOf, mostIn, shared } from '../tendlc/world.suite.js'
import { upTo } from './chance.suite.js'
import { limitedIn } from './lane-key.js'
import { LimitedWorld, phones } from './limited.suite.js'
import { a, rulesOf } from './rig.suite.js'

const numbers = { '14155550101': 'C1', '14155550102': 'C1', '14155550103': 'C2' }
const from = Object.keys(numbers)
const to = Object.keys(phones)
const CAP = 12

const event = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      number: fc.nat(2),
      phone: fc.nat(3),
      segments: fc.constantFrom(1, 1, 1, 2, 5),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      which: fc.nat(5),
      how: fc.constantFrom('taken', 'taken', 'taken', 'some', 'refused', 'unanswered', 'notSent', 'pause'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('attach' as const),
      number: fc.nat(2),
      to: fc.constantFrom('C1', 'C2', ''),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('change' as const), day: fc.constantFrom('1', '1', '2', 'none') }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.oneof(fc.nat(400), fc.nat(5000)) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'midnight' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
)

type Known = typeof event extends fc.Arbitrary<infer E> ? E : never

interface Story {
  readonly accepted: SegmentDelivery
  readonly segments: number
  /** It failed for a while, or was under way at a crash or change: its place in the order is another. */
  isDisturbed: boolean
  began: number
  taken: number
  /** It was never answered for, and is not sent again. */
  isGivenUp: boolean
}

const keys = ['tmobile:ein:1', 'tmobile:ein:2']

/** @param ein of the brand; `none` where its day has no cap */
function campaigns(ein: string) {
  const day = { key: `tmobile:ein:${ein}`, segments: CAP }
  const brand1 = ein === 'none' ? shared(4) : { ...shared(4), day }
  return [
    campaignOf('C1', { att: shared(1, 30), tmobile: brand1, verizon: shared(4) }),
    campaignOf('C2', {
      att: shared(4, 240),
      tmobile: brand1,
      verizon: { perNumber: { perSecond: 1, perMinute: undefined } },
    }),
  ]
}

async function play(events: readonly Known[], onUnanswered: 'resend' | 'fail'): Promise<void> {
  const w = new LimitedWorld(numbers, ...campaigns('1'))
  const rules = [rulesOf(a, { places: 6, resend: { stepMs: 1000, max: 50 }, onUnanswered })]
  w.accounts.set('acme', 6)
  const store = new MemoryStore()
  const stories = new Map<DeliveryId, Story>()
  const sent: {
    readonly atMs: number
    segments: number
    readonly id: DeliveryId
    readonly campaign: string
    readonly carrier: string
    readonly life: number
  }[] = []
  /** Segments that the vendor has, by the day that says so; more where one was sent twice. */
  let order = 0
  const start = async (): Promise<void> => {
    const before = w.starts === 0 ? undefined : w.rig.clock
    await w.start({ store, rules, ...(before && { clock: before }) }, 6)
    w.vendor.onSend = (delivery, atMs) => {
      const story = stories.get(delivery.id)!
      if (w.vendor.underWay.length >= 6 || delivery.kind !== 'segment') return false
      const left = story.segments - (delivery.progress?.taken ?? 0)
      const limited = limitedIn(delivery.lane)
      if (limited === undefined) throw new Error(`${delivery.id} is in no lane of its own`)
      sent.push({ atMs, id: delivery.id, segments: left, ...limited, life: w.starts })
      if (!story.isDisturbed && story.began === 0) {
        story.began = ++order
        for (const [id, other] of stories)
          if (id > delivery.id && other.began > 0 && !other.isDisturbed && other.accepted.lane === delivery.lane)
            throw new Error(`${id} went before ${delivery.id}`)
      }
      w.vendor.underWay.push(delivery)
      return true
    }
    w.rig.dispatcher.tick(w.rig.nowMs())
  }
  await start()

  const answer = (which: number, how: Extract<Known, { kind: 'answer' }>['how']): void => {
    const [delivery] = w.vendor.underWay.splice(which % Math.max(1, w.vendor.underWay.length), 1)
    if (delivery?.kind !== 'segment') return
    const story = stories.get(delivery.id)!
    const { courier } = w.rig
    if (how === 'taken' || how === 'some') {
      const before = w.vendor.underWay.length
      const count = w.take(delivery, how === 'taken' ? Infinity : 1)
      if (w.vendor.underWay.length === before) {
        story.taken++
        // Where its lane may not go on, what is left of it has not left.
        const last = sent.findLast(({ id }) => id === delivery.id)!
        last.segments -= story.segments - (delivery.progress?.taken ?? 0) - count
      }
    } else {
      story.isDisturbed = true
      if (how === 'refused') courier.attemptEnded(delivery, a, { kind: 'refused', permanent: false, error: '088' })
      else if (how === 'unanswered') {
        courier.attemptEnded(delivery, a, { kind: 'unanswered' })
        story.isGivenUp = onUnanswered === 'fail'
      } else {
        // What did not leave is nothing that a carrier has seen.
        sent.findLast(({ id }) => id === delivery.id)!.segments -= story.segments - (delivery.progress?.taken ?? 0)
        courier.notSent(delivery, how === 'pause' ? 700 : 0)
      }
    }
    w.rig.dispatcher.hasRoom('c:a')
  }
  const disturbAll = (): void => {
    for (const story of stories.values()) story.isDisturbed = true
  }

  for (const happening of events) {
    switch (happening.kind) {
      case 'submit': {
        const { segments } = happening
        const accepted = w.submit(from[happening.number]!, to[happening.phone]!, segments, {
          expiresAtMs: w.rig.nowMs() + 1e12,
        })
        stories.set(accepted.id, { accepted, segments, isDisturbed: false, began: 0, taken: 0, isGivenUp: false })
        await w.rig.settle()
        break
      }
      case 'answer':
        answer(happening.which, happening.how)
        break
      case 'attach':
        disturbAll()
        if (happening.to === '') w.numbers.delete(from[happening.number]!)
        else w.numbers.set(from[happening.number]!, happening.to)
        w.changed()
        break
      case 'change':
        for (const campaign of campaigns(happening.day)) w.campaigns.set(campaign.campaign, campaign)
        w.changed()
        break
      case 'advance':
        await w.rig.advance(happening.ms)
        break
      case 'midnight':
        // Nobody waits there for answers so long.
        while (w.vendor.underWay.length > 0) answer(0, 'taken')
        await w.rig.advance(w.days.endMs(w.rig.nowMs()) - w.rig.nowMs() + 10)
        break
      case 'crash':
        await w.rig.settle()
        disturbAll()
        await start()
    }
  }

  for (let rounds = 0; w.rig.dispatcher.total > 0; rounds++) {
    if (rounds > 400) throw new Error(`${w.rig.dispatcher.total} are left`)
    while (w.vendor.underWay.length > 0) answer(0, 'taken')
    await w.rig.advance(rounds % 40 === 39 ? w.days.endMs(w.rig.nowMs()) - w.rig.nowMs() + 10 : 2000)
  }
  await w.rig.settle()
  if (w.rig.bugs.length > 0) throw w.rig.bugs[0]
  expect(w.segments.size).toBe(0)
  expect([...w.rig.dispatcher.limited.campaigns()]).toEqual([])
  for (const key of keys) expect(w.days.use(key, w.rig.nowMs()).underWay).toBe(0)
  for (const [id, { taken, segments, isGivenUp }] of stories) {
    if (isGivenUp) continue
    if (taken === 0) throw new Error(`${id} was lost`)
    expect(w.had.get(id)).toBeGreaterThanOrEqual(segments)
  }
  check(sent, w)
  // Every segment that the vendor took counts on one day, once, and no day has too many.
  const days = (await store.keptRows('capday', { limit: 1000 })).rows
  for (const { key, text } of days) expect(w.counted.get(key)).toBe(Number(text))
  expect(Math.max(0, ...w.counted.values())).toBeLessThanOrEqual(CAP)
  expect([...w.counted.values()].reduce((sum, each) => sum + each, 0)).toBe(w.onDay)
}

function check(
  sent: readonly {
    readonly atMs: number
    readonly segments: number
    readonly campaign: string
    readonly carrier: string
    readonly life: number
  }[],
  w: LimitedWorld,
): void {
  const att = (campaign: string) => sent.filter((each) => each.campaign === campaign && isTo(each.carrier, 'att'))
  // A second of one campaign; five where one message is longer than its burst, whose debt a restart forgets.
  for (let life = 1; life <= w.starts; life++) {
    const ofLife = (campaign: string) => att(campaign).filter((each) => each.life === life)
    for (const windowMs of [1000, 10_000, 60_000]) {
      expect(mostIn(ofLife('C1'), windowMs)).toBeLessThanOrEqual(5 + windowMs / 1000)
      expect(mostIn(ofLife('C2'), windowMs)).toBeLessThanOrEqual(5 + (4 * windowMs) / 1000)
      expect(
        mostIn(
          sent.filter((each) => each.life === life),
          windowMs,
        ),
      ).toBeLessThanOrEqual(6 + (6 * windowMs) / 1000)
    }
  }
  expect(mostIn(att('C1'), 60_000)).toBeLessThanOrEqual(30)
}

const isTo = (carrier: string, one: string): boolean => carrier === one || carrier === 'unknown'

it('no limit is passed, each lane keeps its order and nothing is lost, whatever vendors, directories and deaths do', async () => {
  const ways = fc.constantFrom('resend' as const, 'resend' as const, 'fail' as const)
  await fc.assert(fc.asyncProperty(fc.array(event, upTo(120)), ways, play), { numRuns: 100 })
}, 120_000)

it('gives back to its day what was taken before limits changed, though others took at the same moment since', async () => {
  const submit = { kind: 'submit', number: 0, segments: 1 } as const
  const changed = { kind: 'change', day: 'none' } as const
  const notSent = { kind: 'answer', which: 0, how: 'notSent' } as const
  await play([{ ...submit, phone: 1 }, changed, { ...submit, phone: 0 }, notSent], 'resend')
})
