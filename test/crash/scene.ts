// One daemon between the two programs of the ledger, for tests that do one thing to it. Everything is ended by `end`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArrivalEntry, Audit, SentEntry } from '../ledger/audit.js'
import { audit, readArrivals, readSent } from '../ledger/audit.js'
import type { LedgerProcess } from '../ledger/process.js'
import { startLedger } from '../ledger/process.js'
import { startSwitch, type Switch, type SwitchOptions } from './switch.js'

export interface Scene {
  readonly data: string
  readonly esme: LedgerProcess
  readonly smsc: LedgerProcess
  readonly vendorPort: number
  daemon: Switch
  /** Starts the daemon again, on the same data; the ESME follows. */
  restart(options?: Omit<SwitchOptions, 'data' | 'vendorPort'>): Promise<void>
  /** Resolves when so many messages were sent, and all of them have an answer. */
  answered(count: number): Promise<void>
  /** Both books, compared, once every accepted message has its receipt or `withinMs` are over. */
  close(killsMs?: readonly number[], withinMs?: number): Promise<Books>
  end(): Promise<void>
}

export interface Books {
  readonly audit: Audit
  readonly sent: readonly SentEntry[]
  readonly arrivals: readonly ArrivalEntry[]
  readonly statuses: Readonly<Record<string, number>>
  readonly idsTwice: number
}

export interface SceneOptions extends Omit<SwitchOptions, 'data' | 'vendorPort'> {
  readonly esme?: Readonly<Record<string, string | number>>
  readonly smsc?: Readonly<Record<string, string | number>>
  /** The vendor is away: nobody listens on its port until `smsc` is started there by the test. */
  readonly vendorPort?: number
}

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-crash-'))
  const data = join(folder, 'data')
  const processes: LedgerProcess[] = []
  const { esme: esmeOptions, smsc: smscOptions, vendorPort: givenPort, ...daemonOptions } = options
  const smsc = startLedger('smsc', { 'id-format': 'uuid', ...smscOptions })
  processes.push(smsc)
  const vendorPort = givenPort ?? Number((await smsc.next('ready'))['port'])
  let esme: LedgerProcess | undefined
  let daemon: Switch
  try {
    daemon = await startSwitch({ ...daemonOptions, data, vendorPort })
    esme = startLedger('esme', { port: daemon.smppPort, rate: 200, window: 50, ...esmeOptions })
    processes.push(esme)
    await esme.next('bound')
  } catch (error) {
    for (const each of processes) await each.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const books = esme

  const scene: Scene = {
    data,
    esme: books,
    smsc,
    vendorPort,
    daemon,
    async restart(again = {}) {
      scene.daemon = await startSwitch({ ...daemonOptions, ...again, data, vendorPort })
      const bound = books.next('bound')
      books.tell({ cmd: 'port', port: scene.daemon.smppPort })
      await bound
    },
    async answered(count) {
      await books.until((report) => Number(report['sent']) >= count && report['waiting'] === 0, 50_000)
    },
    async close(killsMs = [], withinMs = 30_000) {
      const settled = (report: Readonly<Record<string, unknown>>): boolean =>
        report['waiting'] === 0 && Number(report['withReceipt']) >= Number(report['accepted'])
      // When it does not settle the audit says what is missing.
      await books.until(settled, withinMs).catch(() => undefined)
      const [sentFile, arrivalFile] = [join(folder, 'sent'), join(folder, 'arrivals')]
      const last = await books.ask({ cmd: 'dump', file: sentFile }, 'dumped')
      await smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
      const sent = readSent(readFileSync(sentFile, 'utf8'))
      const arrivals = readArrivals(readFileSync(arrivalFile, 'utf8'))
      return {
        audit: audit(sent, arrivals, { killsMs, answerGraceMs: 500, receiptsExpected: true }),
        sent,
        arrivals,
        statuses: last['statuses'] as Readonly<Record<string, number>>,
        idsTwice: Number(last['idsTwice']),
      }
    },
    async end() {
      await scene.daemon.end('SIGKILL')
      for (const each of processes) await each.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return scene
}
