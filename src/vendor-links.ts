// The connections to vendors that there are, kept as the directory has them: begun, given new rules, replaced, ended. Belongs to the
// composition root; what is sent over them is not its concern.

import type { RoutedConnection, SipPeer } from './directory/snapshot.js'
import type { Destination } from './delivery/destination.js'
import { maySendOver } from './directory/may-send-over.js'
import type { Timers } from './lib/clock.js'
import type { ConnectionId } from './message/ids.js'
import { endsWithin } from './stop.js'

/** A connection of SMPP or SIP that is served, as its edge does it. */
export interface VendorLink extends Destination {
  /** As it is served now. */
  readonly connection: RoutedConnection
  /** Messages, or segments of them, that wait for an answer. */
  readonly inFlight: number
  start(): void
  /** Its rules are others from now on; what the link is made of is as before. */
  renew(connection: RoutedConnection): void
  /** Nothing new is sent over it. */
  retire(): void
  /** A commit is done. */
  recorded(): void
  /** Resolves when everything is answered and its links are gone. */
  stop(): Promise<void>
  abort(): Promise<void>
  /** For metrics: links that are up, by mode (SMPP) or transport (SIP). */
  bound(): ReadonlyMap<string, number>
}

export interface VendorLinksPorts {
  readonly make: (connection: RoutedConnection) => VendorLink
  /** Lanes may use it from now on. */
  readonly added: (link: VendorLink) => void
  /** Lanes may not use it any more. What is under way over it is not over yet. */
  readonly removed: (link: VendorLink) => void
  /** Nothing will come of it any more, and the directory has none of this id in use. */
  readonly gone: (connection: ConnectionId) => void
  readonly timers: Timers
}

/** The place of one connection of the directory. */
interface Slot {
  readonly id: ConnectionId
  link: VendorLink | undefined
  /** As the directory has it; undefined where it has none in use. */
  wanted: RoutedConnection | undefined
  isChanging: boolean
}

/** How long messages of which the vendor has some segments may go on over a connection that ends. */
const DRAIN_MS = 5000
/** How long it may take then to get its last answers and unbind. */
const UNBIND_MS = 10_000
const LOOK_MS = 50

export class VendorLinks implements Iterable<VendorLink> {
  readonly #ports: VendorLinksPorts
  readonly #slots = new Map<ConnectionId, Slot>()
  readonly #leaving = new Set<VendorLink>()
  #isStarted = false
  #isStopped = false

  constructor(ports: VendorLinksPorts) {
    this.#ports = ports
  }

  /** Those in use and those that are ending. */
  *[Symbol.iterator](): Generator<VendorLink> {
    for (const { link } of this.#slots.values()) if (link !== undefined) yield link
    yield* this.#leaving
  }

  /** All connections of the directory as they are now; those that are not active, or only bring messages of SIP, count as not there. */
  follow(connections: readonly RoutedConnection[]): void {
    const ours = connections.filter((one) => one.active && (one.type === 'smpp' || maySendOver(one)))
    const wanted = new Map(ours.map((one) => [one.id, one]))
    for (const id of wanted.keys())
      if (!this.#slots.has(id)) this.#slots.set(id, { id, link: undefined, wanted: undefined, isChanging: false })
    for (const slot of this.#slots.values()) {
      slot.wanted = wanted.get(slot.id)
      void this.#change(slot)
    }
  }

  /** Binds from now on. */
  start(): void {
    this.#isStarted = true
    for (const link of this) link.start()
  }

  recorded(): void {
    for (const link of this) link.recorded()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this].map((link) => link.stop()))
  }

  async abort(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this].map((link) => link.abort()))
  }

  async #change(slot: Slot): Promise<void> {
    if (slot.isChanging) return
    slot.isChanging = true
    while (!this.#isStopped) {
      const { link, wanted } = slot
      if (link === undefined) {
        if (wanted === undefined) break
        slot.link = this.#begin(wanted)
      } else if (wanted !== undefined && isSameLink(link.connection, wanted)) {
        if (link.connection !== wanted) link.renew(wanted)
        break
      } else {
        slot.link = undefined
        // The vendor may allow no second bind beside the old one.
        await this.#end(link)
      }
    }
    slot.isChanging = false
    if (slot.wanted !== undefined || slot.link !== undefined || this.#isStopped) return
    this.#slots.delete(slot.id)
    this.#ports.gone(slot.id)
  }

  #begin(connection: RoutedConnection): VendorLink {
    const link = this.#ports.make(connection)
    this.#ports.added(link)
    if (this.#isStarted) link.start()
    return link
  }

  async #end(link: VendorLink): Promise<void> {
    const { removed, timers } = this.#ports
    this.#leaving.add(link)
    link.retire()
    removed(link)
    for (let waitedMs = 0; link.inFlight > 0 && waitedMs < DRAIN_MS && !this.#isStopped; waitedMs += LOOK_MS)
      await new Promise<void>((resolve) => timers.after(LOOK_MS, resolve))
    if (!(await endsWithin(UNBIND_MS, link.stop(), timers))) await link.abort()
    this.#leaving.delete(link)
  }
}

/** What a bind, or the way to a peer, is made of; whatever else differs is followed without a new one. */
const linkColumns = [
  'type',
  'vendor',
  'host',
  'port',
  'bindMode',
  'binds',
  'window',
  'systemId',
  'password',
  'systemType',
  'addressRange',
  'addressTon',
  'addressNpi',
  'interfaceVersion',
] as const satisfies readonly (keyof RoutedConnection)[]

const peerColumns = ['transport', 'domain', 'ping', 'username'] as const satisfies readonly (keyof SipPeer)[]

function isSameLink(a: RoutedConnection, b: RoutedConnection): boolean {
  return (
    linkColumns.every((column) => a[column] === b[column]) &&
    peerColumns.every((column) => a.sip?.[column] === b.sip?.[column])
  )
}
