// One switch with simulated neighbours around it, for one test: directory, daemon, vendors, ESMEs, and their end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { hashPassword } from '../../src/directory/password.js'
import { startSimEsme, type SimEsme, type SimEsmeOptions, type SimReceipt } from '../../src/sim/esme.js'
import { startSimVendor, type SimVendor, type SimVendorOptions } from '../../src/sim/vendor.js'
import { startDaemon, type Daemon } from './daemon.js'
import { when } from './waiting.js'

export type Row = Readonly<Record<string, unknown>>

/** What stands in the directory beside the defaults of this file. */
export interface Provisioned {
  /** Extra fields of account `acme`. */
  readonly account?: Row
  /** Whole further accounts. */
  readonly accounts?: readonly Row[]
  /** Extra fields of the connection to each of the vendors, `v1` first. */
  readonly connections?: readonly Row[]
  readonly policies?: readonly Row[]
  readonly tariffs?: readonly Row[]
  /** Whole further lists and fields: customers, products, currency. */
  readonly more?: Row
}

export interface ScenarioOptions extends Provisioned {
  /** Behaviour of the simulated vendors `v1`, `v2`, …; default one that sends receipts at once. */
  readonly vendors?: readonly SimVendorOptions[]
  /** Further vendors, which the test plays itself; they follow `vendors` in numbering. */
  readonly handVendors?: readonly { readonly port: number }[]
  readonly set?: Readonly<Record<string, string | number>>
  /** Called with the data folder before the first start. */
  readonly prepare?: (data: string) => Promise<void>
}

export interface Scenario {
  readonly folder: string
  readonly directory: string
  readonly data: string
  readonly vendors: readonly SimVendor[]
  /** The first vendor. */
  readonly vendor: SimVendor
  /** The daemon that runs now. */
  readonly daemon: Daemon
  /** An ESME bound as `acme`. */
  readonly bind: (options?: Partial<SimEsmeOptions>) => Promise<SimEsme>
  /** Ends the daemon in the given way and starts it again on the same data. */
  restart(how: 'SIGTERM' | 'SIGKILL', set?: Readonly<Record<string, string | number>>): Promise<void>
  /** Starts the daemon again after it was ended. */
  start(set?: Readonly<Record<string, string | number>>): Promise<void>
}

/** SMPP 3.4 §5.2.2: 8 characters at most, and Kannel keeps to it. */
export const accountPassword = 'sesame-1'
export const vendorPassword = 'vendor-1'
const hash = await hashPassword(accountPassword, Buffer.from('0123456789abcdef'), { n: 1024, r: 8, p: 1 })

/** An account row that anybody with `accountPassword` may bind to. */
export function accountRow(id: string, extra: Row = {}): Row {
  return { id, systemId: id, password: hash, ...extra }
}

const quick = {
  'vendor.reconnectMinMs': 50,
  'vendor.reconnectMaxMs': 200,
  'delivery.resendStepMs': 50,
  'vendor.throttlePauseMs': 100,
  'receipts.retryMs': 50,
}

/** Everything is ended, the daemon by SIGTERM and with no word on standard error, when the test is over. */
export async function startScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-flow-'))
  const vendors: SimVendor[] = []
  const esmes: SimEsme[] = []
  let daemon: Daemon | undefined
  onTestFinished(async () => {
    try {
      for (const esme of esmes) esme.drop()
      if (daemon !== undefined && !(await isOver(daemon))) await daemon.stop()
    } finally {
      for (const vendor of vendors) await vendor.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
  for (const given of options.vendors ?? [{}]) {
    vendors.push(await startSimVendor({ systemId: 'switch', password: vendorPassword, ...given }))
  }
  const directory = join(folder, 'directory.yaml')
  const data = join(folder, 'data')
  writeFileSync(
    directory,
    directoryText(
      options,
      [...vendors, ...(options.handVendors ?? [])].map(({ port }) => port),
    ),
  )
  const start = async (set = options.set): Promise<void> => {
    daemon = await startDaemon({ directory, data, set: { ...quick, ...set } })
  }
  await options.prepare?.(data)
  await start()
  return {
    folder,
    directory,
    data,
    vendors,
    get vendor() {
      return vendors[0]!
    },
    get daemon() {
      return daemon!
    },
    async bind(given = {}) {
      const esme = await startSimEsme({
        port: daemon!.smppPort,
        systemId: 'acme',
        password: accountPassword,
        responseTimeoutMs: 8000,
        ...given,
      })
      esmes.push(esme)
      return esme
    },
    async restart(how, set = options.set) {
      if (how === 'SIGTERM') await daemon!.stop()
      else await daemon!.kill()
      await start(set)
    },
    start,
  }
}

/** A directory file: account `acme`, connections `v1-1`, `v2-1`, … to these ports, everything to all of them. YAML takes JSON. */
export function directoryText(provisioned: Provisioned, ports: readonly number[]): string {
  const connectionRows = ports.map((port, i) => ({
    id: `v${i + 1}-1`,
    host: '127.0.0.1',
    port,
    systemId: 'switch',
    password: vendorPassword,
    window: 50,
    tariff: 'all',
    ...provisioned.connections?.[i],
  }))
  return JSON.stringify(
    {
      accounts: [accountRow('acme', provisioned.account), ...(provisioned.accounts ?? [])],
      vendors: connectionRows.map((connection, i) => ({ id: `v${i + 1}`, connections: [connection] })),
      tariffs: [{ id: 'all', rates: [{ prefix: '', price: '0.01' }] }, ...(provisioned.tariffs ?? [])],
      policies: provisioned.policies ?? [{ id: 'all', match: { domain: '*' } }],
      ...provisioned.more,
    },
    undefined,
    2,
  )
}

/** Resolves with the first `count` receipts once they are there. */
export async function receiptsOf(esme: SimEsme, count: number, withinMs?: number): Promise<readonly SimReceipt[]> {
  await when(esme.events, 'receipt', () => esme.receipts.length >= count, `${count} receipts`, withinMs)
  return esme.receipts
}

/** Resolves once the vendor was sent `count` messages in all. */
export async function submitsAt(vendor: SimVendor, count: number, withinMs?: number): Promise<void> {
  await when(vendor.events, 'submit', () => vendor.stats.submits >= count, `${count} submits at the vendor`, withinMs)
}

async function isOver(daemon: Daemon): Promise<boolean> {
  return Promise.race([daemon.ended.then(() => true), new Promise<false>((no) => setImmediate(() => no(false)))])
}
