// A question for a plan → what the planner is to be asked: which carriers the phones have, what they cost, who sends. It refuses what makes
// no sense, and plans nothing.
import type { SendingAccount, Snapshot } from '../directory/snapshot.js'
import type { RegisteredBrand, RegisteredCampaign, TenDlc } from '../directory/tendlc.js'
import { nearest } from '../lib/nearest.js'
import type { AccountId } from '../message/ids.js'
import { momentOf } from '../money/moment.js'
import { segmentsOf } from '../money/units.js'
import { isE164Shape } from '../phone/e164.js'
import { encodePlain } from '../text/charsets.js'
import { encodeGsm7 } from '../text/gsm7.js'
import { standardValue } from '../text/standard.js'
import type { Charged } from '../tendlc/carrier.js'
import { DayCalendar } from '../tendlc/day-calendar.js'
import type { LimitWorld } from '../tendlc/limiter-lane.js'
import type { PlannedDestination, PlanOrder } from '../tendlc/plan.js'
import { queueSecondsOf } from '../tendlc/senders.js'
import { plainNumber } from './number-lines.js'
import { PLAN_MESSAGES_MAX, type PlanBody } from './plan-schemas.js'

/** What a plan goes by, as it is now. */
export interface PlanPorts {
  /** What is in force. */
  readonly world: LimitWorld
  /**
   * Whose phone it is, as far as that is known without asking anybody.
   *
   * @param number E.164 without `+`
   * @param chance 0 to below 1, for a guess
   * @returns undefined for a phone outside the United States
   */
  carrierOf(number: string, chance: number, tenDlc: TenDlc, wallMs: number): Charged | undefined
  /** Segments that a brand's day has already. */
  usedToday(dayKey: string): number
  /** How long a message may wait at most, in seconds; the tables may say less. */
  readonly maxQueueSeconds: number
}

export interface PlanQuestion {
  readonly kind: 'question'
  readonly order: PlanOrder
  readonly tenDlc: TenDlc
  readonly campaign: RegisteredCampaign
  readonly brand: RegisteredBrand
}

export interface PlanRefusal {
  readonly kind: 'refused'
  readonly status: 400 | 404 | 409 | 422
  readonly code: string
  readonly message: string
  readonly mistakes?: readonly NumberMistake[]
}

/** A phone that is none. */
export interface NumberMistake {
  /** `messages/0/to/17` */
  readonly path: string
  readonly value: string
  readonly expected: string
}

const SLICE = 250
const MISTAKES_MAX = 100
/** Of a circle: what is put at multiples of it lies evenly. */
const GOLDEN = 0.6180339887498949
const GSM7 = standardValue('gsm7', {})
const UCS2 = standardValue('ucs2', {})

/** Works in slices. */
export function* readPlanQuestion(
  campaignId: string,
  body: PlanBody,
  directory: Snapshot,
  ports: PlanPorts,
  wallMs: number,
): Generator<void, PlanQuestion | PlanRefusal> {
  const { tenDlc } = directory
  const campaign = tenDlc?.campaign(campaignId)
  if (tenDlc === undefined || campaign === undefined) return unknownCampaign(campaignId, tenDlc)
  const startMs = body.at === undefined ? wallMs : momentOf(body.at)
  if (startMs === undefined) return refused(400, 'invalidRequest', 'body/at expects a moment such as 2027-01-31T12:00:00Z') // prettier-ignore
  const account = accountOf(campaign, body.account, tenDlc, directory)
  if ('kind' in account) return account
  const numbers = numbersOf(campaign, body.from)
  if ('kind' in numbers) return numbers
  const destinations = yield* destinationsOf(body, { account, tenDlc, startMs }, directory, ports)
  if ('kind' in destinations) return destinations
  const service = body.media === true ? 'mms' : 'sms'
  const inForce = ports.world.campaign(campaign.id)
  const keys = Object.values(inForce?.[service] ?? {}).flatMap(({ day }) => day?.key ?? [])
  const lifeSeconds = Math.min(ports.maxQueueSeconds, queueSecondsOf(undefined, 'campaign', tenDlc.tables))
  const order: PlanOrder = {
    ...{ account: account.id, campaign: campaign.id, numbers, service, destinations, startMs },
    lifeMs: lifeSeconds * 1000,
    // Nobody knows what another day will have used.
    used: isSameDay(startMs, wallMs) ? new Map(keys.map((key) => [key, ports.usedToday(key)])) : new Map(),
  }
  return { kind: 'question', order, tenDlc, campaign, brand: tenDlc.brand(campaign.brand)! }
}

function isSameDay(aMs: number, bMs: number): boolean {
  const calendar = new DayCalendar()
  return calendar.dayOf(aMs).number === calendar.dayOf(bMs).number
}

function unknownCampaign(id: string, tenDlc: TenDlc | undefined): PlanRefusal {
  const meant = nearest(
    id,
    (tenDlc?.campaigns() ?? []).map((campaign) => campaign.id),
  )
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return refused(404, 'notFound', `there is no campaigns/${id.slice(0, 100)}${hint}`)
}

