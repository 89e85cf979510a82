// Kept texts in the environment: by key, and in the order of keys. Reads only.

import { checkKeptKeys, checkKeptRange, KeptPageOf, type KeptPage, type KeptRange } from '../contracts/kept.js'
import { ByteReader } from '../rows/bytes.js'
import { readKeptText } from '../rows/kept-row.js'
import { behindPrefix, textOf } from '../rows/keys.js'
import { keyOf, type LmdbEnv } from './lmdb-env.js'

const reader = new ByteReader()

/** @throws RangeError by contracts/kept */
export function findKept(env: LmdbEnv, table: string, keys: readonly string[]): (string | undefined)[] {
  checkKeptKeys(table, keys)
  const prefix = `${table}\0`
  const found = new Array<string | undefined>(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const row = env.kept.getBinaryFast(keyOf(Buffer.from(prefix + keys[i]!, 'latin1')))
    found[i] = row && readKeptText(reader.over(row, 0))
  }
  return found
}

/** @throws RangeError by contracts/kept */
export function keptRows(env: LmdbEnv, table: string, range: KeptRange): KeptPage {
  checkKeptRange(table, range)
  const page = new KeptPageOf(range)
  const { from = '', to = '', reverse = false } = range
  const prefix = Buffer.from(`${table}\0`, 'latin1')
  const first = keyOf(Buffer.from(`${table}\0${from}`, 'latin1'))
  const end = keyOf(to === '' ? behindPrefix(prefix) : Buffer.from(`${table}\0${to}`, 'latin1'))
  if (Buffer.compare(first.bytes, end.bytes) >= 0) return page.page()
  const rows = reverse
    ? env.kept.getRange({ start: end, exclusiveStart: true, end: first, inclusiveEnd: true, reverse })
    : env.kept.getRange({ start: first, end })
  for (const { key, value } of rows) {
    if (page.full) {
      page.goesOn()
      break
    }
    page.add({ table, key: textOf(key, prefix.length, key.length), text: readKeptText(reader.over(value, 0)) })
  }
  return page.page()
}
