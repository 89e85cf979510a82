// How the API answers: bodies with their `api_id`, errors, pages of lists, times. It decides nothing.
import type { TSchema } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import type { Refusal, RefusalReason } from '../../powerpack/change.js'
import type { ApiAccount } from './api-ports.js'
import { PAGE_MAX, type Found, type PageWish } from './page.js'
import type { Changed } from './powerpack-changes.js'

/** Statuses of refusals. Those of others' things are told as if there were none. */
const statusOf: Readonly<Record<RefusalReason, number>> = {
  unknownPack: 404,
  unknownPool: 404,
  unknownNumber: 404,
  notYours: 404,
  inNoPool: 404,
  invalid: 400,
  nameTaken: 400,
  owned: 400,
  inAnotherPool: 400,
  noRoom: 400,
  unavailable: 503,
}

/** After which a request that could not be looked at is worth another try, seconds: a store that fails is tried every two. */
export const RETRY_AFTER_S = 5

declare module 'fastify' {
  interface FastifyReply {
    /** Of this answer. Set before a route is called. */
    apiId: string
  }
}

export function answer(reply: FastifyReply, body: object, status = 200): FastifyReply {
  return reply.code(status).send({ api_id: reply.apiId, ...body })
}

export function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return answer(reply, { error }, status)
}

/** Nothing was kept, and nothing is wrong with the request: it may be made again soon. */
export function refuseForNow(reply: FastifyReply, error: string): FastifyReply {
  void reply.header('retry-after', RETRY_AFTER_S)
  return refuse(reply, 503, error)
}

function refuseChange(reply: FastifyReply, { reason, field, what }: Refusal): FastifyReply {
  const error = field === '' ? what : `${field}: ${what}`
  const status = statusOf[reason]
  return status === 503 ? refuseForNow(reply, error) : refuse(reply, status, error)
}

/** Answers with what became of a change, where it was made. */
export function answerChange<T>(
  reply: FastifyReply,
  changed: Changed<T>,
  toBody: (value: T) => object,
  status = 200,
): FastifyReply {
  switch (changed.kind) {
    case 'changed':
      return answer(reply, toBody(changed.value), status)
    case 'refused':
      return refuseChange(reply, changed)
    case 'tooMany':
      return refuseForNow(reply, 'too many changes wait for their turn; try again later')
  }
}

/** The account's own part of paths, without a slash at its end. */
export function baseOf({ authId }: ApiAccount): string {
  return `/v1/Account/${authId}`
}

/**
 * @param path of the list, with a slash at its end
 * @param none what stands for a page that is not there: number pools have '', others null
 */
export function answerList<T>(
  reply: FastifyReply,
  path: string,
  wish: PageWish & object,
  found: Found<T>,
  toJson: (one: T) => object,
  none: '' | null = null,
): FastifyReply {
  return answer(reply, { meta: metaOf(path, wish, found, none), objects: found.objects.map(toJson) })
}

/** Which page of a list it is, and where the others are. */
export function metaOf(
  path: string,
  { limit = PAGE_MAX, offset = 0, ...filters }: PageWish & object,
  { total }: Pick<Found<unknown>, 'total'>,
  none: '' | null = null,
): object {
  const query = Object.entries(filters).map(([name, value]) => `&${name}=${encodeURIComponent(String(value))}`)
  const link = (to: number): string => `${path}?limit=${limit}&offset=${to}${query.join('')}`
  const next = offset + limit < total ? link(offset + limit) : none
  const previous = offset > 0 ? link(Math.max(0, offset - limit)) : none
  return { limit, offset, next, previous, total_count: total }
}

/** What the OpenAPI document says of a route. */
export function described(
  tag: string,
  summary: string,
  { query, body }: { readonly query?: TSchema; readonly body?: TSchema } = {},
) {
  return {
    tags: [tag],
    summary,
    ...(query !== undefined && { querystring: query }),
    ...(body !== undefined && { body }),
  }
}

/** As in `2026-01-31T12:00:00.000000Z`. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/Z$/, '000Z')
}
