// What becomes of a message's record: when it is accepted, when it fails before, with each receipt, and when an application was told of
// one from a phone. Each change says what its sender is told. Pure.

import type { Bill } from '../../message/bill.js'
import type { MessageId } from '../../message/ids.js'
import type { Receipt, ReceiptOrigin } from '../../message/receipt.js'
import { isFinal } from '../../message/state.js'
import { placeOf } from '../../phone/e164.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import type { StatusCallback } from './callback-fields.js'
import { codeOfEnd, codeText, type ApiCode } from './codes.js'
import { uuidOf } from './ids.js'
import { shownNumber, type MessageRecord, type RecordState } from './message-record.js'
import type { MessageRequest } from './message-request.js'
import { priceText } from './price-text.js'

/** What is known of a message at its beginning beside what its sender asked for. */
export interface Beginning {
  readonly id: MessageId
  /** '' where no number was found. */
  readonly from: string
  readonly to: string
  readonly units: number
  /** Undefined where nobody pays. */
  readonly bill: Bill | undefined
  readonly requesterIp: string
  /** Wall time, ms. */
  readonly atMs: number
  /** What a long code is attached to, '' for nothing; undefined where there are no campaigns. */
  readonly campaignOf?: ((number: string) => string | undefined) | undefined
}

/** `status` undefined where nobody is told. */
export interface Change {
  readonly record: MessageRecord
  readonly status: StatusCallback | undefined
}

export function acceptedChange(request: MessageRequest, beginning: Beginning): Change {
  return begun(request, beginning, 'queued', undefined)
}

/** It has failed before it was accepted: nobody pays. */
export function failedChange(request: MessageRequest, beginning: Beginning, code: ApiCode): Change {
  return begun(request, { ...beginning, bill: undefined }, 'failed', code)
}

function begun(
  { powerpack, log, dlt, told }: MessageRequest,
  { id, from, to, units, bill, requesterIp, atMs, campaignOf }: Beginning,
  state: RecordState,
  code: ApiCode | undefined,
): Change {
  const country = placeOf(to)?.country ?? ''
  const rateMicros = bill?.price.ownMicros ?? 0
  const record: MessageRecord = {
    direction: 'outbound',
    state,
    from,
    to: shownNumber(to, log),
    units: bill?.units ?? units,
    rateMicros,
    amountMicros: rateMicros * (bill?.units ?? units),
    code,
    powerpack,
    country,
    isDomestic: country !== '' && placeOf(from)?.country === country,
    campaign: campaignOf !== undefined && isLimited(from, to) ? campaignOf(from) : undefined,
    mcc: bill?.mcc ?? '',
    mnc: bill?.mnc ?? '',
    requesterIp,
    log,
    dlt,
    atMs,
    sentAtMs: 0,
    updatedAtMs: atMs,
    told: told === undefined ? undefined : { url: told.url, method: told.method, count: 1 },
  }
  return { record, status: statusOf(id, record, to) }
}

/** From a long code to a phone of the United States: what 10DLC is about. */
function isLimited(from: string, to: string): boolean {
  const source = nanpAreaOf(from)
  return source !== undefined && !source.isTollFree && nanpAreaOf(to)?.country === 'US'
}

/**
 * What a receipt makes of a record; undefined where it is no news: a message that is over stays so, and no step is told twice.
 */
