// Powerpacks over HTTP: made, shown, listed, changed, ended. What is allowed is judged by the powerpack room.
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccountId } from '../../message/ids.js'
import { refused, type Judged } from '../../powerpack/change.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import {
  judgeNewPack,
  judgePackChange,
  judgePackEnd,
  packEndRows,
  type PackWish,
} from '../../powerpack/pack-changes.js'
import type { Pack } from '../../powerpack/pack.js'
import { answer, answerChange, answerList, baseOf, described, refuse } from './answers.js'
import { allOf, pageFields, pageOf } from './page.js'
import type { AddRoutes, ApiPorts } from './api-ports.js'
import { packJson, packWish, NewPackBody, PackBody } from './powerpack-json.js'
import { together } from './powerpack-changes.js'

/** Numbers given up in one step, and how long others wait for that where a provider is asked for each, ms. */
const RETURNED_AT_ONCE = 500
const RETURNING_MS = 1_000

const ListQuery = Type.Object(pageFields)
const EndBody = Type.Object({
  unrent_numbers: Type.Optional(
    Type.Boolean({ description: 'Its numbers are given up too.', expected: 'true or false' }),
  ),
})

interface ById {
  Params: { readonly uuid: string }
}

export function powerpackRoutes(ports: ApiPorts): AddRoutes {
  const { powerpacks, changes } = ports
  const { book } = powerpacks
  const packOf = ({ apiAccount, params }: FastifyRequest<ById>): Pack | undefined => {
    const pack = book.pack(params.uuid)
    return pack?.account === apiAccount.account ? pack : undefined
  }

  return (server: FastifyInstance) => {
    server.post<{ Body: Static<typeof NewPackBody> }>(
      '/Powerpack/',
      { schema: described('Powerpack', 'Makes a powerpack and its empty number pool.', { body: NewPackBody }) },
      async (request, reply) => {
        const wish = packWish(request.body)
        if ('mistake' in wish) return refuse(reply, 400, wish.mistake)
        const { account } = request.apiAccount
        const made = { uuid: ports.uuid(), pool: ports.uuid(), account, wish }
        const changed = await changes.make(() =>
          withApplication(ports, account, wish, judgeNewPack(book, made, ports.wallMs())),
        )
        return answerChange(reply, changed, (pack) => packJson(pack, baseOf(request.apiAccount)))
      },
    )

    server.get<{ Querystring: Static<typeof ListQuery> }>(
      '/Powerpack/',
      {
        schema: described('Powerpack', 'Lists powerpacks in the order in which they were made.', { query: ListQuery }),
      },
      async (request, reply) => {
        const base = baseOf(request.apiAccount)
        const found = await pageOf(book.packsOf(request.apiAccount.account), {
          ...request.query,
          look: (rows) => request.look(rows),
        })
        return answerList(reply, `${base}/Powerpack/`, request.query, found, (pack) => packJson(pack, base))
      },
    )

    server.get<ById>(
      '/Powerpack/:uuid/',
      { schema: described('Powerpack', 'Shows a powerpack.') },
      (request, reply) => {
        const pack = packOf(request)
        return pack === undefined
          ? noPack(reply, request.params.uuid)
          : answer(reply, packJson(pack, baseOf(request.apiAccount)))
      },
    )

    server.post<ById & { Body: Static<typeof PackBody> }>(
      '/Powerpack/:uuid/',
      { schema: described('Powerpack', 'Changes what is named of a powerpack.', { body: PackBody }) },
      async (request, reply) => {
        const wish = packWish(request.body)
        if ('mistake' in wish) return refuse(reply, 400, wish.mistake)
        const pack = packOf(request)
        if (pack === undefined) return noPack(reply, request.params.uuid)
        const changed = await changes.make(() =>
          withApplication(ports, pack.account, wish, judgePackChange(book, pack.uuid, wish, ports.nowMs())),
        )
        return answerChange(reply, changed, (pack) => packJson(pack, baseOf(request.apiAccount)))
      },
    )

    server.delete<ById & { Body: Static<typeof EndBody> }>(
      '/Powerpack/:uuid/',
      { schema: described('Powerpack', 'Ends a powerpack and its number pool.', { body: EndBody }) },
      async (request, reply) => {
        const pack = packOf(request)
        if (pack === undefined) return noPack(reply, request.params.uuid)
        if (request.body.unrent_numbers === true) {
          // Before the pack ends: if the store fails in between, the same request goes on from there.
          for (;;) {
            const numbers = first(book.pool(pack.pool)?.numbers() ?? [], RETURNED_AT_ONCE)
            if (numbers.length === 0) break
            const given = await changes.make(() => judgeReturns(ports, pack, numbers))
            if (given.kind !== 'changed') return answerChange(reply, given, () => ({}))
          }
        }
        const changed = await changes.make(async () => {
          const rows = await allOf(packEndRows(book, pack.uuid, false))
          return judgePackEnd(book, pack.uuid, false, rows)
        })
        return answerChange(reply, changed, () => ({ response: 'success' }))
      },
    )
  }
}

/**
 * Those before the first that can't go, if that is not the first of all: what a provider has back is the account's no more, whatever
 * becomes of the rest.
 */
async function judgeReturns(
  { powerpacks, source, monotonicMs }: ApiPorts,
  { pool }: Pack,
  given: readonly OwnedNumber[],
): Promise<Judged<unknown>> {
  const judged: Judged<unknown>[] = []
  const untilMs = monotonicMs() + RETURNING_MS
  for (const { number } of given) {
    if (powerpacks.book.numbers.get(number)?.pool !== pool) continue
    const one = await source.judgeReturn(number)
    if (one.kind === 'refused' && judged.length > 0) break
    judged.push(one)
    if (monotonicMs() >= untilMs) break
  }
  return together({ kind: 'change', rows: [], value: undefined, apply: () => undefined }, judged)
}

/** The change, where the application that it names is one of the account's. */
function withApplication(
  { applications }: ApiPorts,
  account: AccountId,
  { applicationId = '' }: PackWish,
  judged: Judged<Pack>,
): Judged<Pack> {
  if (applicationId === '' || applications.ofAccount(account, applicationId) !== undefined) return judged
  return refused('invalid', `There is no application ${applicationId.slice(0, 32)}.`, 'application_id')
}

function first<T>(all: Iterable<T>, count: number): readonly T[] {
  const some: T[] = []
  for (const one of all) {
    if (some.length >= count) break
    some.push(one)
  }
  return some
}

function noPack(reply: FastifyReply, uuid: string): FastifyReply {
  return refuse(reply, 404, `there is no powerpack ${uuid.slice(0, 64)}`)
}
