// The API under /v1: its door (tokens and scopes), its checks, its OpenAPI document. What it does lies in the routes.
import swagger from '@fastify/swagger'
import { type TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expectedOf } from '../directory/columns.js'
import type { Pauses } from '../directory/in-slices.js'
import { directoryKinds } from '../directory/kinds.js'
import { expectedKeyOf } from '../directory/schema-mistakes.js'
import type { ErrorBody } from '../http/server.js'
import type { DirectoryBook } from './directory-book.js'
import { addDirectoryRoutes, type OnChanged } from './directory-routes.js'
import { toOpenApi } from './directory-schemas.js'
import { addExplainRoute, type RoutePorts } from './explain-route.js'
import { readJsonInSlices } from './json-body.js'
import type { LimitPorts, OnElsewhere } from './limit-ports.js'
import { addLimitRoutes } from './limit-routes.js'
import { addMoneyRoutes, type MoneyPorts, type OnPaid } from './money-routes.js'
import { addNumberRoutes, type NumberPorts, type OnNumbers } from './number-routes.js'
import type { PlanPorts } from './plan-question.js'
import { addPlanRoute } from './plan-route.js'
import { addRateSheetRoutes } from './rate-sheet-route.js'
import type { TracePorts } from './trace-ports.js'
import { addTraceRoute } from './trace-route.js'
import { mayDo, tokenIn, type ApiToken, type Scope } from './tokens.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must be for; a route without it is open to all. */
    readonly scope?: Scope
  }
}

export interface ApiOptions {
  readonly book: DirectoryBook
  readonly money: MoneyPorts
  readonly route: Omit<RoutePorts, 'directory' | 'wallMs' | 'books'>
  /** How long a large row or sheet may keep others waiting. */
  readonly pauses: Pauses
  /** Wrong tokens are counted by address; left out: they are not. */
  readonly logIns?: TokenGuard
  /** None: the API is off. */
  readonly tokens: readonly ApiToken[]
  /** For the OpenAPI document. */
  readonly version: string
  /** Told of each change of the directory: by which token, which revision it made, how many objects. */
  readonly onChanged?: (change: { readonly by: string; readonly revision: number; readonly objects: number }) => void
  readonly onPaid?: OnPaid
  /** Left out: there are no numbers of pools. */
  readonly numbers?: NumberPorts | undefined
  readonly onNumbers?: OnNumbers
  /** Left out: nothing is planned ahead. */
  readonly plans?: PlanPorts | undefined
  /** Left out: what carriers limit can't be asked for. */
  readonly limits?: LimitPorts | undefined
  readonly onElsewhere?: OnElsewhere
  /** Left out: nobody is told what holds up a message. */
  readonly traces?: TracePorts | undefined
}

/** Whoever has a right token comes in, whatever others did from the same address. */
export interface TokenGuard {
  mayTry(address: string, account: string): boolean
  wrong(address: string, account: string): void
  /** After so long one more is told that its token is wrong. */
  readonly retryAfterMs: number
}

/** Adds /v1 to the admin server: with no token to come in by, it only says so. */
export async function addApi(server: FastifyInstance, options: ApiOptions | undefined): Promise<void> {
  if (options === undefined || options.tokens.length === 0) {
    server.all('/v1/*', (_request, reply) =>
      answer(reply, 404, 'apiOff', 'the API is off: no token is configured for it'),
    )
    return
  }
  await server.register(async (api) => {
    api.setValidatorCompiler<TSchema>(({ schema, httpPart }) => checkOf(schema, httpPart))
    readJsonInSlices(api, options.pauses)
    // Answers are ours: written as they are.
    api.setSerializerCompiler(() => (body) => JSON.stringify(body))
    api.addHook('onRequest', async (request, reply) => letIn(request, reply, options))
    for (const { name, schema } of directoryKinds) api.addSchema({ $id: name, ...toOpenApi(schema, ['id']) })
    await api.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'smswitch admin API',
          description: 'Provisions a running switch: who may send, whom it sends through, what that costs.',
          version: options.version,
        },
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      },
      refResolver: { buildLocalReference: (json) => json['$id'] as string },
    })
    // What is served is built once: routes do not change.
    let document: unknown
    api.get('/v1/openapi.json', { schema: { hide: true } }, () => (document ??= api.swagger()))
    const onChanged: OnChanged = (request, revision, objects) =>
      options.onChanged?.({ by: request.getDecorator<string>('caller'), revision, objects })
    addDirectoryRoutes(api, options.book, options.pauses, onChanged)
    addRateSheetRoutes(api, options.book, options.pauses, onChanged)
    addExplainRoute(api, { ...options.route, ...options.money })
    addMoneyRoutes(api, options.money, options.pauses, (by, payment) => options.onPaid?.(by, payment))
    if (options.plans !== undefined) addPlanRoute(api, options.plans, { ...options.money, pauses: options.pauses })
    if (options.limits !== undefined)
      addLimitRoutes(api, options.limits, options.money.wallMs, (by, day) => options.onElsewhere?.(by, day))
    if (options.traces !== undefined) addTraceRoute(api, options.traces, options.money.wallMs)
    if (options.numbers !== undefined)
      addNumberRoutes(api, options.numbers, { ...options.money, pauses: options.pauses }, (by, changed) =>
        options.onNumbers?.(by, changed),
      )
    api.decorateRequest('caller', '')
  })
}

/** Before the body is read. What needs no scope is open to all. */
function letIn(request: FastifyRequest, reply: FastifyReply, { tokens, logIns }: ApiOptions): FastifyReply | undefined {
  void reply.header('cache-control', 'no-store')
  const { scope } = request.routeOptions.config
  if (scope === undefined) return undefined
  const token = tokenIn(request.headers.authorization, tokens)
  if (token === undefined) {
    const isWrong = (request.headers.authorization ?? '') !== ''
    if (isWrong && logIns?.mayTry(request.ip, '') === false) {
      void reply.header('retry-after', Math.ceil(logIns.retryAfterMs / 1000))
      return answer(reply, 429, 'tooManyWrongTokens', 'too many wrong tokens came from this address; try again later')
    }
    if (isWrong) logIns?.wrong(request.ip, '')
    void reply.header('www-authenticate', 'Bearer realm="smswitch"')
    return answer(reply, 401, 'noToken', 'give a token that is configured, as Authorization: Bearer TOKEN')
  }
  if (!mayDo(token, scope)) return answer(reply, 403, 'notAllowed', `the token ${token.name} has no scope ${scope}`)
  request.setDecorator('caller', token.name)
  return undefined
}

/**
 * Rows (referred to) and headers pass: rows are looked at whole by the directory, headers by the route. The usual compiler would fill
 * in defaults, turn texts into numbers and drop what it does not know.
 */
function checkOf(schema: TSchema, httpPart: string | undefined) {
  if (schema.$ref !== undefined || httpPart === 'headers') return () => true
  const check = TypeCompiler.Compile(schema)
  return (given: unknown) => {
    const value = httpPart === 'querystring' ? Value.Convert(schema, given) : given
    if (check.Check(value)) return { value }
    const first = Value.Errors(schema, value).First()
    if (first === undefined) return { value }
    return { error: [{ instancePath: first.path, message: `expects ${expectedFor(first)}` }] as unknown as Error }
  }
}

function expectedFor({ type, schema, path, message }: ValueError): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) return expectedKeyOf(schema, path)
  return Object.hasOwn(schema, 'expected') ? expectedOf(schema) : message.toLowerCase()
}

function answer(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  const body: ErrorBody = { error: { code, message } }
  return reply.code(status).send(body)
}