export function receiptChange(id: MessageId, record: MessageRecord, receipt: Receipt): Change | undefined {
  const { origin, state: word, error, doneAtMs, isReleased } = receipt
  if (record.direction !== 'outbound' || (record.state !== 'queued' && record.state !== 'sent')) return undefined
  const wasSent = record.state === 'sent'
  const isOver = isFinal(word)
  const state = isOver ? endOf(word === 'DELIVERED', wasSent) : word === 'SCHEDULED' ? 'queued' : 'sent'
  if (state === record.state) return undefined
  // A vendor's report may say the minute alone: nothing is over before it was sent.
  const updatedAtMs = Math.max(doneAtMs, record.updatedAtMs)
  const { told } = record
  // Written out: each copy to which a property is added has a hidden class of its own, and makes slow whatever reads it.
  const next: MessageRecord = {
    direction: record.direction,
    state,
    // It may wait under another number than at first.
    from: writtenSource(origin),
    to: record.to,
    units: record.units,
    rateMicros: record.rateMicros,
    // What never left, nobody pays for; nor what is paid for when it is delivered, and was not.
    amountMicros: state === 'failed' || isReleased === true ? 0 : record.amountMicros,
    code: isOver ? codeOfEnd(word, error, { wasSent, isPooled: record.powerpack !== '' }) : undefined,
    powerpack: record.powerpack,
    country: record.country,
    isDomestic: record.isDomestic,
    campaign: record.campaign,
    mcc: record.mcc,
    mnc: record.mnc,
    requesterIp: record.requesterIp,
    log: record.log,
    dlt: record.dlt,
    atMs: record.atMs,
    sentAtMs: state === 'sent' ? updatedAtMs : record.sentAtMs,
    updatedAtMs,
    told: told && { url: told.url, method: told.method, count: told.count + 1 },
  }
  return { record: next, status: statusOf(id, next, origin.asSent?.destination.value ?? origin.destination.value) }
}

/** As its sender wrote it; what a powerpack chose was never written. */
function writtenSource({ asSent, source }: ReceiptOrigin): string {
  return asSent === undefined || asSent.source.value === '' ? source.value : asSent.source.value
}

/** failed: it died in the switch. undelivered: a carrier had it. */
function endOf(isDelivered: boolean, wasSent: boolean): RecordState {
  if (isDelivered) return 'delivered'
  return wasSent ? 'undelivered' : 'failed'
}

/** A message from a phone, as it is when it comes in. */
export interface Incoming extends Omit<Beginning, 'id' | 'requesterIp' | 'campaignOf'> {
  readonly powerpack: string
}

export function inboundRecord({ from, to, units, bill, atMs, powerpack }: Incoming): MessageRecord {
  const country = placeOf(to)?.country ?? ''
  const rateMicros = bill?.price.ownMicros ?? 0
  return {
    direction: 'inbound',
    state: 'received',
    from,
    to,
    units,
    rateMicros,
    amountMicros: rateMicros * (bill?.units ?? units),
    code: undefined,
    powerpack,
    country,
    isDomestic: country !== '' && placeOf(from)?.country === country,
    mcc: bill?.mcc ?? '',
    mnc: bill?.mnc ?? '',
    requesterIp: '',
    log: 'true',
    dlt: {},
    atMs,
    sentAtMs: 0,
    updatedAtMs: atMs,
    told: undefined,
  }
}

/** The application has taken a message from a phone, or never will. @param atMs wall time; @returns undefined where that is no news */
export function toldRecord(record: MessageRecord, isTold: boolean, atMs: number): MessageRecord | undefined {
  if (record.direction !== 'inbound' || record.state !== 'received') return undefined
  return { ...record, state: isTold ? 'delivered' : 'undelivered', code: isTold ? 0 : 300, updatedAtMs: atMs }
}

/** @param to not masked: whoever is told sent it there */
function statusOf(id: MessageId, record: MessageRecord, to: string): StatusCallback | undefined {
  const { told, state, code } = record
  if (told === undefined || state === 'received') return undefined
  return {
    uuid: uuidOf(id),
    from: record.from,
    to,
    units: record.units,
    totalRate: priceText(record.rateMicros),
    totalAmount: priceText(record.amountMicros),
    powerpack: record.powerpack,
    status: state,
    errorCode: code === undefined ? '' : codeText(code),
    mcc: record.mcc,
    mnc: record.mnc,
    sequence: told.count,
    messageTimeMs: record.atMs,
    queuedTimeMs: record.atMs,
    sentTimeMs: record.sentAtMs === 0 ? undefined : record.sentAtMs,
    deliveryReportTimeMs: code === undefined || state === 'failed' ? undefined : record.updatedAtMs,
    requesterIp: record.requesterIp,
  }
}
