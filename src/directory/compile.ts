// A directory → the snapshot with its hot lookups. It works in slices, so that a reload never holds up the event loop for long.

import { finished } from '../lib/slices.js'
import { compileExchange } from '../money/exchange.js'
import type { Tariff } from '../money/tariff.js'
import { dearestOffer, offerForWord } from '../money/price-list.js'
import { findRange, sortRanges, type Ranged } from '../lib/cidr.js'
import { ApiAccounts } from './api-accounts.js'
import { createCompileMemory, type CompileMemory } from './compile-memory.js'
import { compileConnection, compileCustomer, compilePlan, compilePolicy, compileProduct } from './compile-rows.js'
import { Credits } from './credits.js'
import { momentOf } from '../money/moment.js'
import { createPolicies } from './policies.js'
import { Prices } from './prices.js'
import { NO_CURRENCY } from './resolve-trade.js'
import type { Directory } from './resolve.js'
import { candidatesFor, Routes, type RouteTable } from './routes.js'
import { SipUsers } from './sip-users.js'
import { TenDlcRegistry } from './tendlc-registry.js'
import type { AccountId } from '../message/ids.js'
import type { Buyer, Policy, ResendSchedule, RoutedConnection, SendingAccount, Snapshot } from './snapshot.js'
import { bringsMessagesOf, maySendOver } from './may-send-over.js'

export interface CompileDefaults {
  /** For connections that say nothing about it. */
  readonly resend: ResendSchedule
  /** Wall time in ms at which prices and routes are asked for first; left out: before all dated rates. */
  readonly wallMs?: number
  /** What was compiled before: what did not change is taken from there. */
  readonly memory?: CompileMemory
}

/** The defaults of the settings: the n-th resend 30·n s after the n-th failure, at most 20. */
const usual: CompileDefaults = { resend: { stepMs: 30_000, max: 20 } }

/** Rows compiled between two yields: about a millisecond. */
const SLICE = 100

/** Compiles a directory that parseDirectory found no mistake in, at once. */
export function compileDirectory(directory: Directory, defaults: CompileDefaults = usual): Snapshot {
  return finished(compileInSlices(directory, defaults))
}

