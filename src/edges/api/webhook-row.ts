// A webhook that is still to be told, as a row of the store: its key, its text, and back. It sends nothing.

import type { KeptRow } from '../../message/kept.js'
import type { Fields, WebhookMethod } from './signature.js'
import { endpointOf } from './webhook-url.js'

export const WEBHOOK_TABLE = 'callback'

/**
 * status: what became of a message. inbound: a message for the application. acknowledgement: nobody is called, a phone is told that
 * its wish is known.
 */
const webhookPurposes = ['status', 'inbound', 'acknowledgement'] as const
export type WebhookPurpose = (typeof webhookPurposes)[number]

/** What the application answered to an inbound message: a message to be sent. */
export interface Reply {
  readonly src: string
  readonly dst: string
  readonly text: string
  /** '' for none. */
  readonly callbackUrl: string
  readonly callbackMethod: WebhookMethod
}

export interface Webhook {
  /** The auth id that it is signed for. */
  readonly account: string
  readonly purpose: WebhookPurpose
  readonly method: WebhookMethod
  /** From checkWebhookUrl; '' where nobody is called. */
  readonly url: string
  readonly fields: Fields
  /** Wall time, ms. */
  readonly madeAtMs: number
  /** Set once the receiver was told: what is still to be sent of its answer. */
  readonly replies?: readonly Reply[] | undefined
}

/** The tries that failed, and the switch time in ms before which there is no other. */
export interface Schedule {
  readonly tries: number
  readonly notBeforeMs: number
}

const untried: Schedule = { tries: 0, notBeforeMs: 0 }

const ENDPOINT_DIGITS = 16
const ID_DIGITS = 16

/**
 * The row of a new webhook. Rows of one endpoint sort in the order of their ids.
 * @param id of the switch's id source, newer than that of every earlier webhook
 * @param message whose it is: webhooks of one message are told one after the other
 */
export function webhookRow(id: string, message: string, webhook: Webhook): KeptRow {
  const key = `${endpointOf(webhook.url)}|${id}|${message}`
  return { table: WEBHOOK_TABLE, key, text: textOf(webhook, untried) }
}

/** What stands for the switch itself where nobody is called. */
const NOBODY = '0'.repeat(ENDPOINT_DIGITS)

/** The row of a message to a phone that is sent as the answer of an application would be, once and for certain. */
export function acknowledgementRow(
  id: string,
  message: string,
  { account, madeAtMs, reply }: Pick<Webhook, 'account' | 'madeAtMs'> & { readonly reply: Reply },
): KeptRow {
  const webhook: Webhook = {
    account,
    purpose: 'acknowledgement',
    method: 'POST',
    url: '',
    fields: [],
    madeAtMs,
    replies: [reply],
  }
  return { table: WEBHOOK_TABLE, key: `${NOBODY}|${id}|${message}`, text: textOf(webhook, untried) }
}

export function endpointOfKey(key: string): string {
  return key.slice(0, ENDPOINT_DIGITS)
}

export function messageOfKey(key: string): string {
  return key.slice(ENDPOINT_DIGITS + ID_DIGITS + 2)
}

/** The schedule stands before the rest, so that it is read and changed without the rest. */
export function textOf(webhook: Webhook, { tries, notBeforeMs }: Schedule): string {
  return `${tries} ${notBeforeMs} ${JSON.stringify(webhook)}`
}

/** Untried where the text is not one of ours: what it is comes out when it is read. */
export function scheduleOf(text: string): Schedule {
  const [, tries, notBeforeMs] = /^([0-9]{1,4}) ([0-9]{1,15}) /.exec(text) ?? []
  return tries === undefined ? untried : { tries: Number(tries), notBeforeMs: Number(notBeforeMs) }
}

export function rescheduled(text: string, { tries, notBeforeMs }: Schedule): string {
  return `${tries} ${notBeforeMs} ${text.slice(jsonAt(text))}`
}

/** Undefined for a text that is not one of ours. */
export function webhookOf(text: string): Webhook | undefined {
  try {
    const parsed: unknown = JSON.parse(text.slice(jsonAt(text)))
    return isWebhook(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function jsonAt(text: string): number {
  return text.indexOf(' ', text.indexOf(' ') + 1) + 1
}

function isWebhook(parsed: unknown): parsed is Webhook {
  if (typeof parsed !== 'object' || parsed === null) return false
  const { account, purpose, method, url, fields } = parsed as Partial<Record<keyof Webhook, unknown>>
  return (
    typeof account === 'string' &&
    webhookPurposes.some((each) => each === purpose) &&
    (method === 'GET' || method === 'POST') &&
    typeof url === 'string' &&
    Array.isArray(fields)
  )
}
