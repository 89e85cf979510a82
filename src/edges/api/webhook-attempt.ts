// One try of a webhook: the signed request, what its answer means, and the messages that an answer to an inbound one asks for.
// It keeps no schedule: see webhook-outbox.

import type { KeptRow } from '../../message/kept.js'
import { signatureHeaders, type Tokens } from './signature.js'
import type { NoAnswer, WebhookAnswer, WebhookRequest } from './webhook-client.js'
import type { Attempted } from './webhook-outbox.js'
import { type Reply, textOf, type Webhook, WEBHOOK_TABLE } from './webhook-row.js'
import { readXmlAnswer } from './xml-answer.js'

/** What became of a reply. `again`: the same may succeed soon. */
export type Replied =
  { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly again: boolean; readonly why: string }

export interface AttemptPorts {
  /** Undefined where the account is gone. */
  readonly tokensOf: (account: string) => Tokens | undefined
  readonly send: (request: WebhookRequest) => Promise<WebhookAnswer | NoAnswer>
  /**
   * Sends a message of the webhook's account; `kept` is kept in the very step that accepts it, or not at all. An acknowledgement goes
   * to a phone that has opted out, too.
   */
  readonly reply: (webhook: Webhook, reply: Reply, kept: readonly KeptRow[]) => Promise<Replied>
  /** A reply that will not be sent. */
  readonly replyRefused: (webhook: Webhook, reply: Reply, why: string) => void
  /** Digits unlike any before, as many as a nonce needs. */
  readonly nonce: () => string
}

/** For the outbox. */
export function webhookAttempt(ports: AttemptPorts): (webhook: Webhook, key: string) => Promise<Attempted> {
  return async (webhook, key) => {
    if (webhook.replies !== undefined) return sendReplies(ports, webhook, key, webhook.replies)
    const tokens = ports.tokensOf(webhook.account)
    if (tokens === undefined) return { kind: 'over', why: 'account', detail: 'its account is gone' }
    const answer = await ports.send(webhookRequest(webhook, tokens, ports.nonce()))
    if (answer.kind === 'noAnswer') {
      return answer.why === 'stopped' ? { kind: 'stopped' } : { kind: 'failed', why: answer.why, detail: answer.code }
    }
    const { status } = answer
    if (status < 200 || status > 299) return { kind: 'failed', why: 'refused', detail: `HTTP ${status}` }
    if (webhook.purpose === 'status') return { kind: 'told' }
    const read = readXmlAnswer(answer, addressesOf(webhook))
    if (read.kind === 'malformed') return { kind: 'failed', why: 'malformed', detail: read.why }
    return sendReplies(ports, webhook, key, read.replies)
  }
}

function webhookRequest(webhook: Webhook, tokens: Tokens, nonce: string): WebhookRequest {
  const { method, url, fields } = webhook
  const signature = signatureHeaders(webhook, tokens, nonce)
  const form = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString()
  const headers = { 'User-Agent': 'smswitch', Accept: '*/*', 'Accept-Encoding': 'identity', ...signature }
  if (method === 'GET') {
    const isBare = !url.includes('?')
    return { method, url: form === '' ? url : `${url}${isBare ? '?' : '&'}${form}`, headers, body: undefined }
  }
  return { method, url, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body: form }
}

/** One after the other. What is left is kept in the step that accepts each, so that none is sent twice. */
async function sendReplies(
  ports: AttemptPorts,
  webhook: Webhook,
  key: string,
  replies: readonly Reply[],
): Promise<Attempted> {
  for (const [i, reply] of replies.entries()) {
    const after: Webhook = { ...webhook, fields: [], replies: replies.slice(i + 1) }
    const row: KeptRow = { table: WEBHOOK_TABLE, key, text: textOf(after, { tries: 0, notBeforeMs: 0 }) }
    const replied = await ports.reply(webhook, reply, [row])
    if (replied.kind === 'taken') continue
    if (replied.again) {
      const again: Webhook = { ...after, replies: replies.slice(i) }
      return { kind: 'failed', why: 'reply', detail: replied.why, again }
    }
    ports.replyRefused(webhook, reply, replied.why)
  }
  return { kind: 'told' }
}

/** Of the message that is answered: a reply goes the other way unless it says otherwise. */
function addressesOf({ fields }: Webhook): { readonly from: string; readonly to: string } {
  const valueOf = (wanted: string): string => fields.find(([name]) => name === wanted)?.[1] ?? ''
  return { from: valueOf('From'), to: valueOf('To') }
}
