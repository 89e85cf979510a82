// The routes of limits: how far those of a campaign are used, and what others send for a brand. What they are is decided elsewhere.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Carrier } from '../tendlc/carriers.js'
import { described, refuse, storeFailure } from './answers.js'
import type { CampaignUse, DayUse, LimitPorts, OnElsewhere } from './limit-ports.js'
import { BrandParams, CampaignParams, LimitsAnswer, UsageAnswer, UsageBody, UsageQuery } from './limit-schemas.js'

interface ById {
  Params: { readonly id: string }
}

export function addLimitRoutes(
  api: FastifyInstance,
  ports: LimitPorts,
  wallMs: () => number,
  onElsewhere: OnElsewhere,
): void {
  const reading = { config: { scope: 'directory:read' as const } }

  api.get<ById>(
    '/v1/campaigns/:id/limits',
    {
      ...reading,
      schema: {
        ...described('campaigns', 'campaignLimits', 'How far each limit of a campaign is used now.', LimitsAnswer),
        params: CampaignParams,
      },
    },
    ({ params }, reply) => {
      const use = ports.limitUse(params.id)
      if (use === undefined) return refuse(reply, 404, 'notFound', `there is no campaign ${params.id}`)
      return reply.send(limitsAnswer(use, wallMs()))
    },
  )

  api.get<ById & { Querystring: { readonly carrier?: Carrier } }>(
    '/v1/brands/:id/usage',
    {
      ...reading,
      schema: {
        ...described('campaigns', 'brandUsage', 'What a brand has of its day at a carrier.', UsageAnswer),
        ...{ params: BrandParams, querystring: UsageQuery },
      },
    },
    ({ params, query }, reply) => {
      const { carrier = 'tmobile' } = query
      const day = ports.brandDay(params.id, carrier)
      return day === undefined ? noBrand(reply, params.id) : reply.send(usageAnswer(params.id, carrier, day))
    },
  )

  api.post<ById & { Body: UsageBody }>(
    '/v1/brands/:id/usage',
    {
      config: { scope: 'directory:write' },
      schema: {
        ...described('campaigns', 'reportUsage', 'Says what others have sent for a brand today, in all.', UsageAnswer),
        ...{ params: BrandParams, body: UsageBody },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { segments, day: meant } = request.body
      const carrier = (request.body.carrier ?? 'tmobile') as Carrier
      const before = ports.brandDay(id, carrier)
      if (before === undefined) return noBrand(reply, id)
      // A report that comes after midnight is about yesterday.
      if (meant !== undefined && meant !== before.day)
        return refuse(reply, 409, 'anotherDay', `the day in Los Angeles is ${before.day}, not ${meant}`)
      const day = await ports.reportElsewhere(id, carrier, segments).catch(storeFailure)
      if (day === undefined) return noBrand(reply, id)
      if ('kind' in day) return refuse(reply, 503, 'storeFailed', `the report could not be stored: ${day.why}`)
      onElsewhere(request.getDecorator<string>('caller'), day)
      return reply.send(usageAnswer(id, carrier, day))
    },
  )
}

function noBrand(reply: FastifyReply, id: string): FastifyReply {
  return refuse(reply, 404, 'notFound', `there is no brand ${id}, or no campaign at all`)
}

const moment = (wallMs: number): string => new Date(wallMs).toISOString()

function usageAnswer(brand: string, carrier: string, day: DayUse): object {
  return { brand, carrier, ...dayAnswer(day) }
}

function dayAnswer({ endsAtMs, cap, ...day }: DayUse) {
  return { ...day, ...(cap !== undefined && { cap }), endsAt: moment(endsAtMs) }
}

function limitsAnswer({ carriers, accounts, ...campaign }: CampaignUse, wallMs: number): LimitsAnswer {
  return {
    ...campaign,
    at: moment(wallMs),
    carriers: carriers.map(({ days, held, limits, numbers, eachNumber, ...carrier }) => ({
      ...carrier,
      ...(eachNumber !== undefined && { eachNumber }),
      days: days.map(dayAnswer),
      limits: [...limits],
      held: held.map(({ sinceMs, ...one }) => ({ ...one, since: moment(sinceMs) })),
      numbers: numbers.map((one) => ({ ...one, limits: [...one.limits] })),
    })),
    accounts: accounts.map((one) => ({ ...one, limits: [...one.limits] })),
  }
}
