// The route of one number pool: what it is made of, and how many numbers it lacks for what is sent a day. Changes nothing.
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import { adviseSize, isPlace, type Volume } from '../powerpack/advice.js'
import { compositionOf } from '../powerpack/composition.js'
import type { PoolBook } from '../powerpack/pool-book.js'
import { described, refuse } from './answers.js'

/** Places of one question. */
const PLACES_MAX = 100
const PER_DAY_MAX = 1_000_000_000
const expected = `${PLACES_MAX} places at most, such as US=3000,US-CA=500,415=200: US or CA, a region of them, or an area code`

const count = Type.Integer()
const PoolQuery = Type.Object(
  {
    perDay: Type.Optional(
      Type.String({ maxLength: 4096, description: `Messages a day, by place: ${expected}.`, expected }),
    ),
  },
  { additionalProperties: false },
)

const PoolAnswer = Type.Object({
  pool: Type.String({ description: 'UUID.' }),
  powerpack: Type.String({ description: 'UUID.' }),
  account: Type.String(),
  total: count,
  quarantined: Type.Integer({ description: 'Of them, not used for now.' }),
  byType: Type.Object({ longcode: count, tollfree: count, shortcode: count }),
  places: Type.Array(Type.Object({ place: Type.String(), numbers: count }), {
    description: 'Long codes by country, region and area code.',
  }),
  advice: Type.Array(
    Type.Object({
      ...{ place: Type.String(), perDay: count },
      wanted: Type.Integer({ description: 'Long codes that it takes.' }),
      there: Type.Integer({ description: 'Long codes of that place.' }),
      missing: count,
      areaCodes: Type.Array(count, { description: 'That new ones could be of; empty for a country.' }),
      isAboveCampaign: Type.Boolean({
        description: 'More than T-Mobile takes for one campaign without a number pool approval.',
      }),
    }),
    { description: 'For each place of `perDay`.' },
  ),
})

/** @param numberPerDay what one long code should send a day */
export function addPoolRoute(api: FastifyInstance, book: PoolBook, numberPerDay: number, pauses: Pauses): void {
  api.get<{ Params: { readonly uuid: string }; Querystring: { readonly perDay?: string } }>(
    '/v1/pools/:uuid',
    {
      config: { scope: 'directory:read' },
      schema: {
        ...described(
          'numbers',
          'composePool',
          'What a number pool, told by its UUID or its powerpack’s, is made of, and lacks for what is sent a day.',
          PoolAnswer,
        ),
        ...{ params: Type.Object({ uuid: Type.String() }), querystring: PoolQuery },
      },
    },
    async ({ params: { uuid }, query: { perDay = '' } }, reply) => {
      const volumes = volumesIn(perDay)
      if (volumes === undefined) return refuse(reply, 400, 'invalidRequest', `querystring/perDay expects ${expected}`)
      const pack = book.pack(uuid) ?? book.packOfPool(uuid)
      const pool = pack && book.pool(pack.pool)
      if (pack === undefined || pool === undefined)
        return refuse(reply, 404, 'notFound', 'there is no number pool of this UUID')
      // Those that are there now: numbers may come and go between two slices.
      const composition = await runWithPauses(compositionOf([...pool.numbers()]), pauses)
      const { total, quarantined, byType, byPlace } = composition
      return reply.send({
        ...{ pool: pool.uuid, powerpack: pack.uuid, account: pack.account, total, quarantined, byType },
        places: [...byPlace].sort().map(([place, numbers]) => ({ place, numbers })),
        advice: adviseSize(volumes, composition, numberPerDay),
      })
    },
  )
}

/** Undefined where it says something else. */
function volumesIn(text: string): readonly Volume[] | undefined {
  if (text === '') return []
  const words = text.split(',')
  if (words.length > PLACES_MAX) return undefined
  const volumes: Volume[] = []
  for (const word of words) {
    const [, place = '', digits = ''] = /^([^=]*)=(\d{1,10})$/.exec(word.trim()) ?? []
    const perDay = Number(digits)
    if (!isPlace(place) || perDay > PER_DAY_MAX) return undefined
    volumes.push({ place, perDay })
  }
  return volumes
}
