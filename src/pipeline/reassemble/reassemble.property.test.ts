// Any order, loss, duplication and interleaving of parts, sessions that end, windows that fill, a store that refuses, routes that
// come and go, restarts: every set ends once, every part is answered once, and what was acknowledged is never lost.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { reassemblyRig, rulesWith, TIMEOUT_MS, type PartSpec, type ReassemblyRig, type Sent } from './rig.suite.js'

type Step =
  | { readonly kind: 'send'; readonly parts: readonly (PartSpec & { readonly session: number })[] }
  | { readonly kind: 'settle' | 'restart' }
  | { readonly kind: 'close' | 'stall'; readonly session: number }
  | { readonly kind: 'fail'; readonly failure: 'full' | 'io' }
  | { readonly kind: 'route'; readonly to: string; readonly open: boolean }
  | { readonly kind: 'pass'; readonly ms: number }

const senders = ['withheld', 'early', 'sends', 'c1', 'c2']
const numbers = ['44', '33']

/** Text, reference and number are few, so that sets meet. */
const part = fc
  .record({
    from: fc.constantFrom(...senders),
    to: fc.constantFrom(...numbers),
    session: fc.nat(2),
    reference: fc.nat(1),
    total: fc.constantFrom(2, 3, 3, 3),
    part: fc.integer({ min: 1, max: 3 }),
    shape: fc.constantFrom('udh8' as const, 'udh8' as const, 'sar' as const),
    text: fc.constantFrom('a', 'a', 'a', 'b'),
  })
  .map((spec) => ({ ...spec, part: Math.min(spec.part, spec.total) }))

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ({ kind: 'send' as const, parts })),
  },
  { weight: 6, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 2, arbitrary: fc.nat(2).map((session) => ({ kind: 'close' as const, session })) },
  { weight: 2, arbitrary: fc.nat(2).map((session) => ({ kind: 'stall' as const, session })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('full' as const, 'io' as const).map((failure) => ({ kind: 'fail' as const, failure })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ to: fc.constantFrom(...numbers), open: fc.boolean() })
      .map((route) => ({ kind: 'route' as const, ...route })),
  },
  { weight: 3, arbitrary: fc.constantFrom(1, 20_000, TIMEOUT_MS - 1).map((ms) => ({ kind: 'pass' as const, ms })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

/** A switch and all that was sent to it, over restarts. */
class World {
  rig: ReassemblyRig
  store = new MemoryStore()
  readonly closed = new Set<string>()
  sent: { readonly sent: Sent; readonly spec: PartSpec }[] = []
  sessions = [{}, {}, {}]
  readonly dead = new Set<object>()
  /** Ids that a sender was told, whatever the switch's life. */
  readonly acknowledged = new Set<string>()
  /** Ids that went out in a message, or were given up. */
  readonly ended = new Map<string, number>()
  starts = 0

  constructor() {
    this.rig = this.#start(0)
  }

  #start(atMs: number): ReassemblyRig {
    const rig = reassemblyRig({
      store: this.store,
      epoch: ++this.starts,
      closed: this.closed,
      startMs: 1_000_000 + atMs,
    })
    rig.rules.set('early', rulesWith({ ack: 'early' }))
    rig.rules.set('sends', rulesWith({ ack: 'early', incomplete: 'sendAsReceived' }))
    rig.rules.set('c1', rulesWith({ ack: 'early', incomplete: 'sendAsReceived' }))
    rig.rules.set('c2', rulesWith({ ack: 'withheld' }))
    return rig
  }

  async take(next: Step): Promise<void> {
    const { rig } = this
    switch (next.kind) {
      case 'send':
        for (const spec of next.parts) {
          const link = this.sessions[spec.session]!
          const [sent] = rig.send({ ...spec, link })
          this.sent.push({ sent: sent!, spec })
        }
        return
      case 'settle':
        return this.settle()
      case 'close':
        rig.reassembly.linkClosed(this.sessions[next.session]!)
        this.dead.add(this.sessions[next.session]!)
        this.sessions[next.session] = {}
        return
      case 'stall':
        rig.reassembly.stalled(this.sessions[next.session]!)
        return
      case 'fail':
        this.store.failNext(next.failure)
        return
      case 'route':
        if (next.open) this.closed.delete(next.to)
        else this.closed.add(next.to)
        return
      case 'pass':
        rig.pass(next.ms)
        return
      case 'restart':
        return this.restart()
    }
  }

  async settle(): Promise<void> {
    await this.rig.settle()
    // A failed store is tried again after a pause.
    this.rig.clock.advance(100)
    await this.rig.settle()
  }

  /** As by kill -9: what is not durable is gone, and every session. */
  async restart(): Promise<void> {
    this.count()
    expect(this.rig.bugs).toEqual([])
    const atMs = this.rig.clock.monotonicMs() - 1_000_000
    this.store = new MemoryStore(this.store.snapshot())
    for (const session of this.sessions) this.dead.add(session)
    this.sessions = [{}, {}, {}]
    this.rig = this.#start(atMs)
    this.rig.reassembly.restore(await this.store.collected(), this.rig.clock.monotonicMs())
  }

  /** What this life of the switch told its senders and did with parts; answers are checked here, once each. */
  count(): void {
    for (const { sent } of this.sent) {
      const answers = sent.told.filter((told) => told !== 'withheld')
      expect(answers.length).toBeLessThanOrEqual(1)
      expect(sent.told.indexOf('withheld')).toBeLessThanOrEqual(0)
      const [answer] = answers
      if (answer?.startsWith('accepted ') === true) this.acknowledged.add(idOf(answer))
    }
    for (const { message } of this.rig.accepted) {
      for (const { id } of message.parts.length === 0 ? [message] : message.parts) this.#end(id)
    }
    for (const { parts } of this.rig.abandoned) for (const { id } of parts) this.#end(id)
  }

  #end(id: string): void {
    this.ended.set(id, (this.ended.get(id) ?? 0) + 1)
  }
}

/** The rig shortens those of the first start. */
function idOf(answer: string): string {
  const id = answer.slice('accepted '.length)
  return id.length === 16 ? id : `00000001${id.padStart(8, '0')}`
}

it('every set ends once, every part is answered once, what was acknowledged is never lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = new World()
      for (const next of steps) await world.take(next)
      await world.settle()
      world.rig.pass(TIMEOUT_MS)
      await world.settle()
      // What stood again meanwhile is over now too, and what was to go by itself and could not goes.
      world.rig.pass(1000)
      await world.settle()
      const { rig, store } = world
      world.count()
      expect(rig.bugs).toEqual([])
      expect(rig.reassembly.isEmpty).toBe(true)
      for (const peer of ['esme', 'vendor'] as const) expect(rig.reassembly.size(peer)).toEqual({ sets: 0, bytes: 0 })
      expect(await store.collected()).toEqual([])
      for (const { sent } of world.sent) {
        const isAnswered = sent.told.some((told) => told !== 'withheld')
        expect(isAnswered || world.dead.has(sent.link)).toBe(true)
      }
      for (const id of world.acknowledged) expect([id, (world.ended.get(id) ?? 0) >= 1]).toEqual([id, true])
      // Without a crash nothing ends twice.
      if (world.starts === 1) for (const [id, times] of world.ended) expect([id, times]).toEqual([id, 1])
    }),
    { numRuns: 400 },
  )
})
