// A block of transactions, those of one commit, as octets and back; its key begins with the time from which on all of them are over.
// Blocks instead of rows: a message more costs no write of its own, and what is over goes by few removals, oldest first.

import { createHash } from 'node:crypto'
import type { MessageId } from '../../message/ids.js'
import type { IngressTransaction, StoredTransaction } from '../contracts/transactions.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

const TIME_BYTES = 6
const DIGEST_BYTES = 12

/** The transactions of a commit, with the messages that came by them. Parallel, so that there is no pair for each message. */
export interface TransactionsOfCommit {
  readonly transactions: IngressTransaction[]
  readonly ids: MessageId[]
}

export function latestExpiryMs(transactions: readonly IngressTransaction[]): number {
  let latest = 0
  for (const { expiresAtMs } of transactions) if (expiresAtMs > latest) latest = expiresAtMs
  return latest
}

export function writeTransactions(out: ByteWriter, { transactions, ids }: TransactionsOfCommit): void {
  writeHead(out, rowKinds.transactions, latestExpiryMs(transactions))
  out.int32(transactions.length)
  for (let i = 0; i < transactions.length; i++) {
    const { key, expiresAtMs } = transactions[i]!
    out.text(key)
    out.text(ids[i]!)
    out.float64(expiresAtMs)
  }
}

/** @throws Error for a row of an unknown version or another kind */
export function readTransactions(from: ByteReader): StoredTransaction[] {
  mustBe(readKind(from), rowKinds.transactions)
  from.float64()
  const rows = new Array<StoredTransaction>(from.int32())
  for (let i = 0; i < rows.length; i++)
    rows[i] = { key: from.text(), id: from.text() as MessageId, expiresAtMs: from.float64() }
  return rows
}

/** Appends the time, in whole milliseconds not before any of them is over, and a digest of the block: the same one again changes nothing. */
export function writeBlockKey(out: ByteWriter, expiresAtMs: number, block: Uint8Array): void {
  out.uint48(Math.ceil(expiresAtMs))
  out.short(createHash('sha256').update(block).digest().subarray(0, DIGEST_BYTES))
}

/** Behind every block that is over at this time, and before all others. No block has this key. */
export function blocksThrough(throughMs: number): Buffer {
  const key = Buffer.alloc(TIME_BYTES + DIGEST_BYTES + 1, 0xff)
  key.writeUIntBE(Math.floor(throughMs), 0, TIME_BYTES)
  return key
}
