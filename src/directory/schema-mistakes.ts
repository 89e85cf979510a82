// What in a value does not fit its schema, in words for the person who wrote it. It knows no file and no reference.

import { KindGuard, type TSchema } from '@sinclair/typebox'
import { Value, ValueErrorType } from '@sinclair/typebox/value'
import { nearest } from '../lib/nearest.js'
import { expectedOf } from './columns.js'
import { checkOf } from './in-slices.js'
import { hasSecretColumn } from './kinds.js'
import type { RowMistake } from './resolve.js'

/**
 * Mistakes in the order of the schema; a value that is wrong in several ways is told several times.
 * `isKey`: the key is the mistake, not what stands under it.
 */
export function* schemaMistakes(
  schema: TSchema,
  value: unknown,
): Generator<{ readonly mistake: RowMistake; readonly isKey: boolean }> {
  // Finding that all is right is some twenty times faster than looking for what is wrong.
  if (checkOf(schema).Check(value)) return
  for (const error of Value.Errors(schema, value)) {
    const pointer = error.path
    if (error.type === ValueErrorType.ObjectAdditionalProperties || KindGuard.IsNever(error.schema)) {
      // What stands under a key that nobody knows may be a secret: only the key is told.
      yield { mistake: { pointer, expected: expectedKeyOf(error.schema, pointer) }, isKey: true }
    } else if (error.value === undefined) {
      yield { mistake: { pointer, expected: `${expectedOf(error.schema)}; it is missing` }, isKey: false }
    } else {
      const expected = isUnquoted(error.schema, error.value)
        ? `${expectedOf(error.schema)}, in quotes`
        : expectedOf(error.schema)
      // What stands in place of a whole row may be a secret.
      const mayTell = !isRows(error.schema) || (isPlain(error.value) && !hasSecretColumn(error.schema))
      const value = mayTell ? { value: shown(error.value) } : {}
      yield { mistake: { pointer, ...value, expected }, isKey: false }
    }
  }
}

/** A known key of a mapping, by what is near to the one that was given. */
export function expectedKeyOf(schema: TSchema, pointer: string): string {
  // Where keys are free within a form, no value is right under others.
  if (KindGuard.IsNever(schema)) return expectedOf(schema)
  const known = Object.keys((schema as TSchema & { readonly properties?: object }).properties ?? {})
  const meant = nearest(pointer.slice(pointer.lastIndexOf('/') + 1), known)
  return `a known key${meant === undefined ? ` (${known.join(', ')})` : `; did you mean ${meant}?`}`
}

/** A mapping, or a list of mappings. */
function isRows(schema: TSchema): boolean {
  return KindGuard.IsArray(schema) ? isRows(schema.items) : KindGuard.IsObject(schema) || KindGuard.IsRecord(schema)
}

/** What is hardly a secret. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'string' && typeof value !== 'symbol'
}

/** A number or true/false in quotes, or the other way round. */
function isUnquoted(schema: TSchema, value: unknown): boolean {
  return KindGuard.IsString(schema) && (typeof value === 'number' || typeof value === 'boolean')
}

function shown(value: unknown): unknown {
  if (typeof value === 'symbol') return value.description
  if (Array.isArray(value)) return '[…]'
  return typeof value === 'object' && value !== null ? '{…}' : value
}
