// The routes of the numbers: imported from sheets, listed, removed; and of their pools. Whose they become over the HTTP API is not decided here.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Snapshot } from '../directory/snapshot.js'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import type { Judged, Refusal } from '../powerpack/change.js'
import type { OwnedNumber } from '../powerpack/owned-number.js'
import type { PoolBook } from '../powerpack/pool-book.js'
import { judgeImport, type ImportFault } from '../powerpack/stock.js'
import { described, refuse, storeFailure } from './answers.js'
import { CHANGE_BODY_MAX } from './directory-routes.js'
import { plainNumber, readNumberLines, type LineMistake, type NumberLine } from './number-lines.js'
import { giveBack, judgeRemoval, type NumberReturns } from './number-removal.js'
import {
  ImportAnswer,
  ImportBody,
  ImportQuery,
  NumbersAnswer,
  NumbersQuery,
  RemoveAnswer,
  RemoveBody,
} from './number-schemas.js'
import { DryRunQuery, PAGE_MAX } from './directory-schemas.js'
import { addPoolRoute } from './pool-route.js'

/** Numbers as they are, and who changes them: one after the other, each once its rows are durable. */
export interface NumberPorts {
  readonly book: PoolBook
  readonly changes: NumberChanges
  /** What one long code of a pool should send a day. */
  readonly perDay: number
  /** Left out: numbers are rented from nobody but the operator. */
  readonly provider?: NumberReturns | undefined
  /** Switch time, ms. */
  readonly nowMs: () => number
}

export interface NumberChanges {
  /** Rejects as the store does. @param judge called at the change's turn */
  make<T>(
    judge: () => Judged<T> | Promise<Judged<T>>,
  ): Promise<{ readonly kind: 'changed'; readonly value: T } | Refusal | { readonly kind: 'tooMany' }>
}

/** Told of each change of numbers: by which token, and how many. */
export type OnNumbers = (by: string, changed: number) => void

interface Surroundings {
  readonly directory: () => Snapshot
  readonly wallMs: () => number
  readonly pauses: Pauses
}

const LIST_DEFAULT = 100
/** Numbers that are looked at between two pauses at most. */
const SLICE = 1000

export function addNumberRoutes(
  api: FastifyInstance,
  { book, changes, perDay, provider, nowMs }: NumberPorts,
  { directory, wallMs, pauses }: Surroundings,
  onNumbers: OnNumbers,
): void {
  const writing = { config: { scope: 'directory:write' as const }, bodyLimit: CHANGE_BODY_MAX }

  api.post<{
    Body: { readonly numbers: readonly NumberLine[] }
    Querystring: { readonly dryRun?: boolean; readonly skipBad?: boolean }
  }>(
    '/v1/numbers',
    {
      ...writing,
      schema: {
        ...described(
          'numbers',
          'importNumbers',
          'Takes numbers of the operator, all of them or nothing.',
          ImportAnswer,
        ),
        ...{ body: ImportBody, querystring: ImportQuery },
      },
    },
    async (request, reply) => {
      const { dryRun = false, skipBad = false } = request.query
      const snapshot = directory()
      const read = readNumberLines(request.body.numbers, (id) => snapshot.account(id) !== undefined)
      const isRefused = read.mistakes.length > 0 && !skipBad
      const takes = dryRun || isRefused ? 'none' : skipBad ? 'good' : 'all'
      const result = await changes
        .make(() => judgeImport(book, read.numbers, takes, { wallMs: wallMs(), nowMs: nowMs() }))
        .catch(storeFailure)
      if (result.kind !== 'changed') return refuseChange(reply, result)
      const { added, changed, unchanged, faults } = result.value
      const mistakes = [
        ...read.mistakes,
        ...faults.map((fault) => mistakeOf(fault, read.indexes, request.body.numbers)),
      ]
      mistakes.sort((a, b) => a.index - b.index)
      if (mistakes.length > 0 && !skipBad) {
        const message = `the numbers have ${mistakes.length} mistake(s); nothing was changed`
        return refuse(reply, 422, 'invalidNumbers', message, { mistakes })
      }
      if (!dryRun && added + changed > 0) onNumbers(request.getDecorator<string>('caller'), added + changed)
      return reply.send({ dryRun, added, changed, unchanged, mistakes })
    },
  )

  api.get<{ Querystring: Wish & { readonly limit?: number; readonly after?: number } }>(
    '/v1/numbers',
    {
      config: { scope: 'directory:read' },
      schema: {
        ...described('numbers', 'listNumbers', 'Lists numbers, in no order.', NumbersAnswer),
        querystring: NumbersQuery,
      },
    },
    async ({ query: { limit = LIST_DEFAULT, after = 0, ...wish } }, reply) => {
      const numbers: object[] = []
      const next = await runWithPauses(page(book, after, wish, limit, numbers), pauses)
      return reply.send({ numbers, ...(next !== undefined && { next }) })
    },
  )

  api.post<{
    Body: { readonly numbers: readonly string[]; readonly owned?: boolean }
    Querystring: { readonly dryRun?: boolean }
  }>(
    '/v1/numbers/remove',
    {
      ...writing,
      schema: {
        ...described(
          'numbers',
          'removeNumbers',
          'Removes numbers; those in pools leave them, and those of the provider go back to it.',
          RemoveAnswer,
        ),
        ...{ body: RemoveBody, querystring: DryRunQuery },
      },
    },
    async (request, reply) => {
      const { dryRun = false } = request.query
      const { numbers, owned = false } = request.body
      const result = await changes
        .make(() => judgeRemoval(book, [...new Set(numbers.map(plainNumber))], owned, provider, dryRun))
        .catch(storeFailure)
      if (result.kind !== 'changed') return refuseChange(reply, result)
      const { theirs, removed: here, ...others } = result.value
      const { givenBack, notGivenBack } =
        dryRun || provider === undefined
          ? { givenBack: theirs.length, notGivenBack: [] }
          : await giveBack(book, theirs, provider, (judge) => changes.make(judge))
      const removed = here + givenBack
      if (!dryRun && removed > 0) onNumbers(request.getDecorator<string>('caller'), removed)
      return reply.send({ dryRun, removed, givenBack, notGivenBack, ...others })
    },
  )

  addPoolRoute(api, book, perDay, pauses)
}

