// A number that an account owns, in a pool or not: its row.
import type { AccountId } from '../message/ids.js'
import type { UsCarrier } from '../phone/us-carrier.js'
import type { NumberType, Service } from './number-type.js'
import { readObject } from './rows.js'

export interface Quarantine {
  /** Switch time, ms. */
  readonly atMs: number
  readonly why: string
}

export interface OwnedNumber {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  readonly account: AccountId
  readonly type: NumberType
  /** ISO 3166-1; a short code and a toll-free number are of the country that they were given in. */
  readonly country: string
  /** Of a long code: whether it is one of a mobile network. */
  readonly isMobile: boolean
  readonly sms: boolean
  readonly mms: boolean
  readonly voice: boolean
  /** Wall time, ms. */
  readonly ownedAtMs: number
  /** Messages a second; 0 for the rate of its type. */
  readonly perSecond: number
  /** Carriers that take nothing from it. */
  readonly unsupported: readonly UsCarrier[]
  /** The UUID of its pool; '' for none. */
  readonly pool: string
  /** Switch time, ms, at which it joined its pool or came back from quarantine; 0 without a pool. What phones had from it before is forgotten. */
  readonly joinedAtMs: number
  /** What it was added to its pool for. */
  readonly service: Service
  /** Set while it is not used, though it is in its pool. */
  readonly quarantine: Quarantine | undefined
  /** What only listings show: alias, city, rental and the like. */
  readonly details: Readonly<Record<string, string>>
}

export const numberDefaults = {
  isMobile: false,
  sms: true,
  mms: false,
  voice: false,
  perSecond: 0,
  unsupported: [],
  pool: '',
  joinedAtMs: 0,
  service: 'sms',
  quarantine: undefined,
  details: {},
} as const satisfies Partial<OwnedNumber>

/** The row's text, without the key and what is as by default. */
export function numberText(row: OwnedNumber): string {
  const said = Object.entries(row).filter(([field, value]) => field !== 'number' && !isUsual(field, value))
  return JSON.stringify(Object.fromEntries(said))
}

/**
 * @param shared gives the one copy of a text that many numbers have
 * @returns undefined for a text that is no number
 */
export function readNumber(
  number: string,
  text: string,
  shared: (text: string) => string = (same) => same,
): OwnedNumber | undefined {
  const row = readObject<OwnedNumber>(text)
  if (row?.account === undefined || row.type === undefined || row.country === undefined) return undefined
  // Field by field: a hundred thousand of them are read at a start, and spreads take several times as long.
  return {
    number,
    account: shared(row.account) as AccountId,
    type: row.type,
    country: row.country,
    isMobile: row.isMobile ?? numberDefaults.isMobile,
    sms: row.sms ?? numberDefaults.sms,
    mms: row.mms ?? numberDefaults.mms,
    voice: row.voice ?? numberDefaults.voice,
    ownedAtMs: row.ownedAtMs ?? 0,
    perSecond: row.perSecond ?? numberDefaults.perSecond,
    unsupported: row.unsupported ?? numberDefaults.unsupported,
    pool: shared(row.pool ?? numberDefaults.pool),
    joinedAtMs: row.joinedAtMs ?? numberDefaults.joinedAtMs,
    service: row.service ?? numberDefaults.service,
    quarantine: row.quarantine,
    details: row.details ?? numberDefaults.details,
  }
}

const usual: Readonly<Record<string, unknown>> = numberDefaults

function isUsual(field: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (field === 'details') return Object.keys(value as object).length === 0
  return field in usual && usual[field] === value
}
