// What plans of campaigns go by: the limits, carriers and days of now, made into what the planner asks for. It plans nothing.

import type { PlanPorts } from './plan-question.js'
import type { TenDlc } from '../directory/tendlc.js'
import { DestinationCarriers, type CarrierSources, type UnknownPolicy } from '../tendlc/carrier.js'
import type { DayBook } from '../tendlc/day-book.js'
import type { LimitWorld } from '../tendlc/limiter-lane.js'

export interface CampaignPlansPorts {
  readonly world: LimitWorld
  readonly learned: CarrierSources['learned']
  readonly days: Pick<DayBook, 'used'>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly unknownCarrier: UnknownPolicy
  readonly maxQueueSeconds: number
}

export function campaignPlans(ports: CampaignPlansPorts): PlanPorts {
  const { world, learned, days, nowMs, unknownCarrier: unknown, maxQueueSeconds } = ports
  const known = new WeakMap<TenDlc, DestinationCarriers>()
  return {
    world,
    maxQueueSeconds,
    usedToday: (dayKey) => days.used(dayKey, nowMs()),
    carrierOf(destination, chance, tenDlc, wallMs) {
      let carriers = known.get(tenDlc)
      if (carriers === undefined) {
        const { tables, overrides } = tenDlc
        known.set(tenDlc, (carriers = new DestinationCarriers({ tables, overrides, learned, unknown })))
      }
      return carriers.of({ destination, network: undefined, chance, wallMs })
    },
  }
}
