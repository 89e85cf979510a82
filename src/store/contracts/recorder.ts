// How the core hands units of record to a store: one by one as they happen, committed together.

import type { StoreError } from './store.js'
import type { Unit } from './unit.js'

/** Told once what became of its unit. Shared objects, not closures: one is named per unit on the hot path. */
export interface UnitListener {
  /** The unit is on disk. */
  durable(unit: Unit): void
  /**
   * Nothing of the unit was kept, nor will be. Only units recorded with `offer` can be refused: what already happened
   * (an answer, a receipt) is kept and tried again until the store takes it.
   */
  refused?(unit: Unit, error: StoreError): void
}

export interface Recorder {
  /** A unit that `isOffer` says yes to (contracts/unit), whose sender has no answer yet: committed as soon as possible, refused when the store fails. */
  offer(unit: Unit, listener: UnitListener & Required<Pick<UnitListener, 'refused'>>): void
  /** A fact that somebody waits for (a vendor's receipt to be answered): committed as soon as possible, never refused. */
  record(unit: Unit, listener: UnitListener): void
  /** A fact that nobody waits for: rides with the next commit, or goes by itself after a few milliseconds. Never refused. */
  recordLazily(unit: Unit, listener: UnitListener): void
  /** False while the store fails: what is offered now would be refused. */
  readonly accepting: boolean
  /** Units not yet durable. */
  readonly pending: number
  /** Those of them that happened already, and would be lost in a crash. */
  readonly facts: number
}
