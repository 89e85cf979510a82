// Longest prefix of digits → value. Compiled once from a list, read-only after that; it knows nothing of phone numbers.

const zero = 48 // '0'

/** A digit prefix, possibly empty (matches everything), and what it stands for. */
export type PrefixEntry<T> = readonly [prefix: string, value: T]

/** A match: the value and how many digits of the number its prefix has. */
export interface PrefixMatch<T> {
  readonly length: number
  readonly value: T
}

/** Answers in one step per digit, without allocation for `longest`. */
export class PrefixTrie<T> {
  // Node n has its children at n * 10 … n * 10 + 9, 0 meaning none: the root is nobody's child.
  readonly #children: Int32Array
  // Index into values by node, -1 meaning none.
  readonly #valueAt: Int32Array
  readonly #values: readonly T[]

  /** Throws RangeError for a prefix with other characters than 0–9 or one given twice. */
  constructor(entries: Iterable<PrefixEntry<T>>) {
    const children: number[] = new Array<number>(10).fill(0)
    const valueAt: number[] = [-1]
    const values: T[] = []
    for (const [prefix, value] of entries) {
      let node = 0
      for (let i = 0; i < prefix.length; i++) {
        const digit = prefix.charCodeAt(i) - zero
        if (!(digit >= 0 && digit <= 9)) throw new RangeError(`prefix "${prefix}" has a character that is no digit`)
        let child = children[node * 10 + digit] as number
        if (child === 0) {
          child = valueAt.length
          children[node * 10 + digit] = child
          for (let d = 0; d < 10; d++) children.push(0)
          valueAt.push(-1)
        }
        node = child
      }
      if (valueAt[node] !== -1) throw new RangeError(`prefix "${prefix}" is given twice`)
      valueAt[node] = values.push(value) - 1
    }
    this.#children = Int32Array.from(children)
    this.#valueAt = Int32Array.from(valueAt)
    this.#values = values
  }

  get size(): number {
    return this.#values.length
  }

  /** The value of the longest prefix of `digits`; reading ends at the first character that is no digit. */
  longest(digits: string): T | undefined {
    let node = 0
    let best = this.#valueAt[0] as number
    for (let i = 0; i < digits.length; i++) {
      node = this.#step(node, digits.charCodeAt(i))
      if (node === 0) break
      const at = this.#valueAt[node] as number
      if (at !== -1) best = at
    }
    return best === -1 ? undefined : this.#values[best]
  }

  /** Every prefix of `digits` that has a value, longest first. */
  matches(digits: string): PrefixMatch<T>[] {
    const found: PrefixMatch<T>[] = []
    let node = 0
    for (let length = 0; ; length++) {
      const at = this.#valueAt[node] as number
      if (at !== -1) found.push({ length, value: this.#values[at] as T })
      if (length === digits.length) break
      node = this.#step(node, digits.charCodeAt(length))
      if (node === 0) break
    }
    return found.reverse()
  }

  #step(node: number, code: number): number {
    const digit = code - zero
    return digit >= 0 && digit <= 9 ? (this.#children[node * 10 + digit] as number) : 0
  }
}
