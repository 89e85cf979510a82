// Lines of a sheet of numbers, as texts: what each says of a number, or everything that is wrong with it. It changes nothing.
import type { AccountId } from '../message/ids.js'
import { formatAmount, MICROS, parseAmount } from '../money/amount.js'
import { placeOf } from '../phone/e164.js'
import { nanpAreaOf } from '../phone/nanp.js'
import { numberTypeOf, type NumberType } from '../powerpack/number-type.js'
import type { NumberImport } from '../powerpack/stock.js'

/** Columns with what they mean. */
export const numberColumns = {
  number: 'E.164 with or without +, or a short code.',
  type: 'local, mobile, tollfree or shortcode; by its digits if not said.',
  country: 'ISO 3166-1; by its digits if not said. A short code needs it.',
  area: 'The state, province or region.',
  city: 'For people, and to be searched by.',
  rateCenter: 'For people, and to be searched by.',
  lata: 'For people, and to be searched by.',
  carrier: 'Whom it is from.',
  alias: 'What its account calls it.',
  capabilities: 'Of sms, mms and voice; sms if not said.',
  price: 'For a month, to whoever rents it.',
  setupPrice: 'Once, to whoever rents it.',
  perSecond: 'Messages a second; 0 for the rate of its type.',
  owner: 'The account that has it; nobody, so that it can be rented, if not said.',
  pool: 'The UUID of the number pool that it joins, or of its powerpack; it stays where it is if not said.',
} as const

export type NumberColumn = keyof typeof numberColumns
export type NumberLine = { readonly [Column in NumberColumn]?: string }

export interface LineMistake {
  /** Of the line among those that came. */
  readonly index: number
  readonly column: NumberColumn
  readonly value: string
  readonly expected: string
}

export interface ReadLines {
  readonly numbers: readonly NumberImport[]
  /** By number: which line it is of. */
  readonly indexes: ReadonlyMap<string, number>
  readonly mistakes: readonly LineMistake[]
}

const VALUE_SHOWN = 80
const TEXT_MAX = 100
const PER_SECOND_MAX = 10_000
const services = ['sms', 'mms', 'voice'] as const
const textDetails = { area: 'region', city: 'city', rateCenter: 'rate_center', lata: 'lata', carrier: 'carrier', alias: 'alias' } as const // prettier-ignore
const priceDetails = { price: 'monthly_rental_rate', setupPrice: 'setup_rate' } as const

interface TypeWord {
  readonly type: NumberType
  readonly isMobile: boolean
}
const longcode: TypeWord = { type: 'longcode', isMobile: false }
const types: ReadonlyMap<string, TypeWord> = new Map([
  ...['local', 'fixed', 'national', 'longcode'].map((word) => [word, longcode] as const),
  ['mobile', { type: 'longcode', isMobile: true }],
  ['tollfree', { type: 'tollfree', isMobile: false }],
  ['shortcode', { type: 'shortcode', isMobile: false }],
])

/** @param isAccount whether there is such an account */
export function readNumberLines(lines: readonly NumberLine[], isAccount: (id: AccountId) => boolean): ReadLines {
  const numbers: NumberImport[] = []
  const indexes = new Map<string, number>()
  const mistakes: LineMistake[] = []
  lines.forEach((line, index) => {
    const reading = new Reading(line, index, isAccount)
    const earlier = indexes.get(reading.digits)
    if (earlier !== undefined) reading.wrong('number', `a number that line ${earlier + 1} of these does not have`)
    const number = reading.number()
    if (number === undefined) mistakes.push(...reading.mistakes)
    else {
      indexes.set(number.number, index)
      numbers.push(number)
    }
  })
  return { numbers, indexes, mistakes }
}

/** A number as people write it, without what is between its digits. */
export function plainNumber(text: string): string {
  return text
    .trim()
    .replace(/^\+/, '')
    .replace(/[-/.()\s]/g, '')
}

class Reading {
  readonly mistakes: LineMistake[] = []
  readonly digits: string
  readonly #line: NumberLine
  readonly #index: number
  readonly #isAccount: (id: AccountId) => boolean

  constructor(line: NumberLine, index: number, isAccount: (id: AccountId) => boolean) {
    this.#line = line
    this.#index = index
    this.#isAccount = isAccount
    this.digits = plainNumber(line.number ?? '')
  }