function accountOf(
  campaign: RegisteredCampaign,
  asked: string | undefined,
  tenDlc: TenDlc,
  directory: Snapshot,
): SendingAccount | PlanRefusal {
  const { id, accounts } = campaign
  const name = asked ?? (accounts.length === 1 ? accounts[0] : undefined)
  if (name === undefined) {
    const which = accounts.length === 0 ? 'any may send for it' : `it is for ${shortList(accounts)}`
    return refused(400, 'noAccount', `say which account sends for campaign ${id}: ${which}`)
  }
  const account = directory.account(name as AccountId)
  if (account === undefined) return refused(404, 'notFound', `there is no accounts/${name.slice(0, 100)}`)
  if (tenDlc.mayUse(campaign, account.id)) return account
  return refused(409, 'notItsCampaign', `campaign ${id} is for ${shortList(accounts)}, not for ${name}`)
}

function numbersOf({ id, numbers }: RegisteredCampaign, from: readonly string[] = []): readonly string[] | PlanRefusal {
  if (numbers.length === 0)
    return refused(409, 'noNumbers', `campaign ${id} has no number that could send: attach one to it`)
  if (from.length === 0) return numbers
  const asked = [...new Set(from.map(plainNumber))]
  const own = new Set(numbers)
  const foreign = asked.find((number) => !own.has(number))
  return foreign === undefined
    ? asked
    : refused(409, 'notItsNumber', `${foreign.slice(0, 30)} is not attached to campaign ${id}`)
}

interface Sent {
  readonly account: SendingAccount
  readonly tenDlc: TenDlc
  readonly startMs: number
}

function* destinationsOf(
  { messages }: PlanBody,
  { account, tenDlc, startMs }: Sent,
  directory: Snapshot,
  ports: PlanPorts,
): Generator<void, readonly PlannedDestination[] | PlanRefusal> {
  const found: PlannedDestination[] = []
  const mistakes: NumberMistake[] = []
  const alike = new Map<string, PlannedDestination>()
  for (const [at, { to, text, segments: given }] of messages.entries()) {
    if ((text === undefined) === (given === undefined))
      return refused(400, 'invalidRequest', `body/messages/${at} expects either text or segments`)
    if (found.length + to.length > PLAN_MESSAGES_MAX)
      return refused(422, 'tooMany', `a plan is of ${PLAN_MESSAGES_MAX} messages at most: plan the list in pieces`)
    const segments = given ?? segmentsIn(text ?? '')
    for (const [index, written] of to.entries()) {
      if (index % SLICE === SLICE - 1) yield
      const number = plainNumber(written)
      if (!isE164Shape(number)) {
        const expected = 'a number such as 14155550100'
        mistakes.push({ path: `messages/${at}/to/${index}`, value: written.slice(0, 40), expected })
        if (mistakes.length === MISTAKES_MAX) return badNumbers(mistakes)
        continue
      }
      const charged = ports.carrierOf(number, (found.length * GOLDEN) % 1, tenDlc, startMs)
      const carrier =
        charged === undefined ? 'abroad' : charged.carriers.length === 1 ? charged.carriers[0]! : 'unknown'
      const price = priceOf(number, account, directory, startMs)
      const key = `${carrier}|${segments}|${price}`
      let destination = alike.get(key)
      if (destination === undefined) alike.set(key, (destination = { carrier, segments, price }))
      found.push(destination)
    }
    yield
  }
  return mistakes.length === 0 ? found : badNumbers(mistakes)
}

/** Of a segment, in micro-units; undefined where there is none, or it is not by the segment. */
function priceOf(number: string, account: SendingAccount, directory: Snapshot, atMs: number): number | undefined {
  const policy = directory.policyFor(account.domain, number)
  if (policy === undefined || policy.billingUnit > 0 || policy.transport === 'sip') return undefined
  return directory.customerPrice(account, number, undefined, atMs)?.priceMicros
}

/** As a phone gets it: GSM 7 bit where that has all of it. */
function segmentsIn(text: string): number {
  const septets = encodeGsm7(text)
  const octets = septets ?? encodePlain(text, 'ucs2') ?? new Uint8Array()
  return segmentsOf({ dataCoding: septets === undefined ? UCS2 : GSM7, udhi: false, octets })
}

function badNumbers(mistakes: readonly NumberMistake[]): PlanRefusal {
  const message = `the list has ${mistakes.length === MISTAKES_MAX ? 'at least ' : ''}${mistakes.length} number(s) that are none; nothing was planned` // prettier-ignore
  return { ...refused(422, 'invalidNumbers', message), mistakes }
}

function shortList(ids: readonly string[]): string {
  return ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ')
}

function refused(status: PlanRefusal['status'], code: string, message: string): PlanRefusal {
  return { kind: 'refused', status, code, message }
}
