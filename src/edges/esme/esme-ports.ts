// What the ESME edge asks of the rest of the switch, and what one connection asks of the edge. Types only.

import type { Account, Snapshot } from '../../directory/snapshot.js'
import type { Clock } from '../../lib/clock.js'
import type { AccountId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { Receivers, ReceiversPorts } from './receivers.js'
import type { KnownState } from './recent-states.js'

export interface EsmeEdgePorts extends Pick<ReceiversPorts, 'notified' | 'notSent'> {
  readonly directory: () => Snapshot
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Log
  /** True when the password is right; takes as long for an unknown account. */
  readonly verify: (account: Account | undefined, password: string) => Promise<boolean>
  readonly logIns: LogIns
  /** Takes the submissions of one read; each is answered through its own `answer`. */
  readonly submit: (batch: readonly Submission[]) => void
  /** A session has ended: nobody waits for what was withheld of it. */
  readonly linkClosed: (link: object) => void
  /** A session can send nothing more until parts of it that are withheld are answered. */
  readonly stalled: (link: object) => void
  /** For query_sm. */
  readonly stateOf: (account: AccountId, id: string) => KnownState | undefined
  /** Makes an account's receivers known as a destination, once. */
  readonly addDestination: (receivers: Receivers) => void
  readonly destinationChanged: (id: string) => void
  readonly hasRoom: (id: string) => void
}

/** Who may have a password looked at. Accounts are called as they call themselves. */
export interface LogIns {
  mayTry(address: string, account: string): boolean
  wrong(address: string, account: string): void
  right(address: string, account: string): void
}

export type BindKind = 'transmitter' | 'receiver' | 'transceiver'

/** What all connections have in common. */
export interface EsmeHouse<Connection> {
  /** Our name in bind responses. */
  readonly systemId: string
  readonly stallMs: number
  readonly stopping: boolean
  /** Reading is held: a session that has just bound must not read either. */
  readonly holds: boolean
  /** One more bind of this account, unless it has as many as it may. */
  take(account: Account, kind: BindKind): boolean
  give(account: AccountId, kind: BindKind): void
  receiversOf(account: AccountId): Receivers
  /** A connection has its first withheld part, or none any more. */
  withholds(connection: Connection, on: boolean): void
  /** A connection has bound, and is told of changes of the directory, or it has ended. */
  follows(connection: Connection, on: boolean): void
  /** Calls it after the time that a refusal takes whose reason is not told. */
  afterAWhile(refuse: () => void): void
  /** A session has ended. */
  sessionEnded(): void
}
