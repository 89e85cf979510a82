// Requests that an earlier run accepted and that may be repeated, and when the store may forget those of this one. Belongs to the
// composition root.

import type { Recorder } from './store/contracts/recorder.js'
import type { Store } from './store/contracts/store.js'

export interface RepeatedRequestsPorts {
  readonly store: Pick<Store, 'transactions'>
  readonly recorder: Pick<Recorder, 'recordLazily'>
  /** Switch time, ms. */
  readonly nowMs: () => number
}

/** More are not read at the start: what would be one more is taken for new. */
const READ_MAX = 500_000
/** How often the store is told what it may forget, ms. */
const FORGET_EVERY_MS = 5000

export class RepeatedRequests {
  readonly #ports: RepeatedRequestsPorts
  /** Those of the earlier run by key, with when they are over. */
  readonly #earlier = new Map<string, number>()
  /** When the last of all is over, as far as the store was not told to forget. */
  #lastMs = 0
  #forgottenMs = 0

  constructor(ports: RepeatedRequestsPorts) {
    this.#ports = ports
  }

  /** Reads what the store has of an earlier run. @throws StoreError */
  async restore(): Promise<void> {
    for (const { key, expiresAtMs } of await this.#ports.store.transactions(this.#ports.nowMs(), READ_MAX)) {
      this.#earlier.set(key, expiresAtMs)
      this.given(expiresAtMs)
    }
  }

  /** How many of an earlier run may still come again. */
  get size(): number {
    return this.#earlier.size
  }

  has(key: string): boolean {
    // Nearly always there are none: a run is longer than a request is repeated.
    return this.#earlier.size > 0 && (this.#earlier.get(key) ?? 0) > this.#ports.nowMs()
  }

  /** One that is over then was offered to the store. */
  given(expiresAtMs: number): void {
    if (expiresAtMs > this.#lastMs) this.#lastMs = expiresAtMs
  }

  /** To be called every second or so. */
  tick(): void {
    const nowMs = this.#ports.nowMs()
    if (this.#lastMs <= this.#forgottenMs || nowMs < this.#forgottenMs + FORGET_EVERY_MS) return
    this.#forgottenMs = nowMs
    for (const [key, expiresAtMs] of this.#earlier) if (expiresAtMs <= nowMs) this.#earlier.delete(key)
    this.#ports.recorder.recordLazily({ kind: 'forgotten', throughMs: Math.floor(nowMs) }, ignored)
  }
}

const ignored = { durable: (): void => undefined }
