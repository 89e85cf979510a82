// The network of a number: from a table, from memory, from the store, from a provider. What a failure means for a message is
// not decided here.

import { isE164Shape } from '../phone/e164.js'
import { AnswerCache } from './cache.js'
import { GuardedProvider } from './guarded-provider.js'
import type { LookupOptions, LookupPorts, Told } from './lookup-ports.js'
import {
  isAnswer,
  type LookupAnswer,
  type LookupFailure,
  type LookupProvider,
  type LookupResult,
  type TableProvider,
  type UnknownAnswer,
} from './provider.js'
import { Slots } from './slots.js'
import { type LookupRow, StoredAnswers } from './stored-answers.js'

/** What `within` tells: each number once, in the one way or the other. */
export interface WithinTold {
  /** As soon as it is there, a failure too; at once, inside the call, where it is known. */
  inTime(number: string, result: LookupResult): void
  /** When the time is over, those that are still missing; what comes then is remembered and told nobody. */
  late(numbers: readonly string[]): void
}

const notANumber: UnknownAnswer = { kind: 'unknown', text: 'no E.164 number' }
const inNoTable: UnknownAnswer = { kind: 'unknown', text: 'in no table' }
const stopping: LookupFailure = { kind: 'unreachable', text: 'the switch stops', faultOf: 'switch' }
const tooMany: LookupFailure = { kind: 'overloaded', text: 'too many lookups wait', faultOf: 'switch' }

/**
 * Numbers are E.164 without `+`. However many ask for a number, at most one request for it is out, over all providers.
 * Who asks is always told, once, whatever the providers do: at the latest after one timeout for the store, one for the wait
 * and one for each provider.
 */
export class Lookup {
  readonly #options: LookupOptions
  readonly #ports: LookupPorts
  readonly #providers: readonly (GuardedProvider | TableProvider)[]
  /** Tables at the head of the list go before the cache: they are as fast, and a changed one counts at once. */
  readonly #tables: readonly TableProvider[]
  readonly #cache: AnswerCache
  readonly #stored: StoredAnswers | undefined
  readonly #slots: Slots
  readonly #askersOf = new Map<string, Told[]>()
  readonly #running = new Set<Promise<void>>()
  #askers = 0
  #isClosed = false

  /** @param providers in their order; guarded ones may be asked by others too */
  constructor(providers: readonly (LookupProvider | GuardedProvider)[], options: LookupOptions, ports: LookupPorts) {
    this.#options = options
    this.#ports = ports
    this.#providers = providers.map((one) => (one.kind === 'asked' ? new GuardedProvider(one, options, ports) : one))
    const firstAsked = providers.findIndex((one) => one.kind !== 'table')
    const head = firstAsked === -1 ? providers : providers.slice(0, firstAsked)
    this.#tables = head.filter((one) => one.kind === 'table')
    this.#cache = new AnswerCache(options.cache)
    this.#slots = new Slots(options.maxInFlight, options.timeoutMs, ports.clock, ports.timers)
    const { store } = ports
    this.#stored =
      store === undefined
        ? undefined
        : new StoredAnswers(store, options.maxQueued, (error) => ports.events.storeFailed(error))
  }

  /** Numbers that are being looked up now, and answers in memory: for gauges. */
  get counts(): { readonly inFlight: number; readonly waiting: number; readonly cached: number } {
    const { waiting } = this.#slots
    return { inFlight: this.#askersOf.size - waiting, waiting, cached: this.#cache.size }
  }

  /** What is known without waiting; undefined: `ask`. A stale answer is refreshed in the background. */
  known(number: string): LookupAnswer | undefined {
    for (const table of this.#tables) {
      const answer = table.find(number)
      if (answer !== undefined) return answer
    }
    if (this.#tables.length === this.#providers.length) return inNoTable
    const nowMs = this.#ports.clock.monotonicMs()
    const entry = this.#cache.find(number, nowMs)
    if (entry === undefined) return isE164Shape(number) ? undefined : notANumber
    if (nowMs < entry.freshUntilMs) {
      this.#ports.events.cache(entry.answer.kind === 'unknown' ? 'unknown' : 'hit')
      return entry.answer
    }
    this.#ports.events.cache('stale')
    if (nowMs >= entry.refreshAtMs && !this.#askersOf.has(number) && !this.#isFull()) {
      entry.refreshAtMs = nowMs + this.#options.refreshPauseMs
      this.#start(number, [])
    }
    return entry.answer
  }

  /** Tells the result, at once where it is known. */
  ask(number: string, told: Told): void {
    const answer = this.known(number)
    if (answer === undefined) this.#join(number, told)
    else this.#tell(told, number, answer)
  }

  /** Like `ask`, as a promise that never rejects. */
  lookup(number: string): Promise<LookupResult> {
    return new Promise((resolve) => this.ask(number, (_, result) => resolve(result)))
  }

  /** What is found out about these numbers within `waitMs`, of each as it comes; the rest goes on being asked for. */
  within(numbers: Iterable<string>, waitMs: number, told: WithinTold): void {
    const missing = new Set(numbers)
    let cancel = (): void => undefined
    const arrived: Told = (number, result) => {
      if (!missing.delete(number)) return
      if (missing.size === 0) cancel()
      told.inTime(number, result)
    }
    for (const number of missing) this.ask(number, arrived)
    if (missing.size === 0) return
    cancel = this.#ports.timers.after(waitMs, () => {
      const late = [...missing]
      missing.clear()
      try {
        told.late(late)
      } catch (error) {
        this.#ports.events.fault(error)
      }
    })
  }

