// The reference store and the tests' fake: keeps every promise of the contract but durability. Nothing survives the process.

import type { CollectedPart } from '../../message/collected-part.js'
import type { Awaiting, Delivery, ParkedReceipt, SegmentGroup } from '../../message/delivery.js'
import type { DeliveryId, LaneKey, MessageId } from '../../message/ids.js'
import {
  StoreError,
  type AwaitingKey,
  type ClockAnchor,
  type LaneSlice,
  type LaneSummary,
  type Store,
  type StoreFailure,
  type StoreUsage,
} from '../contracts/store.js'
import type { AnswersStore, KeepsAnswers } from '../contracts/answers.js'
import { compareOctets, type BooksStore, type KeepsBooks } from '../contracts/books.js'
import type { DirectoryStore, KeepsDirectory } from '../contracts/directory.js'
import { checkKeptKeys, checkKeptRange, type KeptPage, type KeptRange } from '../contracts/kept.js'
import type { StoredRegistration } from '../contracts/registrations.js'
import { counts, type StoredTransaction } from '../contracts/transactions.js'
import type { Unit } from '../contracts/unit.js'
import { MemoryAnswers } from './memory-answers.js'
import { MemoryBooks } from './memory-books.js'
import { MemoryDirectory } from './memory-directory.js'
import { pageOf } from './memory-kept.js'
import { copyState, emptyState, stepOf, vendorKey, type MemoryState } from './memory-state.js'

/** A state to go back to; opaque. */
export interface MemorySnapshot {
  readonly state: MemoryState
}

interface WaitingCommit {
  readonly take: () => void
  readonly refuse: (error: StoreError) => void
}

/** Commits settle on a microtask, in call order. The hooks below the contract are for tests. */
export class MemoryStore implements Store, KeepsDirectory, KeepsBooks, KeepsAnswers {
  readonly directory: DirectoryStore
  readonly answers: AnswersStore
  readonly books: BooksStore
  /** For tests: what `usage` says of room for new messages. */
  roomForNew = true
  #state: MemoryState
  readonly #waiting: WaitingCommit[] = []
  #held = false
  #failNext: { readonly failure: StoreFailure; readonly afterCommits: number } | undefined
  #broken = false
  #closed = false
  #commits = 0

