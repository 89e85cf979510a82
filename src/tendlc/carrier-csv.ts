// What an operator says of carriers: lines of `number or prefix,carrier`, read and checked. It opens no file.

import type { PrefixEntry } from '../lib/prefix-trie.js'
import { CarrierOverrides } from './carrier-overrides.js'
import { carriers, type Carrier } from './carriers.js'

export interface CsvMistake {
  /** From 1. */
  readonly line: number
  readonly expected: string
}

export type CarrierCsv =
  | { readonly overrides: CarrierOverrides; readonly mistakes?: never }
  | { readonly overrides?: never; readonly mistakes: readonly CsvMistake[] }

const MISTAKES_TOLD = 100
const isCarrier = (text: string): text is Carrier => (carriers as readonly string[]).includes(text)

/**
 * `+12025550123,att` or `1202555,verizon` each; a line of words first, lines that begin with `#` and empty ones are passed over.
 * Digits are those of a number with its country, from the left.
 */
export function readCarrierCsv(text: string): CarrierCsv {
  const mistakes: CsvMistake[] = []
  const seen = new Map<string, number>()
  const entries: PrefixEntry<Carrier>[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const first = lines.findIndex((line) => !isPassedOver(line))
  lines.forEach((line, at) => {
    if (isPassedOver(line)) return
    const [digits = '', name = '', ...more] = line.split(/[,;\t]/).map(fieldOf)
    // The names of the columns.
    if (at === first && /^[a-z]/i.test(digits)) return
    const prefix = digits.replace(/^\+/, '')
    const fault = faultOf(prefix, name, more, seen)
    if (fault !== undefined) mistakes.push({ line: at + 1, expected: fault })
    else entries.push([prefix, name as Carrier])
    seen.set(prefix, at + 1)
  })
  return mistakes.length > 0
    ? { mistakes: mistakes.slice(0, MISTAKES_TOLD) }
    : { overrides: new CarrierOverrides(entries) }
}

function faultOf(prefix: string, name: string, more: readonly string[], seen: ReadonlyMap<string, number>) {
  if (!/^1[0-9]{0,10}$/.test(prefix)) return 'a number of the United States or the first digits of one, such as 1202555'
  if (!isCarrier(name)) return `one of ${carriers.join(', ')} after the number`
  if (more.some((field) => field !== '')) return 'a number and a carrier, and nothing after them'
  const before = seen.get(prefix)
  return before === undefined ? undefined : `each number once; line ${before} has this one too`
}

function isPassedOver(line: string): boolean {
  return line.trim() === '' || line.startsWith('#')
}

function fieldOf(field: string): string {
  const bare = field.trim()
  return bare.length > 1 && bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare
}
