// The shapes of limits over HTTP: what is asked, what is answered. Schema only.
import { type Static, Type } from '@sinclair/typebox'
import { carriers } from '../tendlc/carriers.js'

const strict = { additionalProperties: false } as const
const text = (description: string) => Type.String({ description })
const segments = (description: string) => Type.Integer({ description })
const ID = { maxLength: 300 } as const

/** A day has no more segments than that. */
const SEGMENTS_MAX = 1_000_000_000
const carrier = Type.Optional(
  Type.String({
    pattern: `^(${carriers.join('|')})$`,
    description: 'Left out: tmobile.',
    expected: `one of ${carriers.join(', ')}`,
  }),
)

export const CampaignParams = Type.Object({ id: Type.String({ ...ID, description: 'The id of the campaign.' }) })
export const BrandParams = Type.Object({ id: Type.String({ ...ID, description: 'The id of the brand.' }) })
export const UsageQuery = Type.Object({ carrier }, strict)

export const UsageBody = Type.Object(
  {
    segments: Type.Integer({
      minimum: 0,
      maximum: SEGMENTS_MAX,
      description: 'That others have sent for the brand on this day, in all; the report before it is replaced.',
      expected: `a whole number from 0 to ${SEGMENTS_MAX}`,
    }),
    carrier,
    day: Type.Optional(
      Type.String({
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
        description: 'In Los Angeles. Another day than that of now is refused; left out: that of now.',
        expected: 'a day such as 2027-01-31, in Los Angeles',
      }),
    ),
  },
  { ...strict, expected: '{ segments, carrier, day }' },
)
export type UsageBody = Static<typeof UsageBody>

const Limit = Type.Object({
  name: text('Such as campaign news to att.'),
  kind: Type.String({ enum: ['number', 'rate', 'minute', 'account'] }),
  limit: Type.Number({ description: 'Segments in a second; of a minute in any 60 s.' }),
  room: Type.Number({ description: 'Segments that may go now; below 0 where some are owed.' }),
})
const limits = Type.Array(Limit)

const day = {
  key: text('Whose day it is: brands of one tax number have the same.'),
  day: text('Such as 2027-01-31, in Los Angeles.'),
  cap: Type.Optional(segments('Left out for none.')),
  used: segments('All that follows together.'),
  recorded: segments('That a vendor has.'),
  underWay: segments('That were sent and not answered yet.'),
  elsewhere: segments('That others sent, as they said.'),
  endsAt: text('The midnight, such as 2027-02-01T08:00:00.000Z.'),
}

export const UsageAnswer = Type.Object({ brand: Type.String(), carrier: Type.String(), ...day })

export const LimitsAnswer = Type.Object({
  campaign: Type.String(),
  brand: Type.String(),
  sharedBy: Type.String({ enum: ['campaign', 'brand'], description: 'Whose the rates are.' }),
  atCap: Type.String({ enum: ['hold', 'fail'] }),
  at: text('The moment that all of it is of.'),
  carriers: Type.Array(
    Type.Object({
      carrier: text('unknown: counted at each of the large ones.'),
      waiting: segments('Segments that wait.'),
      days: Type.Array(Type.Object(day)),
      limits,
      eachNumber: Type.Optional(
        Type.Object(
          { perSecond: Type.Number(), perMinute: Type.Optional(Type.Integer()) },
          { description: 'What each number may send by itself; left out for no such limit.' },
        ),
      ),
      held: Type.Array(
        Type.Object({
          by: text('The name of the limit.'),
          lanes: Type.Integer(),
          messages: Type.Integer(),
          since: text('Of the lane that it has held longest.'),
        }),
      ),
      numbers: Type.Array(Type.Object({ number: Type.String(), waiting: segments('Segments.'), limits }), {
        description: 'Where each number has a limit: the 20 for which the most waits.',
      }),
    }),
  ),
  accounts: Type.Array(Type.Object({ account: Type.String(), limits }), {
    description: 'The first 20 that the campaign names.',
  }),
})
export type LimitsAnswer = Static<typeof LimitsAnswer>