/** Yields every millisecond or so. */
export function* compileInSlices(directory: Directory, defaults: CompileDefaults = usual): Generator<void, Snapshot> {
  const { currency = NO_CURRENCY, exchangeRates = [], products: productRows = [] } = directory
  const exchange = compileExchange(
    currency,
    exchangeRates.map(({ effectiveFrom, ...rate }) => ({
      ...rate,
      fromMs: effectiveFrom === undefined ? 0 : (momentOf(effectiveFrom) ?? 0),
    })),
  )
  const memory = defaults.memory ?? createCompileMemory()
  const sharing = memory.sharing()
  const productRowById = new Map(productRows.map((row) => [row.id, row]))
  const productById = byId(productRows.map(compileProduct))
  const customers = Object.freeze(
    yield* compiledInSlices(directory.customers ?? [], (row) => compileCustomer(row, currency)),
  )
  const accounts = Object.freeze(
    yield* compiledInSlices(directory.accounts, (row) =>
      memory.account(row, row.product === undefined ? undefined : productRowById.get(row.product)),
    ),
  )
  const connections = Object.freeze(
    yield* compiledInSlices(directory.connections, (row) => compileConnection(row, defaults.resend, sharing)),
  )
  const tariffs = new Map<string, Tariff>()
  for (const tariff of directory.tariffs) tariffs.set(tariff.id, yield* memory.tariffs.compiled(tariff, currency))
  memory.tariffs.keepOnly(tariffs)
  const prices = new Prices(tariffs, exchange, defaults.wallMs ?? 0)
  const routes = new Routes(prices, yield* memory.classes([...tariffs.values()]))
  yield

  const plans = byId((directory.plans ?? []).map(compilePlan))
  const policies = createPolicies(
    directory.policies.map((row) => compilePolicy(row, row.plan === undefined ? undefined : plans.get(row.plan))),
  )
  const routesOf = new Map(policies.all.map((policy) => [policy, new PolicyRoutes(routes, policy, connections)]))
  const routesById = new Map([...routesOf].map(([policy, found]) => [policy.id, found]))
  // What was decided by the directory before this one may come with its policy.
  const ofSnapshot = (policy: Policy): PolicyRoutes =>
    routesOf.get(policy) ?? routesById.get(policy.id) ?? new PolicyRoutes(routes, policy, [])
  const brought = new Set<AccountId>()
  for (const { account } of connections) if (account !== undefined) brought.add(account as AccountId)
  const saleOf = ({ product }: Buyer): string | undefined =>
    product === undefined ? undefined : productById.get(product)?.tariff
  const credits = new Credits(prices)
  yield
  const accountById = new Map<string, SendingAccount>()
  const accountBySystemId = new Map<string, SendingAccount>()
  const owners = new Map<string, SendingAccount>()
  const sipUsers = new SipUsers()
  const ranges: Ranged<SendingAccount>[] = []
  for (const value of accounts) {
    accountById.set(value.id, value)
    if (value.systemId !== undefined) accountBySystemId.set(value.systemId, value)
    sipUsers.add(value)
    for (const number of value.numbers) owners.set(number, value)
    if (value.ipOnly) for (const range of value.addresses) ranges.push({ ...range, value })
    if (accountById.size % SLICE === 0) yield
  }
  const apiAccounts = new ApiAccounts()
  let added = 0
  if (directory.apiTokens !== undefined)
    for (const value of accounts) {
      apiAccounts.add(value, accountById, directory.apiTokens)
      if (++added % SLICE === 0) yield
    }
  const alone = sortRanges(ranges)
  yield
  const customerById = byId(customers)
  const connectionById = byId(connections)
  const peers = sortRanges(
    connections.flatMap((value) => (value.sip?.addresses ?? []).map((range) => ({ ...range, value }))),
  )

  return Object.freeze<Snapshot>({
    currency,
    tenDlc: directory.tenDlc && new TenDlcRegistry(directory.tenDlc),
    warnings: directory.warnings,
    accountBySystemId: (systemId) => accountBySystemId.get(systemId),
    accountByAddress: (ip) => findRange(alone, ip),
    account: (id) => accountById.get(id),
    accounts: () => accounts,
    ownerOf: (called) => owners.get(called),
    sipAccount: (user, domain) => sipUsers.account(user, domain),
    sipSecret: (user, realm, algorithm) => sipUsers.secret(user, realm, algorithm),
    onNetOf: (called, domain) => owners.get(called) ?? sipUsers.account(called, domain),
    sipDomains: () => sipUsers.domains,
    hasSipDomain: (domain) => sipUsers.hasDomain(domain),
    apiAccount: (authId) => apiAccounts.account(authId),
    apiSubAccountsOf: (authId) => apiAccounts.subAccountsOf(authId),
    apiTokensOf: (account) => apiAccounts.tokensOf(account),
    connectionByAddress: (ip) => findRange(peers, ip),
    customer: (id) => customerById.get(id),
    customers: () => customers,
    product: (id) => productById.get(id),
    connection: (id) => connectionById.get(id),
    connections: () => connections,
    policies: () => policies.all,
    policyFor: (domain, called) => policies.policyFor(domain, called),
    routeFor: (policy, called, account, wallMs, network, chance = 0) => {
      if (wallMs !== undefined) prices.moveTo(wallMs)
      const id = account?.id
      const found = id === undefined || !brought.has(id) ? ofSnapshot(policy) : ofSnapshot(policy).for(id)
      const sale = account === undefined || policy.plan?.profit === undefined ? undefined : saleOf(account)
      return (sale === undefined ? found.plain : found.forSale(sale)).routeFor(called, network, chance)
    },
    standBack: (route, standingOf) => routes.standBack(route, standingOf),
    routeQuestion: (policy, called, account, wallMs, network) => {
      prices.moveTo(wallMs)
      const sale = account && saleOf(account)
      return {
        candidates: candidatesFor(ofSnapshot(policy).all, prices, called, network, account?.id),
        plan: policy.plan?.plan,
        profit: policy.plan?.profit,
        saleMicros: sale === undefined ? undefined : prices.offer(sale, called, network)?.priceMicros,
        downLinks: 'last',
        chance: 0,
      }
    },
    priceOf: (connection, called) => {
      const tariff = connectionById.get(connection)?.tariff
      return tariff === undefined ? undefined : prices.offer(tariff, called, undefined)?.priceMicros
    },
    vendorPrice: (connection, called, network, wallMs) => {
      prices.moveTo(wallMs)
      const tariff = connectionById.get(connection)?.tariff
      return tariff === undefined ? undefined : prices.offer(tariff, called, network)
    },
    vendorWordPrice: (connection, word, wallMs) => {
      prices.moveTo(wallMs)
      const list = prices.list(connectionById.get(connection)?.tariff ?? '')
      return list === undefined ? undefined : offerForWord(list, word, prices.atMs)
    },
    creditMicrosOf: (customer, wallMs) => credits.of(customer, wallMs),
    customerPrice: (account, called, network, wallMs) => {
      prices.moveTo(wallMs)
      const sale = saleOf(account)
      return sale === undefined ? undefined : prices.offer(sale, called, network)
    },
    customerWordPrice: (account, word, wallMs) => {
      prices.moveTo(wallMs)
      const list = prices.list(saleOf(account) ?? '')
      return list === undefined ? undefined : offerForWord(list, word, prices.atMs)
    },
    customerDearestPrice: (account, called, mccs, wallMs) => {
      prices.moveTo(wallMs)
      const list = prices.list(saleOf(account) ?? '')
      return list === undefined ? undefined : dearestOffer(list, called, mccs, prices.atMs)
    },
    nextChangeMs: (wallMs) => prices.nextChangeMs(wallMs),
  })
}

