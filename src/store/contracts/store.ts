// What the core needs of a store: few batched verbs, arrays in and out, each with its promise written above it.
// It must be possible to keep them with an embedded database and with Redis alike: asynchronous, no transaction object.

import type { CollectedPart } from '../../message/collected-part.js'
import type { Awaiting, Delivery, ParkedReceipt, SegmentGroup } from '../../message/delivery.js'
import type { DeliveryId, LaneKey, MessageId, VendorId } from '../../message/ids.js'
import type { KeptPage, KeptRange } from './kept.js'
import type { StoredRegistration } from './registrations.js'
import type { StoredTransaction } from './transactions.js'
import type { Unit } from './unit.js'

/** Why a store refused. `full`: no room, may pass. `io`: the medium failed. `closed`: not open (any more). `locked`: another owner. */
export type StoreFailure = 'full' | 'io' | 'closed' | 'locked'

export class StoreError extends Error {
  readonly failure: StoreFailure
  constructor(failure: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.failure = failure
  }
}

/** Where switch time stood when a commit was made; see lib/anchored-clock. */
export interface ClockAnchor {
  /** Switch time, ms. */
  readonly switchMs: number
  /** Monotonic clock of the machine, ms. */
  readonly monotonicMs: number
  /** Which boot of the machine the monotonic clock belongs to. */
  readonly bootId: string
}

export interface LaneSummary {
  readonly lane: LaneKey
  readonly waiting: number
  readonly earliestDueMs: number
}

export interface LaneSlice {
  /** In (due, id) order. */
  readonly deliveries: readonly Delivery[]
  /** More deliveries are due at or before the asked time than were returned (those in `held` not counted). */
  readonly more: boolean
  /** The due time of the first delivery after the asked time; undefined for none. */
  readonly nextDueMs: number | undefined
}

export interface AwaitingKey {
  readonly vendor: VendorId
  readonly vendorMessageId: string
}

export interface StoreUsage {
  readonly usedBytes: number
  /** 0 for no limit. */
  readonly limitBytes: number
  /** As far as is known, there is room for new messages; false while a commit with offers (`isOffer`) would be refused as `full`. */
  readonly takesNew: boolean
}

export interface Store {
  /**
   * Applies the units in order as one atomic step. Resolves once that is durable; rejects with a StoreError and then
   * nothing of it is readable, now or after a crash. Calls may overlap; they take effect in call order.
   */
  commit(units: readonly Unit[], anchor: ClockAnchor): Promise<void>
  /** Up to `limit` deliveries of a lane due at or before `dueByMs`, without those whose id is in `held`. Sees every resolved commit. */
  readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>, limit: number): Promise<LaneSlice>
  /** All lanes that hold anything. Meant for the start. */
  lanes(): Promise<readonly LaneSummary[]>
  /** In the order of the keys; undefined where nothing is awaited. Sees every resolved commit. */
  findAwaiting(keys: readonly AwaitingKey[]): Promise<readonly (Awaiting | undefined)[]>
  /**
   * The keys of up to `limit` rows that wait for reports, from `cursor` on ('' to begin), with the cursor to go on from ('' at the
   * end). Meant for the start.
   */
  awaitedKeys(
    cursor: string,
    limit: number,
  ): Promise<{ readonly keys: readonly AwaitingKey[]; readonly cursor: string }>
  /** In the order of the ids; undefined where there is none. Sees every resolved commit. */
  findGroups(ids: readonly MessageId[]): Promise<readonly (SegmentGroup | undefined)[]>
  /** All collected parts, by id. Meant for the start. */
  collected(): Promise<readonly CollectedPart[]>
  /** All parked receipts. Meant for the start. */
  parked(): Promise<readonly ParkedReceipt[]>
  /** All users that are registered, by address. Meant for the start. */
  registrations(): Promise<readonly StoredRegistration[]>
  /**
   * The transactions that are not over at `nowMs`, which is no earlier than any time they were forgotten through: one of each key,
   * in no order. Of more than `limit` those of the latest commits. Meant for the start.
   */
  transactions(nowMs: number, limit: number): Promise<readonly StoredTransaction[]>
  /** The text of each key in the same order, undefined where there is none; up to 1000 keys. Sees every resolved commit. */
  findKept(table: string, keys: readonly string[]): Promise<readonly (string | undefined)[]>
  /** A page of the texts of a table, in the order of keys. Sees every resolved commit. */
  keptRows(table: string, range: KeptRange): Promise<KeptPage>
  /**
   * Looks at up to `limit` rows from `cursor` ('' to begin) and returns those whose expiresAtMs is at or before `nowMs`,
   * with the cursor to go on from ('' at the end). Changes nothing.
   */
  expiredDeliveries(
    cursor: string,
    limit: number,
    nowMs: number,
  ): Promise<{ readonly rows: readonly Delivery[]; readonly cursor: string }>
  expiredAwaiting(
    cursor: string,
    limit: number,
    nowMs: number,
  ): Promise<{ readonly rows: readonly Awaiting[]; readonly cursor: string }>
  expiredGroups(
    cursor: string,
    limit: number,
    nowMs: number,
  ): Promise<{ readonly rows: readonly SegmentGroup[]; readonly cursor: string }>
  /** A number that no earlier call on this data ever returned, durable before it is returned. */
  takeEpoch(): Promise<number>
  /** The anchor of the last commit; undefined for a new store. */
  lastAnchor(): Promise<ClockAnchor | undefined>
  usage(): StoreUsage
  /** After an `io` failure: opens the data anew. Rejects when that fails. */
  reopen(): Promise<void>
  /** Waits for commits under way, then lets go of the data and its lock. */
  close(): Promise<void>
}
