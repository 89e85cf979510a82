// A plan as it is answered: moments as text, amounts as decimals. It decides nothing.
import { formatAmount } from '../money/amount.js'
import type { HeldTime } from '../tendlc/plan-spans.js'
import type { Plan, Shorter } from '../tendlc/plan.js'
import type { PlanQuestion } from './plan-question.js'
import type { PlanAnswer } from './plan-schemas.js'

export function planAnswer(plan: Plan, { order, campaign, brand }: PlanQuestion, currency: string): PlanAnswer {
  const { startMs, lastMs, messages, segments, unpriced, tooLate, failed, never } = plan
  return {
    ...{ campaign: campaign.id, brand: brand.id, account: order.account, numbers: order.numbers.length },
    startAt: momentText(startMs),
    ...(lastMs !== undefined && { endAt: momentText(lastMs), seconds: (lastMs - startMs) / 1000 }),
    ...{ messages, segments, currency, unpriced, tooLate, failed, never },
    ...priceText(plan),
    lifeSeconds: order.lifeMs / 1000,
    byCarrier: plan.byCarrier.map(({ carrier, sent, firstMs, lastMs, held, ...sums }) => ({
      ...{ carrier, sent, messages: sums.messages, segments: sums.segments, unpriced: sums.unpriced },
      ...priceText(sums),
      ...(firstMs !== undefined && { firstAt: momentText(firstMs) }),
      ...(lastMs !== undefined && { lastAt: momentText(lastMs) }),
      held: held.map((one) => heldText(one, plan)),
    })),
    held: plan.held.map((one) => heldText(one, plan)),
    midnights: plan.midnights.map(({ atMs, day, waiting }) => ({ at: momentText(atMs), day, waiting })),
    timeline: plan.timeline.map(({ fromMs, toMs, sent, waiting, limit }) => ({
      ...{ from: momentText(fromMs), to: momentText(toMs), sent, waiting },
      ...(limit !== undefined && { limit }),
    })),
    binding: plan.binding.map(({ limits, lastMs, costMs }) => ({
      limits: limits.map((limit) => ({ limit, ...plan.figures.get(limit) })),
      endAt: momentText(lastMs),
      ...(costMs !== undefined && { costs: costMs / 1000 }),
    })),
    shorter: plan.shorter.map((one) => shorterText(one, plan)),
  }
}

function priceText({ priceMicros, segments, unpriced }: Pick<Plan, 'priceMicros' | 'segments' | 'unpriced'>) {
  return unpriced === segments ? {} : { price: formatAmount(priceMicros) }
}

function heldText({ limit, heldMs, periods }: HeldTime, { figures }: Plan): PlanAnswer['held'][number] {
  const [from, to] = [periods[0]!.fromMs, periods.at(-1)!.toMs]
  return {
    limit,
    ...figures.get(limit),
    seconds: heldMs / 1000,
    from: momentText(from),
    to: momentText(to),
    periods: periods.length,
  }
}

function shorterText({ by, lastMs }: Shorter, plan: Plan): PlanAnswer['shorter'][number] {
  const isWhole = plan.never + plan.failed === 0 && plan.lastMs !== undefined
  return {
    ...by,
    endAt: momentText(lastMs),
    ...(isWhole && { sooner: (plan.lastMs - lastMs) / 1000 }),
  }
}

function momentText(ms: number): string {
  return new Date(ms).toISOString()
}
