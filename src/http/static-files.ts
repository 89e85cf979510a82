// The files of a page, read once and served from memory. Names are looked up, never opened: there is no way out of the folder.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
  /** The same, packed; undefined where that saves nothing. */
  readonly packed: Buffer | undefined
  readonly etag: string
  /** Its name changes with its content. */
  readonly isImmutable: boolean
}

/** By their path below the folder, with slashes. */
export type StaticFiles = ReadonlyMap<string, StaticFile>

/** A folder with more is not that of a page. */
const most = { files: 200, bytes: 10_000_000 } as const
const leastPacked = 1024
const yearS = 31_536_000

const typeByExtension: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
])

/**
 * Reads a folder. Files of types that no page has are left out; a folder that is not there has none.
 *
 * @param immutable folder of the files whose names change with their content, such as `assets/`
 * @throws Error if the folder holds more than a page does
 */
export async function readStaticFiles(folder: string, immutable: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(nothingThere)
  const files = new Map<string, StaticFile>()
  let total = 0
  for (const entry of entries) {
    const type = typeByExtension.get(extname(entry.name))
    // Links are no files: what they lead to may lie anywhere.
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    total += bytes.length
    if (files.size >= most.files || total > most.bytes) throw new Error(`${folder} holds more than a page`)
    const packed = bytes.length < leastPacked ? bytes : await pack(bytes)
    const name = relative(folder, path).split(sep).join('/')
    files.set(name, {
      type,
      bytes,
      packed: packed.length < bytes.length ? packed : undefined,
      etag: etagOf(bytes),
      isImmutable: name.startsWith(immutable),
    })
  }
  return files
}

/** A file that is made, not read. */
export function staticJson(value: unknown): StaticFile {
  const bytes = Buffer.from(JSON.stringify(value))
  return { type: 'application/json', bytes, packed: undefined, etag: etagOf(bytes), isImmutable: false }
}

/**
 * Answers with a file, or with 304 where the client has it.
 *
 * @param fields further fields of the answer
 */
export function sendStatic(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StaticFile,
  fields: Readonly<Record<string, string>>,
): FastifyReply {
  const caching = file.isImmutable ? `public, max-age=${yearS}, immutable` : 'no-cache'
  void reply.headers({
    ...fields,
    'cache-control': caching,
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  })
  const packed = takesGzip(request.headers['accept-encoding']) ? file.packed : undefined
  // Two forms of a file are two to a cache.
  const etag = packed === undefined ? `"${file.etag}"` : `"${file.etag}-gzip"`
  void reply.header('etag', etag)
  if (hasAlready(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (packed !== undefined) void reply.header('content-encoding', 'gzip')
  return reply.type(file.type).send(packed ?? file.bytes)
}

/** Serves files below a path that ends with a slash; what is not there is not found. */
export function addStaticFiles(
  server: FastifyInstance,
  below: string,
  files: StaticFiles,
  fields: Readonly<Record<string, string>>,
): void {
  server.get<{ Params: { '*': string } }>(`${below}*`, (request, reply) => {
    const file = files.get(request.params['*'])
    return file === undefined ? reply.callNotFound() : sendStatic(request, reply, file, fields)
  })
}

function nothingThere(error: NodeJS.ErrnoException): readonly Dirent[] {
  if (error.code === 'ENOENT') return []
  throw error
}

const pack = promisify((bytes: Buffer, done: (error: Error | null, packed: Buffer) => void) =>
  gzip(bytes, { level: 9 }, done),
)

function etagOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}

function takesGzip(said: string | string[] | undefined): boolean {
  return /(?:^|[,\s])gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)/.test(String(said ?? ''))
}

function hasAlready(said: string | undefined, etag: string): boolean {
  return said === '*' || (said?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) ?? false)
}
