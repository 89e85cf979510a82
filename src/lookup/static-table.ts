// Networks of numbers and prefixes from a CSV text, as the provider that needs no network. Reads no file.

import { PrefixTrie } from '../lib/prefix-trie.js'
import { networkOf, quoted, truthOf } from './json-answer.js'
import type { NetworkAnswer, TableProvider } from './provider.js'

/** One bad line, to be put right. */
export interface TableMistake {
  /** From 1. */
  readonly line: number
  readonly expected: string
  /** What stands there, shortened. */
  readonly value: string
}

export type ParsedTable =
  | { readonly kind: 'table'; readonly table: TableProvider; readonly size: number }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly TableMistake[] }

/**
 * Reads lines of `number,network[,ported]`, with `,` or `;`, in quotes or not:
 * `12025550123,310410` for a number, `1202*,310-004` for a prefix, `*,…` for all. Empty lines, lines that begin with `#` and
 * a first line `number,network[,ported]` are passed over. One column for the network, so that a spreadsheet that takes it
 * for a number can't drop the leading zeros of an MNC.
 * @returns the table, or every bad line; a table with a bad line is not used at all
 */
export function parseTable(name: string, csv: string): ParsedTable {
  const numbers = new Map<string, NetworkAnswer>()
  const prefixes = new Map<string, NetworkAnswer>()
  const lineOf = new Map<string, number>()
  const answers = new Map<string, NetworkAnswer>()
  const mistakes: TableMistake[] = []

  csv
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((text, i) => {
      const line = i + 1
      const trimmed = text.trim()
      if (trimmed === '' || trimmed.startsWith('#')) return
      const cells = trimmed.split(/[,;]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
      if (line === 1 && cells[0]?.toLowerCase() === 'number') return
      const bad = (expected: string, value = trimmed): void => {
        mistakes.push({ line, expected, value: quoted(value) })
      }
      const [key = '', code = '', ported = ''] = cells
      if (cells.length < 2 || cells.length > 3) return bad('number,network or number,network,ported')
      if (!/^(\d{1,15}|\d{0,15}\*)$/.test(key)) return bad('a number, or a prefix with * behind it', key)
      const network = networkOf(code)
      if (network === undefined || network === 'none') return bad('MCC and MNC such as 310410 or 310-04', code)
      const isPorted = truthOf(ported)
      if (ported !== '' && isPorted === undefined) return bad('true or false for ported', ported)
      const before = lineOf.get(key)
      if (before !== undefined) return bad(`each number and prefix once (it is in line ${before} already)`, key)
      lineOf.set(key, line)
      const id = `${network.mcc}-${network.mnc} ${isPorted}`
      let answer = answers.get(id)
      if (answer === undefined) {
        answer = { kind: 'network', network, ported: isPorted, roaming: undefined, reachable: undefined }
        answers.set(id, answer)
      }
      if (key.endsWith('*')) prefixes.set(key.slice(0, -1), answer)
      else numbers.set(key, answer)
    })
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }

  const trie = new PrefixTrie(prefixes)
  const find = (number: string): NetworkAnswer | undefined => numbers.get(number) ?? trie.longest(number)
  return { kind: 'table', table: { kind: 'table', name, find }, size: numbers.size + prefixes.size }
}
