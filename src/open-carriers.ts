// What carriers limit, put together from the store, the settings and the directory, for the core and the pipeline. Belongs to the
// composition root.

import { campaignPlans } from './admin/plan-ports.js'
import type { PlanPorts } from './admin/plan-question.js'
import { CarrierLimits } from './carrier-limits.js'
import type { Config } from './config/settings.js'
import type { Core, CorePorts } from './core.js'
import type { Snapshot } from './directory/snapshot.js'
import { openLimitBooks } from './limit-books.js'
import { createLimitInstruments, registerLimitGauges } from './limit-instruments.js'
import type { KeptRow } from './message/kept.js'
import { LimitedStage } from './pipeline/limited/limited.js'
import type { Store } from './store/contracts/store.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'
import type { DayBook } from './tendlc/day-book.js'
import { CARRIER_TABLE } from './tendlc/learned-carriers.js'

export interface OpenCarriersPorts {
  readonly config: Config
  readonly store: Pick<Store, 'keptRows'>
  readonly directory: () => Snapshot
  readonly metrics: Metrics
  readonly log: Log
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
  /** No process has sent from this store before. */
  readonly isFirst: boolean
}

export interface Carriers {
  readonly limits: CarrierLimits
  readonly days: DayBook
  /** What plans of campaigns go by. */
  readonly plans: PlanPorts
  readonly ofCore: Pick<CorePorts, 'carrierLimits' | 'limitInstruments'>
  readonly stage: (dispatcher: Pick<Core['dispatcher'], 'limited'>) => LimitedStage
  readonly registerGauges: (metrics: Metrics, dispatcher: Core['dispatcher']) => void
  /** Removes from the store what is too old to matter: to be called every second or so. */
  readonly keepOwed: (recorder: Pick<Core['recorder'], 'recordLazily'>) => void
}

/** Rows of one unit. */
const OWED_AT_ONCE = 500
const ignored = { durable: (): void => undefined }

/** @throws StoreError */
export async function openCarriers(ports: OpenCarriersPorts): Promise<Carriers> {
  const { config, store, directory, metrics, log, nowMs, wallMs, isFirst } = ports
  const instruments = createLimitInstruments(metrics, log, () => directory().tenDlc?.tables)
  const { days, learned, old } = await openLimitBooks({ config, store, nowMs, wallMs, told: instruments.told })
  const { unregistered, unknownCarrier, maxQueueSeconds } = config.tenDlc
  const limits = new CarrierLimits(
    { directory, learned, days, nowMs, wallMs },
    { unregistered, unknownCarrier, maxQueueSeconds, startedMs: isFirst ? -Infinity : nowMs() },
  )
  const owed: KeptRow[] = [...old]
  const isLearned = (table: string, key: string): boolean =>
    table === CARRIER_TABLE && learned.of(key, wallMs()) !== undefined
  return {
    ...{ limits, days },
    plans: campaignPlans({ world: limits, learned, days, nowMs, unknownCarrier, maxQueueSeconds }),
    ofCore: { carrierLimits: limits, limitInstruments: instruments },
    stage: (dispatcher) =>
      new LimitedStage({
        isOn: () => limits.isOn(),
        limitedOf: (message) => limits.limitedOf(message),
        queuesOf: (limited) => limits.queuesOf(limited),
        isFree: (...asked) => limits.isFree(...asked),
        lifeMs: (...asked) => limits.lifeMs(...asked),
        dayLeft: (...of) => limits.dayLeft(...of),
        waiting: dispatcher.limited,
        refused: instruments.refused,
      }),
    registerGauges: (of, dispatcher) => registerLimitGauges({ metrics: of, dispatcher, limits, days, learned, nowMs }),
    keepOwed: (recorder) => {
      if (owed.length === 0) return
      // A receipt may have taught a phone anew meanwhile, and its row stands where the old one stood.
      const rows = owed.splice(0, OWED_AT_ONCE).filter(({ table, key }) => !isLearned(table, key))
      if (rows.length > 0) recorder.recordLazily({ kind: 'kept', rows, fact: true }, ignored)
    },
  }
}
