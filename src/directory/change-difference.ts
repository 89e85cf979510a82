// What differs between two rows, field by field and without secrets, for a person to read before it is applied.

import { isRecord, keyWithin, withoutSecrets } from './change-secrets.js'
import { isSameJson, isSameSmallJson } from './in-slices.js'

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
/** Entries of a list between two pauses. */
const SLICE = 250

export interface Differences {
  /** At most 100. */
  readonly fields: readonly FieldDifference[]
  /** How many there are in all. */
  readonly total: number
}

/** Works in slices. */
export function* differencesOf(before: unknown, after: unknown): Generator<void, Differences> {
  const fields: FieldDifference[] = []
  let total = 0
  for (const field of walk(before, after, '', '')) {
    if (field === undefined) yield
    else if (++total <= FIELDS_MAX) fields.push(field)
  }
  return { fields, total }
}

/** Undefined is a place to pause at. */
function* walk(before: unknown, after: unknown, path: string, key: string): Generator<FieldDifference | undefined> {
  // What is long is told apart by its entries.
  if (!isLong(before) && !isLong(after) && isSameSmallJson(before, after)) return
  if (isRecord(before) && isRecord(after)) {
    for (const child of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* walk(
        own(before, child),
        own(after, child),
        path === '' ? child : `${path}.${child}`,
        keyWithin(key, child),
      )
    return
  }
  const old = yield* byName(before)
  const fresh = yield* byName(after)
  if (old === undefined && fresh === undefined && (yield* quietly(isSameJson(before, after)))) return
  if (old === undefined || fresh === undefined) {
    yield { path, ...shownAs('before', before, key), ...shownAs('after', after, key) }
    return
  }
  const [order, newOrder] = [yield* namesIn(old, fresh), yield* namesIn(fresh, old)]
  if (!(yield* quietly(isSameJson(order, newOrder))))
    yield { path: `${path} (order)`, ...shownAs('before', order, ''), ...shownAs('after', newOrder, '') }
  let count = 0
  for (const [name, one] of old) {
    if (++count % SLICE === 0) yield undefined
    const other = fresh.get(name)
    if (one !== other) yield* walk(one, other, `${path}[${name}]`, key)
  }
  for (const [name, other] of fresh) {
    if (++count % SLICE === 0) yield undefined
    if (!old.has(name)) yield* walk(undefined, other, `${path}[${name}]`, key)
  }
}

/** Names in the order of `named` that `other` has too. */
function* namesIn(
  named: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
): Generator<undefined, readonly string[]> {
  const names: string[] = []
  let count = 0
  for (const name of named.keys()) {
    if (++count % SLICE === 0) yield undefined
    if (other.has(name)) names.push(name)
  }
  return names
}

/** A list whose comparing takes a while, or what has one. */
function isLong(value: unknown): boolean {
  if (Array.isArray(value)) return value.length >= SLICE
  return isRecord(value) && Object.values(value).some((child) => Array.isArray(child) && child.length >= SLICE)
}

function* quietly<T>(slices: Generator<void, T>): Generator<undefined, T> {
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
    yield undefined
  }
}

/** The columns that entries of lists are known by, as far as they have them. */
const NAMING = ['id', 'destination', 'prefix', 'category', 'currency', 'effectiveFrom'] as const

/** A list's entries by what tells them apart, such as `prefix=44`; undefined for what is no list of that kind. */
function* byName(list: unknown): Generator<undefined, ReadonlyMap<string, unknown> | undefined> {
  if (!Array.isArray(list)) return undefined
  const named = new Map<string, unknown>()
  for (const entry of list as readonly unknown[]) {
    if (named.size % SLICE === SLICE - 1) yield undefined
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
  if (Array.isArray(value) && value.length > SHOWN_MAX) return { [side]: `(a list of ${value.length})` }
  const shown = withoutSecrets(value, key)
  const { length } = JSON.stringify(shown)
  return { [side]: length <= SHOWN_MAX ? shown : `(${length} characters of JSON)` }
}
