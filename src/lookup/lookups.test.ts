// Several lists of providers in one switch, and what is kept of their answers.
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { keptAnswers } from './kept-answers.js'
import { defaultLookupOptions } from './lookup-ports.js'
import { Lookups } from './lookups.js'
import type { LookupRow, LookupStore } from './stored-answers.js'
import { HandProvider, known, other, settle } from './rig.suite.js'

const A = '12025550101'

function rig(providers: readonly HandProvider[], storeOf?: (list: string) => LookupStore | undefined) {
  const clock = new FakeClock()
  const events: string[] = []
  const nothing = (): void => undefined
  const lookups = new Lookups(providers, defaultLookupOptions, {
    clock,
    timers: clock,
    storeOf,
    unknownProvider: (name) => events.push(`unknown ${name}`),
    events: {
      asked: (provider, outcome) => events.push(`${provider} ${outcome}`),
      failed: nothing,
      cache: nothing,
      overloaded: nothing,
      breaker: nothing,
      storeFailed: (error) => events.push(String(error)),
      fault: (error) => events.push(String(error)),
    },
  })
  return { clock, events, lookups }
}

describe('lookups', () => {
  it('are one for each list, and one for all', () => {
    const { lookups } = rig([new HandProvider('x'), new HandProvider('y')])
    const names = ['y', 'x']
    expect(lookups.for(names)).toBe(lookups.for(names))
    expect(lookups.for(['y', 'x'])).toBe(lookups.for(names))
    expect(lookups.for(undefined)).toBe(lookups.for(undefined))
    expect(lookups.for(['y'])).not.toBe(lookups.for(names))
  })

  it('have at most one request for a number out at a provider, whichever lists ask', async () => {
    const hand = new HandProvider('x')
    const { lookups } = rig([hand, new HandProvider('y')])
    const answers = [lookups.for(undefined), lookups.for(['x']), lookups.for(['x', 'y'])].map((one) => one.lookup(A))
    await settle()
    expect(lookups.counts.inFlight).toBe(3)
    expect(hand.asked).toEqual([A])
    await hand.answer(known)
    expect(await Promise.all(answers)).toEqual([known, known, known])
    expect(hand.mostPerNumber).toBe(1)
    expect(lookups.counts).toEqual({ inFlight: 0, waiting: 0, cached: 3 })
  })

  it('remember each for itself: another list may say something else', async () => {
    const [x, y] = [new HandProvider('x'), new HandProvider('y')]
    const { lookups } = rig([x, y])
    const byX = lookups.for(['x']).lookup(A)
    const byY = lookups.for(['y']).lookup(A)
    await settle()
    await x.answer(known)
    await y.answer(other)
    expect(await byX).toBe(known)
    expect(await byY).toBe(other)
    expect(lookups.for(['x']).known(A)).toBe(known)
  })

  it('take a provider that is not there for one that fails, and tell once', async () => {
    const { lookups, events } = rig([new HandProvider('x')])
    for (const names of [['z'], ['z'], ['z', 'z']])
      expect(await lookups.for(names).lookup(A)).toMatchObject({ kind: 'unreachable', faultOf: 'switch' })
    expect(events.filter((event) => event.startsWith('unknown'))).toEqual(['unknown z'])
  })

  it('close every provider', async () => {
    const hand = new HandProvider('x')
    const { lookups } = rig([hand])
    const asked = lookups.for(undefined).lookup(A)
    await settle()
    await lookups.close()
    expect(await asked).toMatchObject({ kind: 'unreachable' })
    expect(hand.isClosed).toBe(true)
  })
})

describe('answers in the store', () => {
  it('outlive the process, each list for itself', async () => {
    const store = new MemoryStore()
    const hand = new HandProvider('x')
    const first = rig([hand], (list) => keptAnswers(store.answers, list))
    const asked = first.lookups.for(['x']).lookup(A)
    await settle()
    await hand.answer(known)
    await asked
    await first.lookups.close()

    const again = new HandProvider('x')
    const second = rig([again], (list) => keptAnswers(store.answers, list))
    expect(await second.lookups.for(['x']).lookup(A)).toEqual(known)
    expect(again.asked).toEqual([])
    void second.lookups.for(undefined).lookup(A)
    await settle()
    expect(again.asked).toEqual([A])
    expect(second.events).toEqual([])
  })

  it('are read as they were written, and not at all where they are something else', async () => {
    const { answers } = new MemoryStore()
    const kept = keptAnswers(answers, '')!
    const rows: LookupRow[] = [
      { number: '1', answer: known, expiresAtMs: 5 },
      { number: '2', answer: { kind: 'unknown', text: 'nobody' }, expiresAtMs: 6 },
    ]
    await kept.write(rows)
    expect(await kept.read(['2', '3', '1'])).toEqual([rows[1], undefined, rows[0]])
    const texts = [
      '',
      'null',
      '[]',
      '{"kind":"other"}',
      '{"kind":"network"}',
      '{"kind":"network","network":{"mcc":"3"}}',
    ]
    for (const text of texts) {
      await answers.write([{ key: 'hlr  1', text, expiresAtMs: 5 }])
      expect(await kept.read(['1'])).toEqual([undefined])
    }
  })

  it('are not kept for a list whose name is too long for a key', () => {
    expect(keptAnswers(new MemoryStore().answers, 'x'.repeat(281))).toBeUndefined()
    expect(keptAnswers(new MemoryStore().answers, 'x'.repeat(280))).toBeDefined()
  })
})
