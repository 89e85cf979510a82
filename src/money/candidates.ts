// Least-cost routing: of the connections that could carry a message, which may, and in which order. It asks no clock and no link.

import type { ConnectionId, VendorId } from '../message/ids.js'
import type { Offer } from './price-list.js'
import { isProfitable, type ProfitGuarantee } from './profit.js'

/** One connection with all that decides about it. Several of one vendor are candidates each by itself. */
export interface Candidate {
  readonly connection: ConnectionId
  readonly vendor: VendorId
  readonly isActive: boolean
  /** Some bind of it is up. */
  readonly isUp: boolean
  /** It has as much to do as it may. */
  readonly isFull: boolean
  /** Its recent success is poor: it loses its turn for a while. */
  readonly isResting: boolean
  /** What its tariff says of the destination. */
  readonly offer: Offer | undefined
}

/** Route categories by order. */
export interface RoutingPlan {
  readonly orders: ReadonlyMap<string, number>
}

export interface RouteQuestion {
  readonly candidates: readonly Candidate[]
  /** Undefined: all categories, none before another. */
  readonly plan: RoutingPlan | undefined
  /** What the customer pays for a unit, in micro-units of the base currency; undefined where nobody pays: no profit is asked for. */
  readonly saleMicros: number | undefined
  readonly profit: ProfitGuarantee | undefined
  /** A link that is down: its connection is last, so that the message can wait for it, or out. */
  readonly downLinks: 'last' | 'out'
  /** From 0 to below 1: which of equal candidates comes first. */
  readonly chance: number
}

/** Where a candidate that may be used stands: one that has to stand back comes after all that needn't, in this order. */
export type Standing = 'ready' | 'full' | 'resting' | 'linkDown'
/**
 * Why a candidate is out; the first that is true counts.
 * `neverRoute`: preference 0; `afterHuntstop`: it would come after one whose rate is a huntstop.
 */
export type Exclusion =
  'inactive' | 'noRate' | 'forbidden' | 'neverRoute' | 'notInPlan' | 'unprofitable' | 'afterHuntstop' | 'down'
export type Fate = Standing | Exclusion

/** Indices are those of `candidates`. */
export interface Decision {
  /** Those that may be used, best first. */
  readonly order: readonly number[]
  readonly fates: readonly Fate[]
  /** The candidate whose huntstop put others out, -1 for none. */
  readonly huntstop: number
}

/**
 * @param categories each with its order; the greater comes first, equal ones compete
 * @throws RangeError for a category twice
 */
export function routingPlan(categories: readonly { readonly category: string; readonly order: number }[]): RoutingPlan {
  const orders = new Map<string, number>()
  for (const { category, order } of categories) {
    if (orders.has(category)) throw new RangeError(`the plan has the category ${category} twice`)
    orders.set(category, order)
  }
  return { orders }
}

/**
 * The one decision. By order of the plan, then preference (both: greater first), then price; what is equal in all three shares by
 * weight. A huntstop cuts this list, whatever its link does: nothing after it is used, not even while it is down. Only then do
 * those that are full, resting or down stand back.
 */
export function decideRoute(question: RouteQuestion): Decision {
  const { candidates } = question
  const fates: Fate[] = []
  const order: number[] = []
  const ranks: number[] = []
  for (let index = 0; index < candidates.length; index++) {
    const { offer } = candidates[index]!
    const rank = offer === undefined || question.plan === undefined ? 0 : question.plan.orders.get(offer.routeCategory)
    ranks.push(rank ?? 0)
    const fate = commercialFate(question, candidates[index]!, rank)
    fates.push(fate)
    if (fate === 'ready') insert(order, index, candidates, ranks)
  }
  shareEqual(order, candidates, ranks, question.chance)
  const huntstop = cutAfterHuntstop(order, candidates, fates)
  return { order: standBack(order, candidates, fates, question.downLinks), fates, huntstop }
}

/** The connections to try, best first. */
export function routeOf(question: RouteQuestion): ConnectionId[] {
  return decideRoute(question).order.map((index) => question.candidates[index]!.connection)
}

