// Route questions in a few words, for tests: `a 4000 p7 Gold hunt full; b 3000`.

import type { ConnectionId, VendorId } from '../message/ids.js'
import { routingPlan, type Candidate, type RouteQuestion, type RoutingPlan } from './candidates.js'
import { compileExchange, rateAt } from './exchange.js'
import type { Offer } from './price-list.js'
import type { ProfitGuarantee } from './profit.js'
import { rateDefaults } from './tariff.js'

const euros = rateAt(compileExchange('EUR', []), 'EUR', 0)!

/**
 * Candidates divided by `;`: an id, a price in micro-units (or `norate`), then p0 to p10, a Category, w0 and up, and the words hunt,
 * forbid, off, down, full, rest. The vendor is the first letter of the id.
 */
export function candidatesOf(text: string): Candidate[] {
  return text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [id = '', price = '', ...words] = one.split(/\s+/)
      const number = (letter: string, unset: number) => {
        const word = words.find((other) => new RegExp(`^${letter}[0-9]+$`).test(other))
        return word === undefined ? unset : Number(word.slice(1))
      }
      const offer: Offer = {
        priceMicros: Number(price),
        price: { currency: euros.currency, ownMicros: Number(price), exchange: euros.text, baseMicros: Number(price) },
        row: 0,
        preference: number('p', rateDefaults.preference),
        routeCategory: words.find((word) => /^[A-Z]/.test(word)) ?? rateDefaults.routeCategory,
        huntstop: words.includes('hunt'),
        forbidden: words.includes('forbid'),
        weight: number('w', rateDefaults.weight),
      }
      return {
        connection: id as ConnectionId,
        vendor: id.slice(0, 1) as VendorId,
        isActive: !words.includes('off'),
        isUp: !words.includes('down'),
        isFull: words.includes('full'),
        isResting: words.includes('rest'),
        offer: price === 'norate' ? undefined : offer,
      }
    })
}

/** `Gold 99, Default 1`; '' for no plan. */
export function planOf(text: string): RoutingPlan | undefined {
  if (text === '') return undefined
  return routingPlan(
    text.split(',').map((one) => {
      const [category = '', order] = one.trim().split(' ')
      return { category, order: Number(order) }
    }),
  )
}

/** `500`: at least so many micro-units; `10%` of the cost; `500 10%` either; `500+10%` both; '' for none. */
export function profitOf(text: string): ProfitGuarantee | undefined {
  if (text === '') return undefined
  const tests = text.split(/[ +](?=[0-9-])/)
  const relative = tests.find((test) => test.endsWith('%'))
  const absolute = tests.find((test) => !test.endsWith('%'))
  return {
    absoluteMicros: absolute === undefined ? undefined : Number(absolute),
    relativeBasisPoints: relative === undefined ? undefined : Math.round(parseFloat(relative) * 100),
    both: text.includes('+'),
  }
}

export function questionOf(
  candidates: string,
  { plan = '', sale, profit = '', chance = 0, down = 'last' }: QuestionWords = {},
): RouteQuestion {
  return {
    candidates: candidatesOf(candidates),
    plan: planOf(plan),
    saleMicros: sale,
    profit: profitOf(profit),
    downLinks: down,
    chance,
  }
}

export interface QuestionWords {
  readonly plan?: string
  readonly sale?: number
  readonly profit?: string
  readonly chance?: number
  readonly down?: RouteQuestion['downLinks']
}
