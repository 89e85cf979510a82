// For tests: what random histories of deliveries have in common, whatever else happens in them: what comes without anybody's doing,
// how attempts fail, how small the daemon's places are. No expectations.

import fc from 'fast-check'
import type { DispatcherOptions } from './dispatcher.js'
import type { Limit } from './limits.js'
import type { AttemptResult } from './outcome.js'
import type { FakeDestination, Rig, RigOptions } from './rig.suite.js'

/** Without `size` most histories would be of a few events only. */
export const upTo = (maxLength: number) => ({ maxLength, size: 'max' }) as const

export const sweep = fc.constant({ kind: 'sweep' as const })
export const turn = fc.constant({ kind: 'turn' as const })
export const storeFails = fc.record({
  kind: fc.constant('storeFails' as const),
  failure: fc.constantFrom('full' as const, 'io' as const),
})
/** Time that passes at once, ms. */
export const steps = fc.constantFrom(1, 100.3, 1_000, 5_000)
const crash = fc.constant({ kind: 'crash' as const })

/** One crash in so many other events, or somewhat fewer. */
export function withCrashes<E>(event: fc.Arbitrary<E>, weight: number) {
  return fc.oneof({ weight, arbitrary: event }, { weight: 1, arbitrary: crash })
}

/** Attempts that a vendor did not take. */
export const failures: Readonly<Record<'temporary' | 'permanent' | 'unanswered' | 'cannotCarry', AttemptResult>> = {
  temporary: { kind: 'refused', permanent: false, error: '088' },
  permanent: { kind: 'refused', permanent: true, error: '011' },
  unanswered: { kind: 'unanswered' },
  cannotCarry: { kind: 'cannotCarry' },
}

/** So little that lanes are read on, and let go of what they hold, all the time. */
export const narrow: DispatcherOptions = { readAheadPerLane: 4, readAheadTotal: 10, readAheadFloor: 1, quantum: 2 }

/** Lets three pass, and three more half a second after somebody has asked when. */
export function gate(): Limit {
  let tokens = 0
  return {
    name: 'gate',
    take: () => tokens < 3 && (tokens++, true),
    giveBack: () => void (tokens = Math.max(0, tokens - 1)),
    nextMs: (_, nowMs) => ((tokens = 0), nowMs + 500),
  }
}

/** The gate, if any, for what goes to vendors. */
export function limitsOfVendors(limit: Limit | undefined): NonNullable<RigOptions['limitsOf']> {
  return (target) => (limit === undefined || target.kind !== 'vendor' ? [] : [limit])
}

/** From here on all goes well. */
export function raise(destinations: readonly FakeDestination[], { dispatcher, nowMs }: Rig): void {
  for (const destination of destinations) {
    if (destination.up) continue
    destination.up = true
    dispatcher.changed(destination.id, nowMs())
  }
}
