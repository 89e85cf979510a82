// Whose numbers and prefixes are, as an operator says: compiled from a list, read-only after that. Millions of numbers are little.

import { PrefixTrie, type PrefixEntry } from '../lib/prefix-trie.js'
import { carriers, type Carrier } from './carriers.js'

/** Digits of a number of the United States with its country. */
const WHOLE = 11

/** A whole number goes before any prefix of it, a longer prefix before a shorter one. */
export class CarrierOverrides {
  readonly #prefixes: PrefixTrie<Carrier>
  /** Sorted; beside each its carrier. 9 octets a number. */
  readonly #numbers: Float64Array
  readonly #carriers: Uint8Array

  /** @param entries digits without `+`, each once, and whose they are. Throws RangeError for what is no digit */
  constructor(entries: Iterable<PrefixEntry<Carrier>>) {
    const prefixes: PrefixEntry<Carrier>[] = []
    const numbers: number[] = []
    const byNumber = new Map<number, Carrier>()
    for (const entry of entries) {
      if (entry[0].length !== WHOLE) prefixes.push(entry)
      else {
        const number = Number(entry[0])
        numbers.push(number)
        byNumber.set(number, entry[1])
      }
    }
    this.#prefixes = new PrefixTrie(prefixes)
    this.#numbers = Float64Array.from(numbers).sort()
    this.#carriers = Uint8Array.from(this.#numbers, (number) => carriers.indexOf(byNumber.get(number)!))
  }

  get size(): number {
    return this.#prefixes.size + this.#numbers.length
  }

  /** @param number E.164 without `+` */
  of(number: string): Carrier | undefined {
    const at = number.length === WHOLE ? this.#find(Number(number)) : -1
    return at >= 0 ? carriers[this.#carriers[at]!] : this.#prefixes.longest(number)
  }

  #find(number: number): number {
    let [low, high] = [0, this.#numbers.length - 1]
    while (low <= high) {
      const at = (low + high) >>> 1
      const there = this.#numbers[at]!
      if (there === number) return at
      if (there < number) low = at + 1
      else high = at - 1
    }
    return -1
  }
}
