// Numbers of a provider with an HTTP API: searched, rented and given back there, and kept here.
//
// A number is rented in three steps: what is about to be asked is kept with a reference of its own; the provider is asked with that
// reference; the number is kept, and the first row removed, in one step. If the process dies
//   before the provider is asked: nothing is rented, and the row says that something might be;
//   between its answer and the last step: the number is rented there and nobody's here. Whoever rents it again asks with the same
//     reference and has it, and `recover` gives back what nobody did;
//   after the last step: all is as it should be.
// A number is given back there first, then here: in between, a repeated return is told that it is gone, which is right too.
import type { AccountId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { closedBreaker, mayAsk, outcomeOf, type BreakerState } from '../../lookup/breaker.js'
import { HttpExchange, type Exchanged } from '../../lookup/exchange.js'
import { fill } from '../../lookup/template.js'
import { placeOf } from '../../phone/e164.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import { refused, type Change, type Judged, type Refusal } from '../../powerpack/change.js'
import { judgeGivingUp } from '../../powerpack/number-changes.js'
import { numberText, readNumber, type OwnedNumber } from '../../powerpack/owned-number.js'
import type { PoolBook } from '../../powerpack/pool-book.js'
import { keptRow, readObject } from '../../powerpack/rows.js'
import type { Store } from '../../store/contracts/store.js'
import { isOffered, nationalOf, NumbersUnavailable, type NumberSource, type OfferWish } from './inventory.js'
import { readOffers } from './inventory-http-answer.js'
import {
  httpInventoryDefaults,
  httpInventoryMistakes,
  type CallTemplate,
  type HttpInventoryOptions,
} from './inventory-http-options.js'
import { PAGE_MAX, type Found, type PageWish } from './page.js'
import type { CommitRows, PowerpackChanges } from './powerpack-changes.js'

export interface HttpInventoryPorts extends Pick<Store, 'findKept' | 'keptRows'> {
  readonly book: PoolBook
  readonly commit: CommitRows
  /** Monotonic, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
  /** A random UUID. */
  readonly uuid: () => string
  /** Told of each request that failed. The text has no secret and no number. */
  readonly onFailure: (what: 'search' | 'rent' | 'giveBack', failure: string) => void
}

/** Numbers that may be rented there and are nobody's here. Key: the number. */
export const RENTING_TABLE = 'renting'
const ANSWER_OCTETS = 1_048_576
/** Offers that were shown are known for a while: who rents one of them need not be told again what it can do. */
const OFFERS_KNOWN = 10_000
const RECOVERED_AT_ONCE = 1_000

interface Intent {
  readonly reference: string
  readonly account: string
  /** The number as it was on offer, as a row's text. */
  readonly offer: string
}

/** `unknown`: nobody knows whether it was done. */
type Outcome = 'done' | 'no' | 'unknown'

export class HttpInventory implements NumberSource {
  /** As numbers that are rented here have it noted. */
  readonly source: string
  readonly #options: HttpInventoryOptions
  readonly #ports: HttpInventoryPorts
  readonly #exchange: HttpExchange
  readonly #offers = new Map<string, OwnedNumber>()
  #breaker: BreakerState

  /** Throws RangeError where `httpInventoryMistakes` finds something. */
  constructor(options: HttpInventoryOptions, ports: HttpInventoryPorts) {
    const [mistake] = httpInventoryMistakes(options)
    if (mistake !== undefined) throw new RangeError(`${options.name}: ${mistake.path} expects ${mistake.expected}`)
    this.source = `provider:${options.name}`
    this.#options = options
    this.#ports = ports
    this.#exchange = new HttpExchange({ ...options, maxAnswerOctets: ANSWER_OCTETS })
    this.#breaker = closedBreaker(ports.nowMs())
  }

  /** @throws NumbersUnavailable */
  async find(wish: OfferWish, { limit = PAGE_MAX, offset = 0 }: PageWish): Promise<Found<OwnedNumber>> {
    const { search, types } = this.#options
    const { country, type, pattern = '', region = '', city = '', lata = '', rateCenter = '', services } = wish
    const values = {
      ...{ country, pattern, region, city, lata, rateCenter, services: services.join(',') },
      type: type === undefined ? '' : types[type],
      ...{ limit: String(limit), offset: String(offset) },
    }
    const answer = await this.#ask('search', search, values)
    if (answer === undefined) throw new NumbersUnavailable()
    const isRight = answer.status >= 200 && answer.status <= 299
    const read = isRight ? readOffers(answer.body, this.#options, wish) : undefined
    if (read === undefined) {
      const why = isRight ? 'there is no list where it should be' : `HTTP ${answer.status}`
      this.#ports.onFailure('search', `${this.#options.name}: ${why}`)
      throw new NumbersUnavailable()
    }
    const { book } = this.#ports
    const objects = read.offers.filter((row) => isOffered(row, wish) && book.numbers.get(row.number) === undefined)
    for (const row of objects) this.#remember(row)
    // Without a total: there may be more where the page is full.
    const guess = offset + read.offers.length + (read.offers.length >= limit ? 1 : 0)
    return { objects: objects.slice(0, limit), total: read.total ?? guess }
  }

  async judgeRent(account: AccountId, number: string, details: OwnedNumber['details']): Promise<Judged<OwnedNumber>> {
    const { book, commit, wallMs, uuid } = this.#ports
    const known = book.numbers.get(number)
    if (known?.account === account) return { kind: 'change', rows: [], value: known, apply: () => undefined }
    if (known !== undefined) return none(number)
    const before = await this.#intentOf(number)
    const offer = before === undefined ? await this.#offerOf(number) : readNumber(number, before.offer)
    if (offer === 'unavailable') return unavailable()
    if (offer === undefined) return none(number)
    const intent = before ?? { reference: uuid(), account, offer: numberText(offer) }
    if (before === undefined) await commit([intentRow(number, JSON.stringify(intent))])
    const outcome = await this.#call('rent', number, account, intent.reference)
    if (outcome === 'unknown') return unavailable()
    if (outcome === 'no') {
      // Of one that was asked for before nobody knows what that came to: `recover` sees to it.
      if (before === undefined) await commit([intentRow(number, '')])
      return none(number)
    }
    this.#offers.delete(number)
    const noted = { ...offer.details, ...details, source: this.source, reference: intent.reference }
    const value = { ...offer, account, ownedAtMs: wallMs(), details: noted }
    return {
      kind: 'change',
      rows: [keptRow('number', number, numberText(value)), intentRow(number, '')],
      value,
      apply: () => book.putNumber(value),
    }
  }

  async judgeReturn(number: string): Promise<Judged<OwnedNumber>> {
    const { book } = this.#ports
    const row = book.numbers.get(number)
    if (row?.details['source'] !== this.source) return judgeGivingUp(book, number)
    const outcome = await this.#call('giveBack', number, row.account, row.details['reference'] ?? '')
    return outcome === 'done' ? judgeGivingUp(book, number) : unavailable()
  }

  /**
   * Gives back what is rented there and nobody's here: by a process that died, or where an answer was lost. At each start, and now and
   * then.
   *
   * @returns how many are left, since the provider did not say that it has them back
   */
  async recover(changes: Pick<PowerpackChanges, 'make'>): Promise<number> {
    const { rows } = await this.#ports.keptRows(RENTING_TABLE, { limit: RECOVERED_AT_ONCE })
    let left = 0
    for (const { key } of rows) {
      const made = await changes.make(() => this.#judgeRecovery(key))
      if (made.kind !== 'changed') left++
    }
    return left
  }

  close(): void {
    this.#exchange.close()
  }

  async #judgeRecovery(number: string): Promise<Judged<undefined>> {
    const intent = await this.#intentOf(number)
    const isOurs = this.#ports.book.numbers.get(number) !== undefined
    if (intent === undefined || isOurs) return forgotten(number)
    const outcome = await this.#call('giveBack', number, intent.account, intent.reference)
    return outcome === 'done' ? forgotten(number) : unavailable()
  }

  async #intentOf(number: string): Promise<Intent | undefined> {
    const [text = ''] = await this.#ports.findKept(RENTING_TABLE, [number])
    const { reference, account, offer } = readObject<Intent>(text) ?? {}
    return reference === undefined || account === undefined || offer === undefined
      ? undefined
      : { reference, account, offer }
  }

  /** A number that was shown before, or is on offer now. */
  async #offerOf(number: string): Promise<OwnedNumber | 'unavailable' | undefined> {
    const known = this.#offers.get(number)
    if (known !== undefined) return known
    const country = nanpAreaOf(number)?.country ?? placeOf(number)?.country
    if (country === undefined) return undefined
    try {
      const { objects } = await this.find({ country, pattern: nationalOf(number), services: [] }, {})
      return objects.find((row) => row.number === number)
    } catch (error) {
      if (error instanceof NumbersUnavailable) return 'unavailable'
      throw error
    }
  }

  #remember(row: OwnedNumber): void {
    this.#offers.delete(row.number)
    this.#offers.set(row.number, row)
    if (this.#offers.size <= OFFERS_KNOWN) return
    for (const oldest of this.#offers.keys()) {
      this.#offers.delete(oldest)
      break
    }
  }

  async #call(what: 'rent' | 'giveBack', number: string, account: string, reference: string): Promise<Outcome> {
    const { rent, giveBack } = this.#options
    const values = { number, plusNumber: `+${number}`, account, reference }
    const answer = await this.#ask(what, what === 'rent' ? rent : giveBack, values)
    if (answer === undefined) return 'unknown'
    const { status } = answer
    const meant: readonly number[] = what === 'rent' ? rent.rentedStatuses : giveBack.goneStatuses
    if ((status >= 200 && status <= 299) || meant.includes(status)) return 'done'
    if (what === 'rent' && refusals.includes(status)) return 'no'
    this.#ports.onFailure(what, `${this.#options.name}: HTTP ${status}`)
    return 'unknown'
  }

  /** Undefined where there is no answer, which is told. */
  async #ask(
    what: 'search' | 'rent' | 'giveBack',
    { method, path, body }: CallTemplate,
    said: Readonly<Record<string, string>>,
  ): Promise<Exchanged | undefined> {
    const { name, secret, headers, timeoutMs, breaker: rules = httpInventoryDefaults.breaker } = this.#options
    const { nowMs, onFailure } = this.#ports
    const [asked, leave] = mayAsk(this.#breaker, rules, nowMs())
    this.#breaker = asked
    if (leave === undefined) {
      onFailure(what, `${name}: left alone after failures`)
      return undefined
    }
    const values = { ...said, secret }
    const sent = Object.entries(headers).map(
      ([header, value]) => [header.toLowerCase(), fill(value, values, same)] as const,
    )
    const isForm = sent.some(([header, value]) => header === 'content-type' && value.includes('urlencoded'))
    const answer = await this.#exchange.send(
      {
        method,
        path: pathOf(path, values),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...Object.fromEntries(sent) },
        body: body === undefined ? undefined : fill(body, values, isForm ? encodeURIComponent : insideJsonText),
      },
      AbortSignal.timeout(timeoutMs),
    )
    const hasFailed = answer.kind !== 'exchanged' || answer.status >= 500
    this.#breaker = outcomeOf(this.#breaker, rules, leave, hasFailed, nowMs())
    if (answer.kind === 'exchanged') return answer
    onFailure(what, answer.text)
    return undefined
  }
}

