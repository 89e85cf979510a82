// Counting for the load programs: a latency histogram in constant memory, a set of numbers seen. Must not allocate per message.

const PER_OCTAVE = 32
const OCTAVES = 32

/** Latencies in ms, kept in logarithmic steps of about 2 % from a microsecond up. */
export class Histogram {
  #counts = new Float64Array(PER_OCTAVE * OCTAVES)
  count = 0
  #max = 0

  add(ms) {
    const us = ms * 1000
    const place = us <= 1 ? 0 : Math.min(PER_OCTAVE * OCTAVES - 1, Math.floor(Math.log2(us) * PER_OCTAVE))
    this.#counts[place]++
    this.count++
    if (us > this.#max) this.#max = us
  }

  clear() {
    this.#counts.fill(0)
    this.count = 0
    this.#max = 0
  }

  #quantile(share) {
    const wanted = Math.ceil(this.count * share)
    let seen = 0
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i]
      if (seen >= wanted) return Math.round(Math.min(this.#max, 2 ** ((i + 0.5) / PER_OCTAVE)))
    }
    return Math.round(this.#max)
  }

  /** Microseconds, or null when nothing was counted. */
  summary() {
    if (this.count === 0) return null
    return {
      p50: this.#quantile(0.5),
      p90: this.#quantile(0.9),
      p99: this.#quantile(0.99),
      p999: this.#quantile(0.999),
      max: Math.round(this.#max),
    }
  }
}

/** How often each number was seen (up to 255), in one byte a number. */
export class Seen {
  #times = new Uint8Array(1 << 20)
  unique = 0
  dups = 0

  /** Counts one sight of `number` and returns how often it was seen before. */
  add(number) {
    if (number >= this.#times.length) {
      const larger = new Uint8Array(Math.max(number + 1, this.#times.length * 2))
      larger.set(this.#times)
      this.#times = larger
    }
    const before = this.#times[number]
    if (before === 0) this.unique++
    else this.dups++
    if (before < 255) this.#times[number] = before + 1
    return before
  }

  clear() {
    this.#times.fill(0)
    this.unique = 0
    this.dups = 0
  }
}

/** CPU seconds of this process so far. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
