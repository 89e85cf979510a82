// What the HTTP API needs of the switch, and what its routes are told of who calls. Types only.
import type { FastifyInstance } from 'fastify'
import type { ApiAccount } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import type { Powerpacks } from '../../powerpack/powerpacks.js'
import type { ApplicationBook } from './application-book.js'
import type { NumberSource } from './inventory.js'
import type { PowerpackChanges } from './powerpack-changes.js'
import type { TenDlcPort } from './tendlc-ports.js'
import type { MayCall } from './webhook-url.js'

export type { ApiAccount } from '../../directory/snapshot.js'
export type { CommitRows } from './powerpack-changes.js'

/** Wrong tokens are counted by address and auth id; whoever has a right one comes in. */
export interface ApiLogIns {
  mayTry(address: string, account: string): boolean
  wrong(address: string, account: string): void
}

export interface ApiRate {
  /** Requests of one account in a window; 0 for no limit. */
  readonly requests: number
  readonly windowMs: number
}

export const defaultApiRate: ApiRate = { requests: 300, windowMs: 5_000 }

export interface ApiPorts {
  accountOf(authId: string): ApiAccount | undefined
  /** Of a main account. */
  subAccountsOf(authId: string): readonly ApiAccount[]
  readonly powerpacks: Powerpacks
  readonly applications: ApplicationBook
  readonly mayCall: MayCall
  /** Of all that changes packs, numbers or applications: there is one. */
  readonly changes: PowerpackChanges
  /** Where numbers are searched and bought. */
  readonly source: NumberSource
  /** Whether a number that nobody has yet may be added by this account as one of its own carrier. */
  mayAdd(account: AccountId, number: string): boolean
  /** Left out: there are no campaigns. */
  readonly tenDlc?: TenDlcPort | undefined
  /** Left out: wrong tokens are not counted. */
  readonly logIns?: ApiLogIns | undefined
  /** Switch time, ms. */
  readonly nowMs: () => number
  /** Wall time, ms. */
  readonly wallMs: () => number
  /** Does not go back, ms. */
  readonly monotonicMs: () => number
  /** A random UUID. */
  readonly uuid: () => string
}

/**
 * Adds routes under `/v1/Account/:auth_id`, which is not part of their paths: `/Message/`. Paths come without doubled slashes and with
 * one at their end; queries and bodies as the schema of the route says, unknown fields left out, '' and null as if not given.
 */
export type AddRoutes = (server: FastifyInstance) => void

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose the path is. Set before a route is called. */
    apiAccount: ApiAccount
    /** Counts what is looked at for the account's lists. */
    look(rows: number): void
  }
}
