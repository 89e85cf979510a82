// One timer for a set of sessions: asks each of them every so often what is due. Owns the only interval of the library.
import type { Session } from './session.js'

export const monotonicMs = (): number => performance.now()

/** Runs while it has sessions; forgets those that are closed. */
export class Ticker {
  readonly #sessions = new Set<Session<never>>()
  readonly #everyMs: number
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(everyMs = 100, now: () => number = monotonicMs) {
    this.#everyMs = everyMs
    this.#now = now
  }

  add<C>(session: Session<C>): void {
    this.#sessions.add(session as unknown as Session<never>)
    this.#timer ??= setInterval(() => this.#tick(), this.#everyMs)
  }

  /** Stops for good; the sessions are no longer watched. */
  stop(): void {
    this.#sessions.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    const nowMs = this.#now()
    for (const session of this.#sessions) {
      if (session.state === 'CLOSED') this.#sessions.delete(session)
      else session.tick(nowMs)
    }
    if (this.#sessions.size === 0) this.stop()
  }
}
