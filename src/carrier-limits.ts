// What carriers limit, by the directory of now: which limits a message has, which stand before its lane, and what is left of them. Where
// there is no campaign it has nothing to do. Belongs to the composition root.

import type { LaneTarget } from './delivery/lane-key.js'
import type { LimitedPorts } from './delivery/limited-ports.js'
import type { Limit } from './delivery/limits.js'
import type { Snapshot } from './directory/snapshot.js'
import type { RegisteredCampaign, TenDlc } from './directory/tendlc.js'
import type { AccountId } from './message/ids.js'
import type { KeptRow } from './message/kept.js'
import type { Limited, LimitedBy, LimitedMessage } from './message/limited.js'
import type { Message } from './message/message.js'
import { nanpAreaOf } from './phone/nanp.js'
import { DestinationCarriers, type UnknownPolicy } from './tendlc/carrier.js'
import { majorCarriers } from './tendlc/carriers.js'
import type { DayBook } from './tendlc/day-book.js'
import type { DayCap, Pace } from './tendlc/in-force.js'
import type { CampaignInForce, LimitedLane, LimitWorld } from './tendlc/limiter-lane.js'
import type { LearnedCarriers } from './tendlc/learned-carriers.js'
import { Limiter } from './tendlc/limiter.js'
import { isCarrier, queuesOf, queuesOfNumber, withAccount, type DayLeft, type QueuePace } from './tendlc/queue.js'
import { senderKindOf } from './tendlc/sender-kind.js'
import { accountPaceOf, queueSecondsOf, senderPaceOf } from './tendlc/senders.js'

export interface CarrierLimitsOptions {
  /** What becomes of a long code that is in no campaign. */
  readonly unregistered: 'limit' | 'refuse'
  readonly unknownCarrier: UnknownPolicy
  /** However much longer the tables let a message wait. */
  readonly maxQueueSeconds: number
  /** When this process began, where another one may have sent before; -Infinity where none did. Switch time, ms. */
  readonly startedMs: number
}

export interface CarrierLimitsPorts {
  readonly directory: () => Snapshot
  readonly learned: Pick<LearnedCarriers, 'of' | 'learn'>
  readonly days: DayBook
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

/** Days that are told of one by one. */
const MAX_DAYS = 1000
const unlimited: readonly Limit[] = []
const noRows: readonly KeptRow[] = []
const noDays: readonly string[] = []

export class CarrierLimits implements LimitedPorts, LimitWorld {
  readonly #ports: CarrierLimitsPorts
  readonly #options: CarrierLimitsOptions
  readonly #limiter: Limiter
  #tenDlc: TenDlc | undefined
  #carriers: DestinationCarriers | undefined
  /** By campaign, carrier and account. */
  readonly #queues = new Map<string, readonly QueuePace[]>()
  /** Of what was sent since the start, by key. */
  readonly #days = new Map<string, DayCap>()

  constructor(ports: CarrierLimitsPorts, options: CarrierLimitsOptions) {
    this.#ports = ports
    this.#options = options
    this.#limiter = new Limiter(this, ports.days, { startedMs: options.startedMs })
    this.#setDirectory()
  }

  get limiter(): Limiter {
    return this.#limiter
  }

  isOn(): boolean {
    return this.#tenDlc !== undefined
  }

  /** The directory has changed. True where limits may be others now, of all lanes. */
  follow(): boolean {
    const wasOn = this.isOn()
    this.#setDirectory()
    if (!wasOn && !this.isOn()) return false
    this.#queues.clear()
    this.#limiter.follow()
    return true
  }

  // ---- which limits a message has ------------------------------------------------------------------------------------

