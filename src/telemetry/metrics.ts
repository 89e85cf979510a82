// The metrics of one daemon: plain numbers while messages pass, put into Prometheus' words at scrape. No prom-client call per message.
import * as prom from 'prom-client'
import { Histogram } from '../lib/histogram.js'
import { Counter, type Label, type LabelText } from './counter.js'
import {
  counterCatalogue,
  gaugeCatalogue,
  histogramCatalogue,
  type CounterName,
  type CounterSpec,
  type GaugeName,
  type GaugeSpec,
  type HistogramName,
  type HistogramSpec,
} from './metric-catalogue.js'
import { PromHistogram } from './prom-histogram.js'

/** Where the catalogue lists what a label may say, only that. */
type LabelOf<Values, Name> = Name extends keyof Values
  ? Values[Name] extends readonly (infer Value extends Label)[]
    ? Value
    : Label
  : Label
type LabelsOf<Names extends readonly string[], Values> = {
  readonly [Position in keyof Names]: LabelOf<Values, Names[Position]>
}
type ValuesOf<Spec> = Spec extends { readonly values: infer Values } ? Values : unknown

type Counters = {
  readonly [Name in CounterName]: Counter<
    LabelsOf<(typeof counterCatalogue)[Name]['labels'], ValuesOf<(typeof counterCatalogue)[Name]>>
  >
}
type Histograms = { readonly [Name in HistogramName]: Histogram }

/** One series of a gauge. */
export interface GaugeRow<Name extends GaugeName> {
  readonly labels: Readonly<Record<(typeof gaugeCatalogue)[Name]['labels'][number], string>>
  readonly value: number
}

/** Counters and histograms by their names in the catalogue, gauges by callback, and the text of a scrape. */
export type Metrics = Counters &
  Histograms & {
    /** Reads `rows` at each scrape; several callbacks of one name add their rows up to one gauge. */
    gauge<Name extends GaugeName>(name: Name, rows: () => readonly GaugeRow<Name>[]): void
    /** Everything in Prometheus' text format. */
    render(): Promise<string>
    readonly contentType: string
  }

export interface MetricsOptions {
  /** Process, heap, garbage collection and event-loop lag of Node; default true. */
  readonly processMetrics?: boolean
  /** Words for numeric commands and statuses, called once per new number. */
  readonly commandText?: LabelText
  readonly statusText?: LabelText
}

/** Makes the metrics of one daemon; two daemons in one process do not share them. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new prom.Registry()
  const gaugeRows = new Map<GaugeName, (() => readonly GaugeRow<GaugeName>[])[]>()
  const wording: Readonly<Record<string, LabelText | undefined>> = {
    command: options.commandText,
    status: options.statusText,
  }
  const counters = Object.entries(counterCatalogue).map(([key, spec]) => [key, scrapedCounter(registry, spec, wording)])
  const histograms = Object.entries(histogramCatalogue).map(([key, spec]) => [key, scrapedHistogram(registry, spec)])
  for (const [key, spec] of Object.entries(gaugeCatalogue)) {
    scrapedGauge(registry, spec, () => (gaugeRows.get(key as GaugeName) ?? []).flatMap((rows) => rows()))
  }
  if (options.processMetrics !== false) prom.collectDefaultMetrics({ register: registry })
  return {
    ...(Object.fromEntries(counters) as Counters),
    ...(Object.fromEntries(histograms) as Histograms),
    gauge(name, rows) {
      gaugeRows.set(name, [...(gaugeRows.get(name) ?? []), rows])
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function scrapedCounter(
  registry: prom.Registry,
  spec: CounterSpec,
  wording: Readonly<Record<string, LabelText | undefined>>,
): Counter<readonly Label[]> {
  const counter = new Counter<readonly Label[]>(spec.labels.map((label) => wording[label]))
  // A counter without labels is there from the start, at 0.
  if (spec.labels.length === 0) counter.index()
  new prom.Counter({
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels,
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of counter.rows()) this.inc(named(spec.labels, labels), value)
    },
  })
  return counter
}

function scrapedGauge(registry: prom.Registry, spec: GaugeSpec, rows: () => readonly GaugeRow<GaugeName>[]): void {
  new prom.Gauge({
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels,
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of rows()) this.inc(labels, value)
    },
  })
}

function scrapedHistogram(registry: prom.Registry, spec: HistogramSpec): Histogram {
  const histogram = new Histogram(spec.bounds)
  new PromHistogram(registry, spec.name, spec.help, () => histogram.snapshot())
  return histogram
}

function named(names: readonly string[], texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']))
}
