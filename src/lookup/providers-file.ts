// The file of lookup providers: YAML → who can be asked, or every mistake in it at once. It asks nobody.

import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { flag, Id, oneOf, strict, whole } from '../directory/columns.js'
import type { DirectoryMistake } from '../directory/mistake.js'
import { dotted } from '../directory/resolving.js'
import { schemaMistakes } from '../directory/schema-mistakes.js'
import { readYaml } from '../directory/yaml-source.js'
import { originMistake } from './exchange.js'
import { hlrLookups } from './hlr-lookups.js'
import { httpJson, httpJsonMistakes, type HttpJsonOptions } from './http-json.js'
import type { LookupProvider } from './provider.js'
import { parseTable } from './static-table.js'

const text = (expected: string) => Type.String({ minLength: 1, maxLength: 4096, expected })
const pointer = Type.Optional(text('a JSON pointer such as /data/mcc'))
const UnknownWhen = Type.Object(
  {
    pointer: text('a JSON pointer such as /status'),
    equals: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]), {
      minItems: 1,
      expected: 'a list of values',
    }),
  },
  { ...strict, expected: '{ pointer, equals }' },
)

/** All columns of all types; which type has which: `columnsOf`. */
export const ProviderRow = Type.Object(
  {
    id: Id,
    type: oneOf(['hlrLookups', 'httpJson', 'table']),
    key: Type.Optional(text('the key of the account there')),
    /** One of the three at most. */
    secret: Type.Optional(text('a secret')),
    secretEnv: Type.Optional(text('the name of an environment variable')),
    secretFile: Type.Optional(text('the path of a file')),
    service: Type.Optional(oneOf(['hlr', 'mnp'])),
    maxConnections: Type.Optional(whole(1, 1000)),
    origin: Type.Optional(text('an origin such as https://hlr.example.com')),
    plainHttp: Type.Optional(flag(false)),
    caFile: Type.Optional(text('the path of a PEM file')),
    method: Type.Optional(oneOf(['GET', 'POST'])),
    url: Type.Optional(text('a URL in which {number} stands for the number')),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ expected: 'a text' }), {
        expected: 'a mapping of header names to texts',
      }),
    ),
    body: Type.Optional(text('a text in which {number} stands for the number')),
    answer: Type.Optional(
      Type.Object(
        { mccmnc: pointer, mcc: pointer, mnc: pointer, ported: pointer, roaming: pointer, reachable: pointer },
        { ...strict, expected: '{ mccmnc | mcc, mnc, ported, roaming, reachable }' },
      ),
    ),
    unknownStatuses: Type.Optional(Type.Array(whole(100, 599), { expected: 'a list of HTTP statuses' })),
    unknownWhen: Type.Optional(Type.Array(UnknownWhen, { expected: 'a list of { pointer, equals }' })),
    file: Type.Optional(text('the path of a CSV file')),
  },
  strict,
)
type ProviderRow = Static<typeof ProviderRow>

const ProvidersFile = Type.Object(
  { providers: Type.Array(ProviderRow, { expected: 'a list of lookup providers' }) },
  { ...strict, expected: 'a mapping with providers' },
)

const secrets = ['secret', 'secretEnv', 'secretFile'] as const
const http = [...secrets, 'maxConnections', 'plainHttp', 'caFile'] as const
/** Beside id and type. */
export const columnsOf: Readonly<Record<ProviderRow['type'], readonly (keyof ProviderRow)[]>> = {
  hlrLookups: [...http, 'key', 'service', 'origin'],
  httpJson: [...http, 'method', 'url', 'headers', 'body', 'answer', 'unknownStatuses', 'unknownWhen'],
  table: ['file'],
}
const needed: Readonly<Record<ProviderRow['type'], readonly (keyof ProviderRow)[]>> = {
  hlrLookups: ['key'],
  httpJson: ['url', 'answer'],
  table: ['file'],
}

export interface ProvidersSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Throws where it can't be read. */
  readonly readText: (path: string) => string
  /** For the timestamps of signatures. */
  readonly wallMs: () => number
}