interface Wish {
  readonly owner?: string
  readonly country?: string
  readonly type?: string
}

/** Fills a page. @returns the place to go on from, if there is more */
function* page(
  book: PoolBook,
  after: number,
  { owner, country, type }: Wish,
  limit: number,
  into: object[],
): Generator<void, number | undefined> {
  let looked = 0
  for (const [slot, row] of book.numbers.from(after)) {
    if (++looked % SLICE === 0) yield
    if (owner !== undefined && row.account !== owner) continue
    if (country !== undefined && row.country !== country.toUpperCase()) continue
    if (type !== undefined && typeOf(row) !== type) continue
    if (into.length === Math.min(limit, PAGE_MAX)) return slot
    into.push(shown(row))
  }
  return undefined
}

function typeOf({ type, isMobile }: OwnedNumber): string {
  return type === 'longcode' ? (isMobile ? 'mobile' : 'local') : type
}

/** In the columns of an import, and where it is used. */
function shown(row: OwnedNumber): object {
  const { details } = row
  const texts = {
    ...{ area: details['region'], city: details['city'], rateCenter: details['rate_center'], lata: details['lata'] },
    ...{ carrier: details['carrier'], alias: details['alias'] },
    ...{ price: details['monthly_rental_rate'], setupPrice: details['setup_rate'], pool: row.pool || undefined },
    quarantine: row.quarantine?.why,
  }
  return {
    ...{ number: row.number, type: typeOf(row), country: row.country, owner: row.account },
    capabilities: (['sms', 'mms', 'voice'] as const).filter((service) => row[service]).join(' '),
    perSecond: String(row.perSecond),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
  }
}

function mistakeOf(
  fault: ImportFault,
  indexes: ReadonlyMap<string, number>,
  lines: readonly NumberLine[],
): LineMistake {
  const index = indexes.get(fault.number) ?? 0
  const line = lines[index] ?? {}
  const ofPool = (expected: string): LineMistake => ({ index, column: 'pool', value: line.pool ?? '', expected })
  switch (fault.why) {
    case 'taken': {
      const expected = `${fault.account}, which has the number and must give it up first`
      return { index, column: 'owner', value: line.owner ?? '', expected }
    }
    case 'pooled': {
      const expected = 'the country and the capabilities for which it is in a number pool; take it out first'
      return { index, column: 'number', value: fault.number, expected }
    }
    case 'noPool':
      return ofPool('the UUID of a number pool, or of its powerpack')
    case 'notItsPool':
      return ofPool(`a number pool of ${fault.account}, which has the number`)
    case 'inAnotherPool':
      return ofPool(`the number pool that it is in, ${fault.pool}; take it out there first`)
    case 'noPlace':
      return ofPool(`a number pool with a place for it. ${fault.what}`)
  }
}

function refuseChange(
  reply: FastifyReply,
  result: Refusal | { readonly kind: 'tooMany' } | { readonly kind: 'storeFailed'; readonly why: string },
): FastifyReply {
  switch (result.kind) {
    case 'tooMany':
      return refuse(reply, 503, 'tooManyChanges', 'too many changes wait for their turn; try again later')
    case 'storeFailed':
      return refuse(reply, 503, 'storeFailed', `the numbers could not be stored: ${result.why}`)
    case 'refused':
      return refuse(reply, 422, 'invalidNumbers', `${result.field}: ${result.what}`)
  }
}
