// The border to real time: clocks and timers as values to pass in. The only file of lib that may touch the system's own.

/** Where "now" comes from. Intervals are measured on the monotonic clock; the wall clock is for what people and peers read. */
export interface Clock {
  /** Milliseconds (with fraction) since some fixed moment; never goes back, not moved by clock steps. */
  monotonicMs(): number
  /** Milliseconds since 1970-01-01T00:00:00Z, whole; may jump either way. */
  wallMs(): number
}

/** Stops what it was returned for; calling it again, or after the event, does nothing. */
export type Cancel = () => void

/** One-shot timers. Never one per message: those belong into a heap with a single timer for its earliest key. */
export interface Timers {
  /** Calls `fn` once after `ms` milliseconds (not below 0). */
  after(ms: number, fn: () => void): Cancel
}

/** The machine's clocks. */
export function systemClock(): Clock {
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
  }
}

/**
 * A clock that is read once in each turn of the event loop and then says the same for the rest of it: asking a machine's clock for
 * every message costs more than it tells. It stands behind by one turn at most.
 *
 * @param afterTurn calls back when the turn is over; setImmediate is one
 */
export function turnClock(clock: Clock, afterTurn: (fn: () => void) => unknown): Clock {
  let isKnown = false
  let monotonicMs = 0
  let wallMs = 0
  const forget = (): void => {
    isKnown = false
  }
  const look = (): void => {
    isKnown = true
    monotonicMs = clock.monotonicMs()
    wallMs = clock.wallMs()
    afterTurn(forget)
  }
  return {
    monotonicMs() {
      if (!isKnown) look()
      return monotonicMs
    },
    wallMs() {
      if (!isKnown) look()
      return wallMs
    },
  }
}

// setTimeout takes 31 bits and fires at once beyond that, so longer waits are walked in steps.
const longestTimeoutMs = 2 ** 31 - 1

/** The machine's timers. They keep the process alive until they fire or are cancelled. */
export function systemTimers(): Timers {
  return {
    after(ms, fn) {
      let handle: NodeJS.Timeout | undefined
      let leftMs = Math.max(0, ms)
      const arm = (): void => {
        const stepMs = Math.min(leftMs, longestTimeoutMs)
        leftMs -= stepMs
        handle = setTimeout(() => (leftMs > 0 ? arm() : fn()), stepMs)
      }
      arm()
      return () => clearTimeout(handle)
    },
  }
}
