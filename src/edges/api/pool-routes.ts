// Number pools over HTTP: which numbers are in one, and which join and leave. What is allowed is judged by the powerpack room.
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDigits } from '../../message/address.js'
import type { AccountId } from '../../message/ids.js'
import type { Judged } from '../../powerpack/change.js'
import { judgeJoining, judgeLeaving, judgeRelease } from '../../powerpack/number-changes.js'
import type { Service } from '../../powerpack/number-type.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import type { Pool } from '../../powerpack/pool.js'
import { answer, answerChange, answerList, baseOf, described, refuse } from './answers.js'
import { pageFields, pageWhere } from './page.js'
import type { AddRoutes, ApiPorts } from './api-ports.js'
import { beginsWith } from './inventory.js'
import { poolJson, poolLists, poolNumberJson, type PoolList } from './pool-json.js'

const PREFIXES_MAX = 10

const service = Type.Optional(Type.Union([Type.Literal('sms'), Type.Literal('mms')], { expected: 'sms or mms' }))
const ServiceQuery = Type.Object({ service })
const ListQuery = Type.Object({
  ...pageFields,
  service,
  starts_with: Type.Optional(
    Type.String({
      pattern: `^ *[0-9]{1,15}( *, *[0-9]{1,15}){0,${PREFIXES_MAX - 1}} *$`,
      description: 'Beginnings of numbers, with or without their country code.',
      expected: `a list of at most ${PREFIXES_MAX} beginnings of numbers, with commas between them`,
    }),
  ),
  country_iso2: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2}$', expected: 'a country as two letters' })),
  type: Type.Optional(
    Type.String({
      pattern: '^(fixed|local|national|mobile|toll-?free)$',
      expected: 'fixed, mobile or toll-free',
    }),
  ),
})
const AddBody = Type.Object({
  service,
  rent: Type.Optional(
    Type.Boolean({ description: 'Buys the number if it is not yours yet.', expected: 'true or false' }),
  ),
})
const RemoveBody = Type.Object({
  unrent: Type.Optional(Type.Boolean({ description: 'The number is given up too.', expected: 'true or false' })),
})

const ReleaseBody = Type.Object({
  quarantine: Type.Literal(false, { description: 'The number is used again.', expected: 'false' }),
})

interface ByPool {
  Params: { readonly pool: string }
}

interface ByNumber {
  Params: { readonly pool: string; readonly number: string }
}

type ListWish = Static<typeof ListQuery>

