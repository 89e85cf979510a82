// What differs between two rows, field by field and without secrets, for a person to read before it is applied.

import { isDeepStrictEqual } from 'node:util'
import { isRecord, withoutSecrets } from './change-secrets.js'

export interface FieldDifference {
  /** Such as `connections[id=c1].port`; '' for the object as a whole. */
  readonly path: string
  /** Left out where there was nothing; a secret is shown as the mask. */
  readonly before?: unknown
  /** Left out where nothing is any more. */
  readonly after?: unknown
}

/** More than this of one object are only counted. */
const FIELDS_MAX = 100
/** A value whose JSON is longer is shown by its size. */
const SHOWN_MAX = 500

/** @returns up to 100 differences, and how many there are in all */
export function differencesOf(
  before: unknown,
  after: unknown,
): { readonly fields: readonly FieldDifference[]; readonly total: number } {
  const fields: FieldDifference[] = []
  let total = 0
  for (const field of walk(before, after, '', '')) if (++total <= FIELDS_MAX) fields.push(field)
  return { fields, total }
}

function* walk(before: unknown, after: unknown, path: string, key: string): Generator<FieldDifference> {
  if (isDeepStrictEqual(before, after)) return
  if (isRecord(before) && isRecord(after)) {
    for (const child of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* walk(own(before, child), own(after, child), path === '' ? child : `${path}.${child}`, child)
    return
  }
  const name = Array.isArray(before) && Array.isArray(after) ? keyOfEntries(before, after) : undefined
  if (name === undefined) {
    yield { path, ...shownAs('before', before, key), ...shownAs('after', after, key) }
    return
  }
  const [old, fresh] = [byKey(before as readonly unknown[], name), byKey(after as readonly unknown[], name)]
  const orders = [
    [...old.keys()].filter((entry) => fresh.has(entry)),
    [...fresh.keys()].filter((entry) => old.has(entry)),
  ]
  if (!isDeepStrictEqual(orders[0], orders[1]))
    yield { path: `${path} (order)`, ...shownAs('before', orders[0], ''), ...shownAs('after', orders[1], '') }
  for (const entry of new Set([...old.keys(), ...fresh.keys()]))
    yield* walk(old.get(entry), fresh.get(entry), `${path}[${name}=${entry}]`, key)
}

/** What tells the entries of both lists apart: a text that each entry has and no other has. */
function keyOfEntries(before: readonly unknown[], after: readonly unknown[]): string | undefined {
  return ['id', 'prefix'].find((name) =>
    [before, after].every((list) => {
      const keys = list.map((entry) => (isRecord(entry) ? own(entry, name) : undefined))
      return keys.every((key) => typeof key === 'string') && new Set(keys).size === list.length
    }),
  )
}

function byKey(list: readonly unknown[], name: string): ReadonlyMap<string, unknown> {
  return new Map(list.map((entry) => [(entry as Record<string, string>)[name] ?? '', entry]))
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function shownAs(side: 'before' | 'after', value: unknown, key: string): Partial<FieldDifference> {
  if (value === undefined) return {}
  const shown = withoutSecrets(value, key)
  const { length } = JSON.stringify(shown)
  return { [side]: length <= SHOWN_MAX ? shown : `(${length} characters of JSON)` }
}
