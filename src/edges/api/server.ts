// The HTTP API's own server: who may come in and how often, how errors look, and the routes. What they do is theirs.
import swagger from '@fastify/swagger'
import type { TObject } from '@sinclair/typebox'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import { listen, type HttpBounds, type OnFault } from '../../http/server.js'
import { StoreError } from '../../store/contracts/store.js'
import { refuse, refuseForNow } from './answers.js'
import { defaultApiRate, type AddRoutes, type ApiPorts, type ApiRate } from './api-ports.js'
import { applicationRoutes } from './application-routes.js'
import { letIn } from './auth.js'
import { inventoryRoutes } from './inventory-routes.js'
import { defaultLookRate, LookBudgets, LookedTooMuch, type LookRate } from './look-budget.js'
import { mediaRoutes } from './media.js'
import { numberRoutes } from './number-routes.js'
import { poolRoutes } from './pool-routes.js'
import { powerpackRoutes } from './powerpack-routes.js'
import { RateLimit } from './rate-limit.js'
import { tenDlcRoutes } from './tendlc-routes.js'
import { normalUrl, readBodies, readerOf } from './tolerance.js'

/** Requests of many clients at a time, each with its connections kept. */
export const apiBounds: HttpBounds = {
  maxBodyBytes: 1_048_576,
  maxHeaderBytes: 16_384,
  maxConnections: 10_000,
  requestMs: 10_000,
  idleMs: 60_000,
}

export interface ApiOptions {
  readonly ports: ApiPorts
  /** Beside those of powerpacks, numbers and applications. */
  readonly routes?: readonly AddRoutes[] | undefined
  readonly rate?: ApiRate | undefined
  /** Rows that lists and searches of one account look at. */
  readonly looks?: LookRate | undefined
  readonly bounds?: HttpBounds | undefined
  /** For the OpenAPI document. */
  readonly version: string
  readonly onFault: OnFault
  /** Told of each answer, for counters. */
  readonly onAnswer?: ((method: string, route: string, status: number) => void) | undefined
}

/** A listening API. */
export interface Api {
  readonly port: number
  /** Ends once all requests have their answers; takes no more meanwhile. */
  stop(): Promise<void>
}

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Accounts whose requests are counted; others begin anew. */
const ACCOUNTS_COUNTED = 10_000
const RETRY_WRONG_S = 60

/** Starts listening; port 0 lets the system choose. Rejects with the system's error when the port is taken. */
export async function startApi(options: ApiOptions, host: string, port: number): Promise<Api> {
  const server = await createApi(options)
  return {
    port: await listen(server, host, port),
    stop: async () => {
      await server.close()
      await options.ports.changes.settled()
    },
  }
}

/** The server, not yet listening. */
async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { ports, bounds = apiBounds, looks = defaultLookRate, onFault, onAnswer } = options
  const budgets = new LookBudgets(looks, ACCOUNTS_COUNTED)
  const server = Fastify({
    logger: false,
    rewriteUrl: ({ url = '/' }) => normalUrl(url),
    bodyLimit: bounds.maxBodyBytes,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.idleMs,
    connectionTimeout: bounds.idleMs,
    http: { maxHeaderSize: bounds.maxHeaderBytes },
    // Who waits for an answer gets it, also while the server stops.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    frameworkErrors: (error, _request, reply) => {
      reply.apiId = ports.uuid()
      void refuse(reply, 400, error.message)
    },
  })
  server.server.maxConnections = bounds.maxConnections
  readBodies(server)
  server.setValidatorCompiler<TObject>(({ schema }) => readerOf(schema))
  // Answers are ours: written as they are.
  server.setSerializerCompiler(() => (body) => JSON.stringify(body))
  server.decorateRequest('apiAccount')
  server.decorateRequest('look', function (this: FastifyRequest, rows: number) {
    budgets.take(this.apiAccount.authId, rows, ports.monotonicMs())
  })
  server.decorateReply('apiId', '')
  server.addHook('onRequest', async (_request, reply) => {
    reply.apiId = ports.uuid()
  })
  if (onAnswer !== undefined)
    server.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) =>
      onAnswer(method, routeOptions.url ?? '', statusCode),
    )
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, onFault))
  server.setNotFoundHandler(notFound)

  await server.register(
    async (api) => {
      await api.register(swagger, { openapi: documentOf(options.version) })
      await addRoutes(api, options)
    },
    { prefix: '/v1/Account/:auth_id' },
  )
  return server
}

