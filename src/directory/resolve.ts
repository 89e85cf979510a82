// From the rows of a file to a directory: references, secrets, status names and prices, with every mistake found. No YAML here.

import { checkAccounts } from './resolve-accounts.js'
import { resolveConnections, type ResolvedConnection } from './resolve-connections.js'
import {
  checkCustomers,
  checkPlans,
  checkProducts,
  resolveExchange,
  resolveTariffs,
  type Tariff,
} from './resolve-trade.js'
import { createResolving, listOf, rows, type Resolving, type RowMistake, type Surroundings } from './resolving.js'
import type { AccountRow, DirectoryFile, PolicyRow } from './schema.js'
import type { CustomerRow, ExchangeRateRow, PlanRow, ProductRow } from './trade-rows.js'

export type { ResolvedConnection } from './resolve-connections.js'
export type { Rate, Tariff } from './resolve-trade.js'
export { dotted, type RowMistake, type Surroundings } from './resolving.js'

/** A whole directory without mistakes, not compiled yet. Lists are in the order of the file. */
export interface Directory {
  readonly accounts: readonly AccountRow[]
  readonly connections: readonly ResolvedConnection[]
  readonly tariffs: readonly Tariff[]
  readonly policies: readonly PolicyRow[]
  readonly customers?: readonly CustomerRow[]
  readonly products?: readonly ProductRow[]
  readonly plans?: readonly PlanRow[]
  /** The base currency; left out: one that nobody named. */
  readonly currency?: string
  readonly exchangeRates?: readonly ExchangeRateRow[]
}

/**
 * Resolves what could be read. Where `wrong` has the pointer of a field, that field was found wrong before and is skipped;
 * the result is whole only if neither this nor anything before it found a mistake.
 */
export function resolveDirectory(
  file: DirectoryFile,
  wrong: ReadonlySet<string>,
  surroundings: Surroundings,
): { readonly directory: Directory; readonly mistakes: readonly RowMistake[] } {
  const resolving = createResolving(wrong, surroundings)
  const exchange = resolveExchange(file, resolving)
  const tariffs = resolveTariffs(file, exchange, resolving)
  const tariffIds = idsOf(tariffs)
  const customers = checkCustomers(file, exchange, resolving)
  const products = checkProducts(file, tariffIds, resolving)
  const accounts = checkAccounts(file, { customers: idsOf(customers), products: idsOf(products) }, resolving)
  const connections = resolveConnections(file, tariffIds, resolving)
  const plans = checkPlans(file, resolving)
  const policies = checkPolicies(file, idsOf(connections), idsOf(plans), resolving)
  const directory: Directory = {
    accounts,
    connections,
    tariffs,
    policies,
    ...(file.customers === undefined ? {} : { customers }),
    ...(file.products === undefined ? {} : { products }),
    ...(file.plans === undefined ? {} : { plans }),
    ...(file.currency === undefined ? {} : { currency: file.currency }),
    ...(file.exchangeRates === undefined ? {} : { exchangeRates: file.exchangeRates }),
  }
  return { directory, mistakes: resolving.mistakes }
}

function checkPolicies(
  file: DirectoryFile,
  connections: ReadonlySet<string>,
  plans: ReadonlySet<string>,
  resolving: Resolving,
): readonly PolicyRow[] {
  const policyId = resolving.unique('an id')
  return [...rows(file.policies, '/policies')].map(([policy, at]) => {
    policyId(policy.id, `${at}/id`)
    for (const [index, id] of listOf(policy.routing?.connections).entries())
      resolving.refer(id as string, `${at}/routing/connections/${index}`, connections, 'a connection')
    resolving.refer(policy.plan, `${at}/plan`, plans, 'a routing plan')
    return policy
  })
}

function idsOf(list: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(list.map(({ id }) => id))
}
