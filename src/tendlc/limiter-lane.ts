// Which gates stand in the way of a lane: pure, from what is in force to a list of gates to be made or found.

import type { Carrier } from './carriers.js'
import { majorCarriers } from './carriers.js'
import type { AtCap } from './day-gate.js'
import type { CarrierLimits, LimitsByCarrier, LimitsInForce, Pace } from './in-force.js'

/** What a lane's messages have in common. */
export interface LimitedLane {
  readonly account: string
  /** Who sends; undefined where numbers have no pace. Digits. */
  readonly number: string | undefined
  /** What the number is attached to; undefined for one that is not registered, is no long code, or is none. */
  readonly campaign: string | undefined
  /** `unknown`: each of the major carriers is charged. `abroad`: no carrier of the United States. */
  readonly carrier: Carrier | 'unknown' | 'abroad'
  readonly service: 'sms' | 'mms'
}

/** What holds now. Asked when a lane begins, and again after a change. */
export interface LimitWorld {
  /** Segments a second of all that an account sends; 0 for no limit. */
  accountPerSecond(account: string): number
  /** Segments a second of a lane's number where it is in no campaign, by what kind of number it is; 0 for no limit. */
  numberPerSecond(lane: LimitedLane): number
  /** Undefined for a campaign that is not known: its numbers go as unregistered. */
  campaign(id: string): (LimitsInForce & { readonly atCap: AtCap }) | undefined
}

export type GateSpec =
  | { readonly kind: 'bucket'; readonly key: string; readonly name: string; readonly perSecond: number }
  | { readonly kind: 'minute'; readonly key: string; readonly name: string; readonly perMinute: number }
  | {
      readonly kind: 'day'
      readonly key: string
      readonly name: string
      readonly dayKey: string
      readonly cap: number
      readonly atCap: AtCap
    }

/**
 * From the narrowest to the widest, behind those of the day: whoever has its turn at a gate keeps it while it waits at one behind,
 * which all that pass the first must pass as well, so that it keeps nobody from going who could.
 */
export function gatesOf(lane: LimitedLane, world: LimitWorld): readonly GateSpec[] {
  const days: GateSpec[] = []
  const numbers: GateSpec[] = []
  const shared: GateSpec[] = []
  const inForce = lane.campaign === undefined ? undefined : world.campaign(lane.campaign)
  if (lane.carrier === 'abroad' || inForce === undefined) addNumber(numbers, lane, world)
  else
    for (const carrier of carriersOf(lane)) {
      const limits = inForce[lane.service][carrier]
      addDay(days, limits, inForce.atCap)
      if (lane.number !== undefined)
        addPace(numbers, `number ${lane.number}`, `n|${lane.number}`, carrier, lane.service, limits.perNumber)
      const scope = inForce.sharedBy === 'brand' ? `brand ${inForce.brand}` : `campaign ${inForce.campaign}`
      addPace(shared, scope, `s|${scope}`, carrier, lane.service, limits.shared)
    }
  const perSecond = world.accountPerSecond(lane.account)
  if (perSecond > 0)
    shared.push({ kind: 'bucket', key: `a|${lane.account}`, name: `account ${lane.account}`, perSecond })
  return [...days, ...numbers, ...shared]
}

/** Whose days a lane counts on. */
export function dayKeysOf({ campaign, carrier, service }: LimitedLane, world: LimitWorld): readonly string[] {
  const limits: LimitsByCarrier | undefined = campaign === undefined ? undefined : world.campaign(campaign)?.[service]
  if (limits === undefined || carrier === 'abroad') return none
  if (carrier !== 'unknown') {
    const key = limits[carrier].day?.key
    return key === undefined ? none : [key]
  }
  return [...new Set(majorCarriers.flatMap((major) => limits[major].day?.key ?? []))]
}

const none: readonly string[] = []

function carriersOf({ carrier }: LimitedLane): readonly Carrier[] {
  if (carrier === 'unknown') return majorCarriers
  return carrier === 'abroad' ? [] : [carrier]
}

function addNumber(gates: GateSpec[], lane: LimitedLane, world: LimitWorld): void {
  const { number } = lane
  const perSecond = number === undefined ? 0 : world.numberPerSecond(lane)
  if (perSecond > 0) gates.push({ kind: 'bucket', key: `n|${number}`, name: `number ${number}`, perSecond })
}

function addDay(gates: GateSpec[], { day }: CarrierLimits, atCap: AtCap): void {
  if (day === undefined) return
  const { key: dayKey, segments: cap } = day
  // One day is charged once, whichever carriers count on it.
  if (gates.some((gate) => gate.kind === 'day' && gate.dayKey === dayKey)) return
  gates.push({ kind: 'day', key: `d|${dayKey}|${cap}|${atCap}`, name: `day of ${dayKey}`, dayKey, cap, atCap })
}

function addPace(
  gates: GateSpec[],
  scope: string,
  key: string,
  carrier: Carrier,
  service: 'sms' | 'mms',
  pace: Pace | undefined,
): void {
  if (pace === undefined) return
  const of = `${key}|${carrier}|${service}`
  const name = `${scope} to ${carrier}`
  const { perSecond, perMinute } = pace
  gates.push({ kind: 'bucket', key: of, name, perSecond })
  if (perMinute !== undefined) gates.push({ kind: 'minute', key: `m|${of}`, name: `${name}, minute`, perMinute })
}
