// Counters by labels for the hot path: labels become an index once, counting is one addition. Formatting is elsewhere.

/** A label as the caller has it: numbers are put into words when first seen, not at each count. */
export type Label = string | number

/** Puts a label into the words that /metrics shows. */
export type LabelText = (label: Label) => string

interface LabelNode {
  readonly children: Map<Label, LabelNode>
  index: number
}

/** One series: label texts in the catalogue's order, and its count. */
export interface CounterRow {
  readonly labels: readonly string[]
  readonly value: number
}

/** Label combinations that one counter tells apart; further ones share a series whose labels all read `other`. */
export const maxSeries = 2000

/** A family of counts. `Labels` is a tuple with one entry per label of the catalogue. */
export class Counter<Labels extends readonly Label[]> {
  readonly #root: LabelNode = { children: new Map(), index: -1 }
  readonly #texts: (readonly string[])[] = []
  readonly #textOf: readonly (LabelText | undefined)[]
  #values = new Float64Array(16)
  #otherIndex = -1
  /** What was asked for last: on the hot path the same comes many times in a row. */
  #lastLabels: readonly Label[] = []
  #lastIndex = -1

  /** @param textOf how to word the labels, by position; String where none is given */
  constructor(textOf: readonly (LabelText | undefined)[] = []) {
    this.#textOf = textOf
  }

  /** Counts one by its labels: a map look-up per label. */
  count(...labels: Labels): void {
    this.add(this.index(...labels), 1)
  }

  /** The index of a combination, valid for good: for callers that count the same one often. */
  index(...labels: Labels): number {
    const last = this.#lastLabels
    let i = 0
    while (i < labels.length && labels[i] === last[i]) i++
    if (i === labels.length && this.#lastIndex !== -1) return this.#lastIndex
    this.#lastLabels = labels
    return (this.#lastIndex = this.#find(labels))
  }

  #find(labels: readonly Label[]): number {
    let node = this.#root
    for (let i = 0; i < labels.length; i++) {
      const child = node.children.get(labels[i] as Label)
      if (child === undefined) return this.#intern(labels)
      node = child
    }
    return node.index === -1 ? this.#intern(labels) : node.index
  }

  /** Adds `by` to the series at `index`. */
  add(index: number, by: number): void {
    this.#values[index] = (this.#values[index] as number) + by
  }

  /** The series that were counted, in the order they were first seen. */
  rows(): CounterRow[] {
    return this.#texts.map((labels, index) => ({ labels, value: this.#values[index] as number }))
  }

  #intern(labels: readonly Label[]): number {
    // Peers choose statuses and names: beyond the bound nothing is remembered of them.
    if (this.#texts.length >= maxSeries) return this.#other(labels.length)
    let node = this.#root
    for (const label of labels) {
      let child = node.children.get(label)
      if (child === undefined) node.children.set(label, (child = { children: new Map(), index: -1 }))
      node = child
    }
    node.index = this.#newSeries(labels.map((label, i) => this.#textOf[i]?.(label) ?? String(label)))
    return node.index
  }

  #other(labelCount: number): number {
    if (this.#otherIndex === -1) this.#otherIndex = this.#newSeries(new Array<string>(labelCount).fill('other'))
    return this.#otherIndex
  }

  #newSeries(texts: readonly string[]): number {
    const index = this.#texts.push(texts) - 1
    if (index >= this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    return index
  }
}
