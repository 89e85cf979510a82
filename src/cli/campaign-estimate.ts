// What a campaign will cost and how long its powerpack takes for it, before anything is sent. It asks, and sends nothing.
import { formatAmount, parseAmount } from '../money/amount.js'
import type { NanpCountry } from '../phone/nanp.js'
import { powerpackDefaults } from '../powerpack/powerpacks.js'
import { numberTypes, type NumberType } from '../powerpack/number-type.js'
import type { Ask } from './api-client.js'
import { errorOf, type ApiClient } from './campaign-client.js'
import type { Totals } from './campaign-sheet.js'
import { CommandFailure } from './output.js'

/** A powerpack as far as its pace goes. */
export interface PoolShape {
  readonly name: string
  readonly longcode: number
  readonly tollfree: number
  /** Countries of its short codes. */
  readonly shortcodes: readonly NanpCountry[]
  readonly priority: Readonly<Record<NanpCountry, readonly NumberType[]>>
  /** One of its numbers, '' where it has none. */
  readonly sample: string
}

type Json = Readonly<Record<string, unknown>>

/** @throws CommandFailure where there is no such powerpack, or no answer */
export async function askPool(api: ApiClient, uuid: string): Promise<PoolShape> {
  const get = async (path: string): Promise<Json> => {
    const answer = await api.get(path)
    if (answer.kind === 'lost') throw new CommandFailure('noAnswer', answer.why)
    if (answer.status !== 200) throw new CommandFailure('noApi', `${path} answers ${errorOf(answer)}`)
    return answer.body
  }
  const pack = await get(`/Powerpack/${encodeURIComponent(uuid)}/`)
  const pool = String(pack['number_pool'])
  const [numbers, tollfree, shortcodes] = await Promise.all(
    ['Number', 'Tollfree', 'Shortcode'].map((list) => get(`${pool}${list}/`)),
  )
  const tollfreeCount = countOf(tollfree)
  return {
    name: String(pack['name']),
    longcode: countOf(numbers) - tollfreeCount,
    tollfree: tollfreeCount,
    shortcodes: objectsOf(shortcodes, 'objects').map((one) => (one['country_iso2'] === 'CA' ? 'CA' : 'US')),
    priority: { US: priorityOf(pack, 'US'), CA: priorityOf(pack, 'CA') },
    sample: firstOf(numbers, 'number') || firstOf(shortcodes, 'shortcode'),
  }
}

export interface PaceEstimate {
  readonly seconds: number
  /** Messages a second, all types together. */
  readonly perSecond: number
  readonly words: string
}

/**
 * Where nothing else is sent from the pool, and no number is of another pace than its type: each country by the first type that can.
 *
 * @returns undefined where no number can send to some of the phones
 */
export function paceOf(pool: PoolShape, byCountry: Totals['byCountry']): PaceEstimate | undefined {
  const shares = new Map<string, { messages: number; perSecond: number; words: string }>()
  for (const country of ['US', 'CA'] as const) {
    const messages = byCountry[country]
    if (messages === 0) continue
    const type = pool.priority[country].find((one) => countIn(pool, one, country) > 0)
    if (type === undefined) return undefined
    const count = countIn(pool, type, country)
    const each = powerpackDefaults.perSecond[type]
    // Each country has its own short code; the others are the same numbers.
    const key = type === 'shortcode' ? `${type} ${country}` : type
    const words = `${count} ${typeWords[type]}${count === 1 ? '' : 's'} at ${each}/s`
    const share = shares.get(key) ?? { messages: 0, perSecond: count * each, words }
    share.messages += messages
    shares.set(key, share)
  }
  const all = [...shares.values()]
  const seconds = Math.max(0, ...all.map(({ messages, perSecond }) => messages / perSecond))
  const messages = all.reduce((sum, share) => sum + share.messages, 0)
  return {
    seconds,
    perSecond: seconds === 0 ? 1 : messages / seconds,
    words: all.map(({ words }) => words).join(', '),
  }
}

export interface CostEstimate {
  /** Undefined where it is too large to be exact. */
  readonly amount: string
  readonly currency: string
  /** Segments to where there is no price. */
  readonly unpriced: number
  readonly words: string
}

/** @param price of a segment, as decimal text. @throws CommandFailure where that is none */
export function costAt(price: string, { segments }: Totals): CostEstimate {
  const micros = parseAmount(price)
  if (micros === undefined || micros < 0)
    throw new CommandFailure('wrongUsage', `option --price expects a decimal number such as 0.0045, not "${price}"`)
  return { amount: formatAmount(micros * segments), currency: '', unpriced: 0, words: `${price} a segment` }
}

/** By what the switch says that one number of each area code costs: exact where no rate is for less than an area code. */
export async function askCost(ask: Ask, account: string, from: string, { byArea }: Totals): Promise<CostEstimate> {
  let micros = 0
  let unpriced = 0
  let currency = ''
  for (const { to, segments } of byArea.values()) {
    const body = JSON.stringify({ account, from, to })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask<{ readonly price?: string; readonly currency: string }>('/v1/route', { method: 'POST', body }, headers) // prettier-ignore
    const price = answer.price === undefined ? undefined : parseAmount(answer.price)
    if (price === undefined) unpriced += segments
    else micros += price * segments
    currency = answer.currency
  }
  return { amount: formatAmount(micros), currency, unpriced, words: `by the rates of ${byArea.size} area code(s)` }
}

export function durationWords(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`
}

const typeWords: Readonly<Record<NumberType, string>> = {
  longcode: 'long code',
  tollfree: 'toll-free number',
  shortcode: 'short code',
}

function countIn(pool: PoolShape, type: NumberType, country: NanpCountry): number {
  if (type === 'longcode') return pool.longcode
  if (type === 'tollfree') return country === 'CA' ? 0 : pool.tollfree
  return pool.shortcodes.includes(country) ? 1 : 0
}

function priorityOf(pack: Json, country: NanpCountry): readonly NumberType[] {
  const entry = objectsOf(pack, 'number_priority').find(
    (one) => one['country_iso'] === country && one['service_type'] === 'SMS',
  )
  const turns = (entry?.['priority'] ?? {}) as Json
  return ['priority1', 'priority2', 'priority3'].flatMap((turn) => numberTypes.filter((type) => type === turns[turn]))
}

function countOf(list: Json | undefined): number {
  const count = (list?.['meta'] as Json | undefined)?.['total_count']
  return typeof count === 'number' ? count : 0
}

/** '' for none. */
function firstOf(list: Json | undefined, name: string): string {
  const value = objectsOf(list, 'objects')[0]?.[name]
  return typeof value === 'string' ? value : ''
}

function objectsOf(body: Json | undefined, name: string): readonly Json[] {
  const list = body?.[name]
  return Array.isArray(list) ? (list as readonly Json[]) : []
}
