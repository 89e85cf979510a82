// Kept texts in the memory store: of each table a map and its keys in order. Nothing survives the process.

import { KeptPageOf, type KeptPage, type KeptRange, type KeptRow } from '../contracts/kept.js'

export interface MemoryTable {
  readonly texts: Map<string, string>
  /** In the order of octets, which is that of characters: keys are ASCII. */
  readonly keys: string[]
}

export type MemoryTables = Map<string, MemoryTable>

export function copyTables(tables: MemoryTables): MemoryTables {
  return new Map([...tables].map(([name, { texts, keys }]) => [name, { texts: new Map(texts), keys: keys.slice() }]))
}

export function keepRow(tables: MemoryTables, { table, key, text }: KeptRow): void {
  let rows = tables.get(table)
  if (rows === undefined) tables.set(table, (rows = { texts: new Map(), keys: [] }))
  const isThere = rows.texts.has(key)
  if (text === '') {
    if (!isThere) return
    rows.texts.delete(key)
    rows.keys.splice(firstFrom(rows.keys, key), 1)
  } else {
    if (!isThere) rows.keys.splice(firstFrom(rows.keys, key), 0, key)
    rows.texts.set(key, text)
  }
}

export function pageOf(tables: MemoryTables, table: string, range: KeptRange): KeptPage {
  const page = new KeptPageOf(range)
  const { from = '', to = '', reverse = false } = range
  const rows = tables.get(table)
  if (rows === undefined) return page.page()
  const first = firstFrom(rows.keys, from)
  const end = to === '' ? rows.keys.length : firstFrom(rows.keys, to)
  for (let n = 0; n < end - first; n++) {
    if (page.full) {
      page.goesOn()
      break
    }
    const key = rows.keys[reverse ? end - 1 - n : first + n]!
    page.add({ table, key, text: rows.texts.get(key)! })
  }
  return page.page()
}

/** The place of the first key that is not before this one. */
function firstFrom(keys: readonly string[], key: string): number {
  // Most rows arrive in order.
  const last = keys[keys.length - 1]
  if (last === undefined || last < key) return keys.length
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
