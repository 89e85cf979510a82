// POST /v1/route: which way a message would go by the directory in force, what it would cost, and why not another way. It sends nothing.
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { explainSending } from '../directory/explain.js'
import type { Snapshot } from '../directory/snapshot.js'
import type { AccountId, ConnectionId } from '../message/ids.js'
import { formatAmount } from '../money/amount.js'
import type { Books } from '../money/books.js'
import type { Standing } from '../money/candidates.js'
import { momentOf } from '../money/moment.js'
import { parseNetwork } from '../phone/network.js'
import { described, refuse } from './answers.js'

export interface RoutePorts {
  readonly directory: () => Snapshot
  readonly wallMs: () => number
  /** How a connection stands now: its link, its capacity, its rest. */
  readonly standingOf: (connection: ConnectionId) => Standing
  readonly books: Pick<Books, 'currency'>
}

const strict = { additionalProperties: false } as const
const wanted = (description: string) => Type.String({ description, maxLength: 300, expected: 'a text' })

const Question = Type.Object(
  {
    account: wanted('Who sends.'),
    from: wanted('As the account writes it.'),
    to: wanted('As the account writes it.'),
    domain: Type.Optional(wanted('Of the To; the account\u2019s if not said.')),
    network: Type.Optional(wanted('What a lookup would say, as E.212-MCC-MNC; the digits decide if not said.')),
    at: Type.Optional(wanted('A moment such as 2027-01-31T12:00:00Z; now if not said.')),
  },
  { ...strict, expected: '{ account, from, to, domain, network, at }' },
)
type Question = {
  readonly account: string
  readonly from: string
  readonly to: string
  readonly domain?: string
  readonly network?: string
  readonly at?: string
}

const text = Type.String()
const Explanation = Type.Object({
  route: Type.Array(text, { description: 'Ids of connections, in order; empty for no way.' }),
  called: text,
  calling: text,
  domain: text,
  currency: Type.String({ description: 'Of all amounts.' }),
  price: Type.Optional(Type.String({ description: 'What the customer pays for a unit.' })),
  priceWords: text,
  refusals: Type.Array(text, { description: 'Why the message would be refused.' }),
  policies: Type.Array(Type.Object({ id: text, priority: Type.Integer(), isChosen: Type.Boolean(), words: text })),
  onNet: Type.Optional(Type.String({ description: 'The account that it goes to where it stays in the network.' })),
  candidates: Type.Array(
    Type.Object({
      place: Type.Integer({ description: 'From 1; 0 for not used.' }),
      connection: text,
      vendor: text,
      cost: Type.Optional(text),
      words: Type.String({ description: 'Why there, or why not.' }),
    }),
  ),
})

export function addExplainRoute(api: FastifyInstance, { directory, wallMs, standingOf, books }: RoutePorts): void {
  api.post<{ Body: Question }>(
    '/v1/route',
    {
      config: { scope: 'directory:read' },
      schema: {
        ...described('directory', 'explainRoute', 'Which way a message would go now, and why.', Explanation),
        body: Question,
      },
    },
    ({ body }, reply) => {
      const { account: id, from, to, domain } = body
      const snapshot = directory()
      const account = snapshot.account(id as AccountId)
      if (account === undefined) return refuse(reply, 404, 'notFound', `there is no accounts/${id.slice(0, 100)}`)
      const atMs = body.at === undefined ? wallMs() : momentOf(body.at)
      if (atMs === undefined)
        return refuse(reply, 400, 'invalidRequest', 'body/at expects a moment such as 2027-01-31T12:00:00Z')
      const network = body.network === undefined ? undefined : parseNetwork(body.network)
      if (body.network !== undefined && network === undefined)
        return refuse(reply, 400, 'invalidRequest', 'body/network expects a network such as E.212-310-410')
      const booksCurrency = books.currency
      const explained = explainSending(snapshot, {
        ...{ account, from, to, domain, network, wallMs: atMs, standingOf, booksCurrency },
      })
      const { priceMicros, candidates, onNet, ...rest } = explained
      const isRefused = explained.refusals.length > 0
      return reply.send({
        route: isRefused ? [] : candidates.filter(({ place }) => place > 0).map(({ connection }) => connection),
        currency: snapshot.currency,
        ...(priceMicros !== undefined && { price: formatAmount(priceMicros) }),
        ...rest,
        ...(onNet !== undefined && explained.refusals.length === 0 && { onNet }),
        candidates: candidates.map(({ costMicros, ...candidate }) => ({
          ...candidate,
          ...(costMicros !== undefined && { cost: formatAmount(costMicros) }),
        })),
      })
    },
  )
}
