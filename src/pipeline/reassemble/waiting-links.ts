// Which sessions wait for which withheld parts. Looked up when a session stalls or ends; it answers nobody.

import type { HeldPart } from './part-set.js'

export class WaitingLinks {
  readonly #byLink = new Map<object, Set<HeldPart>>()

  /** The session waits for the verdict on the whole that the part belongs to. */
  add(link: object, held: HeldPart): void {
    const its = this.#byLink.get(link)
    if (its === undefined) this.#byLink.set(link, new Set([held]))
    else its.add(held)
  }

  /** No session waits for the part as a withheld one any more. True where one did. */
  forget(held: HeldPart): boolean {
    let didWait = false
    for (const { link } of held.waiters) {
      const its = this.#byLink.get(link)
      if (its?.delete(held) !== true) continue
      didWait = true
      if (its.size === 0) this.#byLink.delete(link)
    }
    return didWait
  }

  /** What the session waits for now. */
  of(link: object): readonly HeldPart[] {
    const its = this.#byLink.get(link)
    return its === undefined ? [] : [...its]
  }

  /** How many sessions wait for something. */
  get size(): number {
    return this.#byLink.size
  }
}
