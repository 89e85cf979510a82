// How far each limit of a campaign is used, put together from the limiter, the days, the lanes and the directory; and what others send
// for a brand, taken to its day. Belongs to the composition root.

import type {
  CampaignUse,
  CarrierUse,
  DayUse,
  HeldLanes,
  LimitPorts,
  LimitUse,
  NumberUse,
} from './admin/limit-ports.js'
import type { LaneView } from './delivery/lane.js'
import type { Snapshot } from './directory/snapshot.js'
import type { RegisteredBrand, RegisteredCampaign, TenDlc } from './directory/tendlc.js'
import type { Recorder } from './store/contracts/recorder.js'
import { dayKeyOf } from './tendlc/brand.js'
import { carriers, majorCarriers, type Carrier } from './tendlc/carriers.js'
import type { DayBook } from './tendlc/day-book.js'
import { tmobileDayOf, type DayCap, type Pace } from './tendlc/in-force.js'
import type { LimitedLane } from './tendlc/limiter-lane.js'
import type { GateUse, Limiter } from './tendlc/limiter.js'
import type { WaitingSegments } from './tendlc/limited-queues.js'
import type { Tables } from './tendlc/tables.js'

export interface LimitUsePorts {
  readonly directory: () => Snapshot
  readonly limiter: Pick<Limiter, 'use'>
  readonly days: DayBook
  readonly waiting: WaitingSegments
  readonly lanes: () => Iterable<Pick<LaneView, 'target' | 'waiting' | 'held'>>
  readonly recorder: Pick<Recorder, 'offer'>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

/** Numbers shown of each carrier, and accounts of a campaign. */
const SHOWN = 20

type Target = Carrier | 'unknown'
type NumberWaits = Pick<NumberUse, 'number' | 'waiting'>

export function limitUse(ports: LimitUsePorts): LimitPorts {
  const { directory, limiter, days, waiting, lanes, recorder, nowMs, wallMs } = ports
  const wallOf = (atMs: number): number => wallMs() + (atMs - nowMs())

  const dayOf = (key: string, cap: number | undefined): DayUse => {
    const { day, recorded, underWay, elsewhere } = days.use(key, nowMs())
    const endsAtMs = days.day(nowMs()).endMs
    return { key, day, cap, used: recorded + underWay + elsewhere, recorded, underWay, elsewhere, endsAtMs }
  }

  const usesOf = (lane: Omit<LimitedLane, 'service'>): readonly GateUse[] =>
    limiter.use({ ...lane, service: 'sms' }, nowMs())

  const carrierUse = (
    { id }: RegisteredCampaign,
    carrier: Target,
    caps: readonly DayCap[],
    held: ReadonlyMap<string, readonly HeldLanes[]>,
    numbers: ReadonlyMap<string, readonly NumberWaits[]>,
    each: Pace | undefined,
  ): CarrierUse => {
    const lane = { account: '', number: undefined, campaign: id, carrier }
    return {
      carrier,
      waiting: waiting.ofCampaign(id, carrier),
      days: caps.map(({ key, segments }) => dayOf(key, segments)),
      limits: usesOf(lane).filter(isShared).map(shown),
      ...(each !== undefined && { eachNumber: paceOf(each) }),
      held: held.get(carrier) ?? [],
      numbers: numbersOf(numbers.get(carrier) ?? [], lane),
    }
  }

  const numbersOf = (numbers: readonly NumberWaits[], lane: Omit<LimitedLane, 'service'>): readonly NumberUse[] =>
    numbers
      .toSorted((a, b) => b.waiting - a.waiting)
      .slice(0, SHOWN)
      .map((one) => ({
        ...one,
        limits: usesOf({ ...lane, number: one.number })
          .filter(({ name }) => name.startsWith(`number ${one.number}`))
          .map(shown),
      }))
      .filter(({ limits }) => limits.length > 0)

  /** By carrier. By what waits: a campaign may have very many numbers, of which few have anything. */
  const numbersThatWait = (campaign: RegisteredCampaign, tenDlc: TenDlc): ReadonlyMap<string, NumberWaits[]> => {
    const found = new Map<string, NumberWaits[]>()
    for (const { number, carrier, segments } of waiting.numbers()) {
      if (segments === 0 || tenDlc.campaignOf(number) !== campaign) continue
      const list = found.get(carrier)
      if (list === undefined) found.set(carrier, [{ number, waiting: segments }])
      else list.push({ number, waiting: segments })
    }
    return found
  }

  const accountUse = (account: string): CampaignUse['accounts'][number] => {
    const lane = { account, number: undefined, campaign: undefined, carrier: 'abroad' } as const
    return { account, limits: usesOf(lane).map(shown) }
  }

  const brandDay = (id: string, carrier: Carrier): DayUse | undefined => {
    const { tenDlc } = directory()
    const brand = tenDlc?.brand(id)
    return tenDlc === undefined || brand === undefined
      ? undefined
      : dayOf(keyOf(brand, carrier), capOf(brand, carrier, tenDlc.tables))
  }

  return {
    limitUse(id) {
      const { tenDlc } = directory()
      const campaign = tenDlc?.campaign(id)
      const inForce = tenDlc?.limitsOf(id)
      if (tenDlc === undefined || campaign === undefined || inForce === undefined) return undefined
      const held = heldOf(id, lanes(), wallOf)
      const numbers = numbersThatWait(campaign, tenDlc)
      const of: Target[] = [...carriers]
      // What nobody knows the carrier of stands beside those.
      if (waiting.ofCampaign(id, 'unknown') > 0) of.push('unknown')
      const { brand, sharedBy, atCap } = inForce
      return {
        ...{ campaign: id, brand, sharedBy, atCap },
        carriers: of.map((carrier) => {
          const each = carrier === 'unknown' ? majorCarriers : [carrier]
          const caps = each.flatMap((one) => inForce.sms[one].day ?? [])
          const ofEach = carrier === 'unknown' ? undefined : inForce.sms[carrier].perNumber
          return carrierUse(campaign, carrier, caps, held, numbers, ofEach)
        }),
        accounts: campaign.accounts.slice(0, SHOWN).map(accountUse),
      }
    },

    brandDay,

    async reportElsewhere(id, carrier, segments) {
      const { tenDlc } = directory()
      const brand = tenDlc?.brand(id)
      if (tenDlc === undefined || brand === undefined) return undefined
      const cap = capOf(brand, carrier, tenDlc.tables)
      const judged = days.judgeElsewhere(keyOf(brand, carrier), segments, nowMs(), cap)
      // Durable first: a restart must not know less than whoever reported was told.
      await new Promise<void>((resolve, reject) =>
        recorder.offer(
          { kind: 'kept', rows: judged.rows },
          { durable: () => resolve(), refused: (_, error) => reject(error) },
        ),
      )
      judged.apply()
      return brandDay(id, carrier)
    },
  }
}

function keyOf(brand: RegisteredBrand, carrier: Carrier): string {
  return `${carrier}:${dayKeyOf(brand)}`
}

/** T-Mobile's by the brand; any other's only as its campaigns were given it. */
function capOf(brand: RegisteredBrand, carrier: Carrier, tables: Tables): number | undefined {
  const cap = carrier === 'tmobile' ? tmobileDayOf(brand, tables) : 'none'
  return cap === 'none' ? undefined : cap
}

function paceOf({ perSecond, perMinute }: Pace): NonNullable<CarrierUse['eachNumber']> {
  return perMinute === undefined ? { perSecond } : { perSecond, perMinute }
}

function isShared({ name, kind }: GateUse): boolean {
  return kind !== 'day' && !name.startsWith('account ') && !name.startsWith('number ')
}

function shown({ name, kind, limit, room }: GateUse): LimitUse {
  return { name, kind: kindOf(name, kind), limit, room: Math.round(room * 1000) / 1000 }
}

function kindOf(name: string, kind: GateUse['kind']): LimitUse['kind'] {
  if (kind === 'minute') return 'minute'
  if (name.startsWith('account ')) return 'account'
  return name.startsWith('number ') ? 'number' : 'rate'
}

/** By carrier, those that hold the most first. */
function heldOf(
  campaign: string,
  lanes: Iterable<Pick<LaneView, 'target' | 'waiting' | 'held'>>,
  wallOf: (atMs: number) => number,
): ReadonlyMap<string, readonly HeldLanes[]> {
  const found = new Map<string, Map<string, HeldLanes>>()
  for (const { target, waiting, held } of lanes) {
    if (held === undefined || target.kind !== 'vendor' || target.limited?.campaign !== campaign) continue
    const { carrier } = target.limited
    let ofCarrier = found.get(carrier)
    if (ofCarrier === undefined) found.set(carrier, (ofCarrier = new Map<string, HeldLanes>()))
    const { lanes: count = 0, messages = 0, sinceMs = Infinity } = ofCarrier.get(held.by) ?? {}
    ofCarrier.set(held.by, {
      by: held.by,
      lanes: count + 1,
      messages: messages + waiting,
      sinceMs: Math.min(sinceMs, wallOf(held.sinceMs)),
    })
  }
  return new Map(
    [...found].map(([carrier, byLimit]) => [carrier, [...byLimit.values()].sort((a, b) => b.messages - a.messages)]),
  )
}