/** Of a number that is not to be had; others are of the provider as a whole, or say to come again. */
const refusals: readonly number[] = [400, 404, 409, 410, 422]

/** Parameters of the query that have nothing to say are left out: many providers take an empty one for a wish. */
function pathOf(template: string, values: Readonly<Record<string, string>>): string {
  const [path = '', query] = template.split('?', 2)
  const filled = fill(path, values, encodeURIComponent)
  if (query === undefined) return filled
  const parameters = query.split('&').flatMap((parameter) => {
    const text = fill(parameter, values, encodeURIComponent)
    return text !== parameter && text.endsWith('=') ? [] : [text]
  })
  return parameters.length === 0 ? filled : `${filled}?${parameters.join('&')}`
}

function intentRow(number: string, text: string): KeptRow {
  return { table: RENTING_TABLE, key: number, text }
}

function forgotten(number: string): Change<undefined> {
  return { kind: 'change', rows: [intentRow(number, '')], value: undefined, apply: () => undefined }
}

function none(number: string): Refusal {
  return refused('unknownNumber', `There is no number ${number.slice(0, 32)} to be had.`, 'number')
}

function unavailable(): Refusal {
  return refused('unavailable', 'numbers cannot be rented or given back now; try again later')
}

function same(value: string): string {
  return value
}

function insideJsonText(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
