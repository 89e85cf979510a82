// Where users can be reached: the live bindings of every address-of-record, found again by the connection that they came over.
// Decides nothing about who may register; what is kept on disk is written by its owner before anybody is told.

import { TimerWheel, type WheelEntry, type WheelLink } from '../../lib/timer-wheel.js'
import type { AccountId } from '../../message/ids.js'
import { isLive, reachable, type Binding, type BoundFlow, type FlowKind } from '../../sip/index.js'
import { readBindings, writeBindings } from './registrations.js'

/** How what is to survive gets to the disk. */
export interface LocationPorts {
  /**
   * Keeps a text for an address-of-record, '' for none, in place of the one before. `isUrgent`: somebody waits for `told`, which is
   * called once, with whether it is durable; a text that nobody waits for is kept for sure.
   */
  readonly keep: (aor: string, text: string, isUrgent: boolean, told: (isKept: boolean) => void) => void
  /** A user has his first contact, and was told so, or lost his last. */
  readonly changed: (account: AccountId, isReachable: boolean) => void
  /** For the log: a binding is over. */
  readonly ended: (account: AccountId, binding: Binding, why: BindingEnd) => void
}

/** Why a binding is over that nobody took back. */
export type BindingEnd = 'expired' | 'connectionEnded' | 'unreachable' | 'notInDirectory'

/** One address-of-record with bindings. */
class Located implements WheelEntry {
  readonly aor: string
  readonly account: AccountId
  bindings: readonly Binding[] = none
  /** Others know that he can be reached. */
  isTold = false
  /** When the first binding runs out, switch time. */
  dueMs = 0
  next: WheelLink | undefined = undefined
  previous: WheelLink | undefined = undefined

  constructor(aor: string, account: AccountId) {
    this.aor = aor
    this.account = account
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
  readonly #byKind = new Map<FlowKind, number>()

  constructor(ports: LocationPorts, nowMs: number) {
    this.#ports = ports
    this.#wheel = new TimerWheel<Located>(tickMs, slots, nowMs)
  }

  /** Addresses-of-record that have bindings, and the bindings. */
  get size(): { readonly users: number; readonly bindings: number } {
    return { users: this.#byAor.size, bindings: this.#bindings }
  }

  /** Bindings over flows of a kind. */
  countOf(kind: FlowKind): number {
    return this.#byKind.get(kind) ?? 0
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
  put(aor: string, account: AccountId, bindings: readonly Binding[], told: (isKept: boolean) => void): void {
    const located = this.#byAor.get(aor) ?? new Located(aor, account)
    const before = located.bindings
    this.#set(located, bindings)
    const toldToAll = (isKept: boolean): void => {
      told(isKept)
      this.#tell(located)
    }
    if (survive(before) || survive(located.bindings)) this.#keep(aor, located.bindings, true, toldToAll)
    else this.settled(aor, toldToAll)
  }

  /** Calls `told` as `put` does, for what was put last: a copy of a request must not be answered before the deed is done. */
  settled(aor: string, told: (isKept: boolean) => void): void {
    if (this.#unkept.has(aor)) this.#keep(aor, this.bindings(aor), true, told)
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

  /** All that have bindings, for who follows the directory. */
  *users(): Generator<readonly [aor: string, account: AccountId], undefined> {
    for (const { aor, account } of this.#byAor.values()) yield [aor, account]
  }

  /** To be called every second or so. */
  tick(nowMs: number): void {
    this.#wheel.advance(nowMs, (located) => this.#drop(located, 'expired', (binding) => !isLive(binding, nowMs)))
  }

  /**
   * What an earlier run kept. Rows that are of no use any more are taken off the disk; returns how many those are.
   * @param accountOf undefined for who may not register any more
   */
  load(
    rows: Iterable<{ readonly aor: string; readonly bindings: string }>,
    accountOf: (aor: string) => AccountId | undefined,
    nowMs: number,
  ): number {
    let dropped = 0
    for (const { aor, bindings: text } of rows) {
      const account = accountOf(aor)
      const live =
        account === undefined ? none : (readBindings(aor, text) ?? none).filter((each) => isLive(each, nowMs))
      if (account === undefined || live.length === 0) {
        dropped++
        this.#ports.keep(aor, '', false, ignore)
        continue
      }
      const located = new Located(aor, account)
      this.#set(located, live)
    }
    return dropped
  }

  /** Who was loaded can be reached from now on. */
  tellAll(): void {
    for (const located of this.#byAor.values()) this.#tell(located)
  }

  /** Takes out those that `isGone` says; they need not be gone on disk before anybody sees it. */
  #drop(located: Located, why: BindingEnd, isGone: (binding: Binding) => boolean): void {
    const before = located.bindings
    const left = before.filter((binding) => !isGone(binding))
    const keptGoes = survive(before) && !survive(left)
    this.#set(located, left)
    for (const binding of before) if (isGone(binding)) this.#ports.ended(located.account, binding, why)
    // Where others are left the row says when this one ends; the next registration writes it anew.
    if (keptGoes) this.#keep(located.aor, left, false, ignore)
  }

  #set(located: Located, bindings: readonly Binding[]): void {
    const { aor, account } = located
    const old = located.bindings
    located.bindings = bindings.map((binding) => this.#shared(binding, aor))
    this.#bindings += bindings.length - old.length
    for (const { flow } of old) this.#unlink(flow, located)
    for (const { flow } of bindings) this.#link(flow, located)
    if (bindings.length > 0) {
      this.#byAor.set(aor, located)
      let dueMs = Infinity
      for (const { expiresAtMs } of bindings) if (expiresAtMs < dueMs) dueMs = expiresAtMs
      this.#wheel.set(located, dueMs)
      return
    }
    this.#wheel.cancel(located)
    this.#byAor.delete(aor)
    if (!located.isTold) return
    located.isTold = false
    this.#ports.changed(account, false)
  }

  #tell(located: Located): void {
    if (located.isTold || located.bindings.length === 0) return
    located.isTold = true
    this.#ports.changed(located.account, true)
  }

  #link({ kind, flowId }: BoundFlow, located: Located): void {
    this.#byKind.set(kind, this.countOf(kind) + 1)
    if (flowId === 0) return
    const there = this.#byFlow.get(flowId)
    if (there === undefined) this.#byFlow.set(flowId, new Set([located]))
    else there.add(located)
  }

  #unlink({ kind, flowId }: BoundFlow, located: Located): void {
    this.#byKind.set(kind, this.countOf(kind) - 1)
    if (flowId === 0) return
    const there = this.#byFlow.get(flowId)
    there?.delete(located)
    if (there?.size === 0) this.#byFlow.delete(flowId)
  }

  #keep(aor: string, bindings: readonly Binding[], isUrgent: boolean, told: (isKept: boolean) => void): void {
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
