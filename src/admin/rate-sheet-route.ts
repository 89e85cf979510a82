// PUT and PATCH of a tariff's rates as a CSV sheet: all good lines or none. What a line means is said by money/rate-sheet.ts.
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { objectKey } from '../directory/change.js'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import { rowsOfSheet, rowsWithSheet } from '../directory/sheet-rates.js'
import type { TariffRow } from '../directory/trade-rows.js'
import { describeSheetMistake, readRateSheet, type RateSheet } from '../money/rate-sheet.js'
import { described, refuse, storeFailure } from './answers.js'
import type { DirectoryBook } from './directory-book.js'
import { CHANGE_BODY_MAX, refuseChange, type OnChanged } from './directory-routes.js'
import { ChangeAnswer, DryRunQuery, IdParams } from './directory-schemas.js'
import { etagsIn, quoted } from './etag.js'

interface Sheet {
  readonly Params: { readonly id: string }
  readonly Querystring: { readonly dryRun?: boolean }
  readonly Body: unknown
}

const SheetAnswer = Type.Composite([
  ChangeAnswer,
  Type.Object({
    rates: Type.Integer({ description: 'How many rates the tariff has then.' }),
    ignored: Type.Array(Type.String(), { description: 'Columns with names that mean nothing here.' }),
  }),
])

export function addRateSheetRoutes(
  api: FastifyInstance,
  book: DirectoryBook,
  pauses: Pauses,
  onChanged: OnChanged,
): void {
  api.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: CHANGE_BODY_MAX }, (_request, body, done) =>
    done(null, body),
  )
  const options = (operationId: string, summary: string) => ({
    config: { scope: 'directory:write' as const },
    bodyLimit: CHANGE_BODY_MAX,
    schema: {
      ...described('directory', operationId, summary, SheetAnswer),
      ...{ params: IdParams, querystring: DryRunQuery, consumes: ['text/csv'] },
    },
  })

  const take = async (request: FastifyRequest<Sheet>, reply: FastifyReply, isWhole: boolean): Promise<FastifyReply> => {
    const { id } = request.params
    const { dryRun = false } = request.query
    if (typeof request.body !== 'string')
      return refuse(
        reply,
        415,
        'unsupportedType',
        'a sheet is sent as text/csv, its first line the names of the columns',
      )
    const sheet = await runWithPauses(readRateSheet(request.body), pauses)
    if (sheet.mistakeCount > 0) return refuseSheet(reply, sheet)
    const found = book.current().objects.get(objectKey('tariffs', id))
    if (found === undefined) return refuse(reply, 404, 'notFound', `there is no tariffs/${id.slice(0, 100)}`)
    const before = found.row as Partial<TariffRow>
    const made = isWhole ? rowsOfSheet(sheet.rates) : rowsWithSheet(before.rates ?? [], sheet.rates)
    const rates = await runWithPauses(made, pauses)
    // Where nobody says otherwise: the sheet was put over this very version.
    const ifMatch = etagsIn(request.headers['if-match']) ?? [found.etag]
    const change = { kind: 'tariffs', id, row: { ...before, rates }, ifMatch }
    const result = await book.change({ changes: [change] }, { dryRun }).catch(storeFailure)
    if (result.kind !== 'changed') return refuseChange(reply, result)
    const report = result.report[0]!
    const { revision } = result.provisioned
    if (!dryRun && result.writes.length > 0) onChanged(request, revision, 1)
    if (report.etag !== undefined) void reply.header('etag', quoted(report.etag))
    return reply.send({ ...report, revision, dryRun, rates: rates.length, ignored: sheet.ignored })
  }

  api.put<Sheet>(
    '/v1/directory/tariffs/:id/rates',
    options('putRates', 'Replaces all rates of a tariff by those of a CSV sheet; the bad lines are told.'),
    (request, reply) => take(request, reply, true),
  )
  api.patch<Sheet>(
    '/v1/directory/tariffs/:id/rates',
    options('patchRates', 'Puts the rates of a CSV sheet over those of the same destination and moment; others stay.'),
    (request, reply) => take(request, reply, false),
  )
}

/** The bad lines in the form of other mistakes, and how many there are. */
function refuseSheet(reply: FastifyReply, { mistakes, mistakeCount }: RateSheet): FastifyReply {
  const listed = mistakeCount > mistakes.length ? `, of which the first ${mistakes.length} are listed` : ''
  const message = `the sheet has ${mistakeCount} mistake(s)${listed}; nothing was changed`
  return refuse(reply, 422, 'invalidSheet', message, {
    mistakes: mistakes.map((mistake) => ({ ...mistake, path: mistake.column, words: describeSheetMistake(mistake) })),
    mistakeCount,
  })
}
