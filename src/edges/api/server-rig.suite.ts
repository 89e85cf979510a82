// For tests: a listening API over a store in memory, numbers to rent, and ways to call it. No expectations.
import { randomUUID } from 'node:crypto'
import type { AccountId } from '../../message/ids.js'
import { judgeOwning } from '../../powerpack/number-changes.js'
import { numberTypeOf } from '../../powerpack/number-type.js'
import { numberDefaults, type OwnedNumber } from '../../powerpack/owned-number.js'
import { Powerpacks } from '../../powerpack/powerpacks.js'
import { keptTables } from '../../powerpack/rows.js'
import { NOBODY } from '../../powerpack/stock.js'
import { anchorAt } from '../../store/conformance-rows.suite.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import type { AddRoutes, ApiAccount, ApiLogIns, ApiPorts, ApiRate } from './api-ports.js'
import { ApplicationBook, APPLICATION_TABLE } from './application-book.js'
import { ownNumbers } from './inventory-own.js'
import type { NumberSource } from './inventory.js'
import { PowerpackChanges } from './powerpack-changes.js'
import type { LookRate } from './look-budget.js'
import { startApi, type Api } from './server.js'
import type { TenDlcPort } from './tendlc-ports.js'

export const main: ApiAccount = {
  authId: 'MA0123456789ABCDEFGH',
  token: 'x'.repeat(40),
  account: 'acme' as AccountId,
}
export const sub: ApiAccount = {
  authId: 'SA0123456789ABCDEFGH',
  token: 'y'.repeat(40),
  account: 'acme-sub' as AccountId,
  main: main.authId,
}
export const other: ApiAccount = {
  authId: 'MAZZZZZZZZZZZZZZZZZZ',
  token: 'z'.repeat(40),
  account: 'other' as AccountId,
}

const accounts = [main, sub, other]

export interface RigOptions {
  readonly rate?: ApiRate
  readonly looks?: LookRate
  readonly logIns?: ApiLogIns
  readonly tenDlc?: TenDlcPort
  readonly routes?: readonly AddRoutes[]
  /** In place of the operator's own numbers. */
  readonly source?: (own: NumberSource) => NumberSource
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export class ApiRig {
  readonly store = new MemoryStore()
  readonly faults: unknown[] = []
  readonly answers: string[] = []
  nowMs = Date.UTC(2026, 5, 10, 12)
  /** What the next commits reject with. */
  failure: Error | undefined
  readonly #options: RigOptions
  #ports: ApiPorts
  #api: Api | undefined

  constructor(options: RigOptions = {}) {
    this.#options = options
    this.#ports = this.#made(new Powerpacks(), new ApplicationBook())
    this.#ports.powerpacks.loaded(this.nowMs)
  }

  get ports(): ApiPorts {
    return this.#ports
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#api?.port}`
  }

  /** For the SDK's `url` option. */
  urlOf({ authId }: ApiAccount): string {
    return `${this.origin}/v1/Account/${authId}`
  }

  async start(): Promise<this> {
    const { routes, rate, looks } = this.#options
    this.#api = await startApi(
      {
        ...{
          ports: this.#ports,
          routes,
          rate,
          looks,
          version: '1.2.3',
          onFault: ({ error }) => this.faults.push(error),
        },
        onAnswer: (method, route, status) => this.answers.push(`${method} ${route} ${status}`),
      },
      '127.0.0.1',
      0,
    )
    return this
  }

  async stop(): Promise<void> {
    await this.#api?.stop()
  }

  /** A new process over the same store. */
  async restart(): Promise<void> {
    await this.stop()
    const packs = new Powerpacks()
    for (const table of keptTables) packs.load(table, (await this.store.keptRows(table, { limit: 1000 })).rows)
    packs.loaded(this.nowMs)
    const applications = new ApplicationBook()
    applications.load((await this.store.keptRows(APPLICATION_TABLE, { limit: 1000 })).rows)
    this.#ports = this.#made(packs, applications)
    await this.start()
  }

  /** Numbers that can be rented, or that an account has. */
  async stock(numbers: readonly string[], more: Partial<OwnedNumber> = {}): Promise<void> {
    const rows = numbers.map((number): OwnedNumber => {
      const type = numberTypeOf(number) ?? 'longcode'
      return { ...numberDefaults, number, account: NOBODY, type, country: 'US', ownedAtMs: this.nowMs, ...more }
    })
    const { changes, powerpacks } = this.#ports
    const changed = await changes.make(() => judgeOwning(powerpacks.book, rows))
    if (changed.kind !== 'changed') throw new Error(JSON.stringify(changed))
  }

  /** @param path behind the account's own; `raw` is the whole path */
  async call(
    method: string,
    path: string,
    { body, as = main, raw = false, headers = {} }: CallOptions = {},
  ): Promise<Answered> {
    const url = raw ? `${this.origin}${path}` : `${this.urlOf(as)}${path}`
    const authorization = `Basic ${Buffer.from(`${as.authId}:${as.token}`).toString('base64')}`
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(url, {
      method,
      headers: { authorization, ...json, ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    const read = text === '' ? {} : (JSON.parse(text) as Answered['body'])
    return { status: response.status, headers: response.headers, body: read }
  }

  #made(powerpacks: Powerpacks, applications: ApplicationBook): ApiPorts {
    const commit = async (rows: OwnedRows): Promise<void> => {
      if (this.failure !== undefined) throw this.failure
      await this.store.commit([{ kind: 'kept', rows }], anchorAt(1))
    }
    const own = ownNumbers(powerpacks.book)
    return {
      ...{ powerpacks, applications, logIns: this.#options.logIns, tenDlc: this.#options.tenDlc },
      accountOf: (authId) => accounts.find((account) => account.authId === authId),
      subAccountsOf: (authId) => accounts.filter((account) => account.main === authId),
      changes: new PowerpackChanges(commit),
      source: this.#options.source?.(own) ?? own,
      mayAdd: (_account, number) => number.startsWith('1999'),
      nowMs: () => this.nowMs,
      wallMs: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      uuid: randomUUID,
      mayCall: (url) => !url.startsWith('http://10.'),
    }
  }
}

type OwnedRows = Parameters<ConstructorParameters<typeof PowerpackChanges>[0]>[0]

interface CallOptions {
  readonly body?: unknown
  readonly as?: ApiAccount
  readonly raw?: boolean
  readonly headers?: Readonly<Record<string, string>>
}
