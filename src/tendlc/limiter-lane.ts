// Which gates stand in the way of a lane: pure, from what is in force to a list of gates to be made or found.

import { majorCarriers, type Carrier } from './carriers.js'
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
  /** Of all that an account sends; undefined for no limit. */
  accountPace(account: string, service: 'sms' | 'mms'): Pace | undefined
  /** Of a lane's number where it is in no campaign, by what kind of number it is; undefined for no limit. */
  numberPace(lane: LimitedLane): Pace | undefined
  /** Undefined for a campaign that is not known: its numbers go as unregistered. */
  campaign(id: string): CampaignInForce | undefined
}

export type CampaignInForce = LimitsInForce & { readonly atCap: AtCap }

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

/** The part of a lane's way that does not depend on its number and account. */
export interface CampaignWay<G> {
  readonly days: readonly G[]
  /** Of each number by itself. */
  readonly perNumber: readonly { readonly carrier: Carrier; readonly pace: Pace }[]
  readonly shared: readonly G[]
}

/**
 * From the narrowest to the widest, behind those of the day: whoever has its turn at a gate keeps it while it waits at one behind,
 * which all that pass the first must pass as well, so that it keeps nobody from going who could.
 */
export function gatesOf(lane: LimitedLane, world: LimitWorld): readonly GateSpec[] {
  const inForce = campaignOf(lane, world)
  const way = inForce === undefined ? undefined : wayOf(inForce, lane)
  return [...(way?.days ?? []), ...numberGates(lane, way, world), ...(way?.shared ?? []), ...accountGates(lane, world)]
}

/** Undefined where none of a campaign's limits is in the way. */
export function campaignOf({ campaign, carrier }: LimitedLane, world: LimitWorld): CampaignInForce | undefined {
  return campaign === undefined || carrier === 'abroad' ? undefined : world.campaign(campaign)
}

export function wayOf(
  inForce: CampaignInForce,
  { carrier: of, service }: Pick<LimitedLane, 'carrier' | 'service'>,
): CampaignWay<GateSpec> {
  const days: GateSpec[] = []
  const perNumber: { carrier: Carrier; pace: Pace }[] = []
  const shared: GateSpec[] = []
  const scope = inForce.sharedBy === 'brand' ? `brand ${inForce.brand}` : `campaign ${inForce.campaign}`
  for (const carrier of of === 'unknown' ? majorCarriers : of === 'abroad' ? [] : [of]) {
    const limits = inForce[service][carrier]
    addDay(days, limits, inForce.atCap)
    if (limits.perNumber !== undefined) perNumber.push({ carrier, pace: limits.perNumber })
    shared.push(...paceGates(`${scope} to ${carrier}`, service, limits.shared))
  }
  return { days, perNumber, shared }
}

/** @param way that of its campaign; undefined where it has none */
export function numberGates(
  lane: LimitedLane,
  way: Pick<CampaignWay<unknown>, 'perNumber'> | undefined,
  world: LimitWorld,
): readonly GateSpec[] {
  const { number, service } = lane
  if (number === undefined || way?.perNumber.length === 0) return none
  const name = `number ${number}`
  if (way !== undefined)
    return way.perNumber.flatMap(({ carrier, pace }) => paceGates(`${name} to ${carrier}`, service, pace))
  return paceGates(name, service, world.numberPace(lane))
}

export function accountGates({ account, service }: LimitedLane, world: LimitWorld): readonly GateSpec[] {
  return paceGates(`account ${account}`, service, world.accountPace(account, service))
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

const none: readonly never[] = []

function addDay(gates: GateSpec[], { day }: CarrierLimits, atCap: AtCap): void {
  if (day === undefined) return
  const { key: dayKey, segments: cap } = day
  // One day is charged once, whichever carriers count on it.
  if (gates.some((gate) => gate.kind === 'day' && gate.dayKey === dayKey)) return
  gates.push({ kind: 'day', key: `d|${dayKey}|${cap}|${atCap}`, name: `day of ${dayKey}`, dayKey, cap, atCap })
}

/** @param name whose pace it is, unlike any other's */
function paceGates(name: string, service: 'sms' | 'mms', pace: Pace | undefined): readonly GateSpec[] {
  if (pace === undefined) return none
  const { perSecond, perMinute } = pace
  const bucket: GateSpec = { kind: 'bucket', key: `${service}|${name}`, name, perSecond }
  if (perMinute === undefined) return [bucket]
  return [bucket, { kind: 'minute', key: `${service}|${name}|minute`, name: `${name}, minute`, perMinute }]
}