export type ParsedProviders =
  | { readonly kind: 'providers'; readonly providers: readonly LookupProvider[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }

/** @param fileName as mistakes name it */
export function parseProviders(yaml: string, fileName: string, around: ProvidersSurroundings): ParsedProviders {
  const source = readYaml(yaml, ProvidersFile, around.env)
  const mistakes: DirectoryMistake[] = []
  const wrong = new Set<string>()
  const say = (at: string, expected: string, value?: unknown, place = source.placeOf(at)): void => {
    wrong.add(at)
    const isSecret = at.endsWith('/secret') || at.endsWith('/key')
    mistakes.push({
      ...{ file: fileName, ...place, path: dotted(at), expected },
      ...(value === undefined || isSecret ? {} : { value }),
    })
  }
  for (const { pointer: at, value, expected, ...place } of source.mistakes) say(at, expected, value, place)
  for (const { mistake, isKey } of schemaMistakes(ProvidersFile, source.value)) {
    const { pointer: at, value, expected } = mistake
    if (!wrong.has(at)) say(at, expected, value, isKey ? source.placeOfKey(at) : source.placeOf(at))
  }
  if (!Value.Check(ProvidersFile, source.value)) return { kind: 'mistakes', mistakes }
  const { providers: rows } = source.value
  const seen = new Set<string>()
  const made: LookupProvider[] = []
  rows.forEach((row, i) => {
    const at = `/providers/${i}`
    const before = mistakes.length
    if (seen.has(row.id)) say(`${at}/id`, 'an id that is not used twice', row.id)
    seen.add(row.id)
    for (const key of Object.keys(row) as (keyof ProviderRow)[])
      if (key !== 'id' && key !== 'type' && !columnsOf[row.type].includes(key))
        say(`${at}/${key}`, `no ${key} with type ${row.type} (${columnsOf[row.type].join(', ')})`)
    for (const key of needed[row.type]) if (row[key] === undefined) say(at, `${key} with type ${row.type}`)
    const provider =
      mistakes.length > before
        ? undefined
        : providerOf(row, around, (key, expected, value) => say(key === '' ? at : `${at}/${key}`, expected, value))
    if (provider !== undefined && mistakes.length === before) made.push(provider)
  })
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }
  return { kind: 'providers', providers: made }
}

type Say = (key: string, expected: string, value?: unknown) => void

function providerOf(row: ProviderRow, around: ProvidersSurroundings, say: Say): LookupProvider | undefined {
  if (row.type === 'table') return tableOf(row, around, say)
  const secret = secretOf(row, around, say)
  const ca = row.caFile === undefined ? undefined : fileOf('caFile', row.caFile, around, say)
  const common = { name: row.id, maxConnections: row.maxConnections ?? 8, plainHttp: row.plainHttp ?? false, ca }
  if (row.type === 'httpJson') {
    const options: HttpJsonOptions = {
      ...common,
      method: row.method ?? 'GET',
      url: row.url ?? '',
      headers: row.headers ?? {},
      body: row.body,
      secret: secret ?? '',
      answer: row.answer ?? {},
      unknownStatuses: row.unknownStatuses ?? [],
      unknownWhen: row.unknownWhen ?? [],
    }
    const found = httpJsonMistakes(options)
    for (const { path, expected } of found) say(path.split(/[.[]/)[0] ?? '', `${expected} (${path})`)
    return found.length > 0 ? undefined : httpJson(options)
  }
  if (secret === undefined) {
    say('', `exactly one of ${secrets.join(', ')} with type hlrLookups`)
    return undefined
  }
  const wrongOrigin = row.origin === undefined ? undefined : originMistake(row.origin, common.plainHttp)
  if (wrongOrigin !== undefined) {
    say('origin', wrongOrigin, row.origin)
    return undefined
  }
  try {
    return hlrLookups(
      { ...common, key: row.key ?? '', secret, service: row.service ?? 'hlr', origin: row.origin },
      around.wallMs,
    )
  } catch (error) {
    say('key', error instanceof RangeError ? error.message : String(error))
    return undefined
  }
}

function tableOf(row: ProviderRow, around: ProvidersSurroundings, say: Say): LookupProvider | undefined {
  const csv = fileOf('file', row.file ?? '', around, say)
  if (csv === undefined) return undefined
  const parsed = parseTable(row.id, csv)
  if (parsed.kind === 'table') return parsed.table
  for (const { line, expected, value } of parsed.mistakes) say('file', `in line ${line} ${expected}`, value)
  return undefined
}

function secretOf(row: ProviderRow, around: ProvidersSurroundings, say: Say): string | undefined {
  const given = secrets.filter((key) => row[key] !== undefined)
  if (given.length > 1) say(given[1] ?? '', `only one of ${secrets.join(', ')}`)
  if (row.secretEnv !== undefined) {
    const value = around.env[row.secretEnv]
    if (value === undefined || value === '') say('secretEnv', 'the name of a variable that is set', row.secretEnv)
    return value
  }
  if (row.secretFile !== undefined) return fileOf('secretFile', row.secretFile, around, say)?.split(/\r?\n/)[0]
  return row.secret
}

function fileOf(key: string, path: string, { readText }: ProvidersSurroundings, say: Say): string | undefined {
  try {
    return readText(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error'
    say(key, `a file that can be read (${code})`, path)
    return undefined
  }
}
