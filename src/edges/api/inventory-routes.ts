// Numbers on offer, over HTTP: searched and bought.
import { type Static, Type } from '@sinclair/typebox'
import { answerChange, answerList, baseOf, described, refuse, refuseForNow } from './answers.js'
import { pageFields } from './page.js'
import type { AddRoutes, ApiPorts } from './api-ports.js'
import { NumbersUnavailable, offerServices, type OfferType, type OfferWish } from './inventory.js'
import { offerJson } from './number-json.js'
import { digitsOf } from './pool-routes.js'

const text = Type.Optional(Type.String({ maxLength: 100, expected: 'a text of 100 characters at most' }))
const country = Type.Optional(
  Type.String({ pattern: '^[A-Za-z]{2}$', description: 'ISO 3166-1.', expected: 'a country as two letters' }),
)

const SearchQuery = Type.Object({
  ...pageFields,
  country_iso: country,
  // What an SDK calls it where it looks for a number to add to a pool.
  country_iso2: country,
  type: Type.Optional(
    Type.String({
      pattern: '^(any|local|fixed|national|mobile|toll-?free|shortcode)$',
      expected: 'local, fixed, national, mobile, tollfree, shortcode or any',
    }),
  ),
  pattern: Type.Optional(
    Type.String({
      pattern: '^[0-9*]{1,15}$',
      description: 'Digits without the country code, from the left.',
      expected: 'digits, and * for any digit',
    }),
  ),
  region: text,
  services: text,
  service: text,
  lata: text,
  rate_center: text,
  city: text,
})

const BuyBody = Type.Object({
  app_id: Type.Optional(Type.String({ maxLength: 64, expected: 'the id of an application' })),
})

type Search = Static<typeof SearchQuery>

export function inventoryRoutes({ source, changes, applications }: ApiPorts): AddRoutes {
  return (server) => {
    server.get<{ Querystring: Search }>(
      '/PhoneNumber/',
      { schema: described('PhoneNumber', 'Looks for numbers that can be bought.', { query: SearchQuery }) },
      async (request, reply) => {
        const { apiAccount, query } = request
        const wish = wishOf(query)
        if (wish === undefined) return refuse(reply, 400, 'country_iso: expects a country as two letters')
        const base = baseOf(apiAccount)
        const found = await source.find(wish, { ...query, look: (rows) => request.look(rows) }).catch(unlessUnavailable)
        if (found instanceof NumbersUnavailable) return refuseForNow(reply, found.message)
        return answerList(reply, `${base}/PhoneNumber/`, query, found, (row) => offerJson(row, base))
      },
    )

    server.post<{ Params: { readonly number: string }; Body: Static<typeof BuyBody> }>(
      '/PhoneNumber/:number/',
      { schema: described('PhoneNumber', 'Buys a number.', { body: BuyBody }) },
      async ({ apiAccount: { account }, params, body }, reply) => {
        const { app_id: app } = body
        if (app !== undefined && applications.ofAccount(account, app) === undefined)
          return refuse(reply, 400, `app_id: There is no application ${app}.`)
        const details: Readonly<Record<string, string>> = app === undefined ? {} : { app_id: app }
        const changed = await changes.make(() => source.judgeRent(account, digitsOf(params.number), details))
        const success = ({ number }: { readonly number: string }): object => ({
          message: 'created',
          numbers: [{ number, status: 'Success' }],
          status: 'fulfilled',
        })
        return answerChange(reply, changed, success, 201)
      },
    )
  }
}

function unlessUnavailable(error: unknown): NumbersUnavailable {
  if (error instanceof NumbersUnavailable) return error
  throw error
}

function wishOf(query: Search): OfferWish | undefined {
  const { country_iso: iso = query.country_iso2, type, pattern, region, lata, rate_center: rateCenter, city } = query
  if (iso === undefined) return undefined
  const services = `${query.services ?? ''},${query.service ?? ''}`.toLowerCase()
  const wanted = type === undefined ? undefined : typeNamed(type)
  return {
    country: iso.toUpperCase(),
    services: offerServices.filter((one) => services.includes(one)),
    ...(wanted !== undefined && { type: wanted }),
    ...(pattern !== undefined && { pattern }),
    ...(region !== undefined && { region }),
    ...(lata !== undefined && { lata }),
    ...(rateCenter !== undefined && { rateCenter }),
    ...(city !== undefined && { city }),
  }
}

function typeNamed(type: string): OfferType | undefined {
  if (type === 'any') return undefined
  if (type.startsWith('toll')) return 'tollfree'
  return type === 'mobile' || type === 'shortcode' ? type : 'local'
}
