// Any phones, answers and losses, with the real dispatcher: each delivery is settled once, in order where nothing failed, and none
// is lost.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Binding } from '../../sip/index.js'
import { moOf, receiptOf, UserRig } from './sip-user-rig.suite.js'
import { echoText } from './echo-text.js'

const contacts = ['sip:bob@192.0.2.1', 'sip:bob@192.0.2.2', 'sip:bob@192.0.2.3']
const kinds = ['udp', 'tcp', 'ws'] as const
const statuses = [200, 202, 404, 408, 413, 480, 486, 488, 500, 503, 603] as const
const echo = echoText({ messageId: 'Msg1', to: 'sip:+15551230002@x', dateTime: '', recordRoutes: [] })

type Step =
  | { readonly kind: 'offer'; readonly count: number; readonly isLong: boolean; readonly isReceipt: boolean }
  | { readonly kind: 'register'; readonly contact: number; readonly way: number }
  | { readonly kind: 'unregister'; readonly contact: number }
  | { readonly kind: 'close'; readonly contact: number }
  | { readonly kind: 'answer'; readonly which: number; readonly status: number }
  | { readonly kind: 'timeout'; readonly which: number }
  | { readonly kind: 'advance'; readonly seconds: number }
  | { readonly kind: 'says'; readonly what: 'notSent' | 'full' | undefined }

const nat = (max: number): fc.Arbitrary<number> => fc.nat(max - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    count: fc.integer({ min: 1, max: 4 }),
    isLong: fc.boolean(),
    isReceipt: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('register' as const), contact: nat(3), way: nat(3) }),
  fc.record({ kind: fc.constant('unregister' as const), contact: nat(3) }),
  fc.record({ kind: fc.constant('close' as const), contact: nat(3) }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), which: nat(3), status: fc.constantFrom(...statuses) }),
  },
  fc.record({ kind: fc.constant('answer' as const), which: nat(3), status: fc.constant(200) }),
  fc.record({ kind: fc.constant('timeout' as const), which: nat(3) }),
  fc.record({ kind: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 100 }) }),
  fc.record({
    kind: fc.constant('says' as const),
    what: fc.constantFrom('notSent' as const, 'full' as const, undefined),
  }),
)

class History {
  /** Two of the contacts are flows of one phone (RFC 5626). */
  readonly #hasFlows: boolean
  readonly rig = new UserRig()
  readonly offered: string[] = []
  readonly #registered = new Map<number, Binding>()

  constructor(hasFlows: boolean) {
    this.#hasFlows = hasFlows
  }

  play(step: Step): void {
    const { rig } = this
    switch (step.kind) {
      case 'offer':
        for (let i = 0; i < step.count; i++) {
          const id = String(100 + this.offered.length)
          this.offered.push(id)
          const text = step.isLong ? `${id} ${'long text '.repeat(200)}` : id
          const content = { dataCoding: 0, udhi: false, octets: Buffer.from(text) }
          rig.offer(step.isReceipt ? receiptOf(id, echo) : moOf(id, { content }))
        }
        break
      case 'register':
        this.#registered.set(step.contact, this.#register(step.contact, kinds[step.way]!))
        break
      case 'unregister':
        rig.unregister(contacts[step.contact]!)
        this.#registered.delete(step.contact)
        break
      case 'close': {
        const binding = this.#registered.get(step.contact)
        if (binding === undefined || binding.flow.flowId === 0) break
        this.#registered.delete(step.contact)
        rig.close(binding)
        break
      }
      case 'answer':
        rig.asked[step.which]?.answer(step.status)
        break
      case 'timeout':
        rig.asked[step.which]?.end({ kind: 'timeout' })
        break
      case 'advance':
        rig.advance(step.seconds * 1000)
        break
      case 'says':
        rig.says = step.what
        break
    }
    this.check()
  }

  #register(contact: number, kind: (typeof kinds)[number]): Binding {
    const isFlow = this.#hasFlows && contact < 2
    return this.rig.register(contacts[contact]!, kind, isFlow ? { instance: 'urn:uuid:1', regId: contact + 1 } : {})
  }

  check(): void {
    // RFC 3428 §8.
    const pending = this.rig.asked.map(({ contact }) => contact)
    expect(new Set(pending).size).toBe(pending.length)
    const over = this.rig.told.filter(({ result }) => isEnd(result)).map(({ id }) => id)
    expect(new Set(over).size).toBe(over.length)
  }

  /** From now on all is well. */
  end(): void {
    const { rig } = this
    rig.says = undefined
    rig.register(contacts[0]!, 'tcp')
    for (let turns = 0; turns < 1000 && rig.dispatcher.total > 0; turns++) {
      while (rig.asked.length > 0) rig.next().answer(200)
      rig.advance(60_000)
    }
    while (rig.asked.length > 0) rig.next().answer(200)
    this.check()
  }
}

const isEnd = (result: unknown): boolean => result === 'taken' || typeof result === 'object'

describe('what comes for a SIP user', () => {
  it('is settled once, in order where nothing failed, and never lost', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, hasFlows) => {
        const history = new History(hasFlows)
        for (const each of steps) history.play(each)
        history.end()
        const { rig, offered } = history
        expect(rig.dispatcher.total).toBe(0)
        const ended = rig.told.filter(({ result }) => isEnd(result)).map(({ id }) => id)
        expect([...ended].sort()).toEqual([...offered].sort())
        const failed = new Set(rig.told.filter(({ result }) => result === 'refused').map(({ id }) => id))
        for (const isReceipt of [false, true]) {
          const smooth = ended.filter((id) => !failed.has(id) && rig.isReceipt(id) === isReceipt)
          expect(smooth).toEqual([...smooth].sort())
        }
      }),
      { numRuns: 500 },
    )
  })
})
