// The numbers in force: from a brand, its campaign and the tables to what each carrier takes. Pure; the limiter keeps them.

import { dayKeyOf, type Brand } from './brand.js'
import type { AttClass, Campaign, CarrierOverride } from './campaign.js'
import { carriers, type Carrier } from './carriers.js'
import { standingOf, type Standing } from './standing.js'
import type { Tables } from './tables.js'

/** Whole segments; fractions of a second are meant as they stand (0.25: one in four seconds). */
export interface Pace {
  readonly perSecond: number
  /** In any 60 s; undefined where only the second counts. */
  readonly perMinute: number | undefined
}

/** What a day may have. Days begin at 00:00 America/Los_Angeles. */
export interface DayCap {
  /** Whose day it is: caps of one key count together. */
  readonly key: string
  readonly segments: number
}

/** What one carrier takes. All that is there must give. */
export interface CarrierLimits {
  readonly day: DayCap | undefined
  /** One pool for all numbers: of the campaign, or of all campaigns of the brand (`sharedBy`). */
  readonly shared: Pace | undefined
  /** Of each number by itself, to this carrier. */
  readonly perNumber: Pace | undefined
}

export type LimitsByCarrier = Readonly<Record<Carrier, CarrierLimits>>

/** All that is in force for one campaign. */
export interface LimitsInForce {
  readonly campaign: string
  readonly brand: string
  readonly sharedBy: 'campaign' | 'brand'
  readonly sms: LimitsByCarrier
  readonly mms: LimitsByCarrier
}

/** Text, or with media. */
type Service = 'sms' | 'mms'

/** A carrier's limits beside the day. */
interface Paces {
  readonly shared: Pace | undefined
  readonly perNumber: Pace | undefined
}

const unlimited: Paces = { shared: undefined, perNumber: undefined }

/**
 * What each carrier takes of a campaign. What a carrier gave to the campaign (class, overrides) wins over what the brand's score
 * says; a carrier's override changes nothing at others.
 */
export function limitsInForce(brand: Brand, campaign: Campaign, tables: Tables): LimitsInForce {
  const standing = standingOf(brand, campaign, tables)
  const day = dayOf(brand, campaign, tables)
  const limitsOf = (service: Service): LimitsByCarrier => {
    const att = pacesAtAtt(standing, service, tables)
    return Object.fromEntries(
      carriers.map((carrier) => {
        const paces = carrier === 'att' ? att : pacesAt(carrier, standing, service, att, tables)
        const override = campaign.overrides[carrier]
        const capped = narrowed(paces, carrier, service, standing, tables)
        return [carrier, { day: day[carrier], ...(override === undefined ? capped : given(capped, override, service)) }]
      }),
    ) as unknown as LimitsByCarrier
  }
  return {
    campaign: campaign.id,
    brand: brand.id,
    sharedBy: tables.scores.sharedBy,
    sms: limitsOf('sms'),
    mms: limitsOf('mms'),
  }
}

/** The class says what a minute takes, and so a second; a score may say less for the second. */
function pacesAtAtt({ attClass, isAssigned, mps, mmsMps }: Standing, service: Service, tables: Tables): Paces {
  const pace = classPace(attClass, service, tables)
  const byScore = isAssigned ? undefined : service === 'sms' ? mps : mmsMps
  const slower = byScore === undefined || byScore >= pace.perSecond ? pace : { ...pace, perSecond: byScore }
  return tables.attClasses[attClass].per === 'number'
    ? { shared: undefined, perNumber: slower }
    : { shared: slower, perNumber: undefined }
}

function classPace(attClass: AttClass, service: Service, tables: Tables): Pace {
  const { smsTpm, mmsTpm } = tables.attClasses[attClass]
  return minutePace(service === 'sms' ? smsTpm : mmsTpm)
}

function pacesAt(
  carrier: Exclude<Carrier, 'att'>,
  standing: Standing,
  service: Service,
  att: Paces,
  tables: Tables,
): Paces {
  if (standing.perNumber !== undefined) return ofNumber(standing.perNumber[carrier])
  const rule = tables.carriers[carrier]
  if ('unlimited' in rule) return unlimited
  if ('perNumber' in rule) return ofNumber(rule.perNumber)
  if (rule.follows === 'att') return following(att, rule.atMost ?? Infinity, rule.minute === true)
  const byScore = service === 'sms' ? standing.mps : standing.mmsMps
  // Special use cases have no rate by score: the other carriers are sent what AT&T is.
  return byScore === undefined ? following(att, Infinity, false) : { shared: second(byScore), perNumber: undefined }
}

