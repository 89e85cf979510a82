// The HTTP API as a whole: its server, what applications are told, its accounts as destinations, and the changes of what it keeps, tied
// to the core of the switch. Belongs to the composition root.

import { randomUUID } from 'node:crypto'
import type { AccountDestinations } from './account-destinations.js'
import type { DirectoryBook } from './admin/directory-book.js'
import type { ApiInstruments } from './api-instruments.js'
import { attachedNumbers } from './attached-numbers.js'
import { apiBoundsOf, apiRateOf, listRateOf, lookRateOf } from './api-options.js'
import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import type { Snapshot } from './directory/snapshot.js'
import { defaultAcknowledgements } from './edges/api/inbound.js'
import type { MessagePorts } from './edges/api/message-ports.js'
import { messageRoutes } from './edges/api/message-routes.js'
import { OldRows } from './edges/api/old-rows.js'
import { PoolRefresh, type PoolRefreshOptions } from './edges/api/pool-refresh.js'
import { PowerpackChanges, type CommitRows } from './edges/api/powerpack-changes.js'
import { replies } from './edges/api/replies.js'
import { startApi, type Api } from './edges/api/server.js'
import { ToldAccounts } from './edges/api/told-accounts.js'
import { inboundEnded } from './edges/api/told-inbound.js'
import { Webhooks, type WebhookOptions } from './edges/api/webhooks.js'
import type { Clock, Timers } from './lib/clock.js'
import { logInsOf, type LogInPorts } from './log-ins.js'
import type { Failure } from './message/failure.js'
import type { IdSource } from './message/id-source.js'
import type { AccountId } from './message/ids.js'
import type { Submission } from './pipeline/stage.js'
import { isOwnSource, mayClaim } from './number-claims.js'
import { readNumberProvider } from './number-provider.js'
import { tieNumberSource, type TiedNumberSource } from './number-source.js'
import type { Pools } from './pools.js'
import type { MessageEnd } from './powerpack/health-report.js'
import { usualKeywords } from './powerpack/keywords.js'
import type { PoolBook } from './powerpack/pool-book.js'
import type { Recorder } from './store/contracts/recorder.js'
import type { Store } from './store/contracts/store.js'
import type { Log } from './telemetry/log.js'

export interface ApiSwitchPorts {
  readonly config: Config
  readonly webhooks: WebhookOptions
  /** Left out: nothing is done about numbers whose messages do not arrive. */
  readonly refreshOptions: PoolRefreshOptions | undefined
  readonly pools: Pools
  readonly directory: () => Snapshot
  /** Where numbers are attached to campaigns. */
  readonly book: DirectoryBook
  readonly store: Pick<Store, 'findKept' | 'keptRows'>
  readonly core: Pick<Core, 'recorder' | 'courier' | 'dispatcher'>
  readonly destinations: AccountDestinations
  readonly ids: IdSource
  readonly clock: Clock
  readonly timers: Timers
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly logIns: LogInPorts
  /** Units that wait for the disk, above which no message comes in. */
  readonly mostPending: number
  readonly submit: (batch: readonly Submission[]) => void
  /** Of the program, for the API's document. */
  readonly version: string
  readonly instruments: ApiInstruments
  readonly log: Log
}

const DAY_MS = 86_400_000
const behind: Failure = { reason: 'throttled', cause: 'the store is behind' }
const failing: Failure = { reason: 'systemError', cause: 'the store is failing' }

export class ApiSwitch {
  /** Of all that changes packs, numbers or applications: there is one. */
  readonly changes: PowerpackChanges
  readonly #ports: ApiSwitchPorts
  readonly #webhooks: Webhooks
  readonly #told: ToldAccounts
  readonly #oldRows: OldRows
  readonly #refresh: PoolRefresh | undefined
  /** Where numbers are searched and rented. */
  readonly #numbers: TiedNumberSource
  readonly #messagePorts: MessagePorts
  /** Of accounts that may not come in now, too: what they sent is told of all the same. */
  #accounts: ReadonlyMap<string, AccountId> = new Map()
  #server: Api | undefined
  #stopped: Promise<void> | undefined

