// The routes of the directory API: HTTP in, HTTP out. What is right is decided by the book, who may come here by the API's door.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '@sinclair/typebox'
import { objectKey, type ObjectChange, type ObjectReport } from '../directory/change.js'
import type { Pauses } from '../directory/in-slices.js'
import { directoryKinds, type DirectoryKind } from '../directory/kinds.js'
import { described, refuse, storeFailure, type StoreFailed } from './answers.js'
import type { BookResult, DirectoryBook, ReloadResult } from './directory-book.js'
import {
  ChangeAnswer,
  ChangesAnswer,
  ChangesBody,
  DryRunQuery,
  IdParams,
  listAnswer,
  ListQuery,
  ReloadAnswer,
  SummaryAnswer,
} from './directory-schemas.js'
import { etagsIn, quoted } from './etag.js'
import { inChunks, pageJson, rowJson } from './row-json.js'

/** A directory of 10,000 accounts has about 3 MiB. */
export const CHANGE_BODY_MAX = 8 * 1024 * 1024
const LIST_DEFAULT = 100

/** Told of each change that was made; who made it is the request's. */
export type OnChanged = (request: FastifyRequest, revision: number, objects: number) => void

interface ChangesRequest {
  readonly changes: readonly (Omit<ObjectChange, 'ifMatch'> & { readonly delete?: true; readonly ifMatch?: string })[]
  readonly prune?: boolean
}

/** Adds the routes to a server whose validator leaves bodies of rows alone. */
export function addDirectoryRoutes(
  api: FastifyInstance,
  book: DirectoryBook,
  pauses: Pauses,
  onChanged: OnChanged,
): void {
  const reading = { config: { scope: 'directory:read' } } as const
  const writing = { config: { scope: 'directory:write' }, bodyLimit: CHANGE_BODY_MAX } as const

  api.get(
    '/v1/directory',
    {
      ...reading,
      schema: described('directory', 'summary', 'Revision, manager and kinds of the directory.', SummaryAnswer),
    },
    () => {
      const { revision, objects } = book.current()
      const kinds = directoryKinds.map(({ name }) => ({ kind: name, count: ofKind(objects, name).length }))
      const { file } = book
      return { revision, managedBy: file === undefined ? 'store' : 'file', ...(file !== undefined && { file }), kinds }
    },
  )

  api.post<{ Querystring: { dryRun?: boolean }; Body: ChangesRequest }>(
    '/v1/directory/changes',
    {
      ...writing,
      schema: {
        ...described(
          'directory',
          'change',
          'Makes several changes, all or none. If-Match takes the revision.',
          ChangesAnswer,
        ),
        querystring: DryRunQuery,
        headers: Type.Object({ 'if-match': Type.Optional(Type.String({ description: 'The revision it must be.' })) }),
        body: ChangesBody,
      },
    },
    async (request, reply) => {
      const wrong = wrongChange(request.body.changes)
      if (wrong !== undefined) return refuse(reply, 400, 'invalidRequest', wrong)
      const { dryRun = false } = request.query
      const changes = request.body.changes.map(({ delete: _, ifMatch, ...change }): ObjectChange => {
        return { ...change, ...(ifMatch !== undefined && { ifMatch: [ifMatch] }) }
      })
      const result = await book
        .change(
          { changes, prune: request.body.prune === true },
          { dryRun, ifRevision: etagsIn(request.headers['if-match']) },
        )
        .catch(storeFailure)
      if (result.kind !== 'changed') return refuseChange(reply, result)
      const { revision } = result.provisioned
      if (!dryRun && result.writes.length > 0) onChanged(request, revision, changesIn(result.report))
      return reply.header('etag', quoted(String(revision))).send({ revision, dryRun, changes: result.report })
    },
  )

  api.post(
    '/v1/directory/reload',
    {
      ...writing,
      schema: described('directory', 'reload', 'Reads the directory file again, if a file manages it.', ReloadAnswer),
    },
    async (request, reply) => {
      const result = await book.reload()
      if (result.kind !== 'reloaded') return refuseReload(reply, result)
      const { changes, provisioned } = result
      onChanged(request, provisioned.revision, changes)
      return reply.send({ revision: provisioned.revision, changes })
    },
  )

  for (const kind of directoryKinds) addRoutesOfKind(api, kind, book, pauses, onChanged, reading, writing)
}

