// The tables that the truth of powerpacks is kept in, and the keys of their rows.
import type { KeptRow } from '../message/kept.js'

/** In the order in which they are loaded: what a row refers to comes before it. */
export const keptTables = ['powerpack', 'number', 'sent', 'optout', 'sticky'] as const

export type KeptTable = (typeof keptTables)[number]

export function keptRow(table: KeptTable, key: string, text: string): KeptRow {
  return { table, key, text }
}

/** `a|b` of two texts of which the second has no bar: a pack or a scope, and a phone. */
export function pairKey(first: string, second: string): string {
  return `${first}|${second}`
}

/** Undefined where there is no bar. */
export function readPair(text: string): readonly [first: string, second: string] | undefined {
  const bar = text.lastIndexOf('|')
  return bar < 0 ? undefined : [text.slice(0, bar), text.slice(bar + 1)]
}

/** A row's text as an object of which any field may be missing; undefined for what is none. */
export function readObject<T>(text: string): Partial<T> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
