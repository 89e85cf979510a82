// Any messages, vendors' verdicts, slow stores and crashes: every change of a message's state is told at least once, those of one message
// in order, and its record is what was told last.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { a, firstOf, vendorReceipt, type FakeDestination } from '../../delivery/rig.suite.js'
import { FakeClock } from '../../lib/fake-clock.js'
import type { MessageId } from '../../message/ids.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import type { Attempted } from './webhook-outbox.js'
import type { Webhook } from './webhook-row.js'
import { acme, field, makeLife, phone, type Life } from './told-rig.suite.js'

type Step =
  | { readonly kind: 'accept'; readonly count: number }
  | { readonly kind: 'answer'; readonly how: 'taken' | 'rejected' }
  | { readonly kind: 'verdict'; readonly which: number; readonly state: 'DELIVERED' | 'UNDELIVERABLE' }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'settle' | 'hold' | 'crash' | 'webhookFails' | 'lookUpFails' }
  | { readonly kind: 'release'; readonly count: number }

const only = <Kind extends Step['kind']>(kind: Kind) => fc.record({ kind: fc.constant(kind) })
const count = (max: number) => fc.integer({ min: 1, max })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('accept' as const), count: count(3) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), how: fc.constantFrom('taken' as const, 'taken' as const, 'rejected' as const) }) }, // prettier-ignore
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('verdict' as const), which: fc.nat(5), state: fc.constantFrom('DELIVERED' as const, 'UNDELIVERABLE' as const) }) }, // prettier-ignore
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turns' as const), count: count(20) }) },
  { weight: 2, arbitrary: only('settle') },
  only('hold'),
  fc.record({ kind: fc.constant('release' as const), count: count(3) }),
  only('webhookFails'),
  only('lookUpFails'),
  { weight: 2, arbitrary: only('crash') },
)

/** A segment that the vendor took, and what it says of it. */
interface Taken {
  readonly vendorMessageId: string
  readonly message: string
  state: 'DELIVERED' | 'UNDELIVERABLE' | undefined
  isStored: () => boolean
}

class History {
  readonly #clock = new FakeClock({ monotonicMs: 1_000_000 })
  #life!: Life
  #vendor!: FakeDestination
  #lives = 0
  readonly #accepted = new Set<MessageId>()
  readonly #taken: Taken[] = []
  readonly #rejected = new Set<string>()
  readonly told: { readonly message: string; readonly say: string }[] = []
  #webhookFails = false
  #lookUpFails = false

