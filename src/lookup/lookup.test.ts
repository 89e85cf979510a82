// The lookup on a fake clock: who is asked, how often, and what everybody is told.
import { describe, expect, it } from 'vitest'
import { defaultCacheRules } from './cache.js'
import type { LookupResult, TableProvider } from './provider.js'
import { broken, createRig, HandProvider, known, other, settle, unknown } from './rig.suite.js'
import type { LookupRow } from './stored-answers.js'

const A = '12025550101'
const B = '12025550102'
const C = '12025550103'

const tableWith = (numbers: readonly string[]): TableProvider => ({
  kind: 'table',
  name: 'table',
  find: (number) => (numbers.includes(number) ? other : undefined),
})

describe('a lookup', () => {
  it('asks once for many who ask, and then remembers', async () => {
    const hand = new HandProvider()
    const { lookup, told, ask, events } = createRig([hand])
    expect(lookup.known(A)).toBeUndefined()
    ask(A)
    ask(A)
    await settle()
    ask(A)
    await settle()
    expect(hand.asked).toEqual([A])
    expect(lookup.counts).toEqual({ inFlight: 1, waiting: 0, cached: 0 })
    await hand.answer(known)
    expect(told).toEqual([1, 2, 3].map(() => [A, 'network']))
    expect(lookup.known(A)).toBe(known)
    expect(await lookup.lookup(A)).toBe(known)
    expect(hand.asked).toEqual([A])
    expect(events).toEqual(['miss', 'joined', 'joined', 'asked hand network 0', 'hit', 'hit'])
    expect(lookup.counts).toEqual({ inFlight: 0, waiting: 0, cached: 1 })
  })

  it('remembers unknown numbers for their own time, and no failures', async () => {
    const hand = new HandProvider()
    const { lookup, clock, told, ask } = createRig([hand])
    ask(A)
    ask(B)
    await settle()
    await hand.answer(unknown, A)
    await hand.answer(broken, B)
    expect(told).toEqual([
      [A, 'unknown'],
      [B, 'unreachable'],
    ])
    expect(lookup.known(A)).toEqual(unknown)
    expect(lookup.known(B)).toBeUndefined()
    clock.advance(defaultCacheRules.unknownTtlMs)
    expect(lookup.known(A)).toBeUndefined()
  })

  it('ends after its timeout whether the provider heeds the signal or not', async () => {
    const deaf = { kind: 'asked', name: 'deaf', lookup: () => new Promise<never>(() => undefined), close() {} } as const
    for (const provider of [new HandProvider('hand'), deaf]) {
      const { clock, told, ask, events, lookup } = createRig([provider])
      ask(A)
      await settle()
      clock.advance(1_999)
      await settle()
      expect(told).toEqual([])
      clock.advance(1)
      await settle()
      expect(told).toEqual([[A, 'timeout']])
      expect(events).toContain(`failed ${provider.name} timeout ${provider.name}: no answer within 2000 ms`)
      expect(events).toContain(`asked ${provider.name} timeout 2`)
      expect(clock.pending).toBe(0)
      expect(lookup.counts.inFlight).toBe(0)
    }
  })

  it('takes a provider that throws for one that answers garbage, and tells of the bug', async () => {
    const throwing = {
      kind: 'asked',
      name: 'bug',
      lookup: () => {
        throw new TypeError('bug')
      },
      close() {},
    } as const
    const { told, ask, faults, clock } = createRig([throwing])
    ask(A)
    await settle()
    expect(told).toEqual([[A, 'garbage']])
    expect(faults).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('tells the others when one who is told throws', async () => {
    const hand = new HandProvider()
    const { lookup, told, ask, faults } = createRig([hand])
    lookup.ask(A, () => {
      throw new Error('bug')
    })
    ask(A)
    await settle()
    await hand.answer(known)
    expect(told).toEqual([[A, 'network']])
    expect(faults).toHaveLength(1)
  })

  it('asks nobody about what is no E.164 number', () => {
    const hand = new HandProvider()
    const { lookup } = createRig([hand])
    for (const number of ['', '12345', '+12025550101', '../etc', 'BANK', '0123456789', '1'.repeat(16)]) {
      expect(lookup.known(number)).toEqual({ kind: 'unknown', text: 'no E.164 number' })
    }
    expect(hand.asked).toEqual([])
  })
})

describe('the bounds of a lookup', () => {
  it('lets so many out, so many wait, and refuses the rest at once', async () => {
    const hand = new HandProvider()
    const { told, ask, events, lookup } = createRig([hand], { maxInFlight: 1, maxQueued: 1 })
    ask(A)
    ask(B)
    ask(C)
    expect(told).toEqual([[C, 'overloaded']])
    await settle()
    expect(hand.asked).toEqual([A])
    expect(lookup.counts).toEqual({ inFlight: 1, waiting: 1, cached: 0 })
    await hand.answer(known)
    expect(hand.asked).toEqual([A, B])
    await hand.answer(known)
    ask(C)
    await settle()
    await hand.answer(known)
    expect(told.slice(1)).toEqual([A, B, C].map((number) => [number, 'network']))
    expect(events.filter((event) => event === 'overloaded')).toHaveLength(1)
  })

  it('refuses who waits too long for a slot', async () => {
    const hand = new HandProvider()
    const { told, ask, clock } = createRig([hand, new HandProvider('second')], { maxInFlight: 1 })
    ask(A)
    await settle()
    clock.advance(500)
    ask(B)
    await settle()
    clock.advance(1_500) // A times out at the first provider and is asked of the second: the slot stays taken
    await settle()
    clock.advance(500)
    await settle()
    expect(told).toEqual([[B, 'overloaded']])
  })

  it('bounds those who wait for one number, too', async () => {
    const hand = new HandProvider()
    const { told, ask } = createRig([hand], { maxAskers: 2 })
    ask(A)
    ask(A)
    ask(A)
    expect(told).toEqual([[A, 'overloaded']])
    await settle()
    await hand.answer(known)
    ask(B)
    await settle()
    await hand.answer(known)
    expect(told.slice(1).map(([number]) => number)).toEqual([A, A, B])
  })
})

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

describe('a stale answer', () => {
  it('is served while one refresh runs, and tried again only after a pause when that fails', async () => {
    const hand = new HandProvider()
    const cache = { ...defaultCacheRules, ttlMs: 1_000, staleMs: 60_000 }
    const { lookup, clock, events } = createRig([hand], { cache })
    const promise = lookup.lookup(A)
    await settle()
    await hand.answer(known)
    await promise
    clock.advance(1_000)
    expect(lookup.known(A)).toBe(known)
    expect(lookup.known(A)).toBe(known)
    await settle()
    expect(hand.asked).toEqual([A, A])
    await hand.answer(broken)
    expect(lookup.known(A)).toBe(known)
    await settle()
    expect(hand.asked).toEqual([A, A])
    clock.advance(10_000)
    expect(lookup.known(A)).toBe(known)
    await settle()
    await hand.answer(other)
    expect(lookup.known(A)).toBe(other)
    expect(events.filter((event) => event === 'stale')).toHaveLength(4)
  })
})

describe('within a time', () => {
  function within(rig: ReturnType<typeof createRig>, numbers: readonly string[], waitMs = 20) {
    const seen: string[] = []
    rig.lookup.within(numbers, waitMs, {
      inTime: (number, result) => seen.push(`${number} ${result.kind}`),
      late: (numbers) => seen.push(`late ${numbers.join()}`),
    })
    return seen
  }

  it('tells at once what is known', () => {
    const rig = createRig([tableWith([A])])
    expect(within(rig, [A, B, A])).toEqual([`${A} network`, `${B} unknown`])
    expect(rig.clock.pending).toBe(0)
  })

  it('tells of each number as soon as it is known, and lets none wait for another', async () => {
    const hand = new HandProvider()
    const rig = createRig([hand])
    const seen = within(rig, [A, B])
    await settle()
    await hand.answer(known, B)
    expect(seen).toEqual([`${B} network`])
    await hand.answer(broken, A)
    expect(seen).toEqual([`${B} network`, `${A} unreachable`])
    expect(rig.clock.pending).toBe(0)
  })

  it('tells when the time is over, of all that are late; what comes then is remembered', async () => {
    const hand = new HandProvider()
    const rig = createRig([hand])
    const seen = within(rig, [A, B, C])
    await settle()
    await hand.answer(known, A)
    rig.clock.advance(20)
    expect(seen).toEqual([`${A} network`, `late ${B},${C}`])
    await hand.answer(known, C)
    rig.clock.advance(2_000)
    await settle()
    expect(seen).toHaveLength(2)
    expect(rig.lookup.known(C)).toBe(known)
    expect(rig.clock.pending).toBe(0)
  })

  it('takes an overload for a result', () => {
    const rig = createRig([new HandProvider()], { maxInFlight: 1, maxQueued: 0 })
    rig.ask(A)
    expect(within(rig, [B, C])).toEqual([`${B} overloaded`, `${C} overloaded`])
  })
})

describe('a store behind the cache', () => {
  function memoryStore() {
    const rows = new Map<string, LookupRow>()
    const reads: string[][] = []
    const writes: string[][] = []
    return {
      rows,
      reads,
      writes,
      async read(numbers: readonly string[]) {
        reads.push([...numbers])
        return numbers.map((number) => rows.get(number))
      },
      async write(given: readonly LookupRow[]) {
        writes.push(given.map((row) => row.number))
        for (const row of given) rows.set(row.number, row)
      },
    }
  }

  it('is read in one go before anybody is asked, and written with what was found', async () => {
    const store = memoryStore()
    const hand = new HandProvider()
    const rig = createRig([hand], {}, store)
    store.rows.set(A, { number: A, answer: other, expiresAtMs: rig.clock.wallMs() + 1_000 })
    store.rows.set(B, { number: B, answer: other, expiresAtMs: rig.clock.wallMs() })
    for (const number of [A, B, C]) rig.ask(number)
    await settle()
    expect(store.reads).toEqual([[A, B, C]])
    expect(rig.told).toEqual([[A, 'network']])
    expect(hand.asked).toEqual([B, C])
    hand.open.slice().forEach((question) => question.answer(known))
    await settle()
    expect(store.writes).toEqual([[B, C]])
    expect(store.rows.get(C)).toEqual({
      number: C,
      answer: known,
      expiresAtMs: rig.clock.wallMs() + defaultCacheRules.ttlMs,
    })
    rig.clock.advance(999)
    expect(rig.lookup.known(A)).toBe(other)
    rig.clock.advance(1)
    expect(rig.lookup.known(A)).toBeUndefined()
  })

  it('costs no lookup when it fails or hangs', async () => {
    for (const read of [() => Promise.reject(new Error('EIO')), () => new Promise<never>(() => undefined)]) {
      const hand = new HandProvider()
      const rig = createRig([hand], {}, { read, write: () => Promise.reject(new Error('EIO')) })
      rig.ask(A)
      await settle()
      rig.clock.advance(hand.asked.length === 0 ? 2_000 : 0)
      await settle()
      await hand.answer(known)
      expect(rig.told).toEqual([[A, 'network']])
      expect(rig.events).toContain('storeFailed Error: EIO')
      expect(rig.faults).toEqual([])
    }
  })
})

describe('a stop', () => {
  it('tells everybody who waits, closes the providers and asks nobody any more', async () => {
    const hand = new HandProvider()
    const { lookup, told, ask, clock } = createRig([hand], { maxInFlight: 1 })
    ask(A)
    ask(B)
    await settle()
    await lookup.close()
    ask(C)
    expect(told.sort()).toEqual([A, B, C].map((number) => [number, 'unreachable']))
    expect(hand.isClosed).toBe(true)
    expect(hand.asked).toEqual([A])
    expect(clock.pending).toBe(0)
    expect(lookup.counts.inFlight).toBe(0)
  })
})
