// From the rows of a file to a directory: references, secrets, status names and prices, with every mistake found. No YAML here.

import { finished } from '../lib/slices.js'
import { checkAccounts } from './resolve-accounts.js'
import { resolveConnections, type ResolvedConnection } from './resolve-connections.js'
import { checkTenDlc } from './resolve-tendlc.js'
import {
  checkCustomers,
  checkPlans,
  checkProducts,
  resolveExchange,
  resolveTariffs,
  type Tariff,
} from './resolve-trade.js'
import {
  createResolving,
  dotted,
  listOf,
  ROWS_SLICE,
  rows,
  type Resolving,
  type RowMistake,
  type Surroundings,
} from './resolving.js'
import type { AccountRow, DirectoryFile, PolicyRow } from './schema.js'
import type { DirectoryWarning } from './snapshot.js'
import type { ResolvedTenDlc } from './tendlc-registry.js'
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
  /** By account, in clear: of those that use the API. */
  readonly apiTokens?: ReadonlyMap<string, string>
  readonly customers?: readonly CustomerRow[]
  readonly products?: readonly ProductRow[]
  readonly plans?: readonly PlanRow[]
  /** The base currency; left out: one that nobody named. */
  readonly currency?: string
  readonly exchangeRates?: readonly ExchangeRateRow[]
  /** There where some campaign is. */
  readonly tenDlc?: ResolvedTenDlc
  /** What is only unwise, at most 1,000 of it; there where something is. */
  readonly warnings?: readonly DirectoryWarning[]
}

export interface Resolved {
  readonly directory: Directory
  readonly mistakes: readonly RowMistake[]
}

/** As resolveInSlices, at once. */
export function resolveDirectory(
  file: DirectoryFile,
  wrong: ReadonlySet<string>,
  surroundings: Surroundings,
): Resolved {
  return finished(resolveInSlices(file, wrong, surroundings))
}

/**
 * Resolves what could be read, in slices of a millisecond or so. Where `wrong` has the pointer of a field, that field was found wrong before and is skipped;
 * the result is whole only if neither this nor anything before it found a mistake.
 */
export function* resolveInSlices(
  file: DirectoryFile,
  wrong: ReadonlySet<string>,
  surroundings: Surroundings,
): Generator<void, Resolved> {
  const resolving = createResolving(wrong, surroundings)
  const exchange = resolveExchange(file, resolving)
  const tariffs = yield* resolveTariffs(file, exchange, resolving)
  const tariffIds = idsOf(tariffs)
  const customers = yield* checkCustomers(file, exchange, resolving)
  const products = checkProducts(file, tariffIds, resolving)
  const { accounts, apiTokens } = yield* checkAccounts(
    file,
    { customers: idsOf(customers), products: idsOf(products) },
    resolving,
  )
  const connections = yield* resolveConnections(file, { tariffs: tariffIds, accounts }, resolving)
  const plans = checkPlans(file, resolving)
  const policies = yield* checkPolicies(file, idsOf(connections), idsOf(plans), resolving)
  const tenDlc = yield* checkTenDlc(file, idsOf(accounts), resolving)
  const { warnings } = resolving
  const directory: Directory = {
    accounts,
    connections,
    tariffs,
    policies,
    ...(apiTokens.size === 0 ? {} : { apiTokens }),
    ...(file.customers === undefined ? {} : { customers }),
    ...(file.products === undefined ? {} : { products }),
    ...(file.plans === undefined ? {} : { plans }),
    ...(file.currency === undefined ? {} : { currency: file.currency }),
    ...(file.exchangeRates === undefined ? {} : { exchangeRates: file.exchangeRates }),
    ...(tenDlc === undefined ? {} : { tenDlc }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, WARNINGS_MAX).map((one) => warned(one, file)) }),
  }
  return { directory, mistakes: resolving.mistakes }
}

function* checkPolicies(
  file: DirectoryFile,
  connections: ReadonlySet<string>,
  plans: ReadonlySet<string>,
  resolving: Resolving,
): Generator<void, readonly PolicyRow[]> {
  const policyId = resolving.unique('an id')
  const policies: PolicyRow[] = []
  for (const [policy, at] of rows(file.policies, '/policies')) {
    policyId(policy.id, `${at}/id`)
    for (const [index, id] of listOf(policy.routing?.connections).entries())
      resolving.refer(id as string, `${at}/routing/connections/${index}`, connections, 'a connection')
    resolving.refer(policy.plan, `${at}/plan`, plans, 'a routing plan')
    if (policy.transport === 'sip') checkOnNet(policy, at, resolving)
    if (policies.push(policy) % ROWS_SLICE === 0) yield
  }
  return policies
}

/** What stays with us has no route. */
function checkOnNet({ routing, plan, hlr }: PolicyRow, at: string, { isRight, mistakes }: Resolving): void {
  if (!isRight(`${at}/transport`) || !isRight(`${at}/routing`)) return
  const expected = 'nothing: with transport: sip messages go to accounts of ours, over no connection'
  const given = {
    'routing/connections': routing.connections !== undefined,
    'routing/failover': routing.failover === 'next',
    plan: plan !== undefined,
    hlr: hlr !== undefined,
  }
  for (const [field, isGiven] of Object.entries(given))
    if (isGiven && isRight(`${at}/${field}`)) mistakes.push({ pointer: `${at}/${field}`, expected })
}

/** More than a person reads at once. */
const WARNINGS_MAX = 1000

/** `/campaigns/3/numbers` → object and path. */
function warned({ pointer, ...rest }: RowMistake, file: DirectoryFile): DirectoryWarning {
  const [, kind = '', index = '', ...path] = pointer.split('/')
  const list = (file as Readonly<Record<string, unknown>>)[kind]
  const row = listOf(list)[Number(index)] as { readonly id?: string } | undefined
  return { kind, id: row?.id ?? '', path: dotted(`/${path.join('/')}`), ...rest }
}

function idsOf(list: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(list.map(({ id }) => id))
}
