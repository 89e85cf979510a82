// The lookup on a fake clock: who is asked, how often, and what everybody is told.
import { describe, expect, it } from 'vitest'
import { defaultCacheRules } from './cache.js'
import { known, unknown, broken, HandProvider, settle, createRig, A, B, C, tableWith } from './rig.suite.js'

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
