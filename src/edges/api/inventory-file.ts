// The file of the provider that numbers are rented from: YAML → how it is asked, or every mistake in it at once. It asks nobody.

import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { flag, Id, oneOf, strict, whole } from '../../directory/columns.js'
import type { DirectoryMistake } from '../../directory/mistake.js'
import { dotted } from '../../directory/resolving.js'
import { schemaMistakes } from '../../directory/schema-mistakes.js'
import { readYaml } from '../../directory/yaml-source.js'
import { httpInventoryDefaults, httpInventoryMistakes, type HttpInventoryOptions } from './inventory-http-options.js'

const text = (expected: string) => Type.String({ minLength: 1, maxLength: 4096, expected })
const pointer = (example: string) => text(`a JSON pointer such as ${example}`)
const place = (example: string) => Type.Optional(pointer(example))
const statuses = Type.Optional(Type.Array(whole(100, 599), { expected: 'a list of HTTP statuses' }))
const call = {
  method: Type.Optional(oneOf(['GET', 'POST', 'PUT', 'DELETE'])),
  path: text('a path such as /v1/numbers'),
  body: Type.Optional(text('a text with places in braces')),
}

const Offer = Type.Object(
  {
    number: pointer('/number'),
    region: place('/region'),
    city: place('/city'),
    rateCenter: place('/rateCenter'),
    lata: place('/lata'),
    price: place('/monthlyPrice'),
    setupPrice: place('/setupPrice'),
    sms: place('/sms'),
    mms: place('/mms'),
    voice: place('/voice'),
  },
  { ...strict, expected: '{ number, region, city, rateCenter, lata, price, setupPrice, sms, mms, voice }' },
)

/** What a file may say; all else is a mistake. */
export const InventoryFile = Type.Object(
  {
    name: Id,
    origin: text('an origin such as https://api.example.com'),
    plainHttp: Type.Optional(flag(false)),
    caFile: Type.Optional(text('the path of a PEM file')),
    /** Left out: it is said elsewhere. */
    secretFile: Type.Optional(text('the path of a file')),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ expected: 'a text' }), {
        expected: 'a mapping of header names to texts',
      }),
    ),
    maxConnections: Type.Optional(whole(1, 1000)),
    timeoutMs: Type.Optional(whole(100, 60_000)),
    search: Type.Object(
      { ...call, list: pointer('/numbers'), total: place('/total'), offer: Offer },
      { ...strict, expected: '{ method, path, body, list, total, offer }' },
    ),
    rent: Type.Object(
      { ...call, rentedStatuses: statuses },
      { ...strict, expected: '{ method, path, body, rentedStatuses }' },
    ),
    giveBack: Type.Object(
      { ...call, goneStatuses: statuses },
      { ...strict, expected: '{ method, path, body, goneStatuses }' },
    ),
    types: Type.Optional(
      Type.Object(
        {
          local: Type.Optional(text('a text')),
          tollfree: Type.Optional(text('a text')),
          mobile: Type.Optional(text('a text')),
          shortcode: Type.Optional(text('a text')),
        },
        { ...strict, expected: '{ local, tollfree, mobile, shortcode }' },
      ),
    ),
    services: Type.Optional(
      Type.Object(
        { sms: Type.Optional(flag(true)), mms: Type.Optional(flag(false)), voice: Type.Optional(flag(false)) },
        { ...strict, expected: '{ sms, mms, voice }' },
      ),
    ),
  },
  { ...strict, expected: 'a mapping with name, origin, search, rent and giveBack' },
)
type InventoryFile = Static<typeof InventoryFile>

export interface InventorySurroundings {
  /** Where the file names none. */
  readonly secret: string
  /** Throws where it can't be read. */
  readonly readText: (path: string) => string
}

export type ParsedInventory =
  | { readonly kind: 'provider'; readonly options: HttpInventoryOptions }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }

/** @param fileName as mistakes name it */
export function parseInventory(yaml: string, fileName: string, around: InventorySurroundings): ParsedInventory {
  const source = readYaml(yaml, InventoryFile, {})
  const mistakes: DirectoryMistake[] = []
  const wrong = new Set<string>()
  const say = (at: string, expected: string, value?: unknown, where = source.placeOf(at)): void => {
    wrong.add(at)
    // A header may have the secret in it, where it is written out.
    const isSecret = at.startsWith('/headers')
    mistakes.push({
      ...{ file: fileName, ...where, path: dotted(at), expected },
      ...(value === undefined || isSecret ? {} : { value }),
    })
  }
  for (const { pointer: at, value, expected, ...where } of source.mistakes) say(at, expected, value, where)
  for (const { mistake, isKey } of schemaMistakes(InventoryFile, source.value)) {
    const { pointer: at, value, expected } = mistake
    if (!wrong.has(at)) say(at, expected, value, isKey ? source.placeOfKey(at) : source.placeOf(at))
  }
  if (!Value.Check(InventoryFile, source.value) || mistakes.length > 0) return { kind: 'mistakes', mistakes }
  const options = optionsOf(source.value, around, (key, expected, value) => say(`/${key}`, expected, value))
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }
  for (const { path, expected } of httpInventoryMistakes(options)) say(pointerTo(path), expected)
  return mistakes.length > 0 ? { kind: 'mistakes', mistakes } : { kind: 'provider', options }
}

type Say = (key: string, expected: string, value?: unknown) => void

function optionsOf(file: InventoryFile, around: InventorySurroundings, say: Say): HttpInventoryOptions {
  const { name, origin, plainHttp, headers = {}, search, rent, giveBack, caFile } = file
  const { maxConnections, timeoutMs, types, services, rentedStatuses, goneStatuses } = httpInventoryDefaults
  return {
    ...{ name, origin, plainHttp, headers },
    ca: caFile === undefined ? undefined : textOf('caFile', caFile, around, say),
    secret: secretOf(file, around, say),
    maxConnections: file.maxConnections ?? maxConnections,
    timeoutMs: file.timeoutMs ?? timeoutMs,
    search: { ...search, method: search.method ?? 'GET' },
    rent: { ...rent, method: rent.method ?? 'POST', rentedStatuses: rent.rentedStatuses ?? rentedStatuses },
    giveBack: { ...giveBack, method: giveBack.method ?? 'DELETE', goneStatuses: giveBack.goneStatuses ?? goneStatuses },
    types: { ...types, ...file.types },
    services: { ...services, ...file.services },
  }
}

function secretOf({ secretFile }: InventoryFile, around: InventorySurroundings, say: Say): string {
  if (secretFile === undefined) return around.secret
  return textOf('secretFile', secretFile, around, say)?.split(/\r?\n/)[0] ?? ''
}

function textOf(key: string, path: string, { readText }: InventorySurroundings, say: Say): string | undefined {
  try {
    return readText(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error'
    say(key, `a file that can be read (${code}), not ${path}`)
    return undefined
  }
}

/** Of `search.offer.number`; names of headers may have dots. */
function pointerTo(path: string): string {
  const [first = '', ...rest] = path.split('.')
  return first === 'headers' ? `/headers/${rest.join('.')}` : `/${[first, ...rest].join('/')}`
}
