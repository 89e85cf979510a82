// Each row of the table of routes as a directory of its own, explained by the route command: the text says the order and why.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatAmount } from '../money/amount.js'
import type { Candidate } from '../money/candidates.js'
import { routeRows, type RouteRow } from '../money/route-rows.suite.js'
import { candidatesOf, planOf, profitOf } from '../money/routes.suite.js'
import { createOutput } from './output.js'
import { routeCommand } from './route.js'

const folder = mkdtempSync(join(tmpdir(), 'smswitch-routes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hash = `scrypt$4096$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** How each fate is told. */
const wordsOf: Readonly<Record<string, RegExp>> = {
  ready: /^costs [0-9.]+ a unit/,
  full: /^stands back, being full: costs /,
  resting: /^stands back, resting after poor success: costs /,
  linkDown: /^stands back, its link being down: costs /,
  inactive: /^it is not active$/,
  noRate: /^its tariff has no rate for this destination$/,
  forbidden: /^its rate forbids this destination$/,
  neverRoute: /^its rate has preference 0: never route$/,
  notInPlan: /^its route category \w+ is not in the plan \(.+\)$/,
  unprofitable: /^it costs [0-9.]+ a unit and the customer pays [0-9.]+: profit -?[0-9.]+, wanted at least /,
  afterHuntstop: /^it comes after \w+, whose rate is a huntstop: costs /,
}

function tariffOf({ connection, offer }: Candidate): object {
  if (offer === undefined) return { id: `t-${connection}`, rates: [{ destination: '99', price: '1' }] }
  const { priceMicros, preference, routeCategory: category, huntstop, forbidden, weight } = offer
  const price = formatAmount(priceMicros)
  const terms = { preference, category, weight, ...(huntstop && { huntstop }), ...(forbidden && { forbidden }) }
  return { id: `t-${connection}`, rates: [{ destination: '44', price, ...terms }] }
}

/** JSON is YAML. */
function directoryOf([{ plan = '', sale, profit = '' }, text]: RouteRow): object {
  const candidates = candidatesOf(text)
  const orders = planOf(plan)?.orders
  const guarantee = profitOf(profit)
  const categories =
    orders === undefined
      ? [...new Set(['Default', ...candidates.map(({ offer }) => offer?.routeCategory ?? 'Default')])].map((category) => ({ category, order: 0 })) // prettier-ignore
      : [...orders].map(([category, order]) => ({ category, order }))
  const hasPlan = orders !== undefined || guarantee !== undefined
  const vendors = [...new Set(candidates.map(({ vendor }) => vendor))].map((vendor) => ({
    id: vendor,
    connections: candidates
      .filter((one) => one.vendor === vendor)
      .map(({ connection, isActive }) => ({
        ...{ id: connection, host: 'localhost', systemId: 'x', password: 'x' },
        ...{ tariff: `t-${connection}`, active: isActive },
      })),
  }))
  const payer = sale === undefined ? {} : { customer: 'c', product: 'p' }
  return {
    currency: 'EUR',
    ...(sale !== undefined && { customers: [{ id: 'c' }], products: [{ id: 'p', tariff: 'sale', services: ['sms'] }] }),
    accounts: [{ id: 'acme', systemId: 'acme', password: hash, ...payer }],
    tariffs: [
      ...candidates.map(tariffOf),
      ...(sale === undefined ? [] : [{ id: 'sale', rates: [{ destination: '44', price: formatAmount(sale) }] }]),
    ],
    vendors,
    ...(hasPlan && { plans: [{ id: 'plan', categories, ...(guarantee && { profit: profitRow(guarantee) }) }] }),
    policies: [{ id: 'all', ...(hasPlan && { plan: 'plan' }) }],
  }
}

function profitRow({ absoluteMicros, relativeBasisPoints, both }: NonNullable<ReturnType<typeof profitOf>>): object {
  return {
    ...(absoluteMicros !== undefined && { absolute: formatAmount(absoluteMicros) }),
    ...(relativeBasisPoints !== undefined && { relative: String(relativeBasisPoints / 100) }),
    both,
  }
}

async function explained(row: RouteRow): Promise<readonly string[]> {
  const [words, text] = row
  const candidates = candidatesOf(text)
  const directory = join(folder, 'directory.yaml')
  writeFileSync(directory, JSON.stringify(directoryOf(row)))
  const those = (is: (candidate: Candidate) => boolean): string[] =>
    candidates.filter(is).map(({ connection }) => connection)
  let out = ''
  const sink = { write: (some: string) => (out += some) }
  await routeCommand.run(
    {
      ...{ directory, account: 'acme', from: 'ACME', to: '447700900123', at: '2026-01-01' },
      ...{ domain: undefined, network: undefined, providers: undefined, lookup: false },
      down: those(({ isUp }) => !isUp),
      full: those(({ isFull }) => isFull),
      resting: those(({ isResting }) => isResting),
      chance: words.chance === undefined ? undefined : String(words.chance),
    },
    createOutput({ json: false, out: sink, err: sink }),
  )
  return out.trimEnd().split('\n')
}

// Links that are down stay in a route: that a caller may leave them out is no matter of the command.
const rows = routeRows.filter(([{ down = 'last' }]) => down === 'last')

describe('smswitch route', () => {
  it('explains at least 60 rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60)
  })

  it.each(rows)('says the order and why: %j, %s: "%s" with "%s"', async (...row) => {
    const [, text, order, fates] = row
    const lines = await explained(row)
    const route = order === '' ? [] : order.split(' ')
    expect(lines.at(-1)).toBe(route.length === 0 ? 'refused: no route to 447700900123' : `route: ${route.join(', ')}`)
    const fateOf = new Map(fates.split('; ').map((one) => one.split(' ') as [string, string]))
    const told = lines.flatMap((line) => {
      const [, place, connection, words] = /^(out|\d+) +(\w+) +\w +(?:[0-9.]+|-) +(.+?) *$/.exec(line) ?? []
      return connection === undefined ? [] : [{ place, connection, words: words ?? '' }]
    })
    expect(told.filter(({ place }) => place !== 'out').map(({ connection }) => connection)).toEqual(route)
    expect(told.map(({ connection }) => connection).sort()).toEqual(
      candidatesOf(text).map(({ connection }) => connection as string).sort(), // prettier-ignore
    )
    for (const { connection, words } of told) expect(words).toMatch(wordsOf[fateOf.get(connection) ?? 'ready']!)
  })
})
