// The writes of one commit, encoded before the first is issued, so that a commit that can't be encoded writes nothing.

import type { Move, Payment, CallRecords } from '../../message/bill.js'
import type { CollectedPart } from '../../message/collected-part.js'
import type { Awaiting, Delivery, DeliveryRef, ParkedReceipt, SegmentGroup } from '../../message/delivery.js'
import type { MessageId } from '../../message/ids.js'
import type { ExportMark } from '../contracts/books.js'
import type { ClockAnchor } from '../contracts/store.js'
import { checkMessageId, wholeDueMs } from '../contracts/limits.js'
import type { KeptRow } from '../contracts/kept.js'
import type { StoredRegistration } from '../contracts/registrations.js'
import { checkTransaction, type IngressTransaction } from '../contracts/transactions.js'
import type { StateChanges } from '../contracts/unit.js'
import { ByteWriter } from '../rows/bytes.js'
import { writeCollected } from '../rows/collected-row.js'
import { writeDelivery } from '../rows/delivery-row.js'
import { writeGroup } from '../rows/group-row.js'
import { writeKeptKey, writeKeptText } from '../rows/kept-row.js'
import { writeDeliveryKey, writeMessageKey, writeVendorKey } from '../rows/keys.js'
import { RecordBlocks } from '../rows/record-block.js'
import { writeBindings, writeRegistrationKey } from '../rows/registration-row.js'
import {
  latestExpiryMs,
  writeBlockKey,
  writeTransactions,
  type TransactionsOfCommit,
} from '../rows/transaction-block.js'
import { writeAwaiting, writeParked } from '../rows/vendor-row.js'
import { BookChanges, type Fold } from './book-changes.js'
import { ValueSlab, type KeySlice, type LmdbEnv, type Table } from './lmdb-env.js'
import { FORMAT, metaKeys, writeAnchor, writeNumber } from './meta-rows.js'

const INITIAL_BYTES = 256 * 1024
const RECORDS_BYTES = 32 * 1024
/** Above this the memory of a burst is given back. */
const KEEP_BYTES = 4 * 1024 * 1024

const tables = [
  'deliveries',
  'awaiting',
  'parked',
  'meta',
  'groups',
  'collected',
  'directory',
  'books',
  'records',
  'answers',
  'registrations',
  'transactions',
  'kept',
] as const
const DELIVERIES = 0
const AWAITING = 1
const PARKED = 2
const META = 3
const GROUPS = 4
const COLLECTED = 5
const REGISTRATIONS = 10
const TRANSACTIONS = 11
const KEPT = 12

/** A write is five numbers: table, key from–to, value from–to (to = -1: remove). */
const NUMBERS = 5
const REMOVE = -1

/** Takes changes of state, keeps them as octets in one buffer; `issue` hands them to lmdb, which copies them later. */
export class WriteSlab implements StateChanges {
  readonly #out = new ByteWriter(INITIAL_BYTES)
  #writes = new Int32Array(1024 * NUMBERS)
  #count = 0
  /** Rewritten in this commit, and collected in it, by id: written when it is known that they stay. */
  readonly #rewritten = new Map<string, Delivery>()
  readonly #collected = new Map<string, CollectedPart>()
  /** Of this commit: they become one row when it is whole. */
  readonly #remembered: TransactionsOfCommit = { transactions: [], ids: [] }
  readonly #blocksOver: (throughMs: number) => readonly Uint8Array[]
  /** All of the memory that `#out` writes into now: it begins at its first octet. */
  #values = new ValueSlab(0)
  readonly #key: KeySlice = { bytes: this.#out.buffer, start: 0, end: 0 }
  #books: BookChanges | undefined
  /** Their keys are known later: see takeBookChanges. */
  readonly #records = new ByteWriter(RECORDS_BYTES)
  readonly #blocks = new RecordBlocks(this.#records)
  /** What was removed last, at the end of its key: most records begin with the same id. */
  #removedId = ''
  #removedIdEnd = 0

  /** @param blocksOver the keys of blocks of transactions on disk that are over at a time; it need not give all */
  constructor(blocksOver: (throughMs: number) => readonly Uint8Array[]) {
    this.#blocksOver = blocksOver
  }

  /** How many writes it holds. */
  get count(): number {
    return this.#count
  }

  /** Octets of keys and values it holds. */
  get bytes(): number {
    return this.#out.position
  }

  /** Forgets all writes. Only when lmdb is through with them. */
  clear(): void {
    this.#count = 0
    this.#removedId = ''
    this.#out.reset(KEEP_BYTES)
    this.#records.reset(KEEP_BYTES)
  }

  /** Forgets the writes from the n-th on: those of a commit that could not be encoded. */
  cutTo(count: number): void {
    this.#count = count
    this.#rewritten.clear()
    this.#collected.clear()
    this.#forgetRemembered()
  }

