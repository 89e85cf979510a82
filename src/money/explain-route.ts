// A route decision in words and numbers, from the same decision that sends messages. For people: never on the hot path.

import type { ConnectionId, VendorId } from '../message/ids.js'
import { formatAmount } from './amount.js'
import {
  decideRoute,
  type Candidate,
  type Exclusion,
  type Fate,
  type RouteQuestion,
  type Standing,
} from './candidates.js'
import { relativeProfit } from './profit.js'

export interface ExplainedCandidate {
  readonly connection: ConnectionId
  readonly vendor: VendorId
  /** From 1; 0 for one that is out. */
  readonly place: number
  readonly fate: Fate
  /** For one unit, in micro-units of the base currency; undefined without a rate. */
  readonly costMicros: number | undefined
  /** What is left of a unit; undefined without a rate or a price for the customer. */
  readonly profitMicros: number | undefined
  readonly words: string
}

/** All candidates: those in the route first, in its order, then those that are out, in the order they were given in. */
export function explainRoute(question: RouteQuestion): readonly ExplainedCandidate[] {
  const { order, fates, huntstop } = decideRoute(question)
  const { candidates, saleMicros } = question
  const out = candidates.map((_, index) => index).filter((index) => !order.includes(index))
  return [...order, ...out].map((index): ExplainedCandidate => {
    const candidate = candidates[index]!
    const fate = fates[index]!
    const costMicros = candidate.offer?.priceMicros
    return {
      connection: candidate.connection,
      vendor: candidate.vendor,
      place: order.indexOf(index) + 1,
      fate,
      costMicros,
      profitMicros: costMicros === undefined || saleMicros === undefined ? undefined : saleMicros - costMicros,
      words: words(fate, candidate, question, candidates[huntstop]),
    }
  })
}

function words(fate: Fate, candidate: Candidate, question: RouteQuestion, huntstop: Candidate | undefined): string {
  switch (fate) {
    case 'ready':
    case 'full':
    case 'resting':
    case 'linkDown':
      return `${standingWords[fate]}${terms(candidate, question)}`
    case 'notInPlan':
      return `its route category ${candidate.offer?.routeCategory} is not in the plan (${planWords(question)})`
    case 'unprofitable':
      return unprofitable(candidate, question)
    case 'afterHuntstop':
      return `it comes after ${huntstop?.connection}, whose rate is a huntstop: ${terms(candidate, question)}`
    case 'inactive':
    case 'noRate':
    case 'forbidden':
    case 'neverRoute':
    case 'down':
      return exclusionWords[fate]
  }
}

const standingWords: Readonly<Record<Standing, string>> = {
  ready: '',
  full: 'stands back, being full: ',
  resting: 'stands back, resting after poor success: ',
  linkDown: 'stands back, its link being down: ',
}

const exclusionWords: Readonly<Record<Exclude<Exclusion, 'notInPlan' | 'unprofitable' | 'afterHuntstop'>, string>> = {
  inactive: 'it is not active',
  noRate: 'its tariff has no rate for this destination',
  forbidden: 'its rate forbids this destination',
  neverRoute: 'its rate has preference 0: never route',
  down: 'its link is down',
}

/** `costs 0.004 a unit, preference 5, category Gold of order 99`. */
function terms({ offer }: Candidate, { plan, saleMicros }: RouteQuestion): string {
  if (offer === undefined) return ''
  const order = plan === undefined ? '' : ` of order ${plan.orders.get(offer.routeCategory)}`
  const profit = saleMicros === undefined ? '' : `, profit ${formatAmount(saleMicros - offer.priceMicros)}`
  const stop = offer.huntstop ? ', huntstop' : ''
  const own =
    offer.price.ownMicros === offer.priceMicros
      ? ''
      : ` (${formatAmount(offer.price.ownMicros)} ${offer.price.currency} at ${offer.price.exchange})`
  const cost = `costs ${formatAmount(offer.priceMicros)}${own} a unit${profit}`
  return `${cost}, preference ${offer.preference}, category ${offer.routeCategory}${order}, weight ${offer.weight}${stop}`
}

function planWords({ plan }: RouteQuestion): string {
  return [...(plan?.orders ?? [])]
    .sort(([, a], [, b]) => b - a)
    .map(([category, order]) => `${category} ${order}`)
    .join(', ')
}

function unprofitable({ offer }: Candidate, { saleMicros = 0, profit }: RouteQuestion): string {
  const cost = offer?.priceMicros ?? 0
  const tests: string[] = []
  if (profit?.absoluteMicros !== undefined) tests.push(`at least ${formatAmount(profit.absoluteMicros)}`)
  if (profit?.relativeBasisPoints !== undefined) {
    const asked = formatAmount(relativeProfit(cost, profit.relativeBasisPoints))
    tests.push(`at least ${asked} (${profit.relativeBasisPoints / 100}% of the cost)`)
  }
  const wanted = tests.join(profit?.both === true ? ' and ' : ' or ')
  const left = formatAmount(saleMicros - cost)
  return `it costs ${formatAmount(cost)} a unit and the customer pays ${formatAmount(saleMicros)}: profit ${left}, wanted ${wanted}`
}
