// What routes of the API have in common: how they refuse, and what the OpenAPI document says of each.
import type { TSchema } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import type { ErrorBody } from '../http/server.js'
import { StoreError } from '../store/contracts/store.js'
import { ErrorAnswer, toOpenApi } from './directory-schemas.js'

/** What the OpenAPI document says of a route. */
export function described(tag: string, operationId: string, summary: string, answer: TSchema, created?: 201) {
  const ok = { description: 'Done.', ...toOpenApi(answer) }
  return {
    operationId,
    summary,
    tags: [tag],
    security: [{ token: [] }],
    response: {
      200: ok,
      ...(created !== undefined && { [created]: { ...ok, description: 'Created.' } }),
      '4xx': { description: 'Refused.', ...toOpenApi(ErrorAnswer) },
      '5xx': { description: 'Failed; nothing was changed.', ...toOpenApi(ErrorAnswer) },
    },
  }
}

export interface StoreFailed {
  readonly kind: 'storeFailed'
  readonly why: string
}

/** What the store can't take now is told; anything else is a fault of ours. */
export function storeFailure(error: unknown): StoreFailed {
  if (error instanceof StoreError) return { kind: 'storeFailed', why: error.message }
  throw error
}

export function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  more: object = {},
): FastifyReply {
  const body: ErrorBody = { error: { code, message } }
  return reply.code(status).send({ ...body, ...more })
}