  wrong(column: NumberColumn, expected: string): void {
    const value = (this.#line[column] ?? '').slice(0, VALUE_SHOWN)
    this.mistakes.push({ index: this.#index, column, value, expected })
  }

  /** Undefined where something is wrong. */
  number(): NumberImport | undefined {
    const type = numberTypeOf(this.digits)
    if (type === undefined)
      this.wrong('number', 'a number in E.164 such as 14155550100, or a short code of 3 to 6 digits')
    const said: NumberImport = {
      number: this.digits,
      type: type ?? 'longcode',
      country: type === undefined ? '' : this.#country(type),
      ...(type !== undefined && this.#kind(type)),
      ...this.#capabilities(),
      ...this.#perSecond(),
      ...this.#owner(),
      ...this.#pool(),
      details: this.#details(),
    }
    return this.mistakes.length === 0 ? said : undefined
  }

  #said(column: NumberColumn): string {
    return (this.#line[column] ?? '').trim()
  }

  #kind(type: NumberType): Pick<NumberImport, 'isMobile'> {
    const word = this.#said('type')
    if (word === '') return {}
    const known = types.get(word.toLowerCase().replace(/[\s_-]/g, ''))
    if (known === undefined) this.wrong('type', 'local, mobile, tollfree or shortcode')
    else if (known.type !== type)
      this.wrong('type', `${type === 'longcode' ? 'local or mobile' : type}, which ${this.digits} is by its digits`)
    return { isMobile: known?.isMobile === true }
  }

  #country(type: NumberType): string {
    const said = this.#said('country').toUpperCase()
    if (type === 'shortcode') {
      if (!/^[A-Z]{2}$/.test(said)) this.wrong('country', 'a country as two letters, for a short code')
      return said
    }
    const place = placeOf(this.digits)?.country
    // Territories of the United States are countries of their own to some.
    const area = nanpAreaOf(this.digits)?.country
    if (place === undefined) this.wrong('number', 'a number with a calling code that is in use')
    else if (said !== '' && said !== place && said !== area)
      this.wrong('country', `${place}, where ${this.digits} is by its digits`)
    return said === '' ? (place ?? '') : said
  }

  #capabilities(): Partial<Pick<NumberImport, (typeof services)[number]>> {
    const words = this.#said('capabilities').toLowerCase().split(/[^a-z]+/).filter((word) => word !== '') // prettier-ignore
    if (words.length === 0) return {}
    const isKnown = words.every((word) => services.some((service) => service === word))
    if (!isKnown || !words.some((word) => word !== 'voice'))
      this.wrong('capabilities', 'of sms, mms and voice, with sms or mms among them, such as "sms mms"')
    return { sms: words.includes('sms'), mms: words.includes('mms'), voice: words.includes('voice') }
  }

  #perSecond(): Pick<NumberImport, 'perSecond'> {
    const said = this.#said('perSecond')
    if (said === '') return {}
    const perSecond = /^[0-9]{1,5}(\.[0-9]{1,3})?$/.test(said) ? Number(said) : Infinity
    if (perSecond > PER_SECOND_MAX) this.wrong('perSecond', `a number from 0 to ${PER_SECOND_MAX}, such as 1 or 0.5`)
    return { perSecond }
  }

  #owner(): Pick<NumberImport, 'account'> {
    if (this.#line.owner === undefined) return {}
    const account = this.#said('owner') as AccountId
    if (account !== '' && !this.#isAccount(account)) this.wrong('owner', 'the id of an account, or nothing')
    return { account }
  }

  /** Whether there is such a pool is judged with the number. */
  #pool(): Pick<NumberImport, 'pool'> {
    const pool = this.#said('pool').toLowerCase()
    return pool === '' ? {} : { pool }
  }

  #details(): NumberImport['details'] {
    const details: Record<string, string> = {}
    for (const [column, name] of Object.entries(textDetails) as [keyof typeof textDetails, string][]) {
      if (this.#line[column] === undefined) continue
      const said = this.#said(column)
      if (said.length > TEXT_MAX) this.wrong(column, `a text of ${TEXT_MAX} characters at most`)
      details[name] = said
    }
    for (const [column, name] of Object.entries(priceDetails) as [keyof typeof priceDetails, string][]) {
      if (this.#line[column] === undefined) continue
      const said = this.#said(column)
      const micros = said === '' ? 0 : parseAmount(said)
      if (micros === undefined || micros < 0)
        this.wrong(column, 'a decimal number such as 0.80, with at most 6 decimals')
      details[name] = said === '' ? '' : rateText(micros ?? 0)
    }
    return details
  }
}

/** With five decimals at least, as the API shows rates. */
function rateText(micros: number): string {
  const [whole = '', decimals = ''] = formatAmount(micros).split('.')
  return `${whole}.${decimals.padEnd(Math.log10(MICROS) - 1, '0')}`
}
