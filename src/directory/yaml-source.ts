// Reads YAML along a schema into plain values and remembers where each stood. It checks nothing but YAML itself.

import { type TSchema } from '@sinclair/typebox'
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from 'yaml'
import { readPlainJson } from './json-source.js'
import { type Environment, substitute } from './substitute.js'

export interface Place {
  readonly line: number
  readonly column: number
}

export interface SourceMistake extends Place {
  readonly pointer: string
  readonly value?: unknown
  readonly expected: string
}

export interface YamlSource {
  readonly value: unknown
  readonly mistakes: readonly SourceMistake[]
  /** Where the value at a JSON pointer stands, or else the nearest thing around it that is there. */
  placeOf(pointer: string): Place
  /** Where the key of a mapping's entry stands. */
  placeOfKey(pointer: string): Place
}

interface Reading {
  readonly env: Environment
  readonly resolve: (node: Node) => Node | undefined
  readonly values: Map<string, number>
  readonly keys: Map<string, number>
  readonly mistakes: {
    readonly offset: number
    readonly pointer: string
    readonly value?: unknown
    readonly expected: string
  }[]
}

/** Parses `text`; the schema decides whether an unquoted 044 is a text or a number. JSON is YAML, and faster. */
export function readYaml(text: string, schema: TSchema, env: Environment): YamlSource {
  const json = readPlainJson(text, schema, env)
  if (json === undefined) return readAnyYaml(text, schema, env)
  let withPlaces: YamlSource | undefined
  const source = (): YamlSource => (withPlaces ??= readAnyYaml(text, schema, env))
  return {
    value: json.value,
    mistakes: [],
    placeOf: (pointer) => source().placeOf(pointer),
    placeOfKey: (pointer) => source().placeOfKey(pointer),
  }
}

function readAnyYaml(text: string, schema: TSchema, env: Environment): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const reading: Reading = {
    env,
    resolve: (node) => (isAlias(node) ? node.resolve(document) : node),
    values: new Map(),
    keys: new Map(),
    mistakes: document.errors.map((error) => ({
      offset: error.pos[0],
      pointer: '',
      expected: `valid YAML (${error.message})`,
    })),
  }
  const value = document.contents === null ? {} : read(reading, document.contents, schema, '')
  const offsetOf = (pointer: string): number => {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const offset = reading.values.get(at)
      if (offset !== undefined) return offset
    }
    return reading.values.get('') ?? 0
  }
  return {
    value,
    mistakes: reading.mistakes.map(({ offset, ...mistake }) => ({ ...mistake, ...place(offset) })),
    placeOf: (pointer) => place(offsetOf(pointer)),
    placeOfKey: (pointer) => place(reading.keys.get(pointer) ?? offsetOf(pointer)),
  }
}

/** What stands where it cannot be meant: no schema takes a symbol, and no default melts into one. */
const MAPPING = Symbol('{…}')
const LIST = Symbol('[…]')

/** Undefined stands for "not given": an empty mapping or list says nothing. */
function read(reading: Reading, given: Node, schema: TSchema, pointer: string): unknown {
  const node = reading.resolve(given)
  reading.values.set(pointer, given.range?.[0] ?? 0)
  if (isMap(node)) {
    if (!accepts(schema, 'object')) return MAPPING
    const properties = propertiesOf(schema)
    const free = freeKeysOf(schema)
    const object: Record<string, unknown> = {}
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '?'
      const at = `${pointer}/${escaped(key)}`
      reading.keys.set(at, (pair.key as Node).range?.[0] ?? 0)
      const child = Object.hasOwn(properties, key) ? properties[key] : free
      const valueNode = pair.value as Node | null
      // What stands under an unknown key is not looked at: the key itself is the mistake.
      const value = child === undefined || valueNode === null ? null : read(reading, valueNode, child, at)
      // Defined, not assigned: the key may be __proto__.
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
    }
    return object
  }
  if (isSeq(node)) {
    if (!accepts(schema, 'array')) return LIST
    const items = (schema['items'] ?? {}) as TSchema
    return node.items.map((item, index) => read(reading, item as Node, items, `${pointer}/${index}`))
  }
  if (!isScalar(node)) return null
  if (node.value === null && (schema.type === 'object' || schema.type === 'array')) return undefined
  return scalar(reading, node, schema, pointer)
}

function scalar(reading: Reading, node: Scalar, schema: TSchema, pointer: string): unknown {
  const written = typeof node.value === 'string' ? node.value : (node.source ?? '')
  if (!written.includes('${')) {
    // An unquoted 0012 or 1e5 where a text belongs means those characters.
    return schema.type === 'string' && typeof node.value !== 'string' && node.value !== null ? written : node.value
  }
  const substituted = substitute(written, reading.env)
  if (substituted.kind === 'mistake') {
    const offset = node.range?.[0] ?? 0
    reading.mistakes.push({ offset, pointer, value: written, expected: substituted.expected })
    return written
  }
  return schema.type === 'string' || node.type !== Scalar.PLAIN ? substituted.text : plain(substituted.text)
}

/** The YAML 1.2 meaning of unquoted text, as far as a directory needs it. */
function plain(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^([+-]?[0-9]+(\.[0-9]+)?|0x[0-9a-fA-F]+)$/.test(text) ? Number(text) : text
}

function accepts(schema: TSchema, type: 'object' | 'array'): boolean {
  const variants = (schema['anyOf'] ?? [schema]) as readonly TSchema[]
  return variants.some((variant) => variant.type === type)
}

function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  const variants = (schema['anyOf'] ?? [schema]) as readonly TSchema[]
  return (variants.find((variant) => variant.type === 'object')?.['properties'] ?? {}) as Record<string, TSchema>
}

/** What stands under a key whose form alone is given; a key of another form is found wrong later. */
function freeKeysOf(schema: TSchema): TSchema | undefined {
  return Object.values((schema['patternProperties'] ?? {}) as Record<string, TSchema>)[0]
}

/** RFC 6901. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
