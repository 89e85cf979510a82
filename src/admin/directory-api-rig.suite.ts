// For tests: the API as it is served, over a directory in memory. No expectations.

import { readFileSync } from 'node:fs'
import { afterEach, expect } from 'vitest'
import { readObjects } from '../directory/change-file.js'
import type { Snapshot } from '../directory/snapshot.js'
import { createHttpServer, smallBounds } from '../http/server.js'
import { parseStatus } from '../smpp/index.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { addApi, type ApiOptions } from './api.js'
import { rigOf, rigPauses as pauses } from './api-rig.suite.js'
import { openBook, type DirectoryBook } from './directory-book.js'
import { parseTokens, tokenHash, type ApiToken } from './tokens.js'

export type Row = Record<string, unknown>

const demoRead = readObjects(readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8'), 'demo', {})
export const demo = demoRead.kind === 'objects' ? demoRead.objects : []
export const demoRow = (kind: string): Row => demo.find((object) => object.kind === kind)?.row as Row

export const rules = {
  env: {},
  readSecret: () => '',
  statusByName: parseStatus,
  defaults: { resend: { stepMs: 30_000, max: 20 } },
}

function tokens(): readonly ApiToken[] {
  const parsed = parseTokens(
    `robot ${tokenHash('write-it')} directory:read,directory:write # all\n;eye ${tokenHash('read-it')} directory:read`,
  )
  if (parsed.kind === 'mistakes') throw new Error(JSON.stringify(parsed.mistakes))
  return parsed.tokens
}

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

export async function serve(options: Partial<ApiOptions> & { readonly book?: DirectoryBook } = {}) {
  const store = new MemoryStore()
  const applied: Snapshot[] = []
  const changes: unknown[] = []
  const faults: unknown[] = []
  const book =
    options.book ??
    (await openBook({ store: store.directory, rules, pauses, applied: (snapshot) => applied.push(snapshot) }))
  const server = createHttpServer(smallBounds, ({ error }) => faults.push(error))
  closers.push(() => server.close())
  await addApi(server, {
    ...{ tokens: tokens(), version: '1', onChanged: (change) => changes.push(change) },
    ...rigOf(() => book.current().snapshot, store),
    ...options,
    book,
  })
  const call = async (
    method: 'GET' | 'PUT' | 'DELETE' | 'POST',
    url: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await server.inject({
      method,
      url,
      headers: {
        authorization: 'Bearer write-it',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
    })
    const body = response.json<Row & { error?: { code: string; message: string } }>()
    return { status: response.statusCode, body, etag: response.headers['etag'], headers: response.headers }
  }
  return { call, store, book, applied, changes, faults }
}

export async function served() {
  const all = await serve()
  const { status, body } = await all.call('POST', '/v1/directory/changes', { changes: demo })
  expect([status, body['revision']]).toEqual([200, 1])
  return all
}
