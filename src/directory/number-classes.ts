// Numbers that all tariffs treat alike, as one index: what was worked out for one of them holds for the others. It holds no price.

import { DIGITS_MAX, NUMBER_KEY } from '../money/destination.js'
import { KEY_AT, ROW, type Tariff } from '../money/tariff.js'

/** Numbers are alike where the longest prefix, or the exact number, that any tariff has is the same. Networks do not count. */
export interface NumberClasses {
  readonly count: number
  /** From 0; NO_CLASS where no tariff has a rate for it but by its network. */
  classOf(called: string): number
}

export const NO_CLASS = -1

/** Keys taken between two yields: about a millisecond. */
const SLICE = 1000
const powersOfTen = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, n) => 10 ** n)

/** Works in slices. */
export function* numberClasses(tariffs: Iterable<Tariff>): Generator<void, NumberClasses> {
  const classes = new DigitTrie()
  let seen = 0
  for (const { rows, size } of tariffs) {
    for (let row = 0; row < size; row++) {
      if (++seen % SLICE === 0) yield
      classes.add(rows[row * ROW + KEY_AT]!)
    }
  }
  return classes
}

/**
 * A step per digit. Flat columns that grow, in place of lib's PrefixTrie: it is filled in slices, and what ends at a node may be a
 * prefix and a number.
 */
class DigitTrie implements NumberClasses {
  // Node n has its children at n * 10 … n * 10 + 9, 0 meaning none: the root is nobody's child.
  #children = new Int32Array(10 * 256)
  #prefixes = new Int32Array(256).fill(NO_CLASS)
  #numbers = new Int32Array(256).fill(NO_CLASS)
  #nodes = 1
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Takes the key of a prefix or a number, see money/destination.ts; others have no digits and pass. */
  add(key: number): void {
    let length = 0
    while (length < DIGITS_MAX && key >= powersOfTen[length + 1]!) length++
    const kind = Math.floor(key / powersOfTen[length]!)
    if (kind === 0 || kind > NUMBER_KEY) return
    let node = 0
    let rest = key - kind * powersOfTen[length]!
    for (let at = length - 1; at >= 0; at--) {
      const digit = Math.floor(rest / powersOfTen[at]!)
      rest -= digit * powersOfTen[at]!
      node = this.#children[node * 10 + digit]! || this.#grown(node * 10 + digit)
    }
    const column = kind === NUMBER_KEY ? this.#numbers : this.#prefixes
    if (column[node] === NO_CLASS) column[node] = this.#count++
  }

  classOf(called: string): number {
    const children = this.#children
    const prefixes = this.#prefixes
    let node = 0
    let best = prefixes[0]!
    for (let at = 0; at < called.length; at++) {
      const digit = called.charCodeAt(at) - 48
      if (!(digit >= 0 && digit <= 9)) return best
      node = children[node * 10 + digit]!
      if (node === 0) return best
      const found = prefixes[node]!
      if (found !== NO_CLASS) best = found
    }
    const exact = this.#numbers[node]!
    return exact === NO_CLASS ? best : exact
  }

  #grown(at: number): number {
    const node = this.#nodes++
    if (node === this.#prefixes.length) {
      this.#children = larger(this.#children, 0)
      this.#prefixes = larger(this.#prefixes, NO_CLASS)
      this.#numbers = larger(this.#numbers, NO_CLASS)
    }
    this.#children[at] = node
    return node
  }
}

function larger(column: Int32Array<ArrayBuffer>, unset: number): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(column.length * 2)
  if (unset !== 0) twice.fill(unset, column.length)
  twice.set(column)
  return twice
}