  async boot(store: MemoryStore): Promise<void> {
    const life = ++this.#lives
    this.#life = makeLife({
      store,
      clock: this.#clock,
      epoch: life,
      attempt: (webhook, message) => this.#attempt(life, webhook, message),
      accepted: (id) => void (life === this.#lives && this.#accepted.add(id)),
      ports: {
        findKept: async (table, keys) => {
          if (this.#lookUpFails) {
            this.#lookUpFails = false
            throw new Error('made to fail')
          }
          const texts = await store.findKept(table, keys)
          // As the rows were when the store looked.
          for (let turn = 0; turn < 3; turn++) await Promise.resolve()
          return texts
        },
      },
    })
    this.#vendor = this.#life.rig.addDestination('c:a', 4)
    this.#life.follow(acme)
    await this.#life.outbox.start()
    await this.#life.rig.restore()
  }

  async #attempt(life: number, { fields }: Webhook, message: string): Promise<Attempted> {
    await Promise.resolve()
    // Nobody hears from a process that is gone.
    if (life !== this.#lives) return new Promise(() => undefined)
    if (this.#webhookFails) {
      this.#webhookFails = false
      return { kind: 'failed', why: 'refused', detail: 'HTTP 500' }
    }
    this.told.push({ message, say: `${field(fields, 'Sequence')} ${field(fields, 'Status')}` })
    return { kind: 'told' }
  }

  async play(step: Step): Promise<void> {
    const { rig } = this.#life
    const store = rig.store as MemoryStore
    switch (step.kind) {
      case 'accept':
        for (let n = 0; n < step.count; n++) this.#life.accept()
        return
      case 'answer':
        return this.#answer(step.how)
      case 'verdict':
        return this.#say(this.#taken[step.which % Math.max(1, this.#taken.length)], step.state)
      case 'turns':
        for (let turn = 0; turn < step.count; turn++) await Promise.resolve()
        return
      case 'settle':
        return this.#life.settle()
      case 'hold':
        return store.hold()
      case 'release':
        return store.release(step.count)
      case 'webhookFails':
        this.#webhookFails = true
        return
      case 'lookUpFails':
        this.#lookUpFails = true
        return
      case 'crash':
        return this.boot(new MemoryStore(store.snapshot()))
    }
  }

  #answer(how: 'taken' | 'rejected'): void {
    if (this.#vendor.underWay.length === 0) return
    const delivery = firstOf(this.#vendor)
    const message = delivery.message.id
    const { courier, dispatcher } = this.#life.rig
    if (how === 'rejected') {
      this.#rejected.add(message)
      courier.attemptEnded(delivery, a, { kind: 'refused', permanent: true, error: '011' })
    } else {
      const vendorMessageId = `v${this.#taken.length}`
      this.#taken.push({ vendorMessageId, message, state: undefined, isStored: () => false })
      courier.attemptEnded(delivery, a, { kind: 'taken', vendorMessageId })
    }
    dispatcher.hasRoom('c:a')
  }

  /** A vendor says its verdict again until it is answered. */
  #say(taken: Taken | undefined, state: 'DELIVERED' | 'UNDELIVERABLE'): void {
    if (taken === undefined || taken.isStored()) return
    taken.state ??= state
    const receipt = vendorReceipt([taken.vendorMessageId], taken.state, { destination: phone })
    taken.isStored = () => receipt.answers.includes('stored')
    this.#life.rig.correlator.take([receipt])
  }

  /** All goes well from now on. */
  async end(): Promise<void> {
    const { rig, settle, outbox } = this.#life
    ;(rig.store as MemoryStore).release()
    for (let round = 0; round < 200; round++) {
      await settle()
      while (this.#vendor.underWay.length > 0) this.#answer('taken')
      await settle()
      for (const taken of this.#taken) this.#say(taken, 'DELIVERED')
      await settle()
      await rig.advance(10_000)
      rig.correlator.expireParked(rig.nowMs())
      if ((await rig.store.lanes()).length === 0 && outbox.waiting === 0) return
    }
    throw new Error('it never comes to rest')
  }

  async judge(): Promise<void> {
    const records = await this.#life.recordsOf()
    for (const id of this.#accepted) {
      const record = records.get(id)
      const said = this.told.filter(({ message }) => message === id).map(({ say }) => say)
      // A crash may have them told once more, each before the next.
      const steps = said.filter((say, i) => say !== said[i - 1])
      expect(steps.map((say) => Number(say.split(' ')[0]))).toEqual(steps.map((_, i) => i + 1))
      expect(steps[0]).toBe('1 queued')
      expect(steps.at(-1)).toBe(`${record?.told?.count} ${record?.state}`)
      expect([2, 3]).toContain(steps.length)
      const verdicts = new Set(this.#taken.filter(({ message }) => message === id).map(({ state }) => state))
      const may: string[] = [...verdicts].map((state) => (state === 'DELIVERED' ? 'delivered' : 'undelivered'))
      if (this.#rejected.has(id)) may.push('failed')
      expect(may).toContain(record?.state)
    }
    expect(this.#life.accounts.inHand).toBe(0)
    expect(this.#life.rig.bugs).toEqual([])
    expect(this.#life.events.filter((event) => /fault|unknown|given up/.test(event))).toEqual([])
  }
}

it('every change of state is told at least once, in order, and the record is the last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const history = new History()
      await history.boot(new MemoryStore())
      for (const each of steps) await history.play(each)
      await history.end()
      await history.judge()
    }),
    { numRuns: 300 },
  )
}, 120_000)
