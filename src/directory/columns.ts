// What the columns of directory rows are made of, each with what a person should write there. No row here.

import { type TSchema, Type } from '@sinclair/typebox'

/** Each schema may say in `expected` what a person should write; mistakes quote it. */
export const strict = { additionalProperties: false } as const

/** Of a whole row. */
export function columnsOf(what: string) {
  return { ...strict, expected: `a mapping with the columns of ${what}` } as const
}

/** How long an id may be and what it is made of: it appears in keys, file names, metrics and URLs. */
export const Id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  expected: 'an id: 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit',
})

export function oneOf<const Names extends readonly [string, string, ...string[]]>(
  names: Names,
  fallback?: Names[number],
): ReturnType<typeof Type.Unsafe<Names[number]>> {
  return Type.Unsafe<Names[number]>(
    Type.String({
      pattern: `^(${names.join('|')})$`,
      expected: `one of ${names.join(', ')}`,
      ...(fallback === undefined ? {} : { default: fallback }),
    }),
  )
}

export function octets(max: number, extra: { readonly min?: number; readonly default?: string } = {}) {
  const min = extra.min ?? 0
  return Type.String({
    minLength: min,
    maxLength: max,
    pattern: '^[\\x20-\\x7e]*$',
    expected: `text of ${min === 0 ? 'up to' : `${min} to`} ${max} printable ASCII characters`,
    ...(extra.default === undefined ? {} : { default: extra.default }),
  })
}

export function whole(minimum: number, maximum: number, fallback?: number) {
  return Type.Integer({
    minimum,
    maximum,
    expected: `a whole number from ${minimum} to ${maximum}`,
    ...(fallback === undefined ? {} : { default: fallback }),
  })
}

export function flag(fallback: boolean) {
  return Type.Boolean({ default: fallback, expected: 'true or false' })
}

/** Money as decimal text, which compiles to whole micro-units. */
export function amount(extra: { readonly negative?: true; readonly default?: string } = {}) {
  const sign = extra.negative === true ? '-?' : ''
  return Type.String({
    pattern: `^${sign}[0-9]{1,9}(\\.[0-9]{1,6})?$`,
    expected: `a decimal number such as ${extra.negative === true ? '"-0.001"' : '"250.50"'}, at most 9 digits and 6 decimals`,
    ...(extra.default === undefined ? {} : { default: extra.default }),
  })
}

export const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  expected: 'a currency as three capital letters (ISO 4217), such as EUR',
})

/** See moment.ts. */
export const Moment = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?$',
  expected: 'a day such as 2027-01-31 or a moment such as 2027-01-31T12:00:00Z, in UTC',
})

export const CategoryName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^\\S(.*\\S)?$',
  expected: 'the name of a route category: 1–64 characters, no space at either end',
})

/** What an entry of a list of addresses may be. */
export const CIDR_EXPECTED = 'an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32'

export const YEAR_MS = 31_536_000_000

/** What a person should have written where this schema stands. */
export function expectedOf(schema: TSchema): string {
  const expected: unknown = schema['expected']
  return typeof expected === 'string' ? expected : 'something else'
}
