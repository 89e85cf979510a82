// What the routes of the numbers take and give, for checks and for the OpenAPI document. No behaviour.
import { Type } from '@sinclair/typebox'
import { DryRunQuery, PAGE_MAX } from './directory-schemas.js'
import { numberColumns } from './number-lines.js'

const strict = { additionalProperties: false } as const
/** Numbers of one request: what is kept in one step. */
const IMPORT_MAX = 1000
/** Each is two rows. */
const REMOVE_MAX = 500

const Line = Type.Object(
  Object.fromEntries(
    Object.entries(numberColumns).map(([column, description]) => [
      column,
      Type.Optional(Type.String({ description, expected: 'a text' })),
    ]),
  ),
  { ...strict, expected: `{ ${Object.keys(numberColumns).join(', ')} }, each a text` },
)

export const ImportBody = Type.Object(
  { numbers: Type.Array(Line, { maxItems: IMPORT_MAX, expected: `a list of at most ${IMPORT_MAX} numbers` }) },
  { ...strict, expected: '{ numbers }' },
)

export const ImportQuery = Type.Composite(
  [
    DryRunQuery,
    Type.Object({
      skipBad: Type.Optional(Type.Boolean({ description: 'Take the good ones of them.', expected: 'true or false' })),
    }),
  ],
  strict,
)

export const ImportAnswer = Type.Object({
  dryRun: Type.Boolean(),
  added: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  mistakes: Type.Array(
    Type.Object({
      index: Type.Integer({ description: 'Of the number in the request, from 0.' }),
      column: Type.String(),
      value: Type.String(),
      expected: Type.String({ description: 'What would be right.' }),
    }),
  ),
})

const text = Type.String()
const maybe = Type.Optional(text)

export const NumbersQuery = Type.Object(
  {
    owner: Type.Optional(Type.String({ description: 'An account; empty for numbers that can be rented.' })),
    country: Type.Optional(Type.String({ description: 'ISO 3166-1.' })),
    type: Type.Optional(
      Type.String({
        pattern: '^(local|mobile|tollfree|shortcode)$',
        expected: 'local, mobile, tollfree or shortcode',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 100, expected: `a whole number from 1 to ${PAGE_MAX}` }),
    ),
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: '`next` of the page before.', expected: 'a whole number from 0' }),
    ),
  },
  strict,
)

export const NumbersAnswer = Type.Object({
  numbers: Type.Array(
    Type.Object({
      ...{ number: text, type: text, country: text, owner: text, capabilities: text, perSecond: text },
      ...{ area: maybe, city: maybe, rateCenter: maybe, lata: maybe, carrier: maybe, alias: maybe },
      ...{ price: maybe, setupPrice: maybe },
      pool: Type.Optional(Type.String({ description: 'The UUID of its number pool.' })),
      quarantine: Type.Optional(Type.String({ description: 'Why it is not used for now.' })),
    }),
  ),
  next: Type.Optional(Type.Integer({ description: 'There is more: give this as `after`.' })),
})

export const RemoveBody = Type.Object(
  {
    numbers: Type.Array(Type.String({ expected: 'a number' }), {
      maxItems: REMOVE_MAX,
      expected: `a list of at most ${REMOVE_MAX} numbers`,
    }),
    owned: Type.Optional(Type.Boolean({ description: 'Also those that an account has.', expected: 'true or false' })),
  },
  { ...strict, expected: '{ numbers, owned }' },
)

export const RemoveAnswer = Type.Object({
  dryRun: Type.Boolean(),
  removed: Type.Integer(),
  givenBack: Type.Integer({ description: 'Of these: to the provider that they were rented from.' }),
  notGivenBack: Type.Array(Type.Object({ number: text, why: text }), {
    description: 'Those that stay, since the provider does not say that it has them back.',
  }),
  stillRented: Type.Array(Type.Object({ number: text, provider: text }), {
    description:
      'Of those removed: by a provider that the switch does not know now. It was not told: the rent goes on there.',
  }),
  unknown: Type.Array(Type.String(), { description: 'There are no such numbers.' }),
  owned: Type.Array(Type.Object({ number: text, owner: text }), {
    description: 'Those that stay, since an account has them.',
  }),
})
