// The shape of the tables that limits follow from: what a file may have, and the types of it. No figure here.

import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { attClasses, type AttClass } from './campaign.js'
import { carriers } from './carriers.js'

const strict = { additionalProperties: false } as const

/** Above this nothing has a rate: a mistake of the keyboard. */
const MOST = 1_000_000_000

const Rate = Type.Number({ exclusiveMinimum: 0, maximum: MOST, expected: 'a number above 0' })
const Count = Type.Integer({ minimum: 1, maximum: MOST, expected: 'a whole number above 0' })
const Score = Type.Integer({ minimum: 1, maximum: 100, expected: 'a score from 1 to 100' })
const Code = Type.Integer({ minimum: 1, maximum: 99_999, expected: 'a code from 1 to 99999' })
const Weight = Type.Number({ minimum: 0, maximum: MOST, expected: 'a number from 0' })

function word<const Words extends readonly string[]>(...words: Words) {
  return Type.Unsafe<Words[number]>(
    Type.String({ pattern: `^(${words.join('|')})$`, expected: `one of ${words.join(', ')}` }),
  )
}

function orNone<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Literal('none')], { expected: `${String(schema.expected)}, or none` })
}

const Class = Type.Unsafe<AttClass>(word(...attClasses))
const Figures = Type.Object({ attClass: Class, mps: Rate }, strict)
/** What a score gives: the class and rate of declared and of mixed use cases. */
const ByUse = { declared: Figures, mixed: Figures, mmsMps: Rate }
const ClassRow = Type.Object({ smsTpm: Count, mmsTpm: Count, per: word('campaign', 'number') }, strict)
/** So many a second, or a minute, or both. */
const SenderPace = Type.Partial(Type.Object({ perSecond: Rate, perMinute: Count }), {
  ...strict,
  minProperties: 1,
  expected: 'a mapping with perSecond, perMinute or both',
})

const CarrierRule = Type.Union(
  [
    /** The rate of the brand's score. */
    Type.Object({ follows: Type.Literal('scores') }, strict),
    /** AT&T's rate; with its minute too where `minute` is true. */
    Type.Object(
      { follows: Type.Literal('att'), atMost: Type.Optional(Rate), minute: Type.Optional(Type.Boolean()) },
      strict,
    ),
    /** Each number by itself. */
    Type.Object({ perNumber: Rate }, strict),
    Type.Object({ unlimited: Type.Literal(true) }, strict),
  ],
  {
    expected:
      'one of {follows: scores}, {follows: att} with atMost and minute where wanted, {perNumber: …}, {unlimited: true}',
  },
)

const QueueRow = Type.Object({ lifeSeconds: Count, leastSeconds: Count, mostSeconds: Count }, strict)

/** Each table by its name, each of its rows by its key: a file that is laid over replaces whole rows. */
const tableShapes = {
  scores: Type.Object(
    {
      sharedBy: word('campaign', 'brand'),
      bands: Type.Array(Type.Object({ from: Score, ...ByUse }, strict), {
        minItems: 1,
        maxItems: 100,
        expected: 'a list of bands, the best first',
      }),
      unvetted: Type.Object(ByUse, strict),
    },
    strict,
  ),
  useCases: Type.Object(
    {
      lowVolumeMixed: Type.Object({ attClass: Class, mps: Rate, mmsMps: Rate }, strict),
      soleProprietor: Type.Object(
        {
          attClass: Class,
          campaigns: Count,
          numbers: Count,
          perNumber: Type.Object({ tmobile: Rate, verizon: Rate, uscellular: Rate, minor: Rate }, strict),
          mmsPerNumber: Rate,
        },
        strict,
      ),
      special: Type.Object(
        {
          proxy: Class,
          agentsFranchises: Class,
          political: Class,
          charity: Class,
          social: Class,
          emergency: Class,
        },
        strict,
      ),
      numbersAdvised: Count,
    },
    strict,
  ),
  attClasses: Type.Object(
    Object.fromEntries(attClasses.map((name) => [name, ClassRow])) as Record<AttClass, typeof ClassRow>,
    strict,
  ),
  tmobileDay: Type.Object(
    {
      bands: Type.Array(Type.Object({ from: Score, segments: Count }, strict), {
        minItems: 1,
        maxItems: 100,
        expected: 'a list of bands, the best first',
      }),
      unvetted: Count,
      soleProprietor: Count,
      russell3000: orNone(Count),
      government: orNone(Count),
      warnAtPercent: Type.Array(Type.Integer({ minimum: 1, maximum: 100, expected: 'a percentage from 1 to 100' }), {
        maxItems: 10,
        expected: 'a list of percentages',
      }),
    },
    strict,
  ),
  carriers: Type.Object(
    {
      tmobile: CarrierRule,
      verizon: CarrierRule,
      uscellular: CarrierRule,
      minor: CarrierRule,
      mmsPerNumberTpm: orNone(Count),
    },
    strict,
  ),
  senders: Type.Object(
    {
      unregistered: SenderPace,
      tollFree: SenderPace,
      shortCode: SenderPace,
      shortCodeCanada: SenderPace,
      international: SenderPace,
      accountSms: orNone(SenderPace),
      accountMms: orNone(SenderPace),
    },
    strict,
  ),
  queues: Type.Object({ campaign: QueueRow, powerpack: QueueRow }, strict),
  codes: Type.Object(
    {
      queueOverflow: Code,
      rejectedForRate: Code,
      dayCapReached: Code,
      unregisteredSender: Code,
      expired: Code,
      capWarnings: Type.Record(
        Type.String({ pattern: '^([1-9][0-9]?|100)$', expected: 'a percentage from 1 to 100' }),
        Code,
        { ...strict, expected: 'a mapping from percentages to codes' },
      ),
    },
    strict,
  ),
  /** Mobile country and network code in one, such as 310410. A network of the country that is not there is a minor one. */
  networks: Type.Record(
    Type.String({ pattern: '^[35][0-9]{4,5}$', expected: 'the codes of a network, such as 310410' }),
    word(...carriers),
    { ...strict, expected: 'a mapping from networks to carriers' },
  ),
  shares: Type.Object({ att: Weight, tmobile: Weight, verizon: Weight, uscellular: Weight, minor: Weight }, strict),
} as const

export type TableName = keyof typeof tableShapes
export const tableNames = Object.keys(tableShapes) as readonly TableName[]

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T

/** The rows of each table. */
export type TableRows = { readonly [Name in TableName]: DeepReadonly<Static<(typeof tableShapes)[Name]>> }

/** Where figures are from, since when they hold, and their edition. */
const stampShape = {
  version: Count,
  effective: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', expected: 'a date such as 2026-08-01' }),
  source: Type.String({ minLength: 1, maxLength: 1000, expected: 'where the figures are from, in words' }),
}

export type Stamp = DeepReadonly<Static<ReturnType<typeof Type.Object<typeof stampShape>>>>

/** A file of one table, as shipped. */
export function fileShape(name: TableName): TSchema {
  return Type.Object({ ...stampShape, rows: tableShapes[name] }, strict)
}

/** What is laid over: rows of any tables, each whole. That rows are right is checked when all is laid. */
export const overlayShape = Type.Object(
  {
    ...stampShape,
    tables: Type.Partial(
      Type.Object(
        Object.fromEntries(
          tableNames.map((name) => [
            name,
            Type.Record(Type.String(), Type.Unknown(), { expected: `a mapping with rows of ${name}` }),
          ]),
        ),
      ),
      { ...strict, expected: `a mapping with any of ${tableNames.join(', ')}` },
    ),
  },
  strict,
)
