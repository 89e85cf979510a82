import fc from 'fast-check'
import { it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId } from '../message/ids.js'
import type { PoolSender } from '../message/pool-sender.js'
import { upTo } from './chance.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { NumberPaces } from './number-paces.js'
import { a, makeRig, rulesOf, type FakeDestination, type Rig } from './rig.suite.js'

const pack = 'p'
const numbers = ['14155550101', '14155550102', '14155550103']
const phones = ['447700900100', '447700900101', '447700900102']
const PER_SECOND = 2

const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('submit' as const), number: fc.nat(2), phone: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5), goes: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('gone' as const), number: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const), number: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), phone: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(1500) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
)

interface Story {
  readonly accepted: SegmentDelivery
  sent: number
  isTaken: boolean
  /** It failed for a while, was chosen for again, or was there at a crash: its place in the order is another. */
  isDisturbed: boolean
}

/** What a pool of three numbers says, and what is known of each message. */
class World {
  readonly gone = new Set<string>()
  readonly stopped = new Set<string>()
  readonly stories = new Map<DeliveryId, Story>()
  readonly store = new MemoryStore()
  readonly underWay: SegmentDelivery[] = []
  /** Times of sending since the last start, by number: a start forgets them. */
  times = new Map<string, number[]>()
  starts = 0
  rig!: Rig
  vendor!: FakeDestination

  async start(): Promise<void> {
    const paces = new NumberPaces(() => PER_SECOND)
    const before = this.rig as Rig | undefined
    this.times = new Map()
    this.underWay.length = 0
    this.rig = makeRig({
      store: this.store,
      epoch: ++this.starts,
      ...(before && { clock: before.clock }),
      rules: [rulesOf(a, { resend: { stepMs: 1000, max: 50 } })],
      limitsOf: ({ kind, ...target }) =>
        kind === 'vendor' && 'sender' in target && target.sender !== undefined ? [paces.of(target.sender.number)] : [],
      senders: {
        standing: ({ number }, phone) =>
          this.stopped.has(phone) ? 'optedOut' : this.gone.has(number) ? 'gone' : 'usable',
        chooseAgain: (delivery) => {
          this.stories.get(delivery.id)!.isDisturbed = true
          const number = numbers.find((each) => !this.gone.has(each))
          if (number === undefined) return 'noNumber'
          return { sender: { number, pack }, kept: [{ table: 'sent', key: number, text: delivery.id }] }
        },
      },
    })
    this.vendor = this.rig.addDestination('c:a', 8)
    this.vendor.onSend = (delivery, nowMs) => this.#send(delivery as SegmentDelivery, nowMs)
    await this.rig.restore()
    this.rig.dispatcher.tick(this.rig.nowMs())
  }

  #send(delivery: SegmentDelivery, nowMs: number): boolean {
    if (this.underWay.length >= 8) return false
    const { message, sender } = delivery
    const { value } = message.source
    if (sender?.number !== value) throw new Error(`${value} sends for ${sender?.number}`)
    if (this.gone.has(value)) throw new Error(`${value} is gone and sends`)
    if (this.stopped.has(message.destination.value)) throw new Error('a phone that wants nothing is sent something')
    const times = this.times.get(value) ?? []
    this.times.set(value, times)
    times.push(nowMs)
    if (times.filter((atMs) => atMs > nowMs - 1000).length > PER_SECOND) throw new Error(`${value} is too fast`)
    const story = this.stories.get(delivery.id)!
    story.sent++
    if (!story.isDisturbed && story.sent === 1) this.#checkOrder(delivery)
    this.underWay.push(delivery)
    return true
  }

  /** Nothing that was accepted later for the same number may have gone before. */
  #checkOrder(delivery: SegmentDelivery): void {
    for (const [id, { accepted, sent, isDisturbed }] of this.stories)
      if (id > delivery.id && sent > 0 && !isDisturbed && accepted.sender?.number === delivery.sender?.number)
        throw new Error(`${id} went before ${delivery.id}`)
  }
}

async function play(events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[]): Promise<void> {
  const world = new World()
  await world.start()
  for (const happening of events) await happen(world, happening)
  world.gone.clear()
  await world.rig.settle()
  for (let i = 0; i < 200 && world.rig.dispatcher.total > 0; i++) {
    while (world.underWay.length > 0) take(world, 0, true)
    world.rig.dispatcher.hasRoom('c:a')
    await world.rig.advance(500)
  }
  const { rig, stories } = world
  if (rig.bugs.length > 0) throw rig.bugs[0]
  if (rig.dispatcher.total > 0) throw new Error(`${rig.dispatcher.total} are left`)
  for (const number of numbers)
    if (rig.dispatcher.waitingFrom(number) !== 0) throw new Error(`${number} is said to have some left`)
  for (const [id, { isTaken, accepted }] of stories)
    if (!isTaken && !world.stopped.has(accepted.message.destination.value)) throw new Error(`${id} was lost`)
}

function take(world: World, which: number, goes: boolean): void {
  const { rig, underWay, stories } = world
  const [delivery] = underWay.splice(which % underWay.length, 1)
  if (delivery === undefined) return
  const story = stories.get(delivery.id)!
  if (goes) story.isTaken = true
  else story.isDisturbed = true
  const result = goes
    ? ({ kind: 'taken', vendorMessageId: '' } as const)
    : ({ kind: 'refused', permanent: false, error: '088' } as const)
  rig.courier.attemptEnded(delivery, a, result)
  rig.dispatcher.hasRoom('c:a')
}

async function happen(world: World, happening: typeof event extends fc.Arbitrary<infer E> ? E : never): Promise<void> {
  const { rig } = world
  switch (happening.kind) {
    case 'submit': {
      const sender: PoolSender = { number: numbers[happening.number]!, pack }
      const accepted = rig.submit({ sender, registered: 0, to: phones[happening.phone]! })
      world.stories.set(accepted.id, { accepted, sent: 0, isTaken: false, isDisturbed: false })
      return
    }
    case 'answer':
      if (world.underWay.length > 0) take(world, happening.which, happening.goes)
      return
    case 'gone':
      // One is always left.
      if (world.gone.size < numbers.length - 1) world.gone.add(numbers[happening.number]!)
      return
    case 'back':
      world.gone.delete(numbers[happening.number]!)
      return
    case 'stop':
      world.stopped.add(phones[happening.phone]!)
      return
    case 'advance':
      return rig.advance(happening.ms)
    case 'settle':
      return rig.settle()
    case 'crash':
      await rig.settle()
      for (const story of world.stories.values()) story.isDisturbed = true
      return world.start()
  }
}

it('numbers of a pool keep their pace and their order, and nothing is lost whatever befalls them', async () => {
  await fc.assert(fc.asyncProperty(fc.array(event, upTo(120)), play), { numRuns: 150 })
}, 60_000)
