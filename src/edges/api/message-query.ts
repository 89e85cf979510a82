// Which messages a list is asked for: the filters and times of the API, checked. Pure.

import { isDigits } from '../../message/address.js'
import { attachmentStatusOf, recordStates, type MessageRecord } from './message-record.js'

const LIST_MAX = 20
const DAY_MS = 86_400_000
/** How long a message is shown. */
const HISTORY_MS = 90 * DAY_MS

/** Parameters that say nothing of times. */
export const filterNames = [
  'message_direction',
  'message_state',
  'message_type',
  'error_code',
  'powerpack_id',
  'from_number',
  'to_number',
  'destination_country_iso2',
  'tendlc_campaign_id',
  'tendlc_registration_status',
  'conversation_id',
  'conversation_origin',
] as const
export const timeNames = [
  'message_time',
  'message_time__gt',
  'message_time__gte',
  'message_time__lt',
  'message_time__lte',
] as const
type FilterName = (typeof filterNames)[number]
type TimeName = (typeof timeNames)[number]

export interface MessageQuery {
  readonly limit: number
  readonly offset: number
  /** The auth id of a sub-account, '' for none. */
  readonly subaccount: string
  /** What is asked for, as it was written. */
  readonly filters: Readonly<Partial<Record<FilterName, string>>>
  readonly times: Readonly<Partial<Record<TimeName, string>>>
  /** Wall times in ms: from the first on, before the second. */
  readonly fromMs: number
  readonly toMs: number
}

export type CheckedQuery =
  { readonly kind: 'query'; readonly query: MessageQuery } | { readonly kind: 'mistake'; readonly error: string }

/** @param given by name; @param wallMs now */
export function checkQuery(given: Readonly<Record<string, unknown>>, wallMs: number): CheckedQuery {
  const limit = wholeOf(given['limit'], LIST_MAX)
  const offset = wholeOf(given['offset'], 0)
  if (!(limit >= 1 && limit <= LIST_MAX)) return mistake(`limit: expects a whole number from 1 to ${LIST_MAX}`)
  if (!(offset >= 0)) return mistake('offset: expects a whole number, 0 or more')

  const filters: Partial<Record<FilterName, string>> = {}
  for (const name of filterNames) {
    const value = wordOf(given[name])
    if (value !== '') filters[name] = numbers.has(name) ? value.replace(/^\+/, '') : value
  }
  const wrong = wrongFilter(filters)
  if (wrong !== undefined) return mistake(wrong)

  const times: Partial<Record<TimeName, string>> = {}
  let fromMs = -Infinity
  let toMs = Infinity
  for (const name of timeNames) {
    const value = wordOf(given[name])
    if (value === '') continue
    const range = rangeOf(name, value)
    if (range === undefined) return mistake(`${name}: expects YYYY-MM-DD HH:MM[:ss[.uuuuuu]] in UTC`)
    times[name] = value
    fromMs = Math.max(fromMs, range[0])
    toMs = Math.min(toMs, range[1])
  }
  if (Object.keys(times).length === 0) fromMs = wallMs - DAY_MS
  fromMs = Math.max(fromMs, wallMs - HISTORY_MS)
  const subaccount = wordOf(given['subaccount'])
  return { kind: 'query', query: { limit, offset, subaccount, filters, times, fromMs, toMs } }
}

/** Does the record fit the filters? Times are not looked at. */
export function fits(record: MessageRecord, { filters }: Pick<MessageQuery, 'filters'>): boolean {
  for (const name of filterNames) {
    const wanted = filters[name]
    if (wanted !== undefined && wanted.toLowerCase() !== shown[name](record).toLowerCase()) return false
  }
  return true
}

/** What a record has of each; '' is nothing that anybody can ask for. */
const shown: Readonly<Record<FilterName, (record: MessageRecord) => string>> = {
  message_direction: ({ direction }) => direction,
  message_state: ({ state }) => state,
  message_type: () => 'sms',
  error_code: ({ code }) => (code === undefined ? '' : String(code).padStart(3, '0')),
  powerpack_id: ({ powerpack }) => powerpack,
  from_number: ({ from }) => from,
  to_number: ({ to }) => to,
  destination_country_iso2: ({ country }) => country,
  tendlc_campaign_id: ({ campaign }) => campaign ?? '',
  tendlc_registration_status: (record) => attachmentStatusOf(record) ?? '',
  conversation_id: () => '',
  conversation_origin: () => '',
}

const numbers: ReadonlySet<FilterName> = new Set(['from_number', 'to_number'])

function wrongFilter(filters: Partial<Record<FilterName, string>>): string | undefined {
  const { message_direction: direction, message_state: state, error_code: code } = filters
  if (direction !== undefined && !/^(inbound|outbound)$/i.test(direction))
    return 'message_direction: expects inbound or outbound'
  if (state !== undefined && !recordStates.some((each) => each === state.toLowerCase()) && state !== 'read')
    return `message_state: expects one of ${recordStates.join(', ')}`
  if (code !== undefined) {
    if (!/^[0-9]{1,4}$/.test(code)) return 'error_code: expects a code of the API'
    filters.error_code = String(Number(code)).padStart(3, '0')
  }
  return undefined
}

const time = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:Z|\+00:00)?$/

/** What is meant in whole ms, the second not included: a time without seconds is that minute. */
function rangeOf(name: TimeName, text: string): readonly [fromMs: number, toMs: number] | undefined {
  // A plus is a blank in a query.
  const [, year, month, day, hour, minute, second, fraction] =
    time.exec(text.replace(/(?<=:[0-9.]+) 00:00$/, '+00:00')) ?? []
  if (year === undefined) return undefined
  const startMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}.000Z`)
  if (Number.isNaN(startMs) || new Date(startMs).getUTCDate() !== Number(day)) return undefined
  const atMs = startMs + Number((fraction ?? '').padEnd(6, '0')) / 1000
  switch (name) {
    case 'message_time':
      return [Math.floor(atMs), Math.floor(atMs) + (second === undefined ? 60_000 : fraction === undefined ? 1000 : 1)]
    case 'message_time__gt':
      return [Math.floor(atMs) + 1, Infinity]
    case 'message_time__gte':
      return [Math.ceil(atMs), Infinity]
    case 'message_time__lt':
      return [-Infinity, Math.ceil(atMs)]
    case 'message_time__lte':
      return [-Infinity, Math.floor(atMs) + 1]
  }
}

function wholeOf(value: unknown, byDefault: number): number {
  const word = wordOf(value)
  if (word === '') return byDefault
  return isDigits(word) && word.length <= 9 ? Number(word) : NaN
}

function wordOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : ''
}

function mistake(error: string): CheckedQuery {
  return { kind: 'mistake', error }
}
