// Which connections may carry a message to a number, cheapest first. Compiled per set of connections, filled in as numbers come.

import { PrefixTrie } from '../lib/prefix-trie.js'
import type { ConnectionId } from '../message/ids.js'
import type { Tariff } from './resolve.js'
import type { Connection } from './snapshot.js'

/** A route keys a lane, and keys are short: so many ids of full length fit. Nobody tries a thirteenth vendor. */
export const MAX_ROUTE = 12

/** What one rate prefix leads to, worked out when the first number under it is asked for. */
interface Cell {
  route: readonly ConnectionId[] | undefined
}

interface Candidate {
  readonly id: ConnectionId
  readonly prices: PrefixTrie<number>
}

export interface RouteTable {
  routeFor(called: string): readonly ConnectionId[]
}

/** Prices and routes of one directory. */
export class Routes {
  readonly #tariffs: ReadonlyMap<string, Tariff>
  readonly #prices = new Map<string, PrefixTrie<number>>()
  /** Equal routes are one array, for the whole directory. */
  readonly #interned = new Map<string, readonly ConnectionId[]>()
  readonly #tables = new Map<string, RouteTable>()

  constructor(tariffs: readonly Tariff[]) {
    this.#tariffs = new Map(tariffs.map((tariff) => [tariff.id, tariff]))
    for (const tariff of tariffs)
      this.#prices.set(tariff.id, new PrefixTrie(tariff.rates.map(({ prefix, price }) => [prefix, price] as const)))
  }

  /** What a tariff asks for one unit, in millionths; undefined for a number it does not cover. */
  price(tariff: string, called: string): number | undefined {
    return this.#prices.get(tariff)?.longest(called)
  }

  /** @param connections active ones, in the order that decides between equal prices */
  tableFor(connections: readonly Connection[]): RouteTable {
    const key = connections.map((connection) => connection.id).join(',')
    let table = this.#tables.get(key)
    if (table === undefined) this.#tables.set(key, (table = this.#compile(connections)))
    return table
  }

  #compile(connections: readonly Connection[]): RouteTable {
    const candidates = connections.flatMap(({ id, tariff }): Candidate[] => {
      const prices = this.#prices.get(tariff)
      return prices === undefined ? [] : [{ id, prices }]
    })
    // Two numbers with the same longest prefix among all rates of these tariffs have the same prices everywhere.
    const prefixes = new Set<string>([''])
    for (const tariff of new Set(connections.map((connection) => connection.tariff)))
      for (const rate of this.#tariffs.get(tariff)?.rates ?? []) prefixes.add(rate.prefix)
    const cells = new PrefixTrie(pairs(prefixes))
    const none = this.#intern([])
    return {
      routeFor: (called) => {
        const cell = cells.longest(called)
        if (cell === undefined) return none
        return (cell.route ??= this.#cheapestFirst(candidates, called))
      },
    }
  }

  #cheapestFirst(candidates: readonly Candidate[], called: string): readonly ConnectionId[] {
    const priced: { readonly id: ConnectionId; readonly price: number }[] = []
    for (const { id, prices } of candidates) {
      const price = prices.longest(called)
      if (price !== undefined) priced.push({ id, price })
    }
    // The sort is stable: equal prices keep the order of the file.
    const ids = priced.sort((a, b) => a.price - b.price).map(({ id }) => id)
    return this.#intern(ids.slice(0, MAX_ROUTE))
  }

  #intern(route: readonly ConnectionId[]): readonly ConnectionId[] {
    const key = route.join(',')
    let known = this.#interned.get(key)
    if (known === undefined) this.#interned.set(key, (known = Object.freeze(route)))
    return known
  }
}

function* pairs(prefixes: Iterable<string>): Generator<readonly [string, Cell]> {
  for (const prefix of prefixes) yield [prefix, { route: undefined }]
}
