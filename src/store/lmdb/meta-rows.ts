// The rows of the table `meta`: format of the data, epoch, anchor of the clock, revision of the directory. How far records are
// in files, and the currency of the books: book-rows.

import type { ClockAnchor } from '../contracts/store.js'
import { ByteReader, type ByteWriter } from '../rows/bytes.js'
import { keyOf, type Table } from './lmdb-env.js'

export const metaKeys = {
  format: 'format',
  epoch: 'epoch',
  anchor: 'anchor',
  directoryRevision: 'directoryRevision',
  exportMark: 'exportMark',
  currency: 'currency',
} as const

/**
 * Of the tables and their keys; rows have a version of their own. Format 2 has the tables `groups` and `collected` besides. The table
 * `directory` came later without a new one: a program that does not know it can't be started on it, for want of a directory file.
 * So did `answers`: without it questions are asked again.
 * Format 3 has the tables `books` and `records`, and bills in rows: a program that passes over them would lose money.
 * Format 4 has the tables `registrations` and `transactions`, and messages from account to account in rows of messages from phones: an
 * earlier program would deliver those and settle nothing.
 * Format 5 has the table `kept`: a program that passes over it would send to who opted out, and tell no application what became of messages.
 * Format 6 has shorter bills in its rows, and blocks of records that earlier programs cannot read.
 */
export const FORMAT = 6

export function writeNumber(out: ByteWriter, value: number): void {
  out.float64(value)
}

export function writeAnchor(out: ByteWriter, anchor: ClockAnchor): void {
  out.float64(anchor.switchMs)
  out.float64(anchor.monotonicMs)
  out.text(anchor.bootId)
}

export function readMeta(meta: Table): {
  readonly format: number | undefined
  readonly epoch: number
  readonly anchor: ClockAnchor | undefined
} {
  const at = (key: string) => readerAt(meta, key)
  const format = at(metaKeys.format)?.float64()
  const epoch = at(metaKeys.epoch)?.float64() ?? 0
  const anchor = at(metaKeys.anchor)
  return {
    format,
    epoch,
    anchor: anchor && { switchMs: anchor.float64(), monotonicMs: anchor.float64(), bootId: anchor.text() },
  }
}

/** 0 before the first change. */
export function readDirectoryRevision(meta: Table): number {
  return readerAt(meta, metaKeys.directoryRevision)?.float64() ?? 0
}

function readerAt(meta: Table, key: string): ByteReader | undefined {
  const bytes = meta.getBinaryFast(keyOf(Buffer.from(key)))
  return bytes && new ByteReader().over(bytes, 0)
}
