// Where a run of kills takes place: the daemon, a vendor and an ESME as processes over a folder, ended and started again under load.
// Counts nothing and judges nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLedger, type LedgerProcess } from '../ledger/process.js'
import { atNextCommit } from './store-file.js'
import { startSwitch, type Ending, type Switch, type SwitchOptions } from './switch.js'
import { monotonicMs } from './tempo.js'

/** When a kill -9 comes: at a random moment, or as soon as the store has committed, before the daemon can have answered. */
export type KillKind = 'random' | 'committed'
export type EndKind = KillKind | 'sigterm'

/** How one life of the daemon ended. Times are ms of the monotonic clock. */
export interface EndOfLife {
  readonly kind: EndKind
  readonly atMs: number
  readonly tookMs: number
}

export interface SiteOptions extends Omit<SwitchOptions, 'data' | 'vendorPort'> {
  /** How late the vendor answers, and how much later it reports, ms. */
  readonly vendorDelayMs: number
}

/** Ends that come while messages are sent. */
export interface Ends {
  readonly kinds: readonly EndKind[]
  /** What the ESME counts, and how much of it lies between two ends: chosen by chance between the two. */
  readonly counted: 'accepted' | 'answers'
  readonly between: readonly [number, number]
  /** So many messages at least wait for the vendor's answer at an end: it is put off until they do. */
  readonly underWay?: number
  /** Called after each, when the daemon is up again and every link is bound. */
  readonly then?: (end: EndOfLife, countedBefore: number) => void
}

export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'smswitch-kills-'))
  readonly data = join(this.folder, 'data')
  readonly endings: Ending[] = []
  readonly restartMs: number[] = []
  /** What the daemons wrote to standard error. */
  errors = ''
  readonly #options: SiteOptions
  readonly #processes: LedgerProcess[] = []
  #vendorPort = 0
  #smsc: LedgerProcess | undefined
  #daemon: Switch | undefined

  constructor(options: SiteOptions) {
    this.#options = options
  }

  /** The one that runs now. */
  get daemon(): Switch {
    return this.#daemon!
  }

  get smsc(): LedgerProcess {
    return this.#smsc!
  }

  /** Starts the vendor, the daemon and a program of the ledger, which sends from now on. */
  async open(
    program: 'esme' | 'collector' | 'payer',
    options: Parameters<typeof startLedger>[1],
  ): Promise<LedgerProcess> {
    const delay = this.#options.vendorDelayMs
    // Receipts must not come while their answer is not on disk yet: a kill would make both undone and hide a lost receipt.
    this.#smsc = this.#started('smsc', {
      ...{ delay, 'receipt-delay': delay, 'id-format': 'uuid', 'receipt-window': 1000 },
    })
    this.#vendorPort = Number((await this.smsc.next('ready'))['port'])
    await this.#start()
    const esme = this.#started(program, { port: this.daemon.smppPort, ...options })
    await esme.next('bound')
    esme.tell({ cmd: 'start' })
    return esme
  }

  /** Ends the daemon again and again, starts it again at once, and waits until the ESME has followed. */
  async endUnderLoad(esme: LedgerProcess, { kinds, counted, between, underWay = 0, then }: Ends): Promise<void> {
    const [least, most] = between
    let count = 0
    for (const kind of kinds) {
      const before = count
      const wanted = before + least + Math.floor(Math.random() * (most - least))
      const reached = esme.next('reached', 60_000)
      esme.tell({ cmd: 'progress', [counted]: wanted })
      await reached
      await this.smsc.until((report) => Number(report['toAnswer']) >= underWay, 20_000)
      const end = await this.#end(kind)
      await this.#start()
      this.restartMs.push(Math.round(this.daemon.startedInMs))
      const bound = esme.next('bound')
      esme.tell({ cmd: 'port', port: this.daemon.smppPort })
      await bound
      count = Number((await esme.ask({ cmd: 'report' }, 'report'))[counted])
      then?.(end, before)
    }
  }

  /** Until the ESME's books say so and the vendor owes nothing; or time is up, and the audit will say what is missing. */
  async settled(
    esme: LedgerProcess,
    isDone: Parameters<LedgerProcess['until']>[0],
    [esmeMs, vendorMs]: readonly [number, number],
  ): Promise<boolean> {
    try {
      await esme.until(isDone, esmeMs)
      await this.smsc.until((report) => report['toAnswer'] === 0 && report['receiptsOwed'] === 0, vendorMs)
      return true
    } catch (error) {
      process.stderr.write(`not settled: ${String(error)}\n`)
      return false
    }
  }

  /** The last end, as an operator would. */
  async stop(): Promise<void> {
    await this.#end('sigterm')
  }

  /** Nothing is left of it. */
  async close(): Promise<void> {
    await this.#daemon?.end('SIGKILL')
    for (const each of this.#processes) await each.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #started(...of: Parameters<typeof startLedger>): LedgerProcess {
    const started = startLedger(...of)
    this.#processes.push(started)
    return started
  }

  async #start(): Promise<void> {
    const { vendorDelayMs: _, ...options } = this.#options
    this.#daemon = await startSwitch({ ...options, data: this.data, vendorPort: this.#vendorPort })
  }

  async #end(kind: EndKind): Promise<EndOfLife> {
    const { pid } = this.daemon
    let atMs = monotonicMs()
    if (kind === 'committed') {
      atNextCommit(this.data, () => {
        process.kill(pid, 'SIGKILL')
        atMs = monotonicMs()
      })
    }
    this.endings.push(await this.daemon.end(kind === 'sigterm' ? 'SIGTERM' : 'SIGKILL'))
    this.errors += this.daemon.errors()
    return { kind, atMs, tookMs: monotonicMs() - atMs }
  }
}
