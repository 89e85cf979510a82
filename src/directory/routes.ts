// Which connections may carry a message to a number, and in which order. Compiled per set of connections, filled in as numbers come.

import type { AccountId, ConnectionId } from '../message/ids.js'
import type { Candidate, RouteQuestion, Standing } from '../money/candidates.js'
import { decideRoute, routeOf } from '../money/candidates.js'
import { networkKey } from '../money/destination.js'
import type { Offer } from '../money/price-list.js'
import type { MobileNetwork } from '../phone/network.js'
import { NO_CLASS, type NumberClasses } from './number-classes.js'
import type { Prices } from './prices.js'
import type { Plan, Route, RoutedConnection } from './snapshot.js'
import { bringsMessagesOf, maySendOver } from './may-send-over.js'

/** A route keys a lane, and keys are short: so many ids of full length fit. Nobody tries a thirteenth vendor. */
export const MAX_ROUTE = 12
/** Places for decisions in all tables together, of 8 octets each; then all are forgotten. */
const CELLS_MAX = 8_000_000
/** Decisions with a network remembered in one table; then these are forgotten. */
const NETWORK_CELLS_MAX = 100_000
/** Chance is taken in so many steps, so that equal candidates make a bounded number of routes: no share is finer. */
const CHANCES = 256
/** Above every key of a network, see money/destination.ts. */
const NETWORK_KEYS = 10_000_000

/** Connections that are equal in plan, preference and price: their order is a matter of chance. */
class Shared {
  readonly #orders = new Array<Route | undefined>(CHANCES)
  readonly #decide: (chance: number) => Route

  constructor(decide: (chance: number) => Route) {
    this.#decide = decide
  }

  at(chance: number): Route {
    const step = Math.floor(chance * CHANCES)
    return (this.#orders[step] ??= this.#decide(step / CHANCES))
  }
}

/** What tables of one directory have in common. */
export class Routes {
  readonly prices: Prices
  readonly classes: NumberClasses
  readonly none: Route
  /** Equal routes are one array, for the whole directory. */
  readonly #interned = new Map<string, Route>()
  readonly #shared = new Map<string, Shared>()
  readonly #tables = new Map<string, RouteTable>()
  #cells = 0
  #generation = 0

  constructor(prices: Prices, classes: NumberClasses) {
    this.prices = prices
    this.classes = classes
    this.none = this.intern([])
  }

  /** Counts up when what tables remember is too much. */
  get generation(): number {
    return this.#generation
  }

  /** Room for so many more decisions; one that asks for more than there is makes all forget theirs. */
  takeRoom(cells: number): void {
    this.#cells += cells
    if (this.#cells <= CELLS_MAX) return
    this.#cells = cells
    this.#shared.clear()
    this.#generation++
  }

  /**
   * @param connections active ones, in the order that decides where chance is 0
   * @param sale tariff that the customer pays by; undefined where no profit is asked for
   */
  tableFor(connections: readonly RoutedConnection[], plan: Plan | undefined, sale: string | undefined): RouteTable {
    const key = [plan?.id ?? '', sale ?? '', ...connections.map(({ id }) => id)].join(',')
    let table = this.#tables.get(key)
    if (table === undefined) this.#tables.set(key, (table = new RouteTable(this, connections, plan, sale)))
    return table
  }

  intern(route: Route): Route {
    const key = route.join(',')
    let known = this.#interned.get(key)
    if (known === undefined) this.#interned.set(key, (known = Object.freeze(route)))
    return known
  }

  /** The route in which those that have to stand back come last: the same where none has to. */
  standBack(route: Route, standingOf: (connection: ConnectionId) => Standing): Route {
    if (route.every((connection) => standingOf(connection) === 'ready')) return route
    const standings: readonly Standing[] = ['ready', 'full', 'resting', 'linkDown']
    return this.intern(standings.flatMap((standing) => route.filter((one) => standingOf(one) === standing)))
  }

  /** One for all questions whose candidates share in the same way. */
  sharedBy(signature: string, question: RouteQuestion): Shared {
    let shared = this.#shared.get(signature)
    if (shared === undefined) {
      this.takeRoom(CHANCES)
      const decide = (chance: number): Route => this.intern(routeOf({ ...question, chance }).slice(0, MAX_ROUTE))
      this.#shared.set(signature, (shared = new Shared(decide)))
    }
    return shared
  }
}

/** The routes of one set of connections under one plan. */
export class RouteTable {
  readonly #routes: Routes
  readonly #connections: readonly RoutedConnection[]
  readonly #plan: Plan | undefined
  readonly #sale: string | undefined
  /** By class of number; empty until it is asked for. */
  #byClass: (Route | Shared | undefined)[] = []
  /** By class and network, where that is known. */
  readonly #byNetwork = new Map<number, Route | Shared>()
  #period = -1
  #generation = 0

  constructor(
    routes: Routes,
    connections: readonly RoutedConnection[],
    plan: Plan | undefined,
    sale: string | undefined,
  ) {
    this.#routes = routes
    this.#connections = connections
    this.#plan = plan
    this.#sale = sale
  }