  /** What was asked to change in the books since the last call; undefined for nothing. Their rows are not written here: they depend on earlier commits. */
  takeBookChanges(): BookChanges | undefined {
    const changes = this.#books
    if (changes === undefined) return undefined
    this.#books = undefined
    this.#blocks.end(changes.blocks)
    return changes
  }

  move(move: Move): void {
    this.#books ??= new BookChanges()
    this.#books.move(move)
  }

  pay(payment: Payment): void {
    this.#books ??= new BookChanges()
    this.#books.pay(payment)
  }

  addRecords(records: CallRecords): void {
    this.#books ??= new BookChanges()
    const isOfKey = typeof records !== 'string' && (records.id as string) === this.#removedId
    this.#blocks.add(records, this.#books.blocks, isOfKey ? this.#out.buffer : undefined, this.#removedIdEnd)
  }

  exported(mark: ExportMark): void {
    this.#books ??= new BookChanges()
    this.#books.exports.push(mark)
  }

  fold(fold: Fold): void {
    this.#books ??= new BookChanges()
    this.#books.folds.push(fold)
  }

  /** A commit is whole: writes what waited for its end. */
  end(): void {
    if (this.#rewritten.size > 0) {
      for (const delivery of this.#rewritten.values()) this.#put(delivery)
      this.#rewritten.clear()
    }
    if (this.#collected.size > 0) {
      for (const part of this.#collected.values()) this.#putPart(part)
      this.#collected.clear()
    }
    if (this.#remembered.ids.length > 0) this.#putTransactions()
  }

  enqueue(delivery: Delivery): void {
    if (this.#rewritten.size > 0) this.#isOver(delivery)
    this.#put(delivery)
  }

  rewrite(delivery: Delivery): void {
    this.#rewritten.set(delivery.id, delivery)
  }

  /** What stood there changes once more: what it was rewritten as need not be written. */
  #isOver(ref: DeliveryRef): void {
    const before = this.#rewritten.get(ref.id)
    if (before !== undefined && before.lane === ref.lane && before.dueMs === ref.dueMs) this.#rewritten.delete(ref.id)
  }

  #put(delivery: Delivery): void {
    const start = this.#out.position
    writeDeliveryKey(this.#out, delivery)
    const middle = this.#out.position
    writeDelivery(this.#out, delivery)
    this.#add(DELIVERIES, start, middle, this.#out.position)
  }

  dequeue(ref: DeliveryRef): void {
    if (this.#rewritten.size > 0) this.#isOver(ref)
    const start = this.#out.position
    writeDeliveryKey(this.#out, ref)
    this.#removedId = ref.id
    this.#removedIdEnd = this.#out.position
    this.#add(DELIVERIES, start, this.#out.position, REMOVE)
  }

  awaitReceipt(awaiting: Awaiting): void {
    const start = this.#out.position
    writeVendorKey(this.#out, awaiting.vendor, awaiting.vendorMessageId)
    const middle = this.#out.position
    writeAwaiting(this.#out, awaiting)
    this.#add(AWAITING, start, middle, this.#out.position)
  }

  settle(vendor: string, vendorMessageId: string): void {
    const start = this.#out.position
    writeVendorKey(this.#out, vendor, vendorMessageId)
    this.#add(AWAITING, start, this.#out.position, REMOVE)
  }

  park(parked: ParkedReceipt): void {
    const start = this.#out.position
    writeVendorKey(this.#out, parked.vendor, parked.vendorMessageId)
    const middle = this.#out.position
    writeParked(this.#out, parked)
    this.#add(PARKED, start, middle, this.#out.position)
  }

  unpark(vendor: string, vendorMessageId: string): void {
    const start = this.#out.position
    writeVendorKey(this.#out, vendor, vendorMessageId)
    this.#add(PARKED, start, this.#out.position, REMOVE)
  }

  collect(part: CollectedPart): void {
    this.#collected.set(part.id, part)
  }

  #putPart(part: CollectedPart): void {
    const start = this.#out.position
    writeMessageKey(this.#out, part.id)
    const middle = this.#out.position
    writeCollected(this.#out, part)
    this.#add(COLLECTED, start, middle, this.#out.position)
  }

  uncollect(part: MessageId): void {
    // Ids are new when they are collected: of one that comes and goes in a commit nothing is on disk.
    if (this.#collected.size > 0 && this.#collected.delete(part)) return
    const start = this.#out.position
    writeMessageKey(this.#out, part)
    this.#add(COLLECTED, start, this.#out.position, REMOVE)
  }

  putGroup(group: SegmentGroup): void {
    const start = this.#out.position
    writeMessageKey(this.#out, group.id)
    const middle = this.#out.position
    writeGroup(this.#out, group)
    this.#add(GROUPS, start, middle, this.#out.position)
  }

  dropGroup(id: MessageId): void {
    const start = this.#out.position
    writeMessageKey(this.#out, id)
    this.#add(GROUPS, start, this.#out.position, REMOVE)
  }

  remember(transaction: IngressTransaction, id: MessageId): void {
    checkTransaction(transaction)
    checkMessageId(id)
    this.#remembered.transactions.push(transaction)
    this.#remembered.ids.push(id)
  }

  #putTransactions(): void {
    const start = this.#out.position
    writeTransactions(this.#out, this.#remembered)
    const middle = this.#out.position
    const block = this.#out.buffer.subarray(start, middle)
    writeBlockKey(this.#out, latestExpiryMs(this.#remembered.transactions), block)
    this.#add(TRANSACTIONS, middle, this.#out.position, middle, start)
    this.#forgetRemembered()
  }

  #forgetRemembered(): void {
    this.#remembered.transactions.length = this.#remembered.ids.length = 0
  }

  forget(throughMs: number): void {
    for (const key of this.#blocksOver(wholeDueMs(throughMs))) this.remove('transactions', key)
  }

  register(registration: StoredRegistration): void {
    const start = this.#out.position
    writeRegistrationKey(this.#out, registration)
    const middle = this.#out.position
    if (registration.bindings === '') return this.#add(REGISTRATIONS, start, middle, REMOVE)
    writeBindings(this.#out, registration.bindings)
    this.#add(REGISTRATIONS, start, middle, this.#out.position)
  }

  keep(row: KeptRow): void {
    const start = this.#out.position
    writeKeptKey(this.#out, row)
    const middle = this.#out.position
    if (row.text === '') return this.#add(KEPT, start, middle, REMOVE)
    writeKeptText(this.#out, row.text)
    this.#add(KEPT, start, middle, this.#out.position)
  }

  /** A block of records. @param from in the memory that book changes name */
  putRecords(key: Uint8Array, from: number, to: number): void {
    this.put('records', key, (out) => out.raw(this.#records.buffer.subarray(from, to)))
  }

  /** A row of a table that has no verb of its own here. */
  put(table: (typeof tables)[number], key: Uint8Array, write: (out: ByteWriter) => void): void {
    const start = this.#out.position
    this.#out.raw(key)
    const middle = this.#out.position
    write(this.#out)
    this.#add(tables.indexOf(table), start, middle, this.#out.position)
  }

  remove(table: (typeof tables)[number], key: Uint8Array): void {
    const start = this.#out.position
    this.#out.raw(key)
    this.#add(tables.indexOf(table), start, this.#out.position, REMOVE)
  }

  /** @param row UTF-8; undefined removes the object */
  directoryObject(key: Uint8Array, row: Uint8Array | undefined): void {
    if (row === undefined) this.remove('directory', key)
    else this.put('directory', key, (out) => out.raw(row))
  }

  directoryRevision(revision: number): void {
    this.#number(metaKeys.directoryRevision, revision)
  }

  anchor(anchor: ClockAnchor): void {
    const start = this.#out.position
    this.#out.keyText(metaKeys.anchor)
    const middle = this.#out.position
    writeAnchor(this.#out, anchor)
    this.#add(META, start, middle, this.#out.position)
  }

  epoch(epoch: number): void {
    this.#number(metaKeys.epoch, epoch)
  }

  /** Marks the data with the format that this program writes. */
  format(): void {
    this.#number(metaKeys.format, FORMAT)
  }

  /** Hands the writes from–to to lmdb, in order. Call it within one batch; nothing in it can fail halfway. */
  issue(env: LmdbEnv, from: number, to: number): void {
    const { buffer } = this.#out
    if (this.#values.buffer !== buffer.buffer) this.#values = new ValueSlab(buffer.buffer as ArrayBuffer)
    const values = this.#values
    const key = this.#key
    key.bytes = buffer
    const byNumber: readonly Table[] = tables.map((name) => env[name])
    const writes = this.#writes
    for (let at = from * NUMBERS; at < to * NUMBERS; at += NUMBERS) {
      const table = byNumber[writes[at]!]!
      key.start = writes[at + 1]!
      key.end = writes[at + 2]!
      const valueEnd = writes[at + 4]!
      // Within a batch each call returns one shared resolved promise; the batch's own says what became of it.
      if (valueEnd === REMOVE) void table.remove(key)
      else {
        values.start = writes[at + 3]!
        values.end = valueEnd
        void table.put(key, values)
      }
    }
  }

  #number(name: string, value: number): void {
    const start = this.#out.position
    this.#out.keyText(name)
    const middle = this.#out.position
    writeNumber(this.#out, value)
    this.#add(META, start, middle, this.#out.position)
  }

  /** Where a value stands is behind its key, but for values that their key is made of. */
  #add(table: number, keyStart: number, keyEnd: number, valueEnd: number, valueStart = keyEnd): void {
    let at = this.#count * NUMBERS
    if (at === this.#writes.length) {
      const grown = new Int32Array(at * 2)
      grown.set(this.#writes)
      this.#writes = grown
    }
    const writes = this.#writes
    writes[at++] = table
    writes[at++] = keyStart
    writes[at++] = keyEnd
    writes[at++] = valueStart
    writes[at] = valueEnd
    this.#count++
  }
}
