// Counts of values in fixed buckets, cheap enough for every message. Formatting belongs to whoever takes the snapshot.

/** What a histogram holds at one moment; `cumulative[i]` values were `bounds[i]` or less, `count` in all. */
export interface HistogramSnapshot {
  readonly bounds: readonly number[]
  readonly cumulative: readonly number[]
  readonly sum: number
  readonly count: number
}

/** Bounds from `first` by `factor`, `count` of them, rounded to three significant digits. */
export function geometricBounds(first: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((first * factor ** i).toPrecision(3)))
}

/** One pass, no allocation per value. */
export class Histogram {
  readonly #bounds: Float64Array
  readonly #counts: Float64Array // one more than bounds: the last is for what is above all of them
  readonly #sum = new Float64Array(1) // boxed in an array, so that adding allocates no heap number

  /** @param bounds upper bounds, ascending; throws RangeError otherwise */
  constructor(bounds: readonly number[]) {
    const ascending = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number))
    if (bounds.length === 0 || !bounds.every(Number.isFinite) || !ascending) {
      throw new RangeError('the bounds of a histogram are finite and ascending')
    }
    this.#bounds = Float64Array.from(bounds)
    this.#counts = new Float64Array(bounds.length + 1)
  }

  /** Counts `value` `times` times; one that is not a finite number is not counted. */
  record(value: number, times = 1): void {
    if (!Number.isFinite(value)) return
    let low = 0
    let high = this.#bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (this.#bounds[middle] as number)) high = middle
      else low = middle + 1
    }
    this.#counts[low] = (this.#counts[low] as number) + times
    this.#sum[0] = (this.#sum[0] as number) + value * times
  }

  snapshot(): HistogramSnapshot {
    const cumulative: number[] = []
    let count = 0
    for (let i = 0; i < this.#bounds.length; i++) cumulative.push((count += this.#counts[i] as number))
    count += this.#counts[this.#bounds.length] as number
    return { bounds: [...this.#bounds], cumulative, sum: this.#sum[0] as number, count }
  }

  /** Forgets all values. */
  reset(): void {
    this.#counts.fill(0)
    this.#sum[0] = 0
  }
}
