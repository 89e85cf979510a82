// Several providers of one lookup: who is asked next, tables among them, and who is left alone for a while.
import { describe, expect, it } from 'vitest'
import type { LookupResult } from './provider.js'
import { known, other, unknown, broken, HandProvider, settle, createRig, A, B, C, tableWith } from './rig.suite.js'

describe('several providers', () => {
  const cases: readonly (readonly [
    next: 'never' | 'onFailure' | 'onFailureOrUnknown',
    first: LookupResult,
    second: LookupResult | undefined,
    result: LookupResult,
  ])[] = [
    ['never', broken, undefined, broken],
    ['never', unknown, undefined, unknown],
    ['onFailure', broken, known, known],
    ['onFailure', unknown, undefined, unknown],
    ['onFailure', broken, unknown, unknown],
    ['onFailureOrUnknown', unknown, known, known],
    ['onFailureOrUnknown', unknown, broken, unknown],
    ['onFailureOrUnknown', broken, broken, broken],
  ]
  it.each(cases)('%s: %j, then %j', async (next, first, second, result) => {
    const hands = [new HandProvider('first'), new HandProvider('second')] as const
    const { lookup } = createRig(hands, { next })
    const promise = lookup.lookup(A)
    await settle()
    await hands[0].answer(first)
    if (second !== undefined) await hands[1].answer(second)
    expect(await promise).toEqual(result)
    expect(hands[1].asked).toHaveLength(second === undefined ? 0 : 1)
  })

  it('a table at the head answers at once and before what is remembered', async () => {
    const hand = new HandProvider()
    const numbers = [A]
    const { lookup } = createRig([tableWith(numbers), hand])
    expect(lookup.known(A)).toBe(other)
    const promise = lookup.lookup(B)
    await settle()
    await hand.answer(known)
    expect(await promise).toBe(known)
    numbers.push(B)
    expect(lookup.known(B)).toBe(other)
  })

  it('a table at the end is the fallback, and is not remembered', async () => {
    const hand = new HandProvider()
    const { lookup } = createRig([hand, tableWith([A])])
    const promise = lookup.lookup(A)
    await settle()
    await hand.answer(broken)
    expect(await promise).toBe(other)
    expect(lookup.known(A)).toBeUndefined()
  })

  it('tables alone never make anybody wait', () => {
    const { lookup } = createRig([tableWith([A])])
    expect(lookup.known(A)).toBe(other)
    expect(lookup.known(B)).toEqual({ kind: 'unknown', text: 'in no table' })
  })
})

describe('the breaker of a provider', () => {
  const breaker = { minFailures: 2, ratio: 0.5, windowMs: 10_000, openMs: 5_000 }

  it('leaves it alone after failures, then sends one probe', async () => {
    const hand = new HandProvider()
    const { lookup, clock, told, ask, events } = createRig([hand], { breaker })
    for (const number of [A, B]) {
      ask(number)
      await settle()
      await hand.answer(broken)
    }
    expect(events).toContain('breaker hand open')
    ask(C)
    await settle()
    expect(hand.asked).toEqual([A, B])
    expect(told.at(-1)).toEqual([C, 'unreachable'])
    clock.advance(5_000)
    ask(A)
    ask(B)
    await settle()
    expect(hand.asked).toEqual([A, B, A])
    await hand.answer(known)
    expect(events.at(-2)).toBe('breaker hand closed')
    ask(B)
    await settle()
    await hand.answer(known)
    expect(lookup.known(B)).toBe(known)
  })

  it('does not open for refusals of single numbers', async () => {
    const hand = new HandProvider()
    const { ask, events } = createRig([hand], { breaker })
    for (let i = 0; i < 10; i++) {
      ask(A)
      await settle()
      await hand.answer({ kind: 'refused', text: 'test', faultOf: 'number' })
    }
    expect(hand.asked).toHaveLength(10)
    expect(events.some((event) => event.startsWith('breaker'))).toBe(false)
  })

  it('lets the next provider take over without asking the first', async () => {
    const hands = [new HandProvider('first'), new HandProvider('second')] as const
    const { lookup } = createRig(hands, { breaker })
    for (const number of [A, B, C]) {
      const promise = lookup.lookup(number)
      await settle()
      if (hands[0].open.length > 0) await hands[0].answer(broken)
      await hands[1].answer(known)
      expect(await promise).toBe(known)
    }
    expect(hands[0].asked).toEqual([A, B])
    expect(hands[1].asked).toEqual([A, B, C])
  })
})