function following({ shared, perNumber }: Paces, atMost: number, minute: boolean): Paces {
  const like = (pace: Pace | undefined): Pace | undefined =>
    pace && { perSecond: Math.min(pace.perSecond, atMost), perMinute: minute ? pace.perMinute : undefined }
  return { shared: like(shared), perNumber: like(perNumber) }
}

/** Messages with media may have a limit of the number's own, which holds beside the others. */
function narrowed(paces: Paces, carrier: Carrier, service: Service, standing: Standing, tables: Tables): Paces {
  if (service === 'sms') return paces
  const { mmsPerNumberTpm } = tables.carriers
  const own =
    standing.mmsPerNumber !== undefined
      ? second(standing.mmsPerNumber)
      : mmsPerNumberTpm === 'none' || carrier === 'minor'
        ? undefined
        : minutePace(mmsPerNumberTpm)
  if (own === undefined) return paces
  const { perNumber } = paces
  return { shared: paces.shared, perNumber: perNumber === undefined ? own : slowerOf(perNumber, own) }
}

/** What the carrier gave, at the place where its limit is: the campaign's pool, or each number. */
function given(paces: Paces, { mps, tpm, mmsMps, mmsTpm }: CarrierOverride, service: Service): Paces {
  const [perSecond, perMinute] = service === 'sms' ? [mps, tpm] : [mmsMps, mmsTpm]
  if (perSecond === undefined && perMinute === undefined) return paces
  const isOfNumbers = paces.shared === undefined && paces.perNumber !== undefined
  const before = isOfNumbers ? paces.perNumber : paces.shared
  // One of the two alone means the other by it, where a minute counts at all.
  const minute = perMinute ?? (before?.perMinute === undefined ? undefined : minuteOf(perSecond ?? 0))
  const pace = { perSecond: perSecond ?? (perMinute ?? 0) / 60, perMinute: minute }
  return isOfNumbers ? { shared: undefined, perNumber: pace } : { shared: pace, perNumber: paces.perNumber }
}

/** Caps of the day: T-Mobile's by the tables, any other's as its carrier gave it. */
function dayOf(brand: Brand, campaign: Campaign, tables: Tables): Readonly<Partial<Record<Carrier, DayCap>>> {
  const key = dayKeyOf(brand)
  const days: Partial<Record<Carrier, DayCap>> = {}
  for (const carrier of carriers) {
    const cap = campaign.overrides[carrier]?.dayCap ?? (carrier === 'tmobile' ? tmobileDayOf(brand, tables) : 'none')
    if (cap !== 'none') days[carrier] = { key: `${carrier}:${key}`, segments: cap }
  }
  return days
}

/** Segments a day to T-Mobile of all campaigns of a brand, or of its tax number. */
export function tmobileDayOf(brand: Brand, { tmobileDay }: Tables): number | 'none' {
  if (brand.tmobileDay !== undefined) return brand.tmobileDay
  if (brand.isGovernment) return tmobileDay.government
  if (brand.isRussell3000) return tmobileDay.russell3000
  if (brand.kind === 'soleProprietor') return tmobileDay.soleProprietor
  const score = brand.kind === 'standard' ? (brand.trustScore ?? 0) : 0
  return tmobileDay.bands.find(({ from }) => score >= from)?.segments ?? tmobileDay.unvetted
}

const second = (perSecond: number): Pace => ({ perSecond, perMinute: undefined })
const ofNumber = (perSecond: number): Paces => ({ shared: undefined, perNumber: second(perSecond) })
/** At least one: else nothing would ever leave. */
const minuteOf = (perSecond: number): number => Math.max(1, Math.floor(perSecond * 60))
const minutePace = (tpm: number): Pace => ({ perSecond: tpm / 60, perMinute: tpm })

function slowerOf(a: Pace, b: Pace): Pace {
  const perMinute = Math.min(a.perMinute ?? Infinity, b.perMinute ?? Infinity)
  return {
    perSecond: Math.min(a.perSecond, b.perSecond),
    perMinute: perMinute === Infinity ? undefined : perMinute,
  }
}
