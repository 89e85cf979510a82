// Brands and campaigns of 10DLC over HTTP: shown as the operator has registered them; an account attaches and detaches its own numbers.

import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RegisteredBrand, RegisteredCampaign, TenDlc } from '../../directory/tendlc.js'
import { answer, baseOf, described, metaOf, refuse, refuseForNow } from './answers.js'
import type { AddRoutes, ApiAccount, ApiPorts } from './api-ports.js'
import { pageFields, pageOf, pageWhere } from './page.js'
import { digitsOf } from './pool-routes.js'
import { ATTACHED, brandJson, brandTypes, CAMPAIGN_STATUS, campaignJson, campaignNumbersJson, useCaseCodes, useCasesJson } from './tendlc-json.js' // prettier-ignore
import type { NumbersChanged } from './tendlc-ports.js'

/** Numbers attached by one request. */
const ATTACHED_MAX = 1000

const word = Type.Optional(Type.String({ maxLength: 64, expected: 'a text of 64 characters at most' }))

const BrandQuery = Type.Object({ ...pageFields, type: word, status: word })
const CampaignQuery = Type.Object({
  ...pageFields,
  brand_id: word,
  usecase: word,
  registration_status: word,
  campaign_source: word,
})
const PageQuery = Type.Object({ ...pageFields })
const LinkBody = Type.Object({
  numbers: Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], {
    expected: `numbers with commas between them, ${ATTACHED_MAX} at most`,
  }),
})

interface ByBrand {
  Params: { readonly brand: string }
}
interface ByCampaign {
  Params: { readonly campaign: string }
}
interface ByNumber {
  Params: { readonly campaign: string; readonly number: string }
}

/** What an account sees: the campaigns that name it or, of a main account, one of its sub-accounts, and their brands. */
interface Sight {
  readonly registry: TenDlc
  readonly campaigns: readonly RegisteredCampaign[]
  readonly owners: readonly ApiAccount[]
}

