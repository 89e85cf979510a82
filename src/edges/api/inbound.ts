// A message from a phone to a number of an API account: what it means for opt-outs, what the application is told, and what the phone
// is told back. It says what is to be kept; whoever takes the message keeps it in the step in which the message is done.

import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import { intentOf, type Keywords, type MessageIntent } from '../../powerpack/keywords.js'
import type { Powerpacks } from '../../powerpack/powerpacks.js'
import { judgeStart, judgeStop } from '../../powerpack/wishes.js'
import { decodeContent } from '../../text/decode.js'
import { standardText } from '../../text/standard.js'
import { inboundFields } from './callback-fields.js'
import type { WebhookMethod } from './signature.js'
import { acknowledgementRow, webhookRow } from './webhook-row.js'

/** Who answers for a number. */
export interface InboundTarget {
  /** The auth id of the account that has the number. */
  readonly account: string
  /** '' where nobody is told. From checkWebhookUrl. */
  readonly messageUrl: string
  readonly messageMethod: WebhookMethod
}

/** What a phone is told back, by what it said; '' for nothing. */
export type Acknowledgements = Readonly<Record<Exclude<MessageIntent, ''>, string>>

export const defaultAcknowledgements: Acknowledgements = {
  optout: 'You have been unsubscribed and will receive no more messages. Reply START to resubscribe.',
  optin: 'You have been resubscribed. Reply STOP to unsubscribe, HELP for help.',
  help: 'Reply STOP to unsubscribe. Message and data rates may apply.',
}

export interface InboundRules {
  readonly keywords: Keywords
  readonly acknowledgements: Acknowledgements
}

/** What the phone's message costs its receiver, as decimal text. */
export interface InboundPrice {
  readonly totalRate: string
  readonly totalAmount: string
}

export interface InboundPorts {
  readonly powerpacks: Pick<Powerpacks, 'optOuts' | 'heard' | 'book'>
  /** The message's id as the API has it. */
  readonly uuidOf: (message: Message) => string
  /** Of the switch's id source. */
  readonly nextId: () => string
  /** May there be one more webhook for this URL? */
  readonly takes: (url: string) => boolean
  /** Switch time, ms. */
  readonly nowMs: () => number
  /** Wall time, ms. */
  readonly wallMs: () => number
}

export interface Inbound {
  readonly intent: MessageIntent
  /** Of one that is no text: ''. */
  readonly text: string
  /** UUID of the powerpack that the number sends for, '' for none. */
  readonly powerpack: string
  readonly units: number
  /** The application is told. */
  readonly isTold: boolean
  /** To be kept in the step that ends the delivery; the outbox is told of them then. */
  readonly rows: readonly KeptRow[]
}

/**
 * Takes a message from a phone. Opt-outs count from now on, before they are durable: the message comes again where they never get so.
 */
export function takeInbound(
  message: Message,
  application: InboundTarget,
  price: InboundPrice,
  { keywords, acknowledgements }: InboundRules,
  ports: InboundPorts,
): Inbound {
  const { powerpacks, nowMs, wallMs, nextId } = ports
  const from = message.source.value
  const to = message.destination.value
  const text = readableText(message)
  const intent = intentOf(text, keywords)
  const rows: KeptRow[] = [...powerpacks.heard(to, from, nowMs())]

  const isNews = changesOptOut(intent, to, from, ports, rows)
  const answer = intent === '' || !isNews ? '' : acknowledgements[intent]
  const uuid = ports.uuidOf(message)
  const { account, messageUrl: url, messageMethod: method } = application
  const madeAtMs = wallMs()
  if (answer !== '') {
    const reply = { src: to, dst: from, text: answer, callbackUrl: '', callbackMethod: 'POST' } as const
    rows.push(acknowledgementRow(nextId(), message.id, { account, madeAtMs, reply }))
  }

  const powerpack = powerpacks.book.packOf(to)?.uuid ?? ''
  const units = Math.max(1, message.parts.length)
  const isTold = url !== '' && ports.takes(url)
  if (isTold) {
    const fields = inboundFields({ uuid, from, to, text: keptText(text), units, intent, powerpack, ...price })
    rows.push(webhookRow(nextId(), message.id, { account, purpose: 'inbound', method, url, fields, madeAtMs }))
  }
  return { intent, text, powerpack, units, isTold, rows }
}

/** @returns whether the phone is to hear of it: who says STOP twice is answered once */
function changesOptOut(
  intent: MessageIntent,
  number: string,
  phone: string,
  { powerpacks, wallMs }: InboundPorts,
  rows: KeptRow[],
): boolean {
  if (intent !== 'optout' && intent !== 'optin') return true
  const { book, optOuts } = powerpacks
  const judged =
    intent === 'optout' ? judgeStop(book, optOuts, number, phone, wallMs()) : judgeStart(book, optOuts, number, phone)
  if (judged.kind === 'refused') return false
  judged.apply()
  rows.push(...judged.rows)
  return judged.value
}

function readableText({ content }: Message): string {
  const decoded = decodeContent(content, standardText)
  return decoded.kind === 'text' ? decoded.text : ''
}

/** As it stands in a row, which takes 64 KiB of everything: only the longest of all messages is more, and loses its end. */
const MAX_TEXT_OCTETS = 56 * 1024

function keptText(text: string): string {
  let kept = text
  for (let octets = octetsOf(kept); octets > MAX_TEXT_OCTETS; octets = octetsOf(kept)) {
    kept = kept.slice(0, Math.floor((kept.length * MAX_TEXT_OCTETS) / octets)).replace(/[\ud800-\udbff]$/, '')
  }
  return kept
}

function octetsOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text))
}