  /** Tells everybody who still waits that there is no answer, and waits for what must be stored. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#slots.sendAway()
    for (const provider of this.#providers) if (provider.kind === 'guarded') provider.close()
    await Promise.all(this.#running)
    await this.#stored?.flushed()
  }

  #isFull(): boolean {
    return this.#isClosed || this.#askersOf.size >= this.#options.maxInFlight + this.#options.maxQueued
  }

  #join(number: string, told: Told): void {
    const askers = this.#askersOf.get(number)
    if (this.#isClosed) return this.#tell(told, number, stopping)
    if (this.#askers >= this.#options.maxAskers || (askers === undefined && this.#isFull())) {
      this.#ports.events.overloaded()
      return this.#tell(told, number, tooMany)
    }
    this.#askers++
    if (askers !== undefined) {
      this.#ports.events.cache('joined')
      askers.push(told)
      return
    }
    this.#ports.events.cache('miss')
    this.#start(number, [told])
  }

  #start(number: string, askers: Told[]): void {
    this.#askersOf.set(number, askers)
    const running = this.#find(number)
      .catch((error: unknown): LookupResult => {
        this.#ports.events.fault(error)
        return { kind: 'garbage', text: 'fault while looking up', faultOf: 'switch' }
      })
      .then((result) => {
        this.#running.delete(running)
        this.#askersOf.delete(number)
        this.#askers -= askers.length
        for (const told of askers) this.#tell(told, number, result)
      })
    this.#running.add(running)
  }

  // One that throws must not keep the others from being told.
  #tell(told: Told, number: string, result: LookupResult): void {
    try {
      told(number, result)
    } catch (error) {
      this.#ports.events.fault(error)
    }
  }

  async #find(number: string): Promise<LookupResult> {
    const stored = await this.#fromStore(number)
    if (stored !== undefined) return stored
    if (this.#isClosed) return stopping
    if (!(await this.#slots.take())) {
      if (this.#isClosed) return stopping
      this.#ports.events.overloaded()
      return tooMany
    }
    try {
      return await this.#askInTurn(number)
    } finally {
      this.#slots.give()
    }
  }

  async #fromStore(number: string): Promise<LookupAnswer | undefined> {
    if (this.#stored === undefined) return undefined
    const row = await this.#orNothing(this.#stored.read(number))
    if (row === undefined) return undefined
    const leftMs = row.expiresAtMs - this.#ports.clock.wallMs()
    if (leftMs <= 0) return undefined
    this.#cache.put(number, row.answer, this.#ports.clock.monotonicMs(), leftMs)
    return row.answer
  }

  // A store that hangs is one that has nothing.
  #orNothing(read: Promise<LookupRow | undefined>): Promise<LookupRow | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#ports.timers.after(this.#options.timeoutMs, () => resolve(undefined))
      void read.then((row) => {
        cancel()
        resolve(row)
      })
    })
  }

  async #askInTurn(number: string): Promise<LookupResult> {
    let unknown: UnknownAnswer | undefined
    let failure: LookupFailure | undefined
    for (const provider of this.#providers) {
      if (provider.kind === 'table') {
        const answer = provider.find(number)
        if (answer !== undefined) return answer
        continue
      }
      if (this.#isClosed) return stopping
      const result = await provider.ask(number)
      if (result.kind === 'network') return this.#keep(number, result)
      if (isAnswer(result)) unknown ??= result
      else failure = result
      if (!this.#goesOn(result)) break
    }
    // Nobody knows: where one provider said so, that is the answer, whatever befell the others.
    if (unknown !== undefined) return this.#keep(number, unknown)
    return failure ?? inNoTable
  }

  #goesOn(result: UnknownAnswer | LookupFailure): boolean {
    if (result.kind === 'unknown') return this.#options.next === 'onFailureOrUnknown'
    return this.#options.next !== 'never'
  }

  #keep(number: string, answer: LookupAnswer): LookupAnswer {
    const { clock } = this.#ports
    this.#cache.put(number, answer, clock.monotonicMs())
    this.#stored?.write({ number, answer, expiresAtMs: clock.wallMs() + this.#cache.ttlOf(answer) })
    return answer
  }
}
