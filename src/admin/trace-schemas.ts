// The shapes of traces over HTTP: what is asked, what is answered. Schema only.
import { type Static, Type } from '@sinclair/typebox'

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ description })
const ms = (description: string) => Type.Integer({ description })
const moment = text('Such as 2027-01-31T12:00:00.000Z.')

export const TraceParams = Type.Object({
  id: Type.String({ maxLength: 300, description: 'The id that its sender was given, or the UUID of the HTTP API.' }),
})

const limitFields = {
  limit: text('The limit by name, such as campaign news to att.'),
  limitKind: Type.String({ enum: ['day', 'number', 'rate', 'minute', 'account'] }),
}

const laneFields = {
  account: Type.String(),
  number: Type.Optional(text('That sends it; left out where no limit asks for it.')),
  campaign: Type.Optional(text('Left out for none.')),
  carrier: Type.Optional(text('Of the phone, in the words of the limits; left out where no carrier limits it.')),
}

export const TraceAnswer = Type.Object({
  message: text('The id of the whole message.'),
  state: Type.String({
    enum: ['waiting', 'underWay', 'left', 'over'],
    description: 'underWay: sent and not answered. left: it has left, and its end is not known yet.',
  }),
  waiting: Type.Optional(
    Type.Object({
      ...laneFields,
      connections: Type.Array(Type.String(), { description: 'That it may leave over, best first.' }),
      due: Type.String({ description: 'When its turn began; in the future for one that waits to be tried again.' }),
      before: count('Messages before it in its lane.'),
      by: Type.Optional(
        Type.Object(
          {
            ...limitFields,
            since: moment,
            notBefore: Type.Optional(
              text('Nothing leaves its lane before; left out where the limit is asked again at once.'),
            ),
          },
          { description: 'The limit that it waits for; left out for none.' },
        ),
      ),
      held: Type.Array(Type.Object({ ...limitFields, ms: ms('So far.') })),
    }),
  ),
  entries: Type.Array(
    Type.Object({
      kind: Type.String({ enum: ['held', 'failed'] }),
      limit: Type.Optional(limitFields.limit),
      limitKind: Type.Optional(limitFields.limitKind),
      ...laneFields,
      from: Type.Optional(moment),
      to: Type.Optional(moment),
      ms: Type.Optional(ms('How long it was held up, in all.')),
      times: Type.Optional(count('How often in a row.')),
      at: Type.Optional(moment),
      reason: Type.Optional(text('Why it failed, such as dayCapReached.')),
      code: Type.Optional(Type.Integer({ description: 'That the trade knows the reason by, such as 30023.' })),
    }),
    { description: 'What happened, in its order. Kinds and fields may be added.' },
  ),
  dropped: count('Older entries that are forgotten.'),
  end: Type.Optional(Type.Object({ state: text('Such as DELIVERED.'), at: moment })),
})
export type TraceAnswer = Static<typeof TraceAnswer>
