// Messages over HTTP: sent, shown, listed. What is done lies in message-create and message-list.

import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answer, described, refuse } from './answers.js'
import type { AddRoutes, ApiRate } from './api-ports.js'
import { IDEMPOTENCY_MS } from './idempotency.js'
import { NewMessages } from './message-create.js'
import { listMedia, listMessages, showMessage } from './message-list.js'
import type { Answer, Caller, MessagePorts } from './message-ports.js'
import { filterNames, timeNames } from './message-query.js'
import { RateLimit } from './rate-limit.js'

export const defaultListRate: ApiRate = { requests: 20, windowMs: 60_000 }
const ACCOUNTS_COUNTED = 10_000

/** Looked at by message-request: what is wrong is said in its words. */
const text = (description: string) => Type.Optional(Type.Unknown({ description }))
const NewMessageBody = Type.Object({
  src: text('The number, short code or name that it is from. This or powerpack_uuid.'),
  powerpack_uuid: text('The powerpack that chooses the number.'),
  dst: text('Up to 1,000 numbers, joined by <.'),
  text: text('Up to 1,600 characters of GSM 7 bit, or 737 of others.'),
  type: text('sms.'),
  url: text('Who is told of each change of its state.'),
  method: text('POST or GET.'),
  log: text('true, false, content_only or number_only.'),
  trackable: text('true or false; has no effect.'),
  message_expiry: text('Seconds that it may wait: 5 to 10800.'),
  media_urls: text('Not supported.'),
  media_ids: text('Not supported.'),
  template: text('Not supported.'),
  interactive: text('Not supported.'),
  location: text('Not supported.'),
  dlt_entity_id: text('Kept with the message.'),
  dlt_template_id: text('Kept with the message.'),
  dlt_template_category: text('Kept with the message.'),
})
const ListQuery = Type.Object(
  Object.fromEntries(
    ['limit', 'offset', 'subaccount', ...filterNames, ...timeNames].map((name) => [
      name,
      Type.Optional(Type.Unknown()),
    ]),
  ),
)

type Words = Readonly<Record<string, unknown>>

interface ById {
  Params: { readonly uuid: string }
}

/**
 * @param listRate lists of one account in a stretch of time
 * @param repeatableMs how long a request with an Idempotency-Key may be repeated
 */
export function messageRoutes(
  ports: MessagePorts,
  listRate: ApiRate = defaultListRate,
  repeatableMs = IDEMPOTENCY_MS,
): AddRoutes {
  const messages = new NewMessages(ports, repeatableMs)
  const lists = new RateLimit(listRate, ACCOUNTS_COUNTED)
  return (server) => {
    server.post<{ Body: Words | undefined }>(
      '/Message/',
      { schema: described('Message', 'Sends a text to up to 1,000 numbers.', { body: NewMessageBody }) },
      async (request, reply) => {
        const key = request.headers['idempotency-key']
        const word = Array.isArray(key) ? key.join(',') : key
        return said(reply, await messages.create(callerOf(request), request.body ?? {}, word))
      },
    )

    server.get<{ Querystring: Words }>(
      '/Message/',
      { schema: described('Message', 'Lists messages, the newest first.', { query: ListQuery }) },
      async (request, reply) => {
        const caller = callerOf(request)
        const waitMs = lists.take(caller.authId, ports.monotonicMs())
        if (waitMs > 0) {
          void reply.header('retry-after', Math.ceil(waitMs / 1000))
          return refuse(reply, 429, 'too many requests')
        }
        return said(reply, await listMessages(ports, caller, request.query))
      },
    )

    server.get<ById>('/Message/:uuid/', { schema: described('Message', 'Shows a message.') }, async (request, reply) =>
      said(reply, await showMessage(ports, callerOf(request), request.params.uuid)),
    )

    server.get<ById>(
      '/Message/:uuid/Media/',
      { schema: described('Message', 'Lists the media of a message, which has none.') },
      async (request, reply) => said(reply, await listMedia(ports, callerOf(request), request.params.uuid)),
    )
  }
}

function callerOf({ apiAccount, ip }: FastifyRequest): Caller {
  return { authId: apiAccount.authId, account: apiAccount.account, address: ip }
}

function said(reply: FastifyReply, { status, body, retryAfterS }: Answer): FastifyReply {
  if (retryAfterS !== undefined) void reply.header('retry-after', retryAfterS)
  return answer(reply, body, status)
}