export function poolRoutes(ports: ApiPorts): AddRoutes {
  const { book } = ports.powerpacks

  /** The pool that a path names, of the account. */
  const poolOf = ({ apiAccount, params }: FastifyRequest<ByPool>): Pool | undefined =>
    book.packOfPool(params.pool)?.account === apiAccount.account ? book.pool(params.pool) : undefined

  return (server) => {
    server.get<ByPool>('/NumberPool/:pool/', { schema: described('NumberPool', 'Shows a pool.') }, (request, reply) =>
      poolOf(request) === undefined
        ? noPool(reply, request.params.pool)
        : answer(reply, poolJson(request.params.pool, baseOf(request.apiAccount))),
    )
    for (const list of poolLists) addList(server, list)
  }

  function addList(server: FastifyInstance, list: PoolList): void {
    const { path, types, called } = list
    const tag = 'NumberPool'

    /** The number that a path names, in that pool. */
    const rowOf = (pool: Pool, number: string): OwnedNumber | undefined => {
      const row = book.numbers.get(digitsOf(number))
      return row?.pool === pool.uuid && types.includes(row.type) ? row : undefined
    }

    server.get<ByPool & { Querystring: ListWish }>(
      `/NumberPool/:pool/${path}/`,
      { schema: described(tag, `Lists each ${called} of a pool, in the order of joining.`, { query: ListQuery }) },
      async (request, reply) => {
        const pool = poolOf(request)
        if (pool === undefined) return noPool(reply, request.params.pool)
        const base = baseOf(request.apiAccount)
        const found = await pageWhere(pool.numbers(), wantedBy(list, request.query), {
          ...request.query,
          look: (rows) => request.look(rows),
        })
        const at = `${base}/NumberPool/${pool.uuid}/${path}/`
        return answerList(reply, at, request.query, found, (row) => poolNumberJson(row, base), '')
      },
    )

    server.get<ByNumber & { Querystring: Static<typeof ServiceQuery> }>(
      `/NumberPool/:pool/${path}/:number/`,
      { schema: described(tag, `Shows a ${called} of a pool.`, { query: ServiceQuery }) },
      (request, reply) => {
        const pool = poolOf(request)
        if (pool === undefined) return noPool(reply, request.params.pool)
        const { number } = request.params
        const row = rowOf(pool, number)
        const isOther = row !== undefined && request.query.service !== undefined && !row[request.query.service]
        return row === undefined || isOther
          ? notThere(reply, called, number)
          : answer(reply, poolNumberJson(row, baseOf(request.apiAccount)))
      },
    )

    server.post<ByNumber & { Body: Static<typeof AddBody> }>(
      `/NumberPool/:pool/${path}/:number/`,
      { schema: described(tag, `Adds a ${called} to a pool.`, { body: AddBody }) },
      async (request, reply) => {
        const pool = poolOf(request)
        if (pool === undefined) return noPool(reply, request.params.pool)
        return add(request, reply, pool, list, digitsOf(request.params.number))
      },
    )

    // What is put into quarantine is of this list.
    if (path === 'Number') addRelease(server, rowOf, list)

    server.delete<ByNumber & { Body: Static<typeof RemoveBody> }>(
      `/NumberPool/:pool/${path}/:number/`,
      { schema: described(tag, `Takes a ${called} out of a pool.`, { body: RemoveBody }) },
      async (request, reply) => {
        const pool = poolOf(request)
        if (pool === undefined) return noPool(reply, request.params.pool)
        const row = rowOf(pool, request.params.number)
        if (row === undefined) return notThere(reply, called, request.params.number)
        const { number } = row
        const changed = await ports.changes.make<unknown>(() => {
          const leaving = judgeLeaving(book, pool.uuid, number, false)
          return leaving.kind === 'refused' || request.body.unrent !== true ? leaving : ports.source.judgeReturn(number)
        })
        return answerChange(reply, changed, () => ({ response: 'success' }))
      },
    )
  }

  function addRelease(
    server: FastifyInstance,
    rowOf: (pool: Pool, number: string) => OwnedNumber | undefined,
    { path, called }: PoolList,
  ): void {
    server.patch<ByNumber & { Body: Static<typeof ReleaseBody> }>(
      `/NumberPool/:pool/${path}/:number/`,
      {
        schema: described('NumberPool', `Ends the quarantine of a ${called}: it is used again.`, { body: ReleaseBody }),
      },
      async (request, reply) => {
        const pool = poolOf(request)
        if (pool === undefined) return noPool(reply, request.params.pool)
        const row = rowOf(pool, request.params.number)
        if (row === undefined) return notThere(reply, called, request.params.number)
        const changed = await ports.changes.make(() => {
          // At its turn it may be in another pool, or be used again already.
          const now = rowOf(pool, row.number)
          if (now === undefined || now.quarantine !== undefined) return judgeRelease(book, row.number, ports.nowMs())
          return { kind: 'change', rows: [], value: now, apply: () => undefined }
        })
        return answerChange(reply, changed, (value) => poolNumberJson(value, baseOf(request.apiAccount)))
      },
    )
  }

  async function add(
    { apiAccount, body }: FastifyRequest<ByNumber & { Body: Static<typeof AddBody> }>,
    reply: FastifyReply,
    pool: Pool,
    { types, called }: PoolList,
    number: string,
  ): Promise<FastifyReply> {
    const { account } = apiAccount
    const { changes, source } = ports
    let isBought = false
    if (body.rent === true) {
      const rented = await changes.make(() => {
        isBought = book.numbers.get(number)?.account !== account
        return source.judgeRent(account, number, {})
      })
      if (rented.kind !== 'changed') return answerChange(reply, rented, () => ({}))
    }
    const row = book.numbers.get(number)
    const wanted: Service = body.service ?? (row?.sms === false ? 'mms' : 'sms')
    const isOfType = row === undefined || types.includes(row.type)
    const joined = isOfType
      ? await changes.make(() => judgeJoining(book, pool.uuid, number, wanted, ports.nowMs()))
      : undefined
    if (isBought && joined?.kind !== 'changed') await changes.make(() => judgeGivingBack(account, number))
    if (joined === undefined) return refuse(reply, 400, `number: ${number} is no ${called}`)
    if (joined.kind === 'refused' && joined.reason === 'notYours') return notThere(reply, called, number)
    return answerChange(reply, joined, (value) => poolNumberJson(value, baseOf(apiAccount)))
  }

  /** What was bought for a pool only is not kept where it can't join, unless it has joined another meanwhile. */
  async function judgeGivingBack(account: AccountId, number: string): Promise<Judged<unknown>> {
    const row = book.numbers.get(number)
    if (row?.account === account && row.pool === '') return ports.source.judgeReturn(number)
    return { kind: 'change', rows: [], value: undefined, apply: () => undefined }
  }
}

function wantedBy({ types }: PoolList, wish: ListWish): (row: OwnedNumber) => boolean {
  const prefixes = wish.starts_with?.split(',').map((prefix) => prefix.trim())
  const country = wish.country_iso2?.toUpperCase()
  return (row) => {
    if (!types.includes(row.type) || (country !== undefined && row.country !== country)) return false
    if (wish.service !== undefined && !row[wish.service]) return false
    if (wish.type !== undefined && !isOfKind(row, wish.type)) return false
    return prefixes?.some((prefix) => beginsWith(row.number, prefix)) !== false
  }
}

/** Local and national numbers are fixed ones. */
function isOfKind({ type, isMobile }: OwnedNumber, kind: string): boolean {
  if (kind.startsWith('toll')) return type === 'tollfree'
  return type === 'longcode' && isMobile === (kind === 'mobile')
}

/** A number as a path has it. */
export function digitsOf(text: string): string {
  const digits = text.startsWith('+') ? text.slice(1) : text
  return isDigits(digits) ? digits : ''
}

function noPool(reply: FastifyReply, pool: string): FastifyReply {
  return refuse(reply, 404, `there is no number pool ${pool.slice(0, 64)}`)
}

function notThere(reply: FastifyReply, called: string, number: string): FastifyReply {
  return refuse(reply, 404, `there is no ${called} ${number.slice(0, 32)} here`)
}
