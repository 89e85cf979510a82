// The lookup as a property: whatever is asked, answered, late or broken, in whatever order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultCacheRules } from './cache.js'
import type { LookupResult } from './provider.js'
import { broken, createRig, HandProvider, known, other, settle, unknown } from './rig.suite.js'

describe('whatever happens', () => {
  it('each who asks is told once, one request per number is out at most, and no bound is exceeded', async () => {
    const number = fc.integer({ min: 0, max: 4 }).map((n) => `1202555010${n}`)
    const result = fc.constantFrom<LookupResult>(known, other, unknown, broken)
    const command = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), number }),
      fc.record({ kind: fc.constant('within' as const), numbers: fc.array(number, { maxLength: 6 }) }),
      fc.record({ kind: fc.constant('answer' as const), at: fc.nat(20), result }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 500, 2_000, 6_000) }),
      fc.record({ kind: fc.constant('turn' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), fc.boolean(), async (commands, hasStale) => {
        const hands = [new HandProvider('first'), new HandProvider('second')] as const
        const cache = { ...defaultCacheRules, ttlMs: 1_000, unknownTtlMs: 500, staleMs: hasStale ? 3_000 : 0 }
        const rig = createRig(hands, { maxInFlight: 2, maxQueued: 1, maxAskers: 6, cache })
        let asked = 0
        let told = 0
        for (const step of commands) {
          if (step.kind === 'ask') {
            asked++
            rig.lookup.ask(step.number, () => told++)
          } else if (step.kind === 'within') {
            asked += new Set(step.numbers).size
            rig.lookup.within(step.numbers, 20, {
              inTime: () => told++,
              late: (numbers) => (told += numbers.length),
            })
          } else if (step.kind === 'answer') {
            const open = hands.flatMap((hand) => hand.open)
            open[step.at % Math.max(1, open.length)]?.answer(step.result)
          } else if (step.kind === 'pass') {
            rig.clock.advance(step.ms)
          } else await settle()
          const open = hands.flatMap((hand) => hand.open).map((question) => question.number)
          expect(open.length).toBeLessThanOrEqual(2)
          expect(new Set(open).size).toBe(open.length)
        }
        for (let i = 0; i < 8; i++) {
          await settle()
          rig.clock.advance(2_000)
        }
        await settle()
        expect(told).toBe(asked)
        expect(rig.faults).toEqual([])
        expect(rig.clock.pending).toBe(0)
        expect(rig.lookup.counts).toMatchObject({ inFlight: 0, waiting: 0 })
      }),
      { numRuns: 300 },
    )
  })
})
