// The shapes of planning over HTTP: what is asked, what is answered. Schema only.
import { type Static, Type } from '@sinclair/typebox'

/** A list of a million phones has some 15 MiB. */
export const PLAN_BODY_MAX = 24 * 1024 * 1024
export const PLAN_MESSAGES_MAX = 1_000_000
const SEGMENTS_MAX = 255

const strict = { additionalProperties: false } as const
const text = Type.String()
const count = Type.Integer()
const moment = Type.String({ description: 'Such as 2027-01-31T12:00:00.000Z.' })
const id = (description: string) => Type.Optional(Type.String({ description, maxLength: 300, expected: 'an id' }))

export const PlanParams = Type.Object({ id: Type.String({ maxLength: 300 }) })

export const PlanBody = Type.Object(
  {
    messages: Type.Array(
      Type.Object(
        {
          to: Type.Array(Type.String({ expected: 'a number' }), { expected: 'a list of numbers' }),
          text: Type.Optional(Type.String({ maxLength: 20_000, expected: 'a text of up to 20,000 characters' })),
          segments: Type.Optional(
            Type.Integer({ minimum: 1, maximum: SEGMENTS_MAX, expected: `a whole number from 1 to ${SEGMENTS_MAX}` }),
          ),
        },
        { ...strict, expected: '{ to, text } or { to, segments }' },
      ),
      { description: 'In the order in which they come.', expected: 'a list of { to, text } or { to, segments }' },
    ),
    account: id('Who sends; the campaign’s account if it has one only.'),
    from: Type.Optional(
      Type.Array(Type.String({ expected: 'a number' }), {
        description: 'Numbers of the campaign that send, in turn; all of them if not said.',
        expected: 'a list of numbers',
      }),
    ),
    at: Type.Optional(
      Type.String({
        description: 'A moment such as 2027-01-31T12:00:00Z; now if not said.',
        maxLength: 100,
        expected: 'a moment',
      }),
    ),
    media: Type.Optional(Type.Boolean({ description: 'They are MMS.', expected: 'true or false' })),
  },
  { ...strict, expected: '{ messages, account, from, at, media }' },
)
export type PlanBody = Static<typeof PlanBody>

const figure = {
  limit: text,
  kind: Type.Optional(Type.String({ description: 'bucket, minute or day.' })),
  most: Type.Optional(Type.Number({ description: 'Segments a second, in any minute, on a day.' })),
}

const Held = Type.Object({
  ...figure,
  seconds: Type.Number({ description: 'All periods together.' }),
  from: moment,
  to: moment,
  periods: Type.Integer({ description: 'How many there are between the two.' }),
})

const Carriers = Type.Object({
  carrier: Type.String({ description: 'unknown: counted at each of the large ones. abroad: at none.' }),
  messages: count,
  segments: count,
  price: Type.Optional(text),
  unpriced: Type.Integer({ description: 'Segments that have no price.' }),
  sent: count,
  firstAt: Type.Optional(moment),
  lastAt: Type.Optional(moment),
  held: Type.Array(Held),
})

const Binding = Type.Object({
  limits: Type.Array(Type.Object(figure), { description: 'Those that bind it at once.' }),
  endAt: Type.String({ description: 'Without them, and those before them in the list.' }),
  costs: Type.Optional(Type.Number({ description: 'Seconds; left out where not all leave with them.' })),
})

const Shorter = Type.Object({
  trustScore: Type.Optional(Type.Integer({ description: 'If the brand had it.' })),
  fewerSegments: Type.Optional(Type.Integer({ description: 'So many in each message of more than one.' })),
  endAt: moment,
  sooner: Type.Optional(Type.Number({ description: 'Seconds; left out where not all leave otherwise.' })),
})

export const PlanAnswer = Type.Object({
  campaign: text,
  brand: text,
  account: text,
  numbers: Type.Integer({ description: 'That send.' }),
  startAt: moment,
  endAt: Type.Optional(Type.String({ description: 'When the last leaves; left out where none does.' })),
  seconds: Type.Optional(Type.Number()),
  messages: count,
  segments: count,
  currency: text,
  price: Type.Optional(Type.String({ description: 'Of those that have one; left out where none has.' })),
  unpriced: Type.Integer({ description: 'Segments that have no price.' }),
  lifeSeconds: Type.Integer({ description: 'How long a message may wait for its turn.' }),
  tooLate: Type.Integer({ description: 'Messages that would wait longer than that.' }),
  failed: Type.Integer({ description: 'Messages that fail at a cap of the day.' }),
  never: Type.Integer({ description: 'Messages that do not leave within a year.' }),
  byCarrier: Type.Array(Carriers),
  held: Type.Array(Held, { description: 'By which limits, the one that does so longest first.' }),
  midnights: Type.Array(Type.Object({ at: moment, day: text, waiting: count }), {
    description: 'In Los Angeles, with the day that begins and how many messages wait then.',
  }),
  timeline: Type.Array(
    Type.Object({ from: moment, to: moment, sent: count, waiting: count, limit: Type.Optional(text) }),
    { description: 'Stretches of time: what leaves, what waits at its end, and what holds it.' },
  ),
  binding: Type.Array(Binding, {
    description: 'What makes it so long: the limits that bind its end, one after the other.',
  }),
  shorter: Type.Array(Shorter, { description: 'What else would end it sooner, the most first.' }),
})
export type PlanAnswer = Static<typeof PlanAnswer>
