// How a number provider with an HTTP API is asked, by template: what to send, and where in its answers to look. It asks nobody.
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { BreakerRules } from '../../lookup/breaker.js'
import { originMistake } from '../../lookup/exchange.js'
import { parsePointer } from '../../lookup/json-answer.js'
import { unknownPlaceholders } from '../../lookup/template.js'
import type { OfferService, OfferType } from './inventory.js'

/** One request. Path and body have places in braces; a parameter of the query that is empty is left out. */
export interface CallTemplate {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query: `/v1/available?country={country}&contains={pattern}`. */
  readonly path: string
  /** JSON, or a form where the headers say so. */
  readonly body?: string | undefined
}

/** Where a number on offer says it, as JSON pointers (RFC 6901) into its entry of the list. */
export interface OfferPlaces {
  readonly number: string
  readonly region?: string | undefined
  readonly city?: string | undefined
  readonly rateCenter?: string | undefined
  readonly lata?: string | undefined
  /** For a month. */
  readonly price?: string | undefined
  readonly setupPrice?: string | undefined
  readonly sms?: string | undefined
  readonly mms?: string | undefined
  readonly voice?: string | undefined
}

export interface HttpInventoryOptions {
  /** Noted of numbers that are rented there, as `provider:NAME`. */
  readonly name: string
  /** Such as `https://api.example.com`. What comes from a request never chooses whom we ask. */
  readonly origin: string
  readonly plainHttp?: boolean | undefined
  /** PEM of a private certificate authority. */
  readonly ca?: string | undefined
  /** Of every request: `authorization: "Bearer {secret}"`. */
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string
  readonly maxConnections: number
  /** How long an answer may take, ms. Other changes of numbers and pools wait so long; messages do not. */
  readonly timeoutMs: number
  readonly breaker?: BreakerRules | undefined
  /** `{country} {type} {pattern} {region} {city} {lata} {rateCenter} {services} {limit} {offset}`. */
  readonly search: CallTemplate & {
    /** JSON pointer to the list. */
    readonly list: string
    /** To how many there are in all. */
    readonly total?: string | undefined
    readonly offer: OfferPlaces
  }
  /** `{number} {plusNumber} {account} {reference}`; the reference is the same when a request is repeated. */
  readonly rent: CallTemplate & {
    /** Statuses beside 2xx that say that this reference has rented it already. */
    readonly rentedStatuses: readonly number[]
  }
  /** The same places. */
  readonly giveBack: CallTemplate & {
    /** Statuses beside 2xx that say that it is not rented any more. */
    readonly goneStatuses: readonly number[]
  }
  /** What it calls the types of numbers. */
  readonly types: Readonly<Record<OfferType, string>>
  /** What its numbers can do where they do not say. */
  readonly services: Readonly<Record<OfferService, boolean>>
}

/** What may be left out. */
export const httpInventoryDefaults = {
  maxConnections: 4,
  timeoutMs: 5_000,
  // Two long waits one after the other are enough: all other changes stood behind them.
  breaker: { minFailures: 2, ratio: 0.5, windowMs: 60_000, openMs: 30_000 },
  types: { local: 'local', tollfree: 'tollfree', mobile: 'mobile', shortcode: 'shortcode' },
  services: { sms: true, mms: false, voice: false },
  rentedStatuses: [],
  goneStatuses: [404, 410],
} as const

const searchPlaceholders = ['secret', 'country', 'type', 'pattern', 'region', 'city', 'lata', 'rateCenter', 'services', 'limit', 'offset'] as const // prettier-ignore
const rentPlaceholders = ['secret', 'number', 'plusNumber', 'account', 'reference'] as const

export interface HttpInventoryMistake {
  /** Such as `search.offer.number`. */
  readonly path: string
  readonly expected: string
}

/** Everything that is wrong; empty when nothing is. No secret is in it. */
export function httpInventoryMistakes(options: HttpInventoryOptions): readonly HttpInventoryMistake[] {
  const mistakes: HttpInventoryMistake[] = []
  const say = (path: string, expected: string): unknown => mistakes.push({ path, expected })
  const { origin, plainHttp = false, headers, secret, search, rent, giveBack } = options

  const wrongOrigin = originMistake(origin, plainHttp)
  if (wrongOrigin !== undefined) say('origin', wrongOrigin)
  for (const [name, value] of Object.entries(headers)) {
    for (const word of unknownPlaceholders(value, ['secret'])) say(`headers.${name}`, `{secret}, not {${word}}`)
    if (!isSendable(name, value.replaceAll('{secret}', secret)))
      say(`headers.${name}`, 'a header name and a value of printable characters')
  }
  checkCall('search', search, searchPlaceholders)
  checkCall('rent', rent, rentPlaceholders)
  checkCall('giveBack', giveBack, rentPlaceholders)
  // Without it a number would be rented twice where the first answer was lost.
  if (![rent.path, rent.body ?? '', ...Object.values(headers)].some((text) => text.includes('{reference}')))
    say('rent', 'a {reference} in its path or body, by which the provider knows a repeated request')
  checkPointer('search.list', search.list)
  if (search.total !== undefined) checkPointer('search.total', search.total)
  for (const [name, pointer] of Object.entries(search.offer) as [string, string | undefined][])
    if (pointer !== undefined) checkPointer(`search.offer.${name}`, pointer)
  return mistakes

  function checkCall(path: string, call: CallTemplate, known: readonly string[]): void {
    if (!/^\/[\x21-\x7e]*$/.test(call.path) || call.path.includes('#'))
      say(`${path}.path`, 'a path such as /v1/numbers')
    for (const text of [call.path, call.body ?? ''])
      for (const word of unknownPlaceholders(text, known))
        say(path, `of ${known.map((each) => `{${each}}`).join(', ')}, not {${word}}`)
    if (call.body !== undefined && call.method === 'GET') say(`${path}.body`, 'no body with GET')
  }
  function checkPointer(path: string, pointer: string): void {
    if (parsePointer(pointer) === undefined) say(path, 'a JSON pointer such as /data/numbers')
  }
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