function addRoutesOfKind(
  api: FastifyInstance,
  kind: DirectoryKind,
  book: DirectoryBook,
  pauses: Pauses,
  onChanged: OnChanged,
  reading: object,
  writing: object,
): void {
  const { name, hasSecrets } = kind
  const path = `/v1/directory/${name}`
  const rowRef = Type.Unsafe({ $ref: `${name}#` })
  const title = name.charAt(0).toUpperCase() + name.slice(1)

  api.get<{ Querystring: { limit?: number; after?: string } }>(
    path,
    {
      ...reading,
      schema: {
        ...described('directory', `list${title}`, `Lists ${name}, by id, without secrets.`, listAnswer(rowRef)),
        querystring: ListQuery,
      },
    },
    (request, reply) => {
      const { limit = LIST_DEFAULT, after = '' } = request.query
      const { revision, objects } = book.current()
      const ahead = ofKind(objects, name).filter(({ id }) => id > after)
      return sendJson(reply, pageJson(revision, ahead, limit, hasSecrets), pauses)
    },
  )

  api.get<{ Params: { id: string } }>(
    `${path}/:id`,
    {
      ...reading,
      schema: {
        ...described('directory', `get${title}`, `One of ${name}, without secrets.`, rowRef),
        params: IdParams,
      },
    },
    (request, reply) => {
      const found = book.current().objects.get(objectKey(name, request.params.id))
      if (found === undefined) return notThere(reply, name, request.params.id)
      return sendJson(reply.header('etag', quoted(found.etag)), rowJson(found.row, hasSecrets), pauses)
    },
  )

  const change = async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: { dryRun?: boolean } }>,
    reply: FastifyReply,
    row: unknown,
  ): Promise<FastifyReply> => {
    const { id } = request.params
    const { dryRun = false } = request.query
    const ifMatch = etagsIn(request.headers['if-match'])
    const ifAbsent = request.headers['if-none-match']?.trim() === '*'
    const result = await book
      .change({ changes: [{ kind: name, id, row, ifAbsent, ...(ifMatch !== undefined && { ifMatch }) }] }, { dryRun })
      .catch(storeFailure)
    if (result.kind !== 'changed') return refuseChange(reply, result)
    const report = result.report[0]!
    if (row === undefined && report.action === 'unchanged') return notThere(reply, name, id)
    const { revision } = result.provisioned
    if (!dryRun && result.writes.length > 0) onChanged(request, revision, changesIn(result.report))
    if (report.etag !== undefined) void reply.header('etag', quoted(report.etag))
    return reply.code(report.action === 'create' && !dryRun ? 201 : 200).send({ ...report, revision, dryRun })
  }
  const conditions = Type.Object({
    'if-match': Type.Optional(Type.String({ description: 'The etag that the object must have; * if any.' })),
    'if-none-match': Type.Optional(Type.String({ description: '* if the object must not be there yet.' })),
  })

  api.put<{ Params: { id: string }; Querystring: { dryRun?: boolean } }>(
    `${path}/:id`,
    {
      ...writing,
      schema: {
        ...described(
          'directory',
          `put${title}`,
          `Creates or replaces one of ${name}. A masked secret stays as it is.`,
          ChangeAnswer,
          201,
        ),
        ...{ params: IdParams, querystring: DryRunQuery, headers: conditions, body: rowRef },
      },
    },
    (request, reply) => change(request, reply, request.body),
  )
  api.delete<{ Params: { id: string }; Querystring: { dryRun?: boolean } }>(
    `${path}/:id`,
    {
      ...writing,
      schema: {
        ...described('directory', `delete${title}`, `Removes one of ${name}.`, ChangeAnswer),
        ...{ params: IdParams, querystring: DryRunQuery, headers: conditions },
      },
    },
    (request, reply) => change(request, reply, undefined),
  )
}

function sendJson(reply: FastifyReply, pieces: Iterable<string>, pauses: Pauses): FastifyReply {
  return reply.type('application/json').send(Readable.from(inChunks(pieces, pauses), { objectMode: false }))
}

type Kept = ReturnType<DirectoryBook['current']>['objects']

function ofKind(objects: Kept, kind: string) {
  return [...objects.values()].filter((object) => object.kind === kind)
}

/** A change says exactly one of row and delete; what says neither would remove by mistake. */
function wrongChange(changes: ChangesRequest['changes']): string | undefined {
  const index = changes.findIndex((change) => (change.row === undefined) !== (change.delete === true))
  return index === -1 ? undefined : `changes[${index}] expects either row or delete: true`
}

export function refuseChange(
  reply: FastifyReply,
  result: Exclude<BookResult, { readonly kind: 'changed' }> | StoreFailed,
): FastifyReply {
  switch (result.kind) {
    case 'mistakes': {
      const message = `the directory would have ${result.mistakes.length} mistake(s); nothing was changed`
      return refuse(reply, 422, 'invalidDirectory', message, { mistakes: result.mistakes })
    }
    case 'notAsExpected': {
      const { object, etag } = result
      const message = etag === undefined ? `${object} is not there` : `${object} is there, with the etag "${etag}"`
      if (etag !== undefined) void reply.header('etag', quoted(etag))
      return refuse(reply, 412, 'preconditionFailed', message, etag === undefined ? {} : { etag })
    }
    case 'stale': {
      const etag = String(result.revision)
      void reply.header('etag', quoted(etag))
      return refuse(reply, 412, 'preconditionFailed', `the directory is at revision ${etag}`, { etag })
    }
    case 'managedByFile':
      return refuse(reply, 409, 'managedByFile', `the directory is managed by the file ${result.file}: change it there`)
    case 'storeFailed':
      return refuse(reply, 503, 'storeFailed', `the change could not be stored: ${result.why}`)
  }
}

function refuseReload(reply: FastifyReply, result: Exclude<ReloadResult, { readonly kind: 'reloaded' }>): FastifyReply {
  switch (result.kind) {
    case 'fileMistakes': {
      const { file, mistakes } = result
      const message = `${file} has ${mistakes.length} mistake(s); what was in force stays so`
      return refuse(reply, 422, 'invalidDirectory', message, { mistakes })
    }
    case 'unreadable':
      return refuse(reply, 409, 'unreadableFile', `${result.file} can't be read: ${result.why}`)
    case 'managedByStore':
      return refuse(reply, 409, 'managedByStore', 'the directory is in the store: there is no file to read again')
  }
}

function changesIn(report: readonly ObjectReport[]): number {
  return report.filter(({ action }) => action !== 'unchanged').length
}

function notThere(reply: FastifyReply, kind: string, id: string): FastifyReply {
  return refuse(reply, 404, 'notFound', `there is no ${objectKey(kind, id.slice(0, 100))}`)
}
