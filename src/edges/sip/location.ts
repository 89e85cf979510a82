// Where users can be reached: the live bindings of every address-of-record, found again by the connection that they came over.
// Decides nothing about who may register; what is kept on disk is written by its owner before anybody is told.

import { TimerWheel, type WheelEntry, type WheelLink } from '../../lib/timer-wheel.js'
import { isLive, reachable, type Binding } from '../../sip/binding.js'
import { readBindings, writeBindings } from './registrations.js'

/** How what is to survive gets to the disk. */
export interface LocationPorts {
  /**
   * Keeps a text for an address-of-record, '' for none, in place of the one before. `isUrgent`: somebody waits for `told`, which is
   * called once, with whether it is durable; a text that nobody waits for is kept for sure.
   */
  readonly keep: (aor: string, text: string, isUrgent: boolean, told: (isKept: boolean) => void) => void
  /** An address-of-record has its first contact, or lost its last. */
  readonly changed: (aor: string, isReachable: boolean) => void
  /** For the log: a binding is over. */
  readonly ended: (binding: Binding, why: BindingEnd) => void
}

/** Why a binding is over that nobody took back. */
export type BindingEnd = 'expired' | 'connectionEnded' | 'unreachable' | 'notInDirectory'

/** One address-of-record with bindings. */
class Located implements WheelEntry {
  readonly aor: string
  bindings: readonly Binding[]
  /** When the first binding runs out, switch time. */
  dueMs = 0
  next: WheelLink | undefined = undefined
  previous: WheelLink | undefined = undefined

  constructor(aor: string) {
    this.aor = aor
    this.bindings = none
  }
}

const none: readonly Binding[] = Object.freeze([])
const tickMs = 1000
/** More than an hour, which is what most phones register for. */
const slots = 4096
/** Names of programs and listeners are few, and each is kept once. */
const maxNames = 10_000

/** Times are switch time in ms. */
export class Location {
  readonly #ports: LocationPorts
  readonly #byAor = new Map<string, Located>()
  /** Of connections; datagrams have none. Nearly always one address-of-record each. */
  readonly #byFlow = new Map<number, Set<Located>>()
  readonly #wheel: TimerWheel<Located>
  readonly #names = new Map<string, string>()
  /** The last text of those whose last text is not known to be durable, by its number. */
  readonly #unkept = new Map<string, number>()
  #texts = 0
  #bindings = 0

  constructor(ports: LocationPorts, nowMs: number) {
    this.#ports = ports
    this.#wheel = new TimerWheel<Located>(tickMs, slots, nowMs)
  }

  /** Addresses-of-record that have bindings, and the bindings. */
  get size(): { readonly users: number; readonly bindings: number } {
    return { users: this.#byAor.size, bindings: this.#bindings }
  }

  /** As they were put, perhaps with some that ran out less than a second ago. */
  bindings(aor: string): readonly Binding[] {
    return this.#byAor.get(aor)?.bindings ?? none
  }

  /** Whom to send to, the most preferred first, each with the ways to it. */
  phones(aor: string, nowMs: number): readonly (readonly Binding[])[] {
    const bindings = this.bindings(aor)
    // Most have one phone: nothing to sort.
    if (bindings.length === 1) return isLive(bindings[0]!, nowMs) ? [bindings] : []
    return bindings.length === 0 ? [] : reachable(bindings, nowMs)
  }

  isReachable(aor: string, nowMs: number): boolean {
    return this.bindings(aor).some((binding) => isLive(binding, nowMs))
  }

  /**
   * Puts the bindings in place of those there are. `told` is called with true once they are durable, and with false where they
   * will not be: they hold all the same until the process ends.
   */
  put(aor: string, bindings: readonly Binding[], told: (isKept: boolean) => void): void {
    const located = this.#byAor.get(aor) ?? this.#add(aor, bindings)
    if (located === undefined) return this.settled(aor, told)
    const before = located.bindings
    this.#set(located, bindings)
    if (survive(before) || survive(located.bindings)) this.#keep(located, true, told)
    else this.settled(aor, told)
  }

  /** Calls `told` as `put` does, for what was put last: a copy of a request must not be answered before the deed is done. */
  settled(aor: string, told: (isKept: boolean) => void): void {
    if (this.#unkept.has(aor)) this.#keep(this.#byAor.get(aor) ?? new Located(aor), true, told)
    else told(true)
  }

  /** A connection is over, and so are the bindings that came over it (RFC 5626 §4.2.1). */
  flowEnded(flowId: number): void {
    const there = this.#byFlow.get(flowId)
    if (there === undefined) return
    this.#byFlow.delete(flowId)
    for (const located of there) this.#drop(located, 'connectionEnded', (binding) => binding.flow.flowId === flowId)
  }

  /** Nobody is at this contact any more: a phone that was answered for is told so by who sends to it. */
  lost(gone: Binding): void {
    const located = this.#byAor.get(gone.aor)
    if (located !== undefined) this.#drop(located, 'unreachable', (binding) => binding === gone)
  }

  /** The user is not in the directory any more. */
  forget(aor: string): void {
    const located = this.#byAor.get(aor)
    if (located !== undefined) this.#drop(located, 'notInDirectory', () => true)
  }

  /** All that have bindings; for who follows the directory. */
  users(): IterableIterator<string> {
    return this.#byAor.keys()
  }

  /** To be called every second or so. */
  tick(nowMs: number): void {
    this.#wheel.advance(nowMs, (located) => this.#drop(located, 'expired', (binding) => !isLive(binding, nowMs)))
  }

  /** What an earlier run kept. Rows that nobody can use are taken off the disk; returns the number of bindings that are live. */
  load(rows: Iterable<{ readonly aor: string; readonly bindings: string }>, nowMs: number): number {
    const before = this.#bindings
    for (const { aor, bindings: text } of rows) {
      const live = readBindings(aor, text)?.filter((binding) => isLive(binding, nowMs)) ?? none
      if (live.length > 0) this.#set(this.#add(aor, live)!, live)
      else this.#ports.keep(aor, '', false, ignore)
    }
    return this.#bindings - before
  }

  #add(aor: string, bindings: readonly Binding[]): Located | undefined {
    if (bindings.length === 0) return undefined
    const located = new Located(aor)
    this.#byAor.set(aor, located)
    return located
  }

  /** Takes out those that `isGone` says; they need not be gone on disk before anybody sees it. */
  #drop(located: Located, why: BindingEnd, isGone: (binding: Binding) => boolean): void {
    const before = located.bindings
    const left = before.filter((binding) => !isGone(binding))
    const keptGoes = survive(before) && !survive(left)
    this.#set(located, left)
    for (const binding of before) if (isGone(binding)) this.#ports.ended(binding, why)
    // Where others are left the row says when this one ends; the next registration writes it anew.
    if (keptGoes) this.#keep(located, false, ignore)
  }

