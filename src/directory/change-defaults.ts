// Defaults into one row, without looking at what can have none: a tariff has 100,000 rates. The row itself is left as it is.

import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isRecord } from './change-secrets.js'

/**
 * What stands in place of a mapping or a list and is none stays as it is, for the check to refuse: `Value.Default` makes an empty list
 * of a mapping, and a vendor would lose its connections.
 * @returns what `Value.Default` makes of a copy; what needs no default is shared with `value`, what is missing is shared by all rows
 */
export function withDefaults(schema: TSchema, value: unknown): unknown {
  if (value === undefined) return defaultOf(schema)
  if (!hasDefaultsInside(schema)) return value
  const properties = schema['properties'] as Readonly<Record<string, TSchema>> | undefined
  if (schema.type === 'object' && !isRecord(value)) return value
  if (schema.type === 'array' && !Array.isArray(value)) return value
  if (schema.type === 'object' && properties !== undefined && isRecord(value)) {
    // No spread: an object that begins as one and is added to has a hidden class of its own, a kilobyte for each of 100,000 accounts.
    const filled: Record<string, unknown> = Object.fromEntries(Object.entries(value))
    for (const [name, property] of Object.entries(properties)) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined
      const made = withDefaults(property, given)
      if (made !== given) filled[name] = made
    }
    return filled
  }
  if (schema.type === 'array' && Array.isArray(value))
    return value.map((item) => withDefaults(schema['items'] as TSchema, item))
  return Value.Default(schema, copyOf(value))
}

const defaults = new WeakMap<TSchema, unknown>()

/** Made once and frozen: of 100,000 accounts most leave out most. */
function defaultOf(schema: TSchema): unknown {
  if (!defaults.has(schema)) defaults.set(schema, deepFrozen(Value.Default(schema, undefined)))
  return defaults.get(schema)
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const child of Object.values(value)) deepFrozen(child)
  return Object.freeze(value)
}

/** Symbols stand for what the schema will refuse; structuredClone refuses them first. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyOf(child)]))
}

const known = new WeakMap<object, boolean>()

/** Whether anything within has a default, the schema's own apart. */
function hasDefaultsInside(schema: object): boolean {
  let has = known.get(schema)
  if (has === undefined) {
    // A column called "default" would only cost time.
    const { default: _, ...rest } = schema as Readonly<Record<string, unknown>>
    has = JSON.stringify(rest).includes('"default":')
    known.set(schema, has)
  }
  return has
}