  limitedOf({ message, sender, network }: LimitedMessage): Limited | undefined | 'unregistered' {
    const { source, destination, account } = message
    if (this.#tenDlc === undefined || !isOfUnitedStates(destination.value)) return undefined
    const number = source.value
    const campaign = this.#campaignOf(number, account)
    if (campaign !== undefined)
      return { number, campaign: campaign.id, carrier: this.#carrierOf(destination.value, network) }
    return this.#withoutCampaign(number, sender !== undefined)
  }

  isStill(
    limited: Limited | undefined,
    message: Pick<Message, 'account' | 'source' | 'destination'>,
    isOfPool: boolean,
  ): boolean {
    if (this.#tenDlc === undefined) return limited === undefined
    if (!isOfUnitedStates(message.destination.value)) return limited === undefined
    const campaign = this.#campaignOf(message.source.value, message.account)
    if (campaign !== undefined) return limited?.campaign === campaign.id
    const now = this.#withoutCampaign(message.source.value, isOfPool)
    return now === undefined ? limited === undefined : now !== 'unregistered' && limited?.campaign === ''
  }

  #campaignOf(number: string, account: AccountId): RegisteredCampaign | undefined {
    const campaign = this.#tenDlc?.campaignOf(number)
    return campaign !== undefined && this.#tenDlc?.mayUse(campaign, account) === true ? campaign : undefined
  }

  /** Numbers of pools have a pace of their own. */
  #withoutCampaign(number: string, isOfPool: boolean): Limited | undefined | 'unregistered' {
    const kind = senderKindOf(number)
    if (kind === 'unregistered' && this.#options.unregistered === 'refuse') return 'unregistered'
    return kind === undefined || isOfPool ? undefined : { number, campaign: '', carrier: 'unknown' }
  }

  /** A guess is the same for all that goes to one phone. */
  #carrierOf(destination: string, network: LimitedMessage['network']): string {
    const asked = { destination, network, chance: chanceOf(destination), wallMs: this.#ports.wallMs() }
    const charged = this.#carriers?.of(asked)?.carriers
    return charged?.length === 1 ? charged[0]! : 'unknown'
  }

  /**
   * A receipt names the network of its phone.
   *
   * @param network MCC and MNC in one, or a carrier
   * @returns rows to be kept with that receipt; none for phones that no limit concerns
   */
  heard(phone: string, network: string): readonly KeptRow[] {
    if (this.#carriers === undefined || !isOfUnitedStates(phone)) return noRows
    const carrier = isCarrier(network)
      ? network
      : this.#carriers.carrierOfNetwork({ mcc: network.slice(0, 3), mnc: network.slice(3) })
    return this.#ports.learned.learn(phone, carrier, this.#ports.wallMs())
  }

  // ---- what stands before a lane ---------------------------------------------------------------------------------------

  /** @param ofNumber the pace of the number of a pool */
  limitsOf(target: Extract<LaneTarget, { kind: 'vendor' }>, ofNumber: Limit | undefined): readonly Limit[] {
    const { account, limited } = target
    if (limited !== undefined) return [this.#limiter.of(laneOf({ ...limited, account }))]
    const own = ofNumber === undefined ? unlimited : [ofNumber]
    if (this.accountPace(account, 'sms') === undefined) return own
    return [this.#limiter.of(abroad(account)), ...own]
  }

  accountPace(account: string, service: 'sms' | 'mms'): Pace | undefined {
    const perSecond = this.#ports.directory().account(account as AccountId)?.messagesPerSecond ?? 0
    if (perSecond > 0) return { perSecond, perMinute: undefined }
    return this.#tenDlc && accountPaceOf(service, this.#tenDlc.tables)
  }

  numberPace({ number }: LimitedLane): Pace | undefined {
    const kind = number === undefined ? undefined : senderKindOf(number)
    return kind && this.#tenDlc && senderPaceOf(kind, this.#tenDlc.tables)
  }

  campaign(id: string): CampaignInForce | undefined {
    return this.#tenDlc?.limitsOf(id)
  }

  daysOf({ campaign, carrier }: Limited): readonly string[] {
    const inForce = campaign === '' ? undefined : this.campaign(campaign)
    if (inForce === undefined) return noDays
    const caps = capsOf(inForce, carrier)
    for (const day of caps) if (this.#days.size < MAX_DAYS || this.#days.has(day.key)) this.#days.set(day.key, day)
    return caps.length === 0 ? noDays : [...new Set(caps.map(({ key }) => key))]
  }

  vendorHas(days: readonly string[], segments: number, isLate: boolean): readonly KeptRow[] {
    return this.#limiter.vendorHas(days, segments, this.#ports.nowMs(), isLate)
  }

  vendorRefused(days: readonly string[], segments: number): void {
    this.#limiter.vendorRefused(days, segments)
  }

  refusedAfterAll(counted: readonly string[]): readonly KeptRow[] {
    return counted.flatMap((rowKey) => this.#ports.days.refusedAfterAll(rowKey, 1))
  }

  // ---- how long queues may be ------------------------------------------------------------------------------------------

  queuesOf(limited: LimitedBy): readonly QueuePace[] {
    const { account, campaign, carrier } = limited
    const inForce = campaign === '' ? undefined : this.campaign(campaign)
    if (inForce === undefined)
      return withAccount(queuesOfNumber(this.numberPace(laneOf(limited))), this.accountPace(account, 'sms'))
    const key = `${campaign}|${carrier}|${account}`
    let queues = this.#queues.get(key)
    if (queues === undefined) {
      queues = withAccount(queuesOf(inForce, carrierIn(carrier)), this.accountPace(account, 'sms'))
      this.#queues.set(key, queues)
    }
    return queues
  }

  /** Has an account half of its second to spare? Then nothing is held up by its pace. */
  isFree(account: string, nowMs: number): boolean {
    const uses = this.#limiter.use(abroad(account), nowMs)
    return uses.every(({ limit, room }) => room * 2 >= Math.max(1, Math.floor(limit)))
  }

  lifeMs(askedMs: number | undefined, isOfPool: boolean): number {
    const { maxQueueSeconds } = this.#options
    const most = maxQueueSeconds * 1000
    if (this.#tenDlc === undefined) return askedMs ?? most
    const seconds = queueSecondsOf(
      askedMs === undefined ? undefined : askedMs / 1000,
      isOfPool ? 'powerpack' : 'campaign',
      this.#tenDlc.tables,
    )
    return Math.min(seconds * 1000, most)
  }

  dayLeft({ campaign, carrier }: Limited, nowMs: number): (DayLeft & { readonly fails: boolean }) | undefined {
    const inForce = campaign === '' ? undefined : this.campaign(campaign)
    if (inForce === undefined) return undefined
    const { days } = this.#ports
    let least: { readonly cap: number; readonly room: number } | undefined
    for (const { key, segments } of capsOf(inForce, carrier)) {
      const room = segments - days.used(key, nowMs)
      if (least === undefined || room < least.room) least = { cap: segments, room }
    }
    return least && { ...least, ms: days.endMs(nowMs) - nowMs, fails: inForce.atCap === 'fail' }
  }

  /** Days of brands that sent since the start, with the cap that was in force then; of so many at most. */
  daysInUse(): readonly DayCap[] {
    return [...this.#days.values()]
  }

  #setDirectory(): void {
    const { tenDlc } = this.#ports.directory()
    const before = this.#tenDlc
    this.#tenDlc = tenDlc
    if (tenDlc === undefined) this.#carriers = undefined
    else if (before?.tables !== tenDlc.tables || before.overrides !== tenDlc.overrides) {
      const { tables, overrides } = tenDlc
      const { learned } = this.#ports
      this.#carriers = new DestinationCarriers({ tables, overrides, learned, unknown: this.#options.unknownCarrier })
    }
  }
}

/** Caps that messages to a carrier count on. */
function capsOf({ sms }: CampaignInForce, carrier: string): readonly DayCap[] {
  const each = isCarrier(carrier) ? [carrier] : majorCarriers
  return each.flatMap((of) => sms[of].day ?? [])
}

function carrierIn(text: string): Exclude<LimitedLane['carrier'], 'abroad'> {
  return isCarrier(text) ? text : 'unknown'
}

function laneOf({ account, number, campaign, carrier }: LimitedBy): LimitedLane {
  return {
    account,
    number,
    campaign: campaign === '' ? undefined : campaign,
    carrier: carrierIn(carrier),
    service: 'sms',
  }
}

/** What is nobody's but its account's to limit. */
function abroad(account: string): LimitedLane {
  return { account, number: undefined, campaign: undefined, carrier: 'abroad', service: 'sms' }
}

function isOfUnitedStates(destination: string): boolean {
  return nanpAreaOf(destination)?.country === 'US'
}

/** 0 to below 1, by the digits: those that follow one another are far apart. */
function chanceOf(text: string): number {
  let mixed = 0x811c9dc5
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 0x1_0000_0000
}
