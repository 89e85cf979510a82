// What the rules of a connection were when something was sent over it: they may change while an answer is on its way. Kept for as
// many changes as may matter; decides nothing.

import type { RoutedConnection } from '../../directory/snapshot.js'

interface Version {
  readonly connection: RoutedConnection
  /** Monotonic, ms. */
  readonly untilMs: number
}

/** Answers that take longer than so many changes are read by the oldest. */
const VERSIONS_MAX = 100

export class Versions {
  #now: RoutedConnection
  #renewedAtMs = -Infinity
  /** Oldest first. */
  readonly #before: Version[] = []

  constructor(connection: RoutedConnection) {
    this.#now = connection
  }

  /** @param nowMs monotonic */
  renewed(connection: RoutedConnection, nowMs: number): void {
    this.#before.push({ connection: this.#now, untilMs: nowMs })
    if (this.#before.length > VERSIONS_MAX) this.#before.shift()
    this.#now = connection
    this.#renewedAtMs = nowMs
  }

  /** As it was for what was sent then. @param sentAtMs monotonic; what went in the very moment of a change went before it */
  at(sentAtMs: number): RoutedConnection {
    if (sentAtMs > this.#renewedAtMs) return this.#now
    for (const { connection, untilMs } of this.#before) if (sentAtMs <= untilMs) return connection
    return this.#now
  }
}
