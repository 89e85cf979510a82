// What the rest of the switch sees of the directory: one immutable value, swapped whole on a change. Types only.

import type { AccountId, ConnectionId, VendorId } from '../message/ids.js'
import type { PeerText } from '../text/decode.js'
import type { Target } from '../text/leave.js'
import type { AccountRow, ConnectionRow, PolicyRow } from './schema.js'
import type { MultipartRow, textColumns } from './text-columns.js'

/** A peer's texts: what the columns of its row come to. Peers that code alike share one `text`. */
export interface PeerTexts {
  /** How it codes what it sends us. */
  readonly text: PeerText
  /** How texts leave to it. */
  readonly leaving: Target
  /** How its messages in parts are taken. */
  readonly multipart: MultipartRow
}

type TextColumn = keyof ReturnType<typeof textColumns> | 'multipart'

/** Who binds to us. `password` is a hash, see password.ts. */
export interface Account extends PeerTexts, Readonly<Omit<AccountRow, 'id' | 'bindModes' | 'numbers' | TextColumn>> {
  readonly id: AccountId
  readonly bindModes: readonly AccountRow['bindModes'][number][]
  /** Digits only. No other account has any of them. */
  readonly numbers: readonly string[]
}

/** The n-th resend comes `n * stepMs` after the n-th failure, at most `max` of them. */
export interface ResendSchedule {
  readonly stepMs: number
  readonly max: number
}

type Resolved = 'id' | 'password' | 'passwordEnv' | 'passwordFile' | 'permanentCodes' | 'resend'

/** One link to a vendor with everything that is decided per connection. */
export interface Connection extends PeerTexts, Readonly<Omit<ConnectionRow, Resolved | TextColumn>> {
  readonly id: ConnectionId
  readonly vendor: VendorId
  /** In clear, from whichever of password, passwordEnv and passwordFile was given. */
  readonly password: string
  /** command_status values that no resend can mend, beyond those permanent everywhere. */
  readonly permanentCodes: ReadonlySet<number>
  readonly resend: ResendSchedule
}

/** A domain service policy. */
export interface Policy {
  readonly id: string
  readonly priority: number
  readonly transport: PolicyRow['transport']
  readonly failover: PolicyRow['routing']['failover']
  /** The connections it may use, undefined for all. */
  readonly connections: readonly ConnectionId[] | undefined
}

/** The compiled directory. Every lookup is a map or a trie; nothing in it ever changes. */
export interface Snapshot {
  /** Also finds inactive accounts: the caller refuses those. */
  accountBySystemId(systemId: string): Account | undefined
  account(id: AccountId): Account | undefined
  accounts(): readonly Account[]
  /** Whose number this is, without a leading `+`. Also finds inactive accounts. */
  ownerOf(called: string): Account | undefined
  connection(id: ConnectionId): Connection | undefined
  /** In the order of the file, inactive ones included. */
  connections(): readonly Connection[]
  /** The policy with the highest priority that covers a message to `called` (no leading `+`) in `domain`. */
  policyFor(domain: string, called: string): Policy | undefined
  /**
   * The active connections that have a rate for `called`, cheapest first, equal prices in the order of the file.
   * Equal routes are the same array object, so that a route can key a lane. Empty for no route.
   */
  routeFor(policy: Policy, called: string): readonly ConnectionId[]
  /** What the connection's vendor charges for one unit to `called`, in millionths of the base currency. */
  priceOf(connection: ConnectionId, called: string): number | undefined
}
