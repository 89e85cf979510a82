// What became of the messages of a generator: how many, how fast, how late. Those of the warm-up count as taken, in no rate and no latency.
import { cpuSeconds, Histogram } from './meter.mjs'

export class Tally {
  sent = 0
  ok = 0
  rejected = 0
  startedMs = 0
  lastAnswerMs = 0
  #count
  #warmup
  #latency = new Histogram()
  #statuses = {}
  #firstOkMs = 0
  #lastOkMs = 0
  #okAtFirst = 0
  #cpuAtFirst = 0

  constructor(count, warmup) {
    this.#count = count
    this.#warmup = warmup
  }

  start(nowMs) {
    this.startedMs = this.lastAnswerMs = nowMs
  }

  /** So many were taken by one answer to what was due at `dueMs`. */
  taken(messages, dueMs, nowMs) {
    this.ok += messages
    this.#lastOkMs = nowMs
    if (this.ok <= this.#warmup) return
    if (this.#firstOkMs === 0) {
      this.#firstOkMs = nowMs
      this.#okAtFirst = this.ok
      this.#cpuAtFirst = cpuSeconds()
    }
    this.#latency.add(nowMs - dueMs)
  }

  refused(messages, status) {
    this.rejected += messages
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
  }

  get isOver() {
    return this.ok + this.rejected === this.#count
  }

  result() {
    const { sent, ok, rejected } = this
    const timed = ok - this.#okAtFirst
    const timedMs = this.#lastOkMs - this.#firstOkMs
    return {
      ...{ sent, ok, rejected, unanswered: sent - ok - rejected, statuses: this.#statuses },
      seconds: Number(((this.#lastOkMs - this.startedMs) / 1000).toFixed(3)),
      ok_rate: timed > 0 && timedMs > 0 ? Math.round((timed * 1000) / timedMs) : 0,
      latency_us: this.#latency.summary(),
      cpu_s: Number((cpuSeconds() - this.#cpuAtFirst).toFixed(3)),
    }
  }
}
