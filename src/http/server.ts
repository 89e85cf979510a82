// The shared HTTP layer: bounds, timeouts and errors that say what and where. It knows no route and no message.
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'

/** Bounds of one server; what goes beyond is refused, not waited for. */
export interface HttpBounds {
  readonly maxBodyBytes: number
  readonly maxHeaderBytes: number
  readonly maxConnections: number
  /** Time for the request to arrive whole. */
  readonly requestMs: number
  /** Time that a connection without a request is kept. */
  readonly idleMs: number
}

/** Bounds for a server that few and trusted clients use. */
export const smallBounds: HttpBounds = {
  maxBodyBytes: 1_048_576,
  maxHeaderBytes: 16_384,
  maxConnections: 200,
  requestMs: 10_000,
  idleMs: 30_000,
}

/** What every answer other than 2xx carries (docs/errors.md). */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly where?: string }
}

/** A fault of ours while answering; the client is told nothing of it but that it happened. */
export type OnFault = (fault: { readonly method: string; readonly url: string; readonly error: unknown }) => void

/** A server without routes. */
export function createHttpServer(bounds: HttpBounds, onFault: OnFault): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: bounds.maxBodyBytes,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.idleMs,
    connectionTimeout: bounds.idleMs,
    http: { maxHeaderSize: bounds.maxHeaderBytes },
    // A stop must not wait for clients that keep their connection.
    forceCloseConnections: true,
    return503OnClosing: true,
  })
  server.server.maxConnections = bounds.maxConnections
  server.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, onFault))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const methods = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) =>
      server.hasRoute({ method, url: path }),
    )
    if (methods.length === 0) return answer(reply, 404, 'notFound', `there is nothing at ${path.slice(0, 200)}`)
    void reply.header('allow', methods.join(', '))
    return answer(reply, 405, 'methodNotAllowed', `${path} takes ${methods.join(', ')}, not ${request.method}`)
  })
  return server
}

/** Listens; port 0 lets the system choose. @returns the port listened on; rejects with the system's error (EADDRINUSE …) */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<number> {
  await server.listen({ host, port })
  return (server.server.address() as AddressInfo).port
}

const codeByStatus: ReadonlyMap<number, string> = new Map([
  [413, 'bodyTooLarge'],
  [415, 'unsupportedType'],
])

function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  onFault: OnFault,
): FastifyReply {
  const first = error.validation?.[0]
  if (first !== undefined) {
    const where = `${error.validationContext ?? 'request'}${first.instancePath}`
    return answer(reply, 400, 'invalidRequest', `${where} ${first.message ?? 'is not valid'}`, where)
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500)
    return answer(reply, status, codeByStatus.get(status) ?? 'invalidRequest', error.message)
  onFault({ method: request.method, url: request.url, error })
  return answer(reply, 500, 'internal', 'the request could not be answered; the log says why')
}

function answer(reply: FastifyReply, status: number, code: string, message: string, where?: string): FastifyReply {
  const body: ErrorBody = { error: { code, message, ...(where === undefined ? {} : { where }) } }
  return reply.code(status).send(body)
}
