// Where numbers that nobody has are searched, rented and returned: what any provider of them does. Types and the checks they share.
import { isDigits } from '../../message/address.js'
import type { AccountId } from '../../message/ids.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import type { Judged } from '../../powerpack/change.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import type { Found, PageWish } from './page.js'

export const offerTypes = ['local', 'tollfree', 'mobile', 'shortcode'] as const
export type OfferType = (typeof offerTypes)[number]

export const offerServices = ['sms', 'mms', 'voice'] as const
export type OfferService = (typeof offerServices)[number]

/** Numbers that are looked for; what is not named may be any. */
export interface OfferWish {
  /** ISO 3166-1. */
  readonly country: string
  readonly type?: OfferType
  /** Digits without the country code, from the left; `*` for any. */
  readonly pattern?: string
  /** A state or province, such as `CA`, or part of what is noted of the number's region or city. */
  readonly region?: string
  readonly services: readonly OfferService[]
  readonly lata?: string
  readonly rateCenter?: string
  readonly city?: string
}

/** Who has the numbers does not say now which ones. */
export class NumbersUnavailable extends Error {
  constructor() {
    super('numbers cannot be looked for now; try again later')
    this.name = 'NumbersUnavailable'
  }
}

export interface NumberSource {
  /** Numbers that can be rented. @throws NumbersUnavailable */
  find(wish: OfferWish, page: PageWish): Promise<Found<OwnedNumber>>
  /**
   * A number for an account. One that the account has already stays its own.
   *
   * @param details noted of it for the account
   */
  judgeRent(account: AccountId, number: string, details: OwnedNumber['details']): Promise<Judged<OwnedNumber>>
  /** A number that its account gives up: it leaves its pool, and who had it on offer has it again. */
  judgeReturn(number: string): Promise<Judged<OwnedNumber>>
}

/** Whether a number is one of those that are looked for. */
export function isOffered(row: OwnedNumber, wish: OfferWish): boolean {
  if (row.country !== wish.country || (wish.type !== undefined && offerTypeOf(row) !== wish.type)) return false
  if (!wish.services.every((service) => row[service])) return false
  if (wish.pattern !== undefined && !fits(row.number, wish.pattern)) return false
  const { lata = '', rate_center: center = '', city = '' } = row.details
  if (wish.lata !== undefined && lata !== wish.lata) return false
  if (wish.rateCenter !== undefined && !isAlike(center, wish.rateCenter)) return false
  if (wish.city !== undefined && !isAlike(city, wish.city)) return false
  return wish.region === undefined || isIn(row, wish.region)
}

export function offerTypeOf({ type, isMobile }: OwnedNumber): OfferType {
  if (type !== 'longcode') return type
  return isMobile ? 'mobile' : 'local'
}

/** The number without its country code, where that is +1. */
export function nationalOf(number: string): string {
  return number.length === 11 && number.startsWith('1') ? number.slice(1) : number
}

/** Whether a number begins so, with or without its country code. */
export function beginsWith(number: string, digits: string): boolean {
  return number.startsWith(digits) || nationalOf(number).startsWith(digits)
}

function fits(number: string, pattern: string): boolean {
  if (isDigits(pattern)) return beginsWith(number, pattern)
  const national = nationalOf(number)
  if (national.length < pattern.length) return false
  for (let i = 0; i < pattern.length; i++) if (pattern[i] !== '*' && pattern[i] !== national[i]) return false
  return true
}

function isIn(row: OwnedNumber, region: string): boolean {
  const { region: noted = '', city = '' } = row.details
  if (isAlike(noted, region) || isAlike(city, region)) return true
  return nanpAreaOf(row.number)?.region === `${row.country}-${region.toUpperCase()}`
}

function isAlike(noted: string, wanted: string): boolean {
  return noted.toLowerCase().includes(wanted.toLowerCase())
}
