// A circuit breaker as a pure state machine: a provider that fails mostly is left alone for a while. No clock, no timer.
//
//   closed ── failures ≥ minFailures and ≥ ratio of the window ──▶ open
//     ▲                                                            │ openMs later, at the next question
//     └── the probe succeeds ── half-open ◀────────────────────────┘
//                                  └── the probe fails, or says nothing for openMs ──▶ open, or one more probe

/** When to leave a provider alone, and for how long. */
export interface BreakerRules {
  /** Fewer failures than this in the window never open it. */
  readonly minFailures: number
  /** Share of failures among the outcomes of the window that opens it, above 0, at most 1. */
  readonly ratio: number
  readonly windowMs: number
  readonly openMs: number
}

export const defaultBreakerRules: BreakerRules = { minFailures: 5, ratio: 0.5, windowMs: 10_000, openMs: 5_000 }

export type BreakerState =
  | {
      readonly kind: 'closed'
      /** Beginning of the present half of the window; the half before it is counted in `earlier`. */
      readonly halfAtMs: number
      readonly present: Tally
      readonly earlier: Tally
    }
  | { readonly kind: 'open'; readonly untilMs: number }
  /** One question is out; another one may go when this one said nothing until then. */
  | { readonly kind: 'halfOpen'; readonly probeUntilMs: number }

interface Tally {
  readonly failed: number
  readonly succeeded: number
}

/** How a question was let through; its outcome is told with it, so that stragglers from before do not pass for the probe. */
export type Leave = 'normal' | 'probe'

const none: Tally = { failed: 0, succeeded: 0 }

export function closedBreaker(nowMs: number): BreakerState {
  return { kind: 'closed', halfAtMs: nowMs, present: none, earlier: none }
}

/** May the provider be asked now? undefined: no. */
export function mayAsk(
  state: BreakerState,
  rules: BreakerRules,
  nowMs: number,
): readonly [BreakerState, Leave | undefined] {
  switch (state.kind) {
    case 'closed':
      return [state, 'normal']
    case 'open':
      if (nowMs < state.untilMs) return [state, undefined]
      return [{ kind: 'halfOpen', probeUntilMs: nowMs + rules.openMs }, 'probe']
    case 'halfOpen':
      // A probe that never tells its outcome must not keep the provider away for ever.
      if (nowMs < state.probeUntilMs) return [state, undefined]
      return [{ kind: 'halfOpen', probeUntilMs: nowMs + rules.openMs }, 'probe']
  }
}

/** What became of a question that was let through. */
export function outcomeOf(
  state: BreakerState,
  rules: BreakerRules,
  leave: Leave,
  hasFailed: boolean,
  nowMs: number,
): BreakerState {
  if (leave === 'probe') {
    if (state.kind !== 'halfOpen') return state
    return hasFailed ? { kind: 'open', untilMs: nowMs + rules.openMs } : closedBreaker(nowMs)
  }
  if (state.kind !== 'closed') return state
  const rolled = roll(state, rules, nowMs)
  const present = {
    failed: rolled.present.failed + (hasFailed ? 1 : 0),
    succeeded: rolled.present.succeeded + (hasFailed ? 0 : 1),
  }
  const failed = present.failed + rolled.earlier.failed
  const all = failed + present.succeeded + rolled.earlier.succeeded
  if (hasFailed && failed >= rules.minFailures && failed >= rules.ratio * all) {
    return { kind: 'open', untilMs: nowMs + rules.openMs }
  }
  return { ...rolled, present }
}

type Closed = Extract<BreakerState, { kind: 'closed' }>

// Two halves that take turns: the window slides by half its length, and no outcome has to be remembered by itself.
function roll(state: Closed, rules: BreakerRules, nowMs: number): Closed {
  const halfMs = rules.windowMs / 2
  const passed = Math.floor((nowMs - state.halfAtMs) / halfMs)
  if (passed < 1) return state
  const halfAtMs = state.halfAtMs + passed * halfMs
  return { kind: 'closed', halfAtMs, present: none, earlier: passed === 1 ? state.present : none }
}