  constructor(ports: ApiSwitchPorts) {
    const { config, pools, directory, store, core, ids, clock, timers, nowMs, instruments } = ports
    const { recorder, courier, dispatcher } = core
    const { powerpacks, applications } = pools
    const { destinations } = ports
    const wallMs = (): number => clock.wallMs()
    const defer = (fn: () => void): void => void setImmediate(fn)
    const kept = {
      findKept: (table: string, keys: readonly string[]) => store.findKept(table, keys),
      keptRows: (...asked: Parameters<Store['keptRows']>) => store.keptRows(...asked),
    }
    const accountOf = (authId: string): AccountId | undefined => this.#accounts.get(authId)
    this.#ports = ports
    this.changes = new PowerpackChanges(offeredRows(recorder), config.api.maxChanges)
    const ofMessages = {
      submit: ports.submit,
      mayCall: (url: string) => this.#webhooks.mayCall(url),
      refuses: () => this.#refuses(),
      powerpacks,
      isOwn: (account: AccountId, source: string) => isOwnSource(directory(), account, source),
      campaignOf: (account: AccountId, number: string) => this.#campaignOf(account, number),
      nextId: () => ids.next(),
      defer,
    }
    this.#webhooks = new Webhooks(ports.webhooks, {
      ...kept,
      ...{ recorder, timers, nowMs },
      tokensOf: (authId) => {
        const account = accountOf(authId)
        return account === undefined ? undefined : directory().apiTokensOf(account)
      },
      reply: (...asked) => reply(...asked),
      replyRefused: instruments.replyRefused,
      ended: inboundEnded({ ...kept, accountOf, wallMs }),
      events: instruments.outbox,
    })
    const { outbox } = this.#webhooks
    const reply = replies({
      ...ofMessages,
      outbox,
      accountOf: (authId) => {
        const account = accountOf(authId)
        return account === undefined ? undefined : { authId, account }
      },
    })
    this.#told = new ToldAccounts({
      ...kept,
      ...{ powerpacks, applications, courier, recorder, outbox, timers, defer, nowMs, wallMs },
      added: (side) => destinations.add('api', side),
      removed: (id) => destinations.remove('api', id),
      changed: (id) => dispatcher.changed(id, nowMs()),
      hasRoom: (id) => dispatcher.hasRoom(id),
      authIdOf: (account) => directory().account(account)?.api?.authId,
      rules: { keywords: usualKeywords, acknowledgements: defaultAcknowledgements },
      nextId: () => ids.next(),
      events: instruments.told,
    })
    this.#oldRows = new OldRows(
      {
        recordsMs: config.api.keepDays === 0 ? Infinity : config.api.keepDays * DAY_MS,
        repeatableMs: config.api.idempotencyMs,
      },
      { ...kept, recorder, nowMs, wallMs, events: instruments.oldRows },
    )
    this.#numbers = tieNumberSource({
      ...kept,
      ...{ book: powerpacks.book, changes: this.changes, commit: offeredRows(recorder), wallMs, instruments },
      provider: readNumberProvider(config),
      nowMs: () => clock.monotonicMs(),
    })
    const refreshPorts = { book: powerpacks.book, changes: this.changes, source: this.#numbers.source, nowMs }
    this.#refresh =
      ports.refreshOptions && new PoolRefresh(ports.refreshOptions, { ...refreshPorts, events: instruments.refresh })
    this.#messagePorts = {
      ...kept,
      ...ofMessages,
      commit: offeredRows(recorder),
      outbox,
      subAccountsOf: (authId) => directory().apiSubAccountsOf(authId),
      wallMs,
      monotonicMs: () => clock.monotonicMs(),
      events: instruments.messages,
    }
  }

  /** Webhooks that an earlier run left go on. Before anything else is done, and after all that was read of it. @throws StoreError */
  async restore(): Promise<void> {
    this.follow()
    await this.#webhooks.start()
  }

  /** Listens; what waits for accounts is told. Rejects with the system's error when the port is taken. @returns the port */
  async start(): Promise<number> {
    const { config, directory, book, pools, clock, nowMs, instruments, version, log } = this.#ports
    const numbersChanged = (revision: number): void =>
      log.event('directory.changed', { by: 'api', revision, objects: 1 })
    this.#told.follow(this.#accounts.values())
    this.#refresh?.start()
    this.#server = await startApi(
      {
        ports: {
          ...pools,
          accountOf: (authId) => directory().apiAccount(authId),
          subAccountsOf: (authId) => directory().apiSubAccountsOf(authId),
          mayCall: this.#webhooks.mayCall,
          changes: this.changes,
          source: this.#numbers.source,
          mayAdd: (account, number) => mayClaim(directory(), account, number),
          tenDlc: { registry: () => directory().tenDlc, changeNumbers: attachedNumbers(book, numbersChanged) },
          logIns: logInsOf('http', this.#ports.logIns),
          nowMs,
          wallMs: () => clock.wallMs(),
          monotonicMs: () => clock.monotonicMs(),
          uuid: randomUUID,
        },
        routes: [messageRoutes(this.#messagePorts, listRateOf(config), config.api.idempotencyMs)],
        rate: apiRateOf(config),
        looks: lookRateOf(config),
        bounds: apiBoundsOf(config),
        version,
        onFault: instruments.onFault,
        onAnswer: instruments.onAnswer,
      },
      config.api.host,
      config.api.port,
    )
    const { port } = this.#server
    log.event('api.listening', { host: config.api.host, port })
    return port
  }

  /** Another directory is in force. */
  follow(): void {
    const accounts = new Map<string, AccountId>()
    for (const { id, api } of this.#ports.directory().accounts()) if (api !== undefined) accounts.set(api.authId, id)
    this.#accounts = accounts
    if (this.#server !== undefined) this.#told.follow(accounts.values())
  }

  /** To be called every second or so. */
  tick(): void {
    void this.#oldRows.step()
    void this.#refresh?.step()
    void this.#numbers.step()
  }

  /** The end of a message towards a phone, by the address that it was from. Called on the hot path where numbers are looked after. */
  ended(source: string, end: MessageEnd): void {
    this.#refresh?.ended(source, end)
  }

  /** Packs, pools and numbers. */
  get book(): PoolBook {
    return this.#ports.pools.powerpacks.book
  }

  /** That numbers are rented from, and go back to. */
  get provider(): TiedNumberSource['provider'] {
    return this.#numbers.provider
  }

  get outbox(): Webhooks['outbox'] {
    return this.#webhooks.outbox
  }

  /** Takes no more requests; those that are under way get their answers. */
  stopAccepting(): void {
    this.#stopped ??= this.#server?.stop()
  }

  /** All requests have their answers. */
  async answered(): Promise<void> {
    await this.#stopped
  }

  /** Nothing more is told. What is out may still be answered. */
  async stopTelling(graceMs: number): Promise<void> {
    this.#told.stop()
    await this.#webhooks.stop(graceMs)
    this.#numbers.close()
  }

  /** The start of the switch has failed: nothing is waited for. */
  async abort(): Promise<void> {
    this.stopAccepting()
    await this.stopTelling(0)
  }

  #refuses(): Failure | undefined {
    const { recorder } = this.#ports.core
    if (!recorder.accepting) return failing
    return recorder.pending > this.#ports.mostPending ? behind : undefined
  }

  #campaignOf(account: AccountId, number: string): string | undefined {
    const { tenDlc } = this.#ports.directory()
    const campaign = tenDlc?.campaignOf(number)
    if (tenDlc === undefined || campaign === undefined) return tenDlc && ''
    return tenDlc.mayUse(campaign, account) ? campaign.id : ''
  }
}

/** As one step, which the store may refuse. */
function offeredRows(recorder: Pick<Recorder, 'offer'>): CommitRows {
  return (rows) =>
    rows.length === 0
      ? Promise.resolve()
      : new Promise((resolve, reject) =>
          recorder.offer({ kind: 'kept', rows }, { durable: () => resolve(), refused: (_, error) => reject(error) }),
        )
}
