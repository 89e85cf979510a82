// Group commit in front of any store: what happens while one commit is under way is the next commit. Keeps no messages;
// decides what a failure of the store means for those who wait.

import type { Cancel, Clock, Timers } from '../lib/clock.js'
import type { Recorder, UnitListener } from './contracts/recorder.js'
import { StoreError, type ClockAnchor, type Store } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'

export interface GroupCommitOptions {
  /** How long a unit that nobody waits for may stay uncommitted, ms. */
  readonly lazyMs: number
  /** Most units in one commit. */
  readonly maxUnits: number
  /** First pause after a failed commit, ms; doubles up to `retryMaxMs`. */
  readonly retryMs: number
  readonly retryMaxMs: number
  /** Failed attempts to reopen the store after which it is given up. */
  readonly maxReopens: number
}

export interface GroupCommitPorts {
  readonly store: Store
  readonly clock: Clock
  readonly timers: Timers
  /** Runs `fn` when the current turn of the event loop is over, so that a turn's units share a commit. */
  readonly defer: (fn: () => void) => void
  readonly anchor: () => ClockAnchor
  /** All listeners of a commit have been told. */
  readonly onCommitted: (units: number, elapsedMs: number) => void
  readonly onFailure: (error: StoreError, factsKept: number, refused: number) => void
  readonly onRecovered: () => void
  /** The store can't be opened any more; nothing will be committed again. */
  readonly onLost: (error: StoreError) => void
}

/** Units with their listeners, in parallel arrays: the hot path allocates no pair per unit. */
interface Batch {
  units: Unit[]
  listeners: UnitListener[]
}

type Phase = 'idle' | 'scheduled' | 'committing' | 'pausing' | 'lost'

const emptyBatch = (): Batch => ({ units: [], listeners: [] })

export class GroupCommit implements Recorder {
  readonly #ports: GroupCommitPorts
  readonly #options: GroupCommitOptions
  #next = emptyBatch()
  /** Facts of a failed commit, older than everything in `#next`. */
  #kept = emptyBatch()
  /** Somebody waits for a unit in `#next`. */
  #urgent = false
  #phase: Phase = 'idle'
  #accepting = true
  #inCommit = 0
  #pauseMs: number
  #reopens = 0
  #cancelLazy: Cancel | undefined
  #cancelPause: Cancel | undefined
  #idleWaiters: (() => void)[] = []

  constructor(ports: GroupCommitPorts, options: GroupCommitOptions) {
    this.#ports = ports
    this.#options = options
    this.#pauseMs = options.retryMs
  }

  get accepting(): boolean {
    return this.#accepting
  }

  get pending(): number {
    return this.#next.units.length + this.#kept.units.length + this.#inCommit
  }

  offer(unit: Unit, listener: UnitListener & Required<Pick<UnitListener, 'refused'>>): void {
    if (!this.#accepting) {
      listener.refused(unit, new StoreError('io', 'the store is failing and takes nothing new'))
      return
    }
    this.record(unit, listener)
  }

  record(unit: Unit, listener: UnitListener): void {
    this.#next.units.push(unit)
    this.#next.listeners.push(listener)
    this.#urgent = true
    if (this.#phase === 'idle') this.#schedule()
  }