/** The tables of one policy: one where no profit is asked for, and one for each tariff that customers pay by. */
class PolicyRoutes {
  /** Those that the policy names, inactive ones too. */
  readonly all: readonly RoutedConnection[]
  readonly plain: RouteTable
  readonly #routes: Routes
  readonly #policy: Policy
  readonly #bySale = new Map<string, RouteTable>()
  readonly #bySender = new Map<AccountId, PolicyRoutes>()

  constructor(routes: Routes, policy: Policy, connections: readonly RoutedConnection[]) {
    const allowed = policy.connections === undefined ? undefined : new Set(policy.connections)
    this.#routes = routes
    this.#policy = policy
    this.all = connections.filter(({ id }) => allowed?.has(id) ?? true)
    this.plain = this.#table(undefined)
  }

  forSale(tariff: string): RouteTable {
    let table = this.#bySale.get(tariff)
    if (table === undefined) this.#bySale.set(tariff, (table = this.#table(tariff)))
    return table
  }

  /** Those for the messages of an account that connections bring. */
  for(sender: AccountId): PolicyRoutes {
    let routes = this.#bySender.get(sender)
    if (routes === undefined) {
      const others = this.all.filter((connection) => !bringsMessagesOf(connection, sender))
      this.#bySender.set(sender, (routes = new PolicyRoutes(this.#routes, this.#policy, others)))
    }
    return routes
  }

  #table(sale: string | undefined): RouteTable {
    return this.#routes.tableFor(this.all.filter(maySendOver), this.#policy.plan, sale)
  }
}

function* compiledInSlices<Row, Compiled>(
  rows: readonly Row[],
  compile: (row: Row) => Compiled,
): Generator<void, Compiled[]> {
  const compiled: Compiled[] = []
  for (const row of rows) {
    compiled.push(compile(row))
    if (compiled.length % SLICE === 0) yield
  }
  return compiled
}

function byId<T extends { readonly id: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((one) => [one.id, one]))
}