async function addRoutes(api: FastifyInstance, { ports, routes = [], rate = defaultApiRate }: ApiOptions) {
  const limit = new RateLimit(rate, ACCOUNTS_COUNTED)
  const methodsOf = new Map<string, HTTPMethods[]>()
  api.addHook('onRoute', ({ url, prefix, method }) => {
    const path = url.slice(prefix.length)
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...[method].flat()] as HTTPMethods[])
  })
  api.addHook('onRequest', async (request, reply) => enter(request, reply, ports, limit))
  api.setNotFoundHandler(notFound)
  const own = [powerpackRoutes, poolRoutes, numberRoutes, inventoryRoutes, applicationRoutes, tenDlcRoutes]
  for (const add of [...own.map((one) => one(ports)), mediaRoutes, ...routes]) add(api)
  let document: unknown
  api.get('/openapi.json/', { schema: { hide: true } }, () => (document ??= api.swagger()))
  for (const [url, methods] of [...methodsOf]) {
    const others = METHODS.filter((method) => !methods.includes(method))
    if (others.length > 0)
      api.route({
        method: others,
        url,
        schema: { hide: true },
        onRequest: async ({ method }, reply) => {
          void reply.header('allow', methods.join(', '))
          return refuse(reply, 405, `the method ${method} is not allowed here; ${methods.join(', ')} are`)
        },
        handler: notFound,
      })
  }
}

/** Before the body is read: who it is, and whether that account may ask now. */
function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  ports: ApiPorts,
  limit: RateLimit,
): FastifyReply | undefined {
  void reply.header('cache-control', 'no-store')
  const { auth_id: named = '' } = request.params as { readonly auth_id?: string }
  const entry = letIn(request.headers.authorization, named, request.ip, ports)
  switch (entry.kind) {
    case 'wrong':
      void reply.header('www-authenticate', 'Basic realm="smswitch"')
      return refuse(reply, 401, entry.why)
    case 'tooMany':
      void reply.header('retry-after', RETRY_WRONG_S)
      return refuse(reply, 429, entry.why)
    case 'in': {
      const waitMs = limit.take(entry.account.authId, ports.monotonicMs())
      if (waitMs > 0) {
        void reply.header('retry-after', Math.ceil(waitMs / 1000))
        return refuse(reply, 429, 'too many requests: slow down and try again')
      }
      request.apiAccount = entry.account
      return undefined
    }
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, onFault: OnFault): FastifyReply {
  if (error instanceof StoreError) return refuseForNow(reply, 'nothing was changed: the store fails; try again later')
  if (error instanceof LookedTooMuch) {
    void reply.header('retry-after', Math.ceil(error.waitMs / 1000))
    return refuse(reply, 429, error.message)
  }
  const { statusCode = 500, message = '' } = error as { readonly statusCode?: number; readonly message?: string }
  if (statusCode >= 400 && statusCode < 500) return refuse(reply, statusCode, message)
  onFault({ method: request.method, url: request.url, error })
  return refuse(reply, 500, 'the request could not be answered; the operator can see why')
}

function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, `there is nothing at ${(request.url.split('?', 1)[0] ?? '').slice(0, 200)}`)
}

function documentOf(version: string) {
  return {
    openapi: '3.1.0' as const,
    info: { title: 'smswitch API', description: 'Sends messages from pools of numbers.', version },
    components: { securitySchemes: { account: { type: 'http' as const, scheme: 'basic' } } },
    security: [{ account: [] }],
  }
}