  recordLazily(unit: Unit, listener: UnitListener): void {
    this.#next.units.push(unit)
    this.#next.listeners.push(listener)
    if (this.#phase !== 'idle') return
    if (this.#next.units.length >= this.#options.maxUnits) this.#schedule()
    else this.#armLazy()
  }

  #armLazy(): void {
    this.#cancelLazy ??= this.#ports.timers.after(this.#options.lazyMs, () => this.#lazyIsDue())
  }

  /** Resolves when everything recorded so far is durable, or the store is lost. */
  settled(): Promise<void> {
    if (this.pending === 0 || this.#phase === 'lost') return Promise.resolve()
    if (this.#phase === 'idle') this.#schedule()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  #lazyIsDue(): void {
    this.#cancelLazy = undefined
    if (this.#phase === 'idle' && this.#next.units.length > 0) this.#schedule()
  }

  #schedule(): void {
    this.#phase = 'scheduled'
    this.#ports.defer(() => this.#commit())
  }

  #commit(): void {
    this.#cancelLazy?.()
    this.#cancelLazy = undefined
    const batch = this.#takeBatch()
    this.#phase = 'committing'
    this.#inCommit = batch.units.length
    const startedMs = this.#ports.clock.monotonicMs()
    this.#ports.store.commit(batch.units, this.#ports.anchor()).then(
      () => this.#committed(batch, this.#ports.clock.monotonicMs() - startedMs),
      (error: unknown) => void this.#failed(batch, asStoreError(error)),
    )
  }

  #takeBatch(): Batch {
    const { maxUnits } = this.#options
    const source = this.#kept.units.length > 0 ? this.#kept : this.#next
    if (source.units.length <= maxUnits) {
      if (source === this.#kept) this.#kept = emptyBatch()
      else {
        this.#next = emptyBatch()
        this.#urgent = false
      }
      return source
    }
    return { units: source.units.splice(0, maxUnits), listeners: source.listeners.splice(0, maxUnits) }
  }

  #committed(batch: Batch, elapsedMs: number): void {
    this.#inCommit = 0
    this.#phase = 'idle'
    this.#reopens = 0
    this.#pauseMs = this.#options.retryMs
    if (!this.#accepting) {
      this.#accepting = true
      this.#ports.onRecovered()
    }
    const { units, listeners } = batch
    for (let i = 0; i < units.length; i++) listeners[i]!.durable(units[i]!)
    this.#ports.onCommitted(units.length, elapsedMs)
    this.#goOn()
  }

  /**
   * What somebody waits for goes next at once. What nobody waits for does not: at a window of one its commit would
   * stand in the way of the next message.
   */
  #goOn(): void {
    if (this.#phase !== 'idle') return
    const mustGo = this.#urgent || this.#kept.units.length > 0 || this.#next.units.length >= this.#options.maxUnits
    if (mustGo || (this.pending > 0 && this.#idleWaiters.length > 0)) this.#commit()
    else if (this.pending > 0) this.#armLazy()
    else for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  async #failed(batch: Batch, error: StoreError): Promise<void> {
    this.#inCommit = 0
    this.#phase = 'pausing'
    this.#accepting = false
    const refused = this.#keepFacts(batch, error)
    this.#refuseWaiting(error)
    this.#ports.onFailure(error, this.#kept.units.length, refused)
    if (error.failure === 'io' && !(await this.#reopened())) return
    this.#cancelPause = this.#ports.timers.after(this.#pauseMs, () => this.#commit())
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.retryMaxMs)
  }

  /** Puts the facts of a failed batch back in front and refuses the rest. Returns how many were refused. */
  #keepFacts(batch: Batch, error: StoreError): number {
    const kept = emptyBatch()
    let refused = 0
    for (let i = 0; i < batch.units.length; i++) {
      const unit = batch.units[i]!
      const listener = batch.listeners[i]!
      if (unit.kind === 'accepted') {
        refused++
        listener.refused?.(unit, error)
      } else {
        kept.units.push(unit)
        kept.listeners.push(listener)
      }
    }
    kept.units.push(...this.#kept.units)
    kept.listeners.push(...this.#kept.listeners)
    this.#kept = kept
    return refused
  }

  /** Those offered during the failing commit would only fail later: they get their answer now. */
  #refuseWaiting(error: StoreError): void {
    const waiting = this.#next
    this.#next = emptyBatch()
    const older = this.#kept
    this.#kept = emptyBatch()
    this.#keepFacts(waiting, error)
    older.units.push(...this.#kept.units)
    older.listeners.push(...this.#kept.listeners)
    this.#kept = older
  }

  async #reopened(): Promise<boolean> {
    try {
      await this.#ports.store.reopen()
      return true
    } catch (cause) {
      const error = asStoreError(cause)
      if (++this.#reopens < this.#options.maxReopens) return true // the next commit will fail and come back here
      this.#phase = 'lost'
      this.#ports.onLost(error)
      for (const resolve of this.#idleWaiters.splice(0)) resolve()
      return false
    }
  }

  /** Stops trying. What is not durable yet stays undone. */
  abandon(): void {
    this.#cancelLazy?.()
    this.#cancelPause?.()
    this.#phase = 'lost'
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError('io', error instanceof Error ? error.message : String(error), { cause: error })
}