export function tenDlcRoutes(ports: ApiPorts): AddRoutes {
  const { tenDlc } = ports

  const sightOf = (account: ApiAccount): Sight | undefined => {
    const registry = tenDlc?.registry()
    if (registry === undefined) return undefined
    const owners = [account, ...(account.main === undefined ? ports.subAccountsOf(account.authId) : [])]
    const [own, ...others] = owners.map((owner) => registry.campaignsOf(owner.account))
    if (own === undefined || others.length === 0) return { registry, campaigns: own ?? [], owners }
    return { registry, campaigns: [...new Set([...own, ...others.flat()])], owners }
  }
  const brandOf = ({ apiAccount, params }: FastifyRequest<ByBrand>): RegisteredBrand | undefined => {
    const sight = sightOf(apiAccount)
    return sight && brandsOf(sight).find(({ id }) => id === params.brand)
  }
  const campaignOf = <Of extends ByCampaign>({ apiAccount, params }: FastifyRequest<Of>) => {
    const sight = sightOf(apiAccount)
    const named = (params as ByCampaign['Params']).campaign
    const campaign = sight?.campaigns.find(({ id }) => id === named)
    return sight === undefined || campaign === undefined ? undefined : { ...sight, campaign }
  }

  return (server) => {
    server.get<{ Querystring: Static<typeof BrandQuery> }>(
      '/10dlc/Brand/',
      { schema: described('10DLC', 'Lists the brands of your campaigns.', { query: BrandQuery }) },
      async (request, reply) => {
        const { apiAccount, query } = request
        const sight = sightOf(apiAccount)
        const isWanted = ({ kind }: RegisteredBrand): boolean =>
          isSame(query.type, brandTypes[kind]) && isSame(query.status, ATTACHED)
        const found = await pageWhere(sight === undefined ? [] : brandsOf(sight), isWanted, query)
        const meta = metaOf(`${baseOf(apiAccount)}/10dlc/Brand/`, query, found)
        return answer(reply, { meta, brands: found.objects.map(brandJson) })
      },
    )
    server.get<ByBrand>('/10dlc/Brand/:brand/', { schema: described('10DLC', 'Shows a brand.') }, (request, reply) => {
      const brand = brandOf(request)
      return brand === undefined ? noBrand(reply, request.params.brand) : answer(reply, { brand: brandJson(brand) })
    })
    server.get<ByBrand>(
      '/10dlc/Brand/:brand/usecases/',
      { schema: described('10DLC', 'Lists what campaigns of a brand may be for.') },
      (request, reply) => {
        const brand = brandOf(request)
        return brand === undefined ? noBrand(reply, request.params.brand) : answer(reply, useCasesJson(brand))
      },
    )

    server.get<{ Querystring: Static<typeof CampaignQuery> }>(
      '/10dlc/Campaign/',
      { schema: described('10DLC', 'Lists your campaigns.', { query: CampaignQuery }) },
      async (request, reply) => {
        const { apiAccount, query } = request
        const sight = sightOf(apiAccount)
        const isWanted = ({ brand, useCase }: RegisteredCampaign): boolean =>
          isSame(query.brand_id, brand) &&
          isSame(query.usecase, useCaseCodes[useCase]) &&
          isSame(query.registration_status, CAMPAIGN_STATUS)
        const found = await pageWhere(sight?.campaigns ?? [], isWanted, query)
        const meta = metaOf(`${baseOf(apiAccount)}/10dlc/Campaign/`, query, found)
        const campaigns = sight === undefined ? [] : found.objects.map((one) => campaignJson(one, sight.registry))
        return answer(reply, { meta, campaigns })
      },
    )
    server.get<ByCampaign>(
      '/10dlc/Campaign/:campaign/',
      { schema: described('10DLC', 'Shows a campaign, with what each carrier takes of it.') },
      (request, reply) => {
        const seen = campaignOf(request)
        return seen === undefined
          ? noCampaign(reply, request.params.campaign)
          : answer(reply, { campaign: campaignJson(seen.campaign, seen.registry) })
      },
    )

    server.get<ByCampaign & { Querystring: Static<typeof PageQuery> }>(
      '/10dlc/Campaign/:campaign/Number/',
      { schema: described('10DLC', 'Lists the numbers of a campaign.', { query: PageQuery }) },
      async (request, reply) => {
        const { apiAccount, query, params } = request
        const seen = campaignOf(request)
        if (seen === undefined) return noCampaign(reply, params.campaign)
        const found = await pageOf(seen.campaign.numbers, { ...query, look: (rows) => request.look(rows) })
        const meta = metaOf(`${baseOf(apiAccount)}/10dlc/Campaign/${seen.campaign.id}/Number/`, query, found)
        return answer(reply, { meta, ...campaignNumbersJson(seen.campaign, found.objects, seen.registry) })
      },
    )
    server.get<ByNumber>(
      '/10dlc/Campaign/:campaign/Number/:number/',
      { schema: described('10DLC', 'Shows a number of a campaign.') },
      (request, reply) => {
        const { campaign: id, number } = request.params
        const seen = campaignOf(request)
        if (seen === undefined) return noCampaign(reply, id)
        if (seen.registry.campaignOf(digitsOf(number)) !== seen.campaign) return notAttached(reply, number, id)
        return answer(reply, campaignNumbersJson(seen.campaign, [digitsOf(number)], seen.registry))
      },
    )
    server.post<ByCampaign & { Body: Static<typeof LinkBody> }>(
      '/10dlc/Campaign/:campaign/Number/',
      { schema: described('10DLC', 'Attaches numbers of yours to a campaign, all or none.', { body: LinkBody }) },
      async (request, reply) => {
        const { campaign: id } = request.params
        const seen = campaignOf(request)
        if (seen === undefined || tenDlc === undefined) return noCampaign(reply, id)
        const { numbers: given } = request.body
        const listed = typeof given === 'string' ? given.split(',') : given
        const numbers = [...new Set(listed.map((one) => digitsOf(one.trim())))]
        const why = whyNot(numbers, seen)
        if (why !== undefined) return refuse(reply, 400, `numbers: ${why}`)
        const changed = await tenDlc.changeNumbers(id, (before) => [...new Set([...before, ...numbers])])
        return answerNumbers(reply, changed, id, `${numbers.length} number(s) linked to campaign ${id}`)
      },
    )
    server.delete<ByNumber>(
      '/10dlc/Campaign/:campaign/Number/:number/',
      { schema: described('10DLC', 'Detaches a number of yours from its campaign.') },
      async (request, reply) => {
        const { campaign: id, number: given } = request.params
        const number = digitsOf(given)
        const seen = campaignOf(request)
        if (seen === undefined || tenDlc === undefined) return noCampaign(reply, id)
        if (seen.registry.campaignOf(number) !== seen.campaign) return notAttached(reply, given, id)
        if (!isOwned(number, seen.owners)) return refuse(reply, 400, `number: ${notYours(number)}`)
        const changed = await tenDlc.changeNumbers(id, (before) => before.filter((one) => one !== number))
        return answerNumbers(reply, changed, id, `${number} unlinked from campaign ${id}`)
      },
    )

    // SDKs have calls for these, and whoever makes one should hear why nothing comes of it.
    for (const [url, allowed] of registered)
      for (const method of ['POST', 'DELETE'] as const)
        server.route({
          ...{ method, url, schema: { hide: true } },
          handler: (_, reply) => {
            void reply.header('allow', allowed)
            return refuse(reply, 405, REGISTERED)
          },
        })
  }

  function whyNot(
    numbers: readonly string[],
    { registry, campaign, owners }: Sight & CampaignSeen,
  ): string | undefined {
    if (numbers.length > ATTACHED_MAX) return `at most ${ATTACHED_MAX} at once`
    for (const number of numbers) {
      if (number === '') return 'expects digits, such as 12025550123'
      if (!isOwned(number, owners)) return notYours(number)
      const other = registry.campaignOf(number)
      if (other !== undefined && other !== campaign) return `${number} is in another campaign; unlink it there first`
    }
    return undefined
  }

  function isOwned(number: string, owners: readonly ApiAccount[]): boolean {
    const owner = ports.powerpacks.book.numbers.get(number)?.account
    return owners.some(({ account }) => account === owner || ports.mayAdd(account, number))
  }
}