  #set(located: Located, bindings: readonly Binding[]): void {
    const { aor } = located
    const wasReachable = located.bindings.length > 0
    const old = located.bindings
    located.bindings = bindings.map((binding) => this.#shared(binding, aor))
    this.#bindings += bindings.length - old.length
    for (const { flow } of old) if (flow.flowId !== 0) this.#unlink(flow.flowId, located)
    for (const { flow } of bindings) if (flow.flowId !== 0) this.#link(flow.flowId, located)
    if (bindings.length === 0) {
      this.#wheel.cancel(located)
      this.#byAor.delete(aor)
    } else {
      let dueMs = Infinity
      for (const { expiresAtMs } of bindings) if (expiresAtMs < dueMs) dueMs = expiresAtMs
      this.#wheel.set(located, dueMs)
    }
    if (wasReachable !== bindings.length > 0) this.#ports.changed(aor, !wasReachable)
  }

  #link(flowId: number, located: Located): void {
    const there = this.#byFlow.get(flowId)
    if (there === undefined) this.#byFlow.set(flowId, new Set([located]))
    else there.add(located)
  }

  #unlink(flowId: number, located: Located): void {
    const there = this.#byFlow.get(flowId)
    there?.delete(located)
    if (there?.size === 0) this.#byFlow.delete(flowId)
  }

  #keep(located: Located, isUrgent: boolean, told: (isKept: boolean) => void): void {
    const { aor, bindings } = located
    const text = ++this.#texts
    this.#unkept.set(aor, text)
    this.#ports.keep(aor, writeBindings(bindings), isUrgent, (isKept) => {
      if (isKept && this.#unkept.get(aor) === text) this.#unkept.delete(aor)
      told(isKept)
    })
  }

  /** The same, with every text that many have kept once. */
  #shared(binding: Binding, aor: string): Binding {
    const { flow, path } = binding
    if (binding.aor === aor && this.#names.get(flow.listener) === flow.listener && path === noPath) return binding
    return {
      ...binding,
      aor,
      path: path.length === 0 ? noPath : path,
      flow: { ...flow, listener: this.#name(flow.listener) },
      userAgent: this.#name(binding.userAgent),
    }
  }

  #name(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    if (this.#names.size < maxNames) this.#names.set(text, text)
    return text
  }
}

const noPath: readonly string[] = Object.freeze([])

/** Whether any of them outlives the process: a connection ends with it. */
function survive(bindings: readonly Binding[]): boolean {
  for (const { flow } of bindings) if (flow.kind === 'udp') return true
  return false
}

const ignore = (): void => undefined