  routeFor(called: string, network: MobileNetwork | undefined, chance: number): Route {
    const routes = this.#routes
    if (this.#period !== routes.prices.period || this.#generation !== routes.generation) this.#renew()
    const numberClass = routes.classes.classOf(called)
    if (network !== undefined) return orderOf(this.#withNetwork(numberClass, called, network), chance)
    if (numberClass === NO_CLASS) return routes.none
    return orderOf((this.#byClass[numberClass] ??= this.#decide(called, undefined)), chance)
  }

  #withNetwork(numberClass: number, called: string, network: MobileNetwork): Route | Shared {
    const key = (numberClass + 1) * NETWORK_KEYS + networkKey(network.mcc, network.mnc)
    let found = this.#byNetwork.get(key)
    if (found === undefined) {
      if (this.#byNetwork.size >= NETWORK_CELLS_MAX) this.#byNetwork.clear()
      this.#byNetwork.set(key, (found = this.#decide(called, network)))
    }
    return found
  }

  #renew(): void {
    const { count } = this.#routes.classes
    // Where only the prices are others now, the room of before is taken over.
    if (this.#generation !== this.#routes.generation || this.#byClass.length === 0) this.#routes.takeRoom(count)
    this.#byClass = new Array<Route | Shared | undefined>(count).fill(undefined)
    this.#byNetwork.clear()
    this.#period = this.#routes.prices.period
    this.#generation = this.#routes.generation
  }

  #decide(called: string, network: MobileNetwork | undefined): Route | Shared {
    const { prices } = this.#routes
    const ranks = candidatesFor(this.#connections, prices, called, network)
      .filter(({ offer }) => offer !== undefined)
      .map((candidate) => rankedBy(candidate, this.#plan))
      .sort(compare)
    const ranked = ranks.map(({ candidate }) => candidate)
    const sale = this.#sale === undefined ? undefined : prices.offer(this.#sale, called, network)
    const question: RouteQuestion = {
      candidates: ranked,
      plan: this.#plan?.plan,
      profit: this.#plan?.profit,
      saleMicros: sale?.priceMicros,
      downLinks: 'last',
      chance: 0,
    }
    const { order, fates } = decideRoute(question)
    const usable = ranks.filter((_, index) => fates[index] === 'ready' || fates[index] === 'afterHuntstop')
    const isTie = (index: number): boolean =>
      index > 0 && index < usable.length && compare(usable[index - 1]!, usable[index]!) === 0
    // Who is equal to one of the best few may come among them by chance; nobody else.
    let most = Math.min(MAX_ROUTE, usable.length)
    while (isTie(most)) most++
    const best = usable.slice(0, most)
    if (best.some((_, index) => isTie(index))) {
      const signature = best.map((one, index) => `${isTie(index) ? '=' : '<'}${sharingWords(one.candidate)}`).join('')
      return this.#routes.sharedBy(signature, { ...question, candidates: best.map(({ candidate }) => candidate) })
    }
    return this.#routes.intern(order.slice(0, MAX_ROUTE).map((index) => ranked[index]!.connection))
  }
}

/** A candidate with what it is ordered by. */
interface Ranked {
  readonly candidate: Candidate
  readonly rank: number
  readonly preference: number
  readonly priceMicros: number
}

function rankedBy(candidate: Candidate, plan: Plan | undefined): Ranked {
  const { routeCategory, preference, priceMicros } = candidate.offer!
  return { candidate, rank: plan?.plan.orders.get(routeCategory) ?? 0, preference, priceMicros }
}

/** As the decision orders them, which is fast where it finds them in order. */
function compare(a: Ranked, b: Ranked): number {
  return b.rank - a.rank || b.preference - a.preference || a.priceMicros - b.priceMicros
}

function orderOf(decided: Route | Shared, chance: number): Route {
  return decided instanceof Shared ? decided.at(chance) : decided
}

/**
 * All of these connections with their offers; links are taken to be up. Each tariff is asked once.
 * @param sender whose messages they would carry; left out where that makes no difference
 */
export function candidatesFor(
  connections: readonly RoutedConnection[],
  prices: Prices,
  called: string,
  network: MobileNetwork | undefined,
  sender?: AccountId,
): Candidate[] {
  const offers = new Map<string, Offer | undefined>()
  return connections.map((connection): Candidate => {
    const { id, vendor, tariff, weight } = connection
    if (!offers.has(tariff)) offers.set(tariff, prices.offer(tariff, called, network))
    const offer = offers.get(tariff)
    return {
      connection: id,
      vendor,
      isActive: maySendOver(connection) && !bringsMessagesOf(connection, sender),
      isUp: true,
      isFull: false,
      isResting: false,
      offer: offer === undefined || weight === 1 ? offer : { ...offer, weight: offer.weight * weight },
    }
  })
}

/** What decides how equal candidates share, without their prices. */
function sharingWords({ connection, offer }: Candidate): string {
  return `${connection}*${offer!.weight}${offer!.huntstop ? '!' : ''}`
}
