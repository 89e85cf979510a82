// A directory → the frozen snapshot with its hot lookups. Everything that can be decided once is decided here.

import type { AccountId, ConnectionId } from '../message/ids.js'
import { calledMatcher, domainMatcher } from './pattern.js'
import type { Directory, ResolvedConnection } from './resolve.js'
import { Routes, type RouteTable } from './routes.js'
import type { AccountRow, PolicyRow } from './schema.js'
import type { Account, Connection, Policy, ResendSchedule, Snapshot } from './snapshot.js'
import { createTexts, type TextsOf } from './texts.js'

export interface CompileDefaults {
  /** For connections that say nothing about it. */
  readonly resend: ResendSchedule
}

/** The defaults of the settings: the n-th resend 30·n s after the n-th failure, at most 20. */
const usual: CompileDefaults = { resend: { stepMs: 30_000, max: 20 } }

/** Domains come from outside: the memory of what they match is thrown away at this many. */
const DOMAINS_REMEMBERED = 1000

interface CompiledPolicy {
  readonly policy: Policy
  readonly matchesDomain: (lowerCaseDomain: string) => boolean
  /** Undefined when every number matches. */
  readonly matchesCalled: ((called: string) => boolean) | undefined
}

/** Compiles a directory that parseDirectory found no mistake in. */
export function compileDirectory(directory: Directory, defaults: CompileDefaults = usual): Snapshot {
  const textsOf = createTexts()
  const accounts = Object.freeze(directory.accounts.map((row) => compileAccount(row, textsOf)))
  const accountById = new Map(accounts.map((account) => [account.id, account]))
  const accountBySystemId = new Map(accounts.map((account) => [account.systemId, account]))
  const owners = new Map(accounts.flatMap((account) => account.numbers.map((number) => [number, account] as const)))
  const connections = Object.freeze(
    directory.connections.map((row) => compileConnection(row, defaults.resend, textsOf)),
  )
  const connectionById = new Map(connections.map((connection) => [connection.id, connection]))
  const routes = new Routes(directory.tariffs)
  const tables = new Map<Policy, RouteTable>()
  const policies = directory.policies.map((row): CompiledPolicy => {
    const policy = compilePolicy(row)
    const allowed = policy.connections === undefined ? undefined : new Set(policy.connections)
    const usable = connections.filter(({ id, active }) => active && (allowed?.has(id) ?? true))
    tables.set(policy, routes.tableFor(usable))
    return { policy, matchesDomain: domainMatcher(row.match.domain), matchesCalled: calledMatcher(row.match.called) }
  })
  // Stable: equal priorities keep the order of the file.
  policies.sort((a, b) => b.policy.priority - a.policy.priority)
  const policiesOf = rememberDomains(policies)

  return Object.freeze<Snapshot>({
    accountBySystemId: (systemId) => accountBySystemId.get(systemId),
    account: (id) => accountById.get(id),
    accounts: () => accounts,
    ownerOf: (called) => owners.get(called),
    connection: (id) => connectionById.get(id),
    connections: () => connections,
    policyFor: (domain, called) => {
      for (const { policy, matchesCalled } of policiesOf(domain))
        if (matchesCalled === undefined || matchesCalled(called)) return policy
      return undefined
    },
    routeFor: (policy, called) => {
      const table = tables.get(policy)
      if (table === undefined) throw new Error(`policy ${policy.id} is not of this snapshot`)
      return table.routeFor(called)
    },
    priceOf: (connection, called) => {
      const tariff = connectionById.get(connection)?.tariff
      return tariff === undefined ? undefined : routes.price(tariff, called)
    },
  })
}

/** The policies that cover a domain, by priority; nothing comes after one that takes every number. */
function rememberDomains(policies: readonly CompiledPolicy[]): (domain: string) => readonly CompiledPolicy[] {
  const remembered = new Map<string, readonly CompiledPolicy[]>()
  return (domain) => {
    const known = remembered.get(domain)
    if (known !== undefined) return known
    const lowerCase = domain.toLowerCase()
    const matching = policies.filter(({ matchesDomain }) => matchesDomain(lowerCase))
    const last = matching.findIndex(({ matchesCalled }) => matchesCalled === undefined)
    const reachable = last === -1 ? matching : matching.slice(0, last + 1)
    if (remembered.size >= DOMAINS_REMEMBERED) remembered.clear()
    remembered.set(domain, reachable)
    return reachable
  }
}

function compileAccount(row: AccountRow, textsOf: TextsOf): Account {
  const { text, longMessage, languages, transliterate, multipart, ...rest } = row
  return Object.freeze<Account>({
    ...rest,
    ...textsOf({ text, longMessage, languages, transliterate, multipart }),
    id: row.id as AccountId,
    bindModes: Object.freeze([...new Set(row.bindModes)]),
    numbers: Object.freeze(row.numbers),
  })
}

function compileConnection(row: ResolvedConnection, resend: ResendSchedule, textsOf: TextsOf): Connection {
  const { text, longMessage, languages, transliterate, multipart, ...rest } = row
  return Object.freeze<Connection>({
    ...rest,
    ...textsOf({ text, longMessage, languages, transliterate, multipart }),
    sourceAddress: Object.freeze(row.sourceAddress),
    destinationAddress: Object.freeze(row.destinationAddress),
    receiptIds: Object.freeze(row.receiptIds),
    resend: Object.freeze({ stepMs: row.resend?.stepMs ?? resend.stepMs, max: row.resend?.max ?? resend.max }),
  })
}

function compilePolicy(row: PolicyRow): Policy {
  const { connections, failover } = row.routing
  return Object.freeze({
    id: row.id,
    priority: row.priority,
    transport: row.transport,
    failover,
    connections: connections === undefined ? undefined : Object.freeze(connections as ConnectionId[]),
  })
}
