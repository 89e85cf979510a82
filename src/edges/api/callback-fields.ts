// What webhooks say, field by field: the state of a message, and a message from a phone. The names are Plivo's. Pure.

import type { MessageIntent } from '../../powerpack/keywords.js'
import type { Fields } from './signature.js'

/** What a message's owner sees of its state. */
export type CallbackStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'rejected'

/** Of a message or a part of the traffic that both ways have. Money as decimal text. */
interface Told {
  readonly uuid: string
  readonly from: string
  readonly to: string
  readonly units: number
  readonly totalRate: string
  readonly totalAmount: string
  /** '' where none was used. */
  readonly powerpack: string
}

/** Times are wall times in ms. */
export interface StatusCallback extends Told {
  readonly status: CallbackStatus
  /** The API's code; told of what failed or was not delivered, and of nothing else. */
  readonly errorCode: string
  /** '' where they are not known. */
  readonly mcc: string
  readonly mnc: string
  /** Of this callback among those of its message, from 1 on. */
  readonly sequence: number
  readonly messageTimeMs: number
  readonly queuedTimeMs: number | undefined
  readonly sentTimeMs: number | undefined
  readonly deliveryReportTimeMs: number | undefined
  readonly requesterIp: string
}

const failures: ReadonlySet<CallbackStatus> = new Set(['failed', 'undelivered', 'rejected'])

/** In the order in which they are sent. What is not known yet is left out. */
export function statusFields(callback: StatusCallback): Fields {
  const { uuid, status, errorCode, queuedTimeMs, sentTimeMs, deliveryReportTimeMs } = callback
  const fields: (readonly [string, string])[] = [
    ['MessageUUID', uuid],
    ['From', callback.from],
    ['To', callback.to],
    ['Type', 'sms'],
    ['Status', status],
    ['Units', String(callback.units)],
    ['TotalRate', callback.totalRate],
    ['TotalAmount', callback.totalAmount],
    ['MCC', callback.mcc],
    ['MNC', callback.mnc],
  ]
  if (failures.has(status)) fields.push(['ErrorCode', errorCode])
  // Kept for receivers of old; a message has no parts here.
  fields.push(['ParentMessageUUID', uuid], ['PartInfo', '1 of 1'], ['Sequence', String(callback.sequence)])
  fields.push(['MessageTime', callbackTime(callback.messageTimeMs)])
  if (queuedTimeMs !== undefined) fields.push(['QueuedTime', callbackTime(queuedTimeMs)])
  if (sentTimeMs !== undefined) fields.push(['SentTime', callbackTime(sentTimeMs)])
  if (deliveryReportTimeMs !== undefined) fields.push(['DeliveryReportTime', callbackTime(deliveryReportTimeMs)])
  fields.push(['requester_ip', callback.requesterIp], ['PowerpackUUID', callback.powerpack])
  return fields
}

export interface InboundPost extends Told {
  readonly text: string
  readonly intent: MessageIntent
}

/** In the order in which they are sent. */
export function inboundFields(post: InboundPost): Fields {
  return [
    ['MessageUUID', post.uuid],
    ['From', post.from],
    ['To', post.to],
    ['Text', post.text],
    ['Type', 'sms'],
    ['Units', String(post.units)],
    ['TotalRate', post.totalRate],
    ['TotalAmount', post.totalAmount],
    ['MessageIntent', post.intent],
    ['PowerpackUUID', post.powerpack],
  ]
}

/** `YYYY-mm-dd HH:MM:SS.SSSSSS` in UTC. */
function callbackTime(wallMs: number): string {
  const iso = new Date(wallMs).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`
}