  constructor(from?: MemorySnapshot) {
    this.#state = from === undefined ? emptyState() : copyState(from.state)
    const openState = () => {
      this.#mustBeOpen()
      return this.#state
    }
    this.directory = new MemoryDirectory(openState, (change) => this.#enqueue(() => change(this.#state)))
    this.answers = new MemoryAnswers(openState, (change) => this.#enqueue(() => change(this.#state)))
    this.books = new MemoryBooks(
      () => openState().books,
      (change) => this.#enqueue(() => change(this.#state.books)),
    )
  }

  async commit(units: readonly Unit[], anchor: ClockAnchor): Promise<void> {
    this.#mustBeOpen()
    const step = stepOf(units)
    await this.#enqueue(() => {
      step(this.#state)
      this.#state.anchor = anchor
    })
  }

  async takeEpoch(): Promise<number> {
    this.#mustBeOpen()
    let taken = 0
    await this.#enqueue(() => {
      taken = ++this.#state.epoch
    })
    return taken
  }

  async readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>, limit: number): Promise<LaneSlice> {
    this.#mustBeOpen()
    const deliveries: Delivery[] = []
    const dueBy = Math.floor(dueByMs)
    for (const row of this.#state.lanes.get(lane) ?? []) {
      if (row.dueMs > dueBy) return { deliveries, more: false, nextDueMs: row.dueMs }
      if (held.has(row.id)) continue
      if (deliveries.length >= limit) return { deliveries, more: true, nextDueMs: this.#nextDue(lane, dueBy) }
      deliveries.push(row)
    }
    return { deliveries, more: false, nextDueMs: undefined }
  }

  async lanes(): Promise<readonly LaneSummary[]> {
    this.#mustBeOpen()
    return [...this.#state.lanes].map(([lane, rows]) => ({
      lane,
      waiting: rows.length,
      earliestDueMs: rows[0]!.dueMs,
    }))
  }

  async findAwaiting(keys: readonly AwaitingKey[]): Promise<readonly (Awaiting | undefined)[]> {
    this.#mustBeOpen()
    return keys.map((key) => this.#state.awaiting.get(vendorKey(key.vendor, key.vendorMessageId)))
  }

  async awaitedKeys(cursor: string, limit: number) {
    const { rows, cursor: next } = await this.expiredAwaiting(cursor, limit, Infinity)
    return { keys: rows.map(({ vendor, vendorMessageId }) => ({ vendor, vendorMessageId })), cursor: next }
  }

  async findGroups(ids: readonly MessageId[]): Promise<readonly (SegmentGroup | undefined)[]> {
    this.#mustBeOpen()
    return ids.map((id) => this.#state.groups.get(id))
  }

  async collected(): Promise<readonly CollectedPart[]> {
    this.#mustBeOpen()
    return [...this.#state.collected.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async parked(): Promise<readonly ParkedReceipt[]> {
    this.#mustBeOpen()
    return [...this.#state.parked.values()]
  }

  async registrations(): Promise<readonly StoredRegistration[]> {
    this.#mustBeOpen()
    const rows = [...this.#state.registrations].map(([aor, bindings]) => ({ aor, bindings }))
    return rows.sort((a, b) => compareOctets(a.aor, b.aor))
  }

  async transactions(nowMs: number, limit: number): Promise<readonly StoredTransaction[]> {
    this.#mustBeOpen()
    const live = [...this.#state.transactions.values()].filter(({ expiresAtMs }) => expiresAtMs > nowMs)
    return live.sort((a, b) => (counts(a, b) ? -1 : 1)).slice(0, limit)
  }

  async findKept(table: string, keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    this.#mustBeOpen()
    checkKeptKeys(table, keys)
    const texts = this.#state.kept.get(table)?.texts
    return keys.map((key) => texts?.get(key))
  }

  async keptRows(table: string, range: KeptRange): Promise<KeptPage> {
    this.#mustBeOpen()
    checkKeptRange(table, range)
    return pageOf(this.#state.kept, table, range)
  }

  async expiredDeliveries(cursor: string, limit: number, nowMs: number) {
    this.#mustBeOpen()
    const keyed = [...this.#state.lanes.values()]
      .flat()
      .map((row) => [`${row.lane}\0${String(row.dueMs).padStart(16, '0')}${row.id}`, row] as const)
    return expiredOf(keyed, cursor, limit, nowMs)
  }

  async expiredAwaiting(cursor: string, limit: number, nowMs: number) {
    this.#mustBeOpen()
    return expiredOf([...this.#state.awaiting], cursor, limit, nowMs)
  }

  async expiredGroups(cursor: string, limit: number, nowMs: number) {
    this.#mustBeOpen()
    return expiredOf([...this.#state.groups], cursor, limit, nowMs)
  }

  async lastAnchor(): Promise<ClockAnchor | undefined> {
    this.#mustBeOpen()
    return this.#state.anchor
  }

  usage(): StoreUsage {
    return { usedBytes: 0, limitBytes: 0, takesNew: this.roomForNew }
  }

  async reopen(): Promise<void> {
    if (this.#closed) throw new StoreError('closed', 'the store is closed')
    this.#broken = false
  }

  async close(): Promise<void> {
    this.#closed = true
    this.release()
    while (this.#waiting.length > 0) await Promise.resolve()
  }

  /** Test hook: the n-th commit from now (0: the next) fails so. After `io` all fail until `reopen`. */
  failNext(failure: 'full' | 'io', afterCommits = 0): void {
    this.#failNext = { failure, afterCommits }
  }

  /** Test hook: from now on commits stay under way. */
  hold(): void {
    this.#held = true
  }

  /** Test hook: lets held commits settle, in call order; with a count only so many of them, the rest stay held. */
  release(count?: number): void {
    if (count === undefined) this.#held = false
    for (let left = count ?? this.#waiting.length; left > 0; left--) this.#settleOne()
  }

  /** Test hook: how many commits took effect. */
  get commits(): number {
    return this.#commits
  }

  /** Test hook: how many commits are under way. */
  get underWay(): number {
    return this.#waiting.length
  }

  /** Test hook: what has been committed so far. */
  snapshot(): MemorySnapshot {
    return { state: copyState(this.#state) }
  }

  /** Test hook: back to a snapshot; commits under way vanish without an answer, as in a crash. */
  restore(snapshot: MemorySnapshot): void {
    this.#waiting.length = 0
    this.#state = copyState(snapshot.state)
  }

  #enqueue(change: () => void): Promise<void> {
    if (this.#broken) return Promise.reject(new StoreError('io', 'the store failed and was not reopened'))
    return new Promise((resolve, reject) => {
      const waiting: WaitingCommit = {
        take: () => {
          change()
          this.#commits++
          resolve()
        },
        refuse: reject,
      }
      this.#waiting.push(waiting)
      if (!this.#held)
        queueMicrotask(() => {
          // A restore or a hold may have come in between.
          if (!this.#held && this.#waiting.includes(waiting)) this.#settleOne()
        })
    })
  }

  #settleOne(): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    const planned = this.#failNext
    if (planned !== undefined) {
      if (planned.afterCommits === 0) {
        this.#failNext = undefined
        if (planned.failure === 'io') this.#broken = true
        waiting.refuse(new StoreError(planned.failure, `made to fail: ${planned.failure}`))
        return
      }
      this.#failNext = { ...planned, afterCommits: planned.afterCommits - 1 }
    }
    waiting.take()
  }

  #nextDue(lane: LaneKey, dueBy: number): number | undefined {
    return this.#state.lanes.get(lane)?.find((row) => row.dueMs > dueBy)?.dueMs
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StoreError('closed', 'the store is closed')
  }
}

function expiredOf<Row extends { readonly expiresAtMs: number }>(
  keyed: (readonly [string, Row])[],
  cursor: string,
  limit: number,
  nowMs: number,
): { readonly rows: readonly Row[]; readonly cursor: string } {
  const ahead = keyed.filter(([key]) => key > cursor).sort(([a], [b]) => (a < b ? -1 : 1))
  const looked = ahead.slice(0, limit)
  return {
    rows: looked.filter(([, row]) => row.expiresAtMs <= nowMs).map(([, row]) => row),
    cursor: ahead.length > looked.length ? looked[looked.length - 1]![0] : '',
  }
}
