// The accounts of the API as destinations: always there, within bounds. Their receipts change records and are told by webhooks; messages
// from phones are told to applications. Each is over in the step that keeps what came of it: from there on the outbox has it.

import type { SendResult } from '../../delivery/destination.js'
import { esmeOf } from '../../delivery/lane-key.js'
import type { Delivery, EsmeDelivery, MoDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { UnitListener } from '../../store/contracts/recorder.js'
import type { Unit } from '../../store/contracts/unit.js'
import { isForApi, receivedRows } from './told-inbound.js'
import { defaultToldLimits, type ToldLimits, type ToldPorts, type ToldSide } from './told-ports.js'
import { ToldReceipts } from './told-receipts.js'

/** While the store fails. */
const LOOK_AGAIN_MS = 1_000
/** What an account has whatever the others do. */
const ALWAYS = 16

export class ToldAccounts {
  readonly #ports: ToldPorts
  readonly #limits: ToldLimits
  readonly #accounts = new Map<AccountId, ToldAccount>()
  /** That found no room. */
  readonly #full = new Set<ToldAccount>()
  readonly #receipts: ToldReceipts
  readonly #listener: Required<UnitListener>
  #inHand = 0
  #isStopped = false

  constructor(ports: ToldPorts, limits: ToldLimits = defaultToldLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#listener = { durable: (unit) => this.#durable(unit), refused: (unit, error) => this.#refused(unit, error) }
    this.#receipts = new ToldReceipts({ ...ports, over: (delivery, kept) => this.#over(delivery, kept) })
  }

  /** Deliveries that are not durably over yet. */
  get inHand(): number {
    return this.#inHand
  }

  /** These accounts have the API now, and no others. What is in hand of one that is gone ends all the same. */
  follow(accounts: Iterable<AccountId>): void {
    const gone = new Set(this.#accounts.keys())
    for (const account of accounts) {
      if (gone.delete(account) || this.#accounts.has(account)) continue
      const side = new ToldAccount(account, {
        roomOf: (of) => this.#roomOf(of),
        isWaiting: () => !this.#ports.recorder.accepting,
        take: (of, delivery) => this.#take(of, delivery),
        wants: (delivery) => isForApi(delivery, this.#ports),
      })
      this.#accounts.set(account, side)
      this.#ports.added(side)
      this.#ports.changed(side.id)
    }
    for (const account of gone) {
      const side = this.#accounts.get(account)
      this.#accounts.delete(account)
      if (side === undefined) continue
      this.#full.delete(side)
      this.#ports.removed(side.id)
    }
  }

  /** Takes nothing more. What is in hand and not recorded stays in its lane. */
  stop(): void {
    this.#isStopped = true
    this.#receipts.stop()
  }

  #roomOf(side: ToldAccount): number {
    if (this.#isStopped || !this.#ports.recorder.accepting) return 0
    const ofAll = Math.max(this.#limits.total - this.#inHand, ALWAYS - side.inHand)
    const room = Math.max(0, Math.min(this.#limits.perAccount - side.inHand, ofAll))
    if (room === 0) this.#full.add(side)
    return room
  }

  #take(side: ToldAccount, delivery: EsmeDelivery): void {
    side.inHand++
    this.#inHand++
    // Whoever has used up its room is not asked again before it is told of more.
    this.#roomOf(side)
    if (delivery.kind === 'receipt') this.#receipts.take(delivery)
    else this.#over(delivery, receivedRows(delivery, this.#ports))
  }

  #over(delivery: EsmeDelivery, kept: readonly KeptRow[]): void {
    this.#ports.courier.dealtWith(delivery, kept, this.#listener)
  }

  #durable(unit: Unit): void {
    this.#ports.courier.durable(unit)
    if (unit.kind !== 'notified') return
    const { delivery, kept = [] } = unit
    if (kept.length > 0) this.#ports.outbox.added(kept)
    this.#ended(delivery, kept)
  }

  /** What no store takes would come again without end. */
  #refused(unit: Unit, error: unknown): void {
    this.#ports.events.fault(error)
    if (unit.kind !== 'notified') return
    const { delivery, kept = [] } = unit
    this.#ports.courier.notified(delivery, 'refusedForGood')
    this.#ended(delivery, kept)
  }

  #ended(delivery: EsmeDelivery, kept: readonly KeptRow[]): void {
    if (delivery.kind === 'receipt' && kept.length > 0) this.#receipts.settled(delivery)
    this.#inHand--
    const side = this.#accounts.get(esmeOf(delivery.lane) as AccountId)
    // One that is gone may be there again as another.
    if (side !== undefined && side.inHand > 0) side.inHand--
    if (this.#full.size === 0 || this.#inHand * 2 > this.#limits.total) return
    for (const full of this.#full) {
      if (full.inHand * 2 > this.#limits.perAccount) continue
      this.#full.delete(full)
      this.#ports.hasRoom(full.id)
    }
  }
}

interface AccountPorts {
  readonly roomOf: (account: ToldAccount) => number
  readonly isWaiting: () => boolean
  readonly take: (account: ToldAccount, delivery: EsmeDelivery) => void
  readonly wants: (delivery: MoDelivery) => boolean
}

class ToldAccount implements ToldSide {
  readonly id: string
  readonly up = true
  inHand = 0
  readonly #ports: AccountPorts

  constructor(account: AccountId, ports: AccountPorts) {
    this.id = `a:${account}`
    this.#ports = ports
  }

  room(): number {
    return this.#ports.roomOf(this)
  }

  /** The store makes room, never time; but nobody tells that it works again. */
  roomAtMs(nowMs: number): number {
    return this.#ports.isWaiting() ? nowMs + LOOK_AGAIN_MS : Infinity
  }

  send(delivery: Delivery): SendResult {
    if (delivery.kind === 'segment') return 'full'
    this.#ports.take(this, delivery)
    return 'sent'
  }

  wants(delivery: MoDelivery): boolean {
    return this.#ports.wants(delivery)
  }
}