type CampaignSeen = { readonly campaign: RegisteredCampaign }

const REGISTERED = 'brands and campaigns are registered by the operator of the switch, not over this API; ask there'

/** Paths of what only the operator changes, with the methods that they have. */
const registered: readonly (readonly [url: string, allowed: string])[] = [
  ['/10dlc/Brand/', 'GET'],
  ['/10dlc/Brand/:brand/', 'GET'],
  ['/10dlc/Brand/:brand/OTP/', ''],
  ['/10dlc/Campaign/', 'GET'],
  ['/10dlc/Campaign/Import/', ''],
  ['/10dlc/Campaign/:campaign/', 'GET'],
]

function brandsOf({ registry, campaigns }: Sight): readonly RegisteredBrand[] {
  const brands = new Set(campaigns.map(({ brand }) => registry.brand(brand)))
  return [...brands].filter((brand) => brand !== undefined)
}

function isSame(wanted: string | undefined, has: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === has.toLowerCase()
}

function answerNumbers(reply: FastifyReply, changed: NumbersChanged, campaign: string, message: string): FastifyReply {
  switch (changed.kind) {
    case 'changed':
      return answer(reply, { message })
    case 'refused':
      return refuse(reply, 400, `numbers: ${changed.why}`)
    case 'gone':
      return noCampaign(reply, campaign)
    case 'fixed':
      return refuse(reply, 409, 'the operator keeps campaigns and their numbers in a file: ask there')
    case 'busy':
      return refuseForNow(reply, 'the campaign is being changed by others; try again later')
  }
}

function notYours(number: string): string {
  return `${number.slice(0, 32)} is not one of your numbers`
}

function noBrand(reply: FastifyReply, id: string): FastifyReply {
  return refuse(reply, 404, `you have no brand ${id.slice(0, 64)}`)
}

function noCampaign(reply: FastifyReply, id: string): FastifyReply {
  return refuse(reply, 404, `you have no campaign ${id.slice(0, 64)}`)
}

function notAttached(reply: FastifyReply, number: string, campaign: string): FastifyReply {
  return refuse(reply, 404, `${number.slice(0, 32)} is not in campaign ${campaign.slice(0, 64)}`)
}