/** Whether trade allows it; no look at its link. */
function commercialFate(
  { saleMicros, profit }: RouteQuestion,
  { isActive, offer }: Candidate,
  rank: number | undefined,
): Fate {
  if (!isActive) return 'inactive'
  if (offer === undefined) return 'noRate'
  if (offer.forbidden) return 'forbidden'
  if (offer.preference === 0) return 'neverRoute'
  if (rank === undefined) return 'notInPlan'
  if (profit !== undefined && saleMicros !== undefined && !isProfitable(profit, saleMicros, offer.priceMicros))
    return 'unprofitable'
  return 'ready'
}

/** Below 0: `a` comes first. */
function compare(a: number, b: number, candidates: readonly Candidate[], ranks: readonly number[]): number {
  const offerA = candidates[a]!.offer!
  const offerB = candidates[b]!.offer!
  return ranks[b]! - ranks[a]! || offerB.preference - offerA.preference || offerA.priceMicros - offerB.priceMicros
}

/** Keeps the order in which equal ones came. Lists are short: nothing sorts them faster. */
function insert(order: number[], index: number, candidates: readonly Candidate[], ranks: readonly number[]): void {
  let at = order.length
  while (at > 0 && compare(order[at - 1]!, index, candidates, ranks) > 0) {
    order[at] = order[at - 1]!
    at--
  }
  order[at] = index
}

function shareEqual(order: number[], candidates: readonly Candidate[], ranks: readonly number[], chance: number): void {
  for (let from = 0; from < order.length - 1;) {
    let to = from + 1
    while (to < order.length && compare(order[from]!, order[to]!, candidates, ranks) === 0) to++
    if (to - from > 1) drawByWeight(order, from, to, candidates, chance)
    from = to
  }
}

/** One after the other is drawn, by the weights of those that are left; those of weight 0 stay behind in their order. */
function drawByWeight(
  order: number[],
  from: number,
  to: number,
  candidates: readonly Candidate[],
  chance: number,
): void {
  let total = 0
  for (let at = from; at < to; at++) total += candidates[order[at]!]!.offer!.weight
  let left = chance
  for (let at = from; at < to - 1 && total > 0; at++) {
    let mark = left * total
    let drawn = at
    let weight = 0
    for (let next = at; next < to; next++) {
      const own = candidates[order[next]!]!.offer!.weight
      if (own === 0) continue
      drawn = next
      weight = own
      if (mark < own) break
      mark -= own
    }
    // What the mark is within the share of the one drawn is chance again, for the next.
    left = Math.min(mark / weight, 1 - Number.EPSILON)
    total -= weight
    const index = order[drawn]!
    order.copyWithin(at + 1, at, drawn)
    order[at] = index
  }
}

function cutAfterHuntstop(order: number[], candidates: readonly Candidate[], fates: Fate[]): number {
  for (let at = 0; at < order.length - 1; at++) {
    const index = order[at]!
    if (!candidates[index]!.offer!.huntstop) continue
    for (let after = at + 1; after < order.length; after++) fates[order[after]!] = 'afterHuntstop'
    order.length = at + 1
    return index
  }
  return -1
}

const standings: readonly Standing[] = ['ready', 'full', 'resting', 'linkDown']

function standBack(
  order: number[],
  candidates: readonly Candidate[],
  fates: Fate[],
  downLinks: RouteQuestion['downLinks'],
): readonly number[] {
  let areAllReady = true
  for (const index of order) {
    const { isUp, isFull, isResting } = candidates[index]!
    if (isUp && !isFull && !isResting) continue
    areAllReady = false
    if (!isUp) fates[index] = downLinks === 'out' ? 'down' : 'linkDown'
    else fates[index] = isResting ? 'resting' : 'full'
  }
  if (areAllReady) return order
  const stood: number[] = []
  for (const standing of standings) for (const index of order) if (fates[index] === standing) stood.push(index)
  return stood
}
