// POST /v1/campaigns/ID/plan: what a list would take by the limits in force, ahead of time. It sends nothing and charges no limit.
import type { FastifyInstance } from 'fastify'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import type { Snapshot } from '../directory/snapshot.js'
import { betterScores } from '../tendlc/better-scores.js'
import type { LimitWorld } from '../tendlc/limiter-lane.js'
import { planInSlices, type Better } from '../tendlc/plan.js'
import { described, refuse } from './answers.js'
import { planAnswer } from './plan-answer.js'
import { readPlanQuestion, type PlanPorts, type PlanQuestion } from './plan-question.js'
import { PlanAnswer, PlanBody, PlanParams, PLAN_BODY_MAX } from './plan-schemas.js'

interface Surroundings {
  readonly directory: () => Snapshot
  readonly wallMs: () => number
  readonly pauses: Pauses
}

export function addPlanRoute(api: FastifyInstance, ports: PlanPorts, surroundings: Surroundings): void {
  const { directory, wallMs, pauses } = surroundings
  // A plan of a million messages takes seconds and some hundred megabytes: one at a time.
  let isBusy = false
  api.post<{ Params: { readonly id: string }; Body: PlanBody }>(
    '/v1/campaigns/:id/plan',
    {
      config: { scope: 'directory:read' },
      bodyLimit: PLAN_BODY_MAX,
      schema: {
        ...described('campaigns', 'planCampaign', 'What a list of messages would take, ahead of time.', PlanAnswer),
        ...{ params: PlanParams, body: PlanBody },
      },
    },
    async ({ params, body }, reply) => {
      if (isBusy) {
        void reply.header('retry-after', 2)
        return refuse(reply, 503, 'busy', 'another plan is being made: ask again in some seconds')
      }
      isBusy = true
      try {
        const snapshot = directory()
        const question = await runWithPauses(readPlanQuestion(params.id, body, snapshot, ports, wallMs()), pauses)
        if (question.kind === 'refused') {
          const { status, code, message, mistakes } = question
          return refuse(reply, status, code, message, mistakes === undefined ? {} : { mistakes })
        }
        const plan = await runWithPauses(
          planInSlices(question.order, ports.world, betterOf(question, ports.world)),
          pauses,
        )
        return reply.send(planAnswer(plan, question, snapshot.currency))
      } finally {
        isBusy = false
      }
    },
  )
}

/** What would be in force if the brand had a better score. */
function betterOf({ brand, campaign, tenDlc }: PlanQuestion, world: LimitWorld): readonly Better[] {
  const { atCap } = world.campaign(campaign.id) ?? tenDlc
  return betterScores(brand, campaign, tenDlc.tables).map(({ trustScore, limits }) => ({
    trustScore,
    world: {
      accountPace: (account, service) => world.accountPace(account, service),
      numberPace: (lane) => world.numberPace(lane),
      campaign: (id) => (id === campaign.id ? { ...limits, atCap } : world.campaign(id)),
    },
  }))
}
