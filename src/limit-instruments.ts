// What carriers' limits tell, put into metrics and log lines: who waited for which of them, what was refused, how much of a day is used.
// Belongs to the composition root; decides nothing.

import type { CarrierLimits } from './carrier-limits.js'
import { limitedIn } from './delivery/lane-key.js'
import type { Dispatcher } from './delivery/dispatcher.js'
import { sumsOf } from './delivery/lane-holds.js'
import type { LaneLimitPorts } from './delivery/lane-limits.js'
import type { Delivery } from './message/delivery.js'
import type { LimitedStagePorts } from './pipeline/limited/limited.js'
import { capWarningCodeOf } from './tendlc/codes.js'
import type { DayBook, DayTold } from './tendlc/day-book.js'
import type { LearnedCarriers } from './tendlc/learned-carriers.js'
import type { Log } from './telemetry/log.js'
import type { GaugeRow, Metrics } from './telemetry/metrics.js'
import type { limitKinds } from './telemetry/tendlc-metrics.js'
import type { Tables } from './tendlc/tables.js'

export interface LimitInstruments {
  readonly letGo: NonNullable<LaneLimitPorts['letGo']>
  readonly refused: LimitedStagePorts['refused']
  /** It failed at its turn. */
  readonly capped: (delivery: Delivery) => void
  readonly told: (told: DayTold) => void
}

/** @param tables whose codes warnings have; undefined where there is no campaign */
export function createLimitInstruments(metrics: Metrics, log: Log, tables: () => Tables | undefined): LimitInstruments {
  const refused: LimitInstruments['refused'] = ({ campaign, carrier }, reason) => {
    if (reason === 'unregisteredSender' || reason === 'queueOverflow' || reason === 'dayCapReached')
      metrics.limitedRefusals.count(campaign, carrier, reason)
  }
  return {
    letGo: ({ limited }, _, held) => {
      if (limited === undefined) return
      for (const [limit, heldMs] of sumsOf(held)) {
        const labels = [limited.campaign, limited.carrier, limitKindOf(limit)] as const
        metrics.limitedWaits.count(...labels)
        metrics.limitedWaitSeconds.add(metrics.limitedWaitSeconds.index(...labels), heldMs / 1000)
      }
    },
    refused,
    capped: ({ lane }) => {
      const limited = limitedIn(lane)
      if (limited !== undefined) refused(limited, 'dayCapReached')
    },
    told: ({ key, day, percent, used, cap }) => {
      const inForce = tables()
      const code = (inForce && capWarningCodeOf(percent, inForce)) ?? 0
      log.event('cap.used', { day: key, date: day, percent, used, cap, code })
    },
  }
}

/** Which of the limits it is, by its name. */
export function limitKindOf(name: string): (typeof limitKinds)[number] {
  if (name.startsWith('account ')) return 'account'
  if (name.startsWith('day ')) return 'day'
  if (name.startsWith('number ')) return 'number'
  return name.endsWith(', minute') ? 'minute' : 'rate'
}

export interface LimitGaugeSources {
  readonly metrics: Metrics
  readonly dispatcher: Dispatcher
  readonly limits: CarrierLimits
  readonly days: DayBook
  readonly learned: Pick<LearnedCarriers, 'size'>
  /** Switch time, ms. */
  readonly nowMs: () => number
}

const MAX_QUEUES = 2000

export function registerLimitGauges({ metrics, dispatcher, limits, days, learned, nowMs }: LimitGaugeSources): void {
  metrics.gauge('learnedPhones', () => [{ labels: {}, value: learned.size }])
  metrics.gauge('limitedWaiting', () => {
    const rows: GaugeRow<'limitedWaiting'>[] = []
    for (const { campaign, carrier, segments } of dispatcher.limited.campaigns()) {
      if (rows.push({ labels: { campaign, carrier }, value: segments }) >= MAX_QUEUES) break
    }
    return rows
  })
  metrics.gauge('capDay', () =>
    limits.daysInUse().flatMap(({ key, segments }): readonly GaugeRow<'capDay'>[] => [
      { labels: { day: key, what: 'used' }, value: days.used(key, nowMs()) },
      { labels: { day: key, what: 'cap' }, value: segments },
    ]),
  )
}
