// Blocks of transactions in the environment: which of them are over, and what is in the others. Reads only.

import { counts, type StoredTransaction } from '../contracts/transactions.js'
import { MAX_DUE_MS } from '../contracts/limits.js'
import { ByteReader } from '../rows/bytes.js'
import { blocksThrough, readTransactions } from '../rows/transaction-block.js'
import { keyOf, type LmdbEnv } from './lmdb-env.js'

/** Before every key. */
const FIRST = keyOf(Uint8Array.of(0))
const LAST = keyOf(blocksThrough(MAX_DUE_MS))

/** The keys of blocks that are over at that time, oldest first. */
export function blocksOver(env: LmdbEnv, throughMs: number, limit: number): Uint8Array[] {
  return [...env.transactions.getKeys({ start: FIRST, end: keyOf(blocksThrough(throughMs)), limit })]
}

/** One of each key; the latest blocks come first, and the rest is left out. */
export function transactionsAfter(env: LmdbEnv, nowMs: number, limit: number): StoredTransaction[] {
  const found = new Map<string, StoredTransaction>()
  const reader = new ByteReader()
  const end = keyOf(blocksThrough(Math.min(Math.max(nowMs, 0), MAX_DUE_MS)))
  for (const { value } of env.transactions.getRange({ start: LAST, end, reverse: true })) {
    if (found.size >= limit) break
    for (const row of readTransactions(reader.over(value, 0))) {
      if (row.expiresAtMs <= nowMs) continue
      const other = found.get(row.key)
      if (other === undefined || counts(row, other)) found.set(row.key, row)
    }
  }
  return [...found.values()].slice(0, limit)
}
