// Shows a histogram of ours to prom-client, which can only be fed value by value otherwise. Adapter, nothing else.
import * as prom from 'prom-client'
import type { HistogramSnapshot } from '../lib/histogram.js'

type Shown = Awaited<ReturnType<prom.Histogram['get']>>

/** Registers itself; `get` is what a registry calls at scrape. */
export class PromHistogram extends prom.Histogram {
  readonly #name: string
  readonly #help: string
  readonly #snapshot: () => HistogramSnapshot

  constructor(registry: prom.Registry, name: string, help: string, snapshot: () => HistogramSnapshot) {
    super({ name, help, registers: [registry] })
    this.#name = name
    this.#help = help
    this.#snapshot = snapshot
  }

  /** The part of prom-client's interface that text rendering asks for. */
  override get(): Promise<Shown> {
    const { bounds, cumulative, sum, count } = this.#snapshot()
    const bucket = (le: number | string, value: number) => ({
      metricName: `${this.#name}_bucket`,
      labels: { le },
      value,
    })
    const values = [
      ...bounds.map((bound, i) => bucket(bound, cumulative[i] as number)),
      bucket('+Inf', count),
      { metricName: `${this.#name}_sum`, labels: {}, value: sum },
      { metricName: `${this.#name}_count`, labels: {}, value: count },
    ]
    const shown = { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values }
    // The declared type has an enum that prom-client itself does not have at run time.
    return Promise.resolve(shown as unknown as Shown)
  }

  /** prom-client's text rendering prefers this to `get`. */
  getForPromString(): Promise<Shown> {
    return this.get()
  }
}
