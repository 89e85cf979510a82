// A run of kills while parts are collected that were acknowledged already. Judges nothing: returns figures.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readArrivals } from '../ledger/audit.js'
import { startLedger, type LedgerProcess } from '../ledger/process.js'
import { auditCollected, type CollectAudit, type CollectorBook } from './collect-audit.js'
import { atNextCommit } from './store-file.js'
import { startSwitch, type Ending, type Switch } from './switch.js'
import { monotonicMs } from './tempo.js'

export interface CollectRunOptions {
  /** Each kill -9: at a random moment, or as soon as the store has committed, before it can have answered. */
  readonly ends: readonly ('random' | 'committed')[]
  /** Parts a second offered. */
  readonly rate: number
  /** Messages begun between one part of a message and its next: twice as many are half collected at any time. */
  readonly spread: number
  /** A kill comes after so many parts acknowledged since the last, chosen by chance between the two. */
  readonly answersBetween: readonly [number, number]
  /** multipart.timeoutMs. */
  readonly timeoutMs: number
  readonly settleWithinMs: number
}

export interface CollectRun {
  readonly audit: CollectAudit
  readonly endings: readonly Ending[]
  readonly restartMs: readonly number[]
  /** Statuses other than ESME_ROK, how often each. */
  readonly statuses: Readonly<Record<string, number>>
  /** Sent again after a broken link. */
  readonly unanswered: number
  /** What smswitch_reassembly_sets said at the end. */
  readonly setsLeft: number
  readonly tookMs: number
  /** What the daemons wrote to standard error. */
  readonly errors: string
}

/** Kills the daemon again and again while messages are half collected, until every acknowledged part was reported; audits. */
export async function collectRun(options: CollectRunOptions): Promise<CollectRun> {
  const startedMs = monotonicMs()
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-collect-'))
  const data = join(folder, 'data')
  const settings = { 'multipart.timeoutMs': options.timeoutMs }
  const processes: LedgerProcess[] = []
  let daemon: Switch | undefined
  try {
    const smsc = startLedger('smsc', { delay: 20, 'receipt-delay': 20, 'id-format': 'uuid', 'receipt-window': 1000 })
    processes.push(smsc)
    const vendorPort = Number((await smsc.next('ready'))['port'])
    daemon = await startSwitch({ data, vendorPort, settings })
    const { rate, spread } = options
    const esme = startLedger('collector', { port: daemon.smppPort, rate, spread, window: 200 })
    processes.push(esme)
    await esme.next('bound')
    esme.tell({ cmd: 'start' })

    const [killsMs, restartMs]: [number[], number[]] = [[], []]
    const endings: Ending[] = []
    let errors = ''
    let answers = 0
    for (const kind of options.ends) {
      const [least, most] = options.answersBetween
      const reached = esme.next('reached', 60_000)
      esme.tell({ cmd: 'progress', answers: answers + least + Math.floor(Math.random() * (most - least)) })
      await reached
      const { pid } = daemon
      if (kind === 'committed') atNextCommit(data, () => process.kill(pid, 'SIGKILL'))
      else process.kill(pid, 'SIGKILL')
      killsMs.push(monotonicMs())
      endings.push(await daemon.ended)
      errors += daemon.errors()
      daemon = await startSwitch({ data, vendorPort, settings })
      restartMs.push(Math.round(daemon.startedInMs))
      const bound = esme.next('bound')
      esme.tell({ cmd: 'port', port: daemon.smppPort })
      await bound
      answers = Number((await esme.ask({ cmd: 'report' }, 'report'))['answers'])
    }
    esme.tell({ cmd: 'finish' })
    try {
      await esme.until((report) => report['isDone'] === true && report['withoutReceipt'] === 0, options.settleWithinMs)
      await smsc.until((report) => report['toAnswer'] === 0 && report['receiptsOwed'] === 0, 10_000)
    } catch (error) {
      // The audit says what is missing.
      process.stderr.write(`not settled: ${String(error)}\n`)
    }
    const setsLeft = await halfCollected(daemon)
    endings.push(await daemon.end('SIGTERM'))
    errors += daemon.errors()

    const [bookFile, arrivalFile] = [join(folder, 'book'), join(folder, 'arrivals')]
    const last = await esme.ask({ cmd: 'dump', file: bookFile }, 'dumped')
    await smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
    const book = JSON.parse(readFileSync(bookFile, 'utf8')) as CollectorBook
    const arrivals = readArrivals(readFileSync(arrivalFile, 'utf8'))
    const { timeoutMs } = options
    return {
      // An answer of the vendor is forgotten when its unit was not on disk; see kill.test.ts.
      audit: auditCollected(book, arrivals, { killsMs, timeoutMs, answerGraceMs: 500 }),
      endings,
      restartMs,
      statuses: last['statuses'] as Readonly<Record<string, number>>,
      unanswered: Number(last['unanswered']),
      setsLeft,
      tookMs: Math.round(monotonicMs() - startedMs),
      errors,
    }
  } finally {
    await daemon?.end('SIGKILL')
    for (const each of processes) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Sets of parts that ESMEs have not completed, as the daemon counts them. */
async function halfCollected(daemon: Switch): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${daemon.adminPort}/metrics`)
  return Number(/^smswitch_reassembly_sets\{peer="esme"\} (\d+)/m.exec(await response.text())?.[1])
}
