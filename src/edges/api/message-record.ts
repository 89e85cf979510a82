// The record of one message as the API shows it: what is kept of it, as a row and back, and the JSON of it. It changes nothing:
// see message-changes.

import type { AccountId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { codeText, errorTexts, type ApiCode } from './codes.js'
import { uuidOf } from './ids.js'
import type { Dlt, LogWish, StatusUrl } from './message-request.js'
import { priceText } from './price-text.js'
import { ATTACHED, UNATTACHED } from './tendlc-json.js'

export const RECORD_TABLE = 'mdr'

/**
 *   outbound: queued ─▶ sent ─▶ delivered | undelivered
 *                └────────────▶ failed
 *   inbound:  received ─▶ delivered | undelivered
 */
export const recordStates = ['queued', 'sent', 'delivered', 'undelivered', 'failed', 'rejected', 'received'] as const
export type RecordState = (typeof recordStates)[number]

export type RecordDirection = 'outbound' | 'inbound'

/** What is kept. Times are wall times in ms; 0 where there is none. */
export interface MessageRecord {
  readonly direction: RecordDirection
  readonly state: RecordState
  readonly from: string
  /** Masked where its sender wants it so. */
  readonly to: string
  readonly units: number
  /** For a unit, in micro-units of the currency of its customer. */
  readonly rateMicros: number
  /** For all. */
  readonly amountMicros: number
  /** Undefined until it is over. */
  readonly code: ApiCode | undefined
  /** UUID, '' for none. */
  readonly powerpack: string
  /** ISO 3166-1 of the phone, '' where it has none. */
  readonly country: string
  readonly isDomestic: boolean
  /** Of its long code, to a phone of the United States; '' for none. Left out where there are no campaigns, or none counts. */
  readonly campaign?: string | undefined
  /** '' where they are not known. */
  readonly mcc: string
  readonly mnc: string
  /** '' for one that no request brought. */
  readonly requesterIp: string
  readonly log: LogWish
  readonly dlt: Dlt
  readonly atMs: number
  readonly sentAtMs: number
  readonly updatedAtMs: number
  /** Who is told of each change, and how often that was; undefined for nobody. */
  readonly told: (StatusUrl & { readonly count: number }) | undefined
}

/** Keys of one account sort as its messages came. */
export function recordKey(account: AccountId, id: MessageId): string {
  return `${account}|${id}`
}

export function recordRow(account: AccountId, id: MessageId, record: MessageRecord): KeptRow {
  return { table: RECORD_TABLE, key: recordKey(account, id), text: JSON.stringify(record) }
}

export function idOfRecordKey(key: string): MessageId {
  return key.slice(key.lastIndexOf('|') + 1) as MessageId
}

/** Undefined for a text that is not one of ours. */
export function recordOf(text: string): MessageRecord | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<MessageRecord> | null
    if (typeof parsed !== 'object' || parsed === null || typeof parsed.atMs !== 'number') return undefined
    return recordStates.some((state) => state === parsed.state) ? (parsed as MessageRecord) : undefined
  } catch {
    return undefined
  }
}

/** Its number as it is shown: `14155550528` as `141XXXXX528` where its sender wants it hidden. */
export function shownNumber(number: string, log: LogWish): string {
  if (log === 'true' || log === 'number_only') return number
  const ends = Math.min(3, Math.floor(number.length / 3))
  return number.slice(0, ends) + 'X'.repeat(number.length - 2 * ends) + number.slice(number.length - ends)
}

/** As the API shows it. @param authId of the account that it is of */
export function recordJson(authId: string, id: MessageId, record: MessageRecord): Record<string, unknown> {
  const { code, mcc, mnc, dlt } = record
  const uuid = uuidOf(id)
  return {
    message_uuid: uuid,
    from_number: record.from,
    to_number: record.to,
    message_direction: record.direction,
    message_state: record.state,
    message_time: recordTime(record.atMs),
    message_type: 'sms',
    units: record.units,
    total_rate: priceText(record.rateMicros),
    total_amount: priceText(record.amountMicros),
    error_code: code === undefined ? null : codeText(code),
    error_message: code === undefined || code === 0 ? null : errorTexts[code],
    resource_uri: `/v1/Account/${authId}/Message/${uuid}/`,
    powerpack_id: orNull(record.powerpack),
    tendlc_campaign_id: orNull(record.campaign ?? ''),
    tendlc_registration_status: attachmentStatusOf(record),
    destination_country_iso2: orNull(record.country),
    destination_network: orNull(mcc + mnc),
    carrier_fees: priceText(0),
    carrier_fees_rate: priceText(0),
    requester_ip: orNull(record.requesterIp),
    is_domestic: record.isDomestic,
    replaced_sender: null,
    message_sent_time: timeOrNull(record.sentAtMs),
    message_updated_time: timeOrNull(record.updatedAtMs),
    log: record.log,
    ...dlt,
  }
}

export function attachmentStatusOf({ campaign }: MessageRecord): string | null {
  if (campaign === undefined) return null
  return campaign === '' ? UNATTACHED : ATTACHED
}

/** `2024-08-21 18:28:49.244000+00:00`. */
function recordTime(wallMs: number): string {
  const iso = new Date(wallMs).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000+00:00`
}

function timeOrNull(wallMs: number): string | null {
  return wallMs === 0 ? null : recordTime(wallMs)
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
