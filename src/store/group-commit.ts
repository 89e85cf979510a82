// Group commit in front of any store: what happens while one commit is under way is the next commit. Keeps no messages;
// decides what a failure of the store means for those who wait.

import type { Cancel, Clock, Timers } from '../lib/clock.js'
import type { Recorder, UnitListener } from './contracts/recorder.js'
import { StoreError, type ClockAnchor, type Store } from './contracts/store.js'
import { isOffer, type Unit } from './contracts/unit.js'

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
  /**
   * A listener threw, or no store takes the unit: a bug of ours, told here so that it stops nobody else. Without this port
   * it is thrown where the process sees it.
   */
  readonly onBug?: (error: unknown, unit: Unit) => void
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
  /** Offers among the units that are pending. */
  #offers = 0
  #pauseMs: number
  #reopens = 0
  /** Below `maxUnits` while a unit that the store can't take at all is looked for among those kept. */
  #mostUnits: number
  #cancelLazy: Cancel | undefined
  #cancelPause: Cancel | undefined
  #idleWaiters: (() => void)[] = []

  constructor(ports: GroupCommitPorts, options: GroupCommitOptions) {
    this.#ports = ports
    this.#options = options
    this.#pauseMs = options.retryMs
    this.#mostUnits = options.maxUnits
  }

  get accepting(): boolean {
    return this.#accepting
  }

  get facts(): number {
    return this.pending - this.#offers
  }

  get pending(): number {
    return this.#next.units.length + this.#kept.units.length + this.#inCommit
  }

  offer(unit: Unit, listener: UnitListener & Required<Pick<UnitListener, 'refused'>>): void {
    if (!this.#accepting) {
      listener.refused(unit, new StoreError('io', 'the store is failing and takes nothing new'))
      return
    }
    if (this.#phase !== 'lost') this.#offers++
    this.record(unit, listener)
  }

  record(unit: Unit, listener: UnitListener): void {
    if (this.#phase === 'lost') return
    this.#next.units.push(unit)
    this.#next.listeners.push(listener)
    this.#urgent = true
    if (this.#phase === 'idle') this.#schedule()
  }

  recordLazily(unit: Unit, listener: UnitListener): void {
    if (this.#phase === 'lost') return
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
    if (this.#phase === 'lost') return
    this.#cancelLazy?.()
    this.#cancelLazy = undefined
    const batch = this.#takeBatch()
    this.#phase = 'committing'
    this.#inCommit = batch.units.length
    const startedMs = this.#ports.clock.monotonicMs()
    this.#ports.store.commit(batch.units, this.#ports.anchor()).then(
      () => this.#committed(batch, this.#ports.clock.monotonicMs() - startedMs),
      (error: unknown) => {
        if (error instanceof RangeError || error instanceof TypeError) this.#notTaken(batch, error)
        else void this.#failed(batch, asStoreError(error))
      },
    )
  }

  #takeBatch(): Batch {
    const source = this.#kept.units.length > 0 ? this.#kept : this.#next
    const maxUnits = source === this.#kept ? Math.min(this.#mostUnits, this.#options.maxUnits) : this.#options.maxUnits
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
    if (this.#phase !== 'lost') this.#phase = 'idle'
    this.#reopens = 0
    if (this.#mostUnits < this.#options.maxUnits)
      this.#mostUnits = this.#kept.units.length === 0 ? this.#options.maxUnits : this.#mostUnits * 2
    if (!this.#accepting && this.#phase !== 'lost') this.#recover()
    const { units, listeners } = batch
    for (let i = 0; i < units.length; i++) {
      if (isOffer(units[i]!)) this.#offers--
      try {
        listeners[i]!.durable(units[i]!)
      } catch (error) {
        this.#bug(error, units[i]!)
      }
    }
    this.#ports.onCommitted(units.length, elapsedMs)
    this.#goOn()
  }

  /** A commit worked again. New messages are taken only where there is room for them: facts pass below the low-water mark. */
  #recover(): void {
    if (this.#ports.store.usage().takesNew) {
      this.#accepting = true
      this.#pauseMs = this.#options.retryMs
      this.#ports.onRecovered()
    } else if (this.#cancelPause === undefined) this.#armPause()
  }

  #armPause(): void {
    this.#cancelPause?.()
    this.#cancelPause = this.#ports.timers.after(this.#pauseMs, () => {
      this.#cancelPause = undefined
      if (this.#phase === 'pausing' || this.#phase === 'idle') this.#commit()
      else if (!this.#accepting) this.#armPause()
    })
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.retryMaxMs)
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
    if (this.#phase === 'lost') return
    this.#phase = 'pausing'
    this.#accepting = false
    const refused = this.#refuseOffers(batch, error)
    this.#ports.onFailure(error, this.#kept.units.length, refused)
    if (error.failure !== 'full' && !(await this.#reopened())) return
    this.#armPause()
  }

  /** Keeps the facts, in order; who waits for the rest gets its answer now. Returns how many were refused. */
  #refuseOffers(batch: Batch, error: StoreError): number {
    const { units, listeners } = joined(joined(batch, this.#kept), this.#next)
    const kept = emptyBatch()
    this.#kept = kept
    this.#next = emptyBatch()
    this.#urgent = false
    let refused = 0
    for (let i = 0; i < units.length; i++) {
      const unit = units[i]!
      if (isOffer(unit)) {
        refused++
        this.#refuse(unit, listeners[i]!, error)
      } else {
        kept.units.push(unit)
        kept.listeners.push(listeners[i]!)
      }
    }
    return refused
  }

  /**
   * The store works, but one of these units it can't take, now or ever (a key it does not allow). The batch goes again in
   * ever smaller pieces until that one stands alone; it is let go and the rest is committed.
   */
  #notTaken(batch: Batch, error: unknown): void {
    this.#inCommit = 0
    if (this.#phase === 'lost') return
    const { units, listeners } = batch
    if (units.length === 1) {
      this.#refuse(units[0]!, listeners[0]!, new StoreError('io', messageOf(error), { cause: error }))
      this.#bug(error, units[0]!)
    } else {
      this.#kept = joined(batch, this.#kept)
      this.#mostUnits = Math.max(1, units.length >> 1)
    }
    this.#phase = 'idle'
    this.#goOn()
  }

  #refuse(unit: Unit, listener: UnitListener, error: StoreError): void {
    if (isOffer(unit)) this.#offers--
    try {
      listener.refused?.(unit, error)
    } catch (bug) {
      this.#bug(bug, unit)
    }
  }

  #bug(error: unknown, unit: Unit): void {
    if (this.#ports.onBug !== undefined) this.#ports.onBug(error, unit)
    else
      this.#ports.defer(() => {
        throw error
      })
  }

  async #reopened(): Promise<boolean> {
    try {
      await this.#ports.store.reopen()
      return !this.#isLost()
    } catch (cause) {
      if (this.#isLost()) return false
      if (++this.#reopens < this.#options.maxReopens) return true // the next commit will fail and come back here
      this.#phase = 'lost'
      this.#ports.onLost(asStoreError(cause))
      for (const resolve of this.#idleWaiters.splice(0)) resolve()
      return false
    }
  }

  /** A method, since it may have changed while something was awaited. */
  #isLost(): boolean {
    return this.#phase === 'lost'
  }

  /** Stops trying. What is not durable yet stays undone. */
  abandon(): void {
    this.#cancelLazy?.()
    this.#cancelPause?.()
    this.#phase = 'lost'
    this.#accepting = false
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError('io', messageOf(error), { cause: error })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Not by spreading into push: a batch may hold more than fits on the stack. */
function joined(first: Batch, second: Batch): Batch {
  if (first.units.length === 0) return second
  if (second.units.length === 0) return first
  return { units: first.units.concat(second.units), listeners: first.listeners.concat(second.listeners) }
}
