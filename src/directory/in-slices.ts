// Work on large rows in slices, so that it never holds up the event loop for long: comparing, checking. Each yields every millisecond or so.

import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { isRecord } from './change-secrets.js'

/** Entries of a long list between two yields: about a millisecond. */
const SLICE = 250

/** Runs slices to their end, with a pause whenever they took as long as allowed. */
export async function runWithPauses<T>(slices: Generator<void, T>, pauses: Pauses): Promise<T> {
  let untilMs = pauses.nowMs() + pauses.sliceMs
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
    if (pauses.nowMs() < untilMs) continue
    await pauses.pause()
    untilMs = pauses.nowMs() + pauses.sliceMs
  }
}

/** How long work goes on before other work gets its turn. */
export interface Pauses {
  /** Monotonic, ms. */
  readonly nowMs: () => number
  readonly sliceMs: number
  /** Resolves when others have had their turn. */
  readonly pause: () => Promise<void>
}

/** Whether two values of JSON say the same. */
export function* isSameJson(a: unknown, b: unknown): Generator<void, boolean> {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    for (let at = 0; at < a.length; at++) {
      if (at % SLICE === SLICE - 1) yield
      if (!isSameSmallJson(a[at], b[at])) return false
    }
    return true
  }
  if (!isRecord(a) || !isRecord(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) if (!Object.hasOwn(b, name) || !(yield* isSameJson(a[name], b[name]))) return false
  return true
}

/** The same at once. */
export function isSameSmallJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => isSameSmallJson(item, b[at]))
  if (!isRecord(a) || !isRecord(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && isSameSmallJson(a[name], b[name]))
}

const checks = new WeakMap<TSchema, TypeCheck<TSchema>>()

/** As schemaMistakes finds none, some twenty times faster. */
export function* isRightRow(schema: TSchema, value: unknown): Generator<void, boolean> {
  const properties = schema['properties'] as Readonly<Record<string, TSchema>> | undefined
  if (properties === undefined || !isRecord(value)) return checkOf(schema).Check(value)
  const short: Record<string, unknown> = { ...value }
  for (const [name, items] of Object.entries(value)) {
    const list = properties[name]
    if (list === undefined || !Array.isArray(items) || items.length < SLICE || !isPlainList(list)) continue
    short[name] = []
    const check = checkOf(list['items'] as TSchema)
    for (let at = 0; at < items.length; at++) {
      if (at % SLICE === SLICE - 1) yield
      if (!check.Check(items[at])) return false
    }
  }
  return checkOf(schema).Check(short)
}

/** A list of any length, which is right when its entries are. */
function isPlainList(schema: TSchema): boolean {
  return schema.type === 'array' && !Object.keys(schema).some((key) => /^(min|max|unique|contains)/.test(key))
}

/** Compiled once for each schema. */
export function checkOf(schema: TSchema): TypeCheck<TSchema> {
  let check = checks.get(schema)
  if (check === undefined) checks.set(schema, (check = TypeCompiler.Compile(schema)))
  return check
}
