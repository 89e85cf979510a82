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
  const [old, fresh] = [byName(before), byName(after)]
  if (old === undefined || fresh === undefined) {
    yield { path, ...shownAs('before', before, key), ...shownAs('after', after, key) }
    return
  }
  const [order, newOrder] = [
    [...old.keys()].filter((name) => fresh.has(name)),
    [...fresh.keys()].filter((name) => old.has(name)),
  ]
  if (!isDeepStrictEqual(order, newOrder))
    yield { path: `${path} (order)`, ...shownAs('before', order, ''), ...shownAs('after', newOrder, '') }
  for (const name of new Set([...old.keys(), ...fresh.keys()]))
    yield* walk(old.get(name), fresh.get(name), `${path}[${name}]`, key)
}

/** The columns that entries of lists are known by, as far as they have them. */
const NAMING = ['id', 'destination', 'prefix', 'category', 'currency', 'effectiveFrom'] as const

/** A list's entries by what tells them apart, such as `prefix=44`; undefined for what is no list of that kind. */
function byName(list: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!Array.isArray(list)) return undefined
  const named = new Map<string, unknown>()
  for (const entry of list as readonly unknown[]) {
    if (!isRecord(entry)) return undefined
    const columns = typeof entry['id'] === 'string' ? (['id'] as const) : NAMING
    const name = columns
      .flatMap((column) => (typeof own(entry, column) === 'string' ? [`${column}=${entry[column] as string}`] : []))
      .join(',')
    if (name === '' || named.has(name)) return undefined
    named.set(name, entry)
  }
  return named
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
