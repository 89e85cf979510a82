// What the directory API takes and gives, for checks and for its OpenAPI document. No behaviour but the translation between the two.
import { type TSchema, Type } from '@sinclair/typebox'
import { directoryKinds } from '../directory/kinds.js'

const strict = { additionalProperties: false } as const

const text = (description: string) => Type.String({ description })

export const DryRunQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Boolean({ description: 'Say what would happen and change nothing.', expected: 'true or false' }),
    ),
  },
  strict,
)

export const PAGE_MAX = 1000

export const ListQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: PAGE_MAX,
        default: 100,
        description: 'How many objects to give at most; a page also ends after 4 MiB.',
        expected: `a whole number from 1 to ${PAGE_MAX}`,
      }),
    ),
    after: Type.Optional(text('The id after which to go on: `next` of the page before.')),
  },
  strict,
)

export const IdParams = Type.Object({ id: text('The id of the object.') }, strict)

const kindName = Type.String({ enum: directoryKinds.map(({ name }) => name) })
const etag = text('The revision that wrote the object; quoted in ETag and If-Match.')

/** Rows are looked at by the directory itself, which tells all mistakes at once. */
export const ChangesBody = Type.Object(
  {
    changes: Type.Array(
      Type.Object(
        {
          kind: Type.String({ description: 'The kind of the object.', expected: 'the kind of the object' }),
          id: Type.String({ description: 'Its id.', expected: 'the id of the object' }),
          row: Type.Optional(Type.Unknown({ description: 'The whole new row, as in a directory file.' })),
          delete: Type.Optional(
            Type.Literal(true, { description: 'Removes it, in place of a row.', expected: 'true' }),
          ),
          ifMatch: Type.Optional(Type.String({ description: 'The etag that it must have.', expected: 'an etag' })),
          ifAbsent: Type.Optional(
            Type.Boolean({ description: 'It must not be there yet.', expected: 'true or false' }),
          ),
        },
        { ...strict, expected: '{ kind, id, row } or { kind, id, delete: true }' },
      ),
      { maxItems: 100_000, expected: 'a list of changes' },
    ),
    prune: Type.Optional(
      Type.Boolean({
        description: 'Also remove every object that the changes do not name.',
        expected: 'true or false',
      }),
    ),
  },
  { ...strict, expected: '{ changes: [{ kind, id, row }] }' },
)

const FieldDifference = Type.Object({
  path: text('The field, such as connections[id=c1].port.'),
  before: Type.Optional(Type.Unknown()),
  after: Type.Optional(Type.Unknown()),
})

const Warning = Type.Object({
  path: text('The field, such as numbers.'),
  value: Type.Optional(Type.Unknown()),
  expected: text('What would be wise.'),
})

const report = {
  kind: kindName,
  id: Type.String(),
  action: Type.String({ enum: ['create', 'update', 'delete', 'unchanged'] }),
  etag: Type.Optional(etag),
  fields: Type.Optional(Type.Array(FieldDifference, { description: 'What an update changes, without secrets.' })),
  fieldCount: Type.Optional(Type.Integer({ description: 'How many fields differ, where not all are listed.' })),
  warnings: Type.Optional(
    Type.Array(Warning, { description: 'What is only unwise; the change is made all the same.' }),
  ),
}
const outcome = {
  revision: Type.Integer({ description: 'Of the whole directory, after the change.' }),
  dryRun: Type.Boolean(),
}

export const ChangeAnswer = Type.Object({ ...report, ...outcome })
export const ChangesAnswer = Type.Object({ ...outcome, changes: Type.Array(Type.Object(report)) })

export const ReloadAnswer = Type.Object({
  revision: outcome.revision,
  changes: Type.Integer({ description: 'How many objects are new, different or gone.' }),
})

export const SummaryAnswer = Type.Object({
  revision: outcome.revision,
  managedBy: Type.String({ enum: ['store', 'file'] }),
  file: Type.Optional(text('The file to change, where a file manages the directory.')),
  kinds: Type.Array(Type.Object({ kind: kindName, count: Type.Integer() })),
})

export const listAnswer = (row: TSchema) =>
  Type.Object({
    revision: outcome.revision,
    objects: Type.Array(Type.Object({ id: Type.String(), etag, row })),
    next: Type.Optional(text('There is more: give this as `after`.')),
  })

export const ErrorAnswer = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), where: Type.Optional(Type.String()) }),
  etag: Type.Optional(text('With 412: the etag that the object has.')),
  mistakes: Type.Optional(
    Type.Array(
      Type.Object({
        kind: Type.Optional(Type.String()),
        id: Type.Optional(Type.String()),
        file: Type.Optional(text('Where a file is wrong.')),
        line: Type.Optional(Type.Integer({ description: 'From 1; 0 for the file as a whole.' })),
        column: Type.Optional(Type.Unknown({ description: 'From 1; of a sheet the name of the column.' })),
        words: Type.Optional(Type.String()),
        path: text('The field; empty for the object as a whole.'),
        value: Type.Optional(Type.Unknown({ description: 'What was given; never a secret.' })),
        expected: text('What would be right.'),
      }),
      { description: 'With 422: everything that is wrong, but no more than 1,000.' },
    ),
  ),
  mistakeCount: Type.Optional(Type.Integer({ description: 'Of a sheet: how many there are in all.' })),
})

/**
 * A schema as OpenAPI 3.1 has it: plain JSON, `expected` as description, and what has a default need not be given.
 * @param optional properties of the outermost object that need not be given either
 */
export function toOpenApi(schema: TSchema, optional: readonly string[] = []): Record<string, unknown> {
  const { expected, required, ...rest } = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>
  const plain: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) plain[key] = SCHEMA_KEYS[key]?.(value) ?? value
  if (typeof expected === 'string' && plain['description'] === undefined) plain['description'] = expected
  const properties = (plain['properties'] ?? {}) as Readonly<Record<string, { readonly default?: unknown }>>
  const needed = ((required ?? []) as readonly string[]).filter(
    (name) => properties[name]?.default === undefined && !optional.includes(name),
  )
  if (needed.length > 0) plain['required'] = needed
  return plain
}

const one = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? toOpenApi(value as TSchema) : value
const many = (value: unknown): unknown => (value as readonly unknown[]).map(one)
const named = (value: unknown): unknown =>
  Object.fromEntries(Object.entries(value as object).map(([name, schema]) => [name, one(schema)]))

/** Under which keys of a schema other schemas stand. */
const SCHEMA_KEYS: Readonly<Record<string, (value: unknown) => unknown>> = {
  properties: named,
  patternProperties: named,
  additionalProperties: one,
  items: one,
  not: one,
  anyOf: many,
  allOf: many,
}
