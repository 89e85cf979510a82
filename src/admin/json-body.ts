// JSON bodies of the API: a tariff of 100,000 rates must not hold up messages while it is read. It checks nothing.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import { jsonInSlices } from '../lib/json-slices.js'

/** Characters below which a body is read at once: a millisecond or so. */
const SHORT = 131_072

/** Reads bodies as the server does by itself, long ones in slices. */
export function readJsonInSlices(api: FastifyInstance, pauses: Pauses): void {
  const readPiece = api.getDefaultJsonParser('error', 'error')
  const parse = (request: FastifyRequest, text: string): unknown => {
    let read: unknown
    let failure: Error | null = null
    void readPiece(request, text, (error, value: unknown) => {
      failure = error
      read = value
    })
    if (failure !== null) throw failure as Error
    return read
  }
  api.addContentTypeParser('application/json', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    if (body.length < SHORT) return parse(request, body)
    return runWithPauses(jsonInSlices(body, { parse: (text) => parse(request, text) }), pauses).catch(
      (error: unknown) => {
        throw Object.assign(error as Error, { statusCode: 400 })
      },
    )
  })
}
