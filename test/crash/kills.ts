// A run of kills under load: daemon, ESME and vendor as processes, one ledger over all of it. Judges nothing: returns figures.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Audit, AuditOptions } from '../ledger/audit.js'
import { audit, readArrivals, readSent } from '../ledger/audit.js'
import type { LedgerLine, LedgerProcess } from '../ledger/process.js'
import { startLedger } from '../ledger/process.js'
import { atNextCommit } from './store-file.js'
import { figuresOfKill, longestExplainedMs, type KillFigures, type KillMoment } from './moments.js'
import { startSwitch, type Ending, type Switch } from './switch.js'
import { monotonicMs } from './tempo.js'

export interface KillRunOptions {
  /** How each end comes: at a random moment, or as soon as the store has committed (before it can have answered), or SIGTERM. */
  readonly ends: readonly ('random' | 'committed' | 'sigterm')[]
  /** Messages a second offered. */
  readonly rate: number
  /** How late the vendor answers, ms: what makes unfinished messages. */
  readonly vendorDelayMs: number
  /** An end comes after so many messages accepted since the last, chosen by chance between the two. */
  readonly acceptedBetween: readonly [number, number]
  readonly answerGraceMs: number
  readonly onUnanswered?: 'resend' | 'waitReceipt' | 'fail'
  /** How long all receipts may take to arrive after the last start, ms. */
  readonly settleWithinMs: number
}

export interface KillRun {
  readonly audit: Audit
  readonly kills: readonly KillFigures[]
  readonly endings: readonly Ending[]
  /** How long each SIGTERM took, or each restart until ready, ms. */
  readonly stopMs: readonly number[]
  readonly restartMs: readonly number[]
  /** Acknowledged, never at the vendor, and the ESME was not told of any end either. */
  readonly lostUnreported: number
  readonly idsTwice: number
  /** Statuses other than ESME_ROK, how often each. */
  readonly statuses: Readonly<Record<string, number>>
  /** Longest time between an answer of the vendor and a kill for which that answer was forgotten, ms. */
  readonly longestForgottenMs: number
  readonly tookMs: number
  /** What the daemons wrote to standard error. */
  readonly errors: string
}

/** Ends the daemon again and again under load, starts it again at once, waits until all is delivered, and audits. */
export async function killRun(options: KillRunOptions): Promise<KillRun> {
  const startedMs = monotonicMs()
  const { onUnanswered = 'resend' } = options
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-kills-'))
  const data = join(folder, 'data')
  const processes: LedgerProcess[] = []
  let daemon: Switch | undefined
  try {
    const smsc = startLedger('smsc', {
      delay: options.vendorDelayMs,
      // Receipts must not come while their answer is not on disk yet: a kill would make both undone and hide a lost receipt.
      'receipt-delay': options.vendorDelayMs,
      'id-format': 'uuid',
      'receipt-window': 1000,
    })
    processes.push(smsc)
    const vendorPort = Number((await smsc.next('ready'))['port'])
    daemon = await startSwitch({ data, vendorPort, onUnanswered })
    const esme = startLedger('esme', { port: daemon.smppPort, rate: options.rate, window: 500 })
    processes.push(esme)
    await esme.next('bound')
    esme.tell({ cmd: 'start' })

    const moments: KillMoment[] = []
    const endings: Ending[] = []
    const [stopMs, restartMs]: [number[], number[]] = [[], []]
    let errors = ''
    let accepted = 0
    let resumedMs = monotonicMs()
    for (const kind of options.ends) {
      const [least, most] = options.acceptedBetween
      const wanted = accepted + least + Math.floor(Math.random() * (most - least))
      const reached = esme.next('reached', 60_000)
      esme.tell({ cmd: 'progress', accepted: wanted })
      const report = await reached
      const { atMs, ending, tookMs } = await endOf(daemon, kind, data)
      endings.push(ending)
      stopMs.push(tookMs)
      moments.push({ kind, atMs, loadMs: atMs - resumedMs, acceptedBefore: accepted })
      errors += daemon.errors()
      daemon = await startSwitch({ data, vendorPort, onUnanswered })
      restartMs.push(daemon.startedInMs)
      esme.tell({ cmd: 'port', port: daemon.smppPort })
      await esme.next('bound')
      accepted = Math.max(Number(report['accepted']), Number((await ask(esme))['accepted']))
      resumedMs = monotonicMs()
    }
    esme.tell({ cmd: 'pause' })
    await settled(esme, smsc, options.settleWithinMs)
    endings.push(await daemon.end('SIGTERM'))
    errors += daemon.errors()

    const [sentFile, arrivalFile] = [join(folder, 'sent'), join(folder, 'arrivals')]
    const last = await esme.ask({ cmd: 'dump', file: sentFile }, 'dumped')
    await smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
    const sent = readSent(readFileSync(sentFile, 'utf8'))
    const arrivals = readArrivals(readFileSync(arrivalFile, 'utf8'))
    const auditOptions: AuditOptions = {
      killsMs: moments.filter(({ kind }) => kind !== 'sigterm').map(({ atMs }) => atMs),
      answerGraceMs: options.answerGraceMs,
      receiptsExpected: true,
    }
    const audited = audit(sent, arrivals, auditOptions)
    return {
      audit: audited,
      lostUnreported: audited.lost.filter((number) => sent[number]?.receipts === 0).length,
      kills: figuresOfKill(sent, arrivals, moments),
      endings,
      stopMs: stopMs.map(Math.round),
      restartMs: restartMs.map(Math.round),
      idsTwice: Number(last['idsTwice']),
      statuses: last['statuses'] as Readonly<Record<string, number>>,
      longestForgottenMs: longestExplainedMs(arrivals, auditOptions.killsMs),
      tookMs: Math.round(monotonicMs() - startedMs),
      errors,
    }
  } finally {
    await daemon?.end('SIGKILL')
    for (const each of processes) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function endOf(
  daemon: Switch,
  kind: KillRunOptions['ends'][number],
  data: string,
): Promise<{ readonly atMs: number; readonly ending: Ending; readonly tookMs: number }> {
  let atMs = monotonicMs()
  if (kind === 'committed') {
    atNextCommit(data, () => {
      process.kill(daemon.pid, 'SIGKILL')
      atMs = monotonicMs()
    })
  }
  const ending = await daemon.end(kind === 'sigterm' ? 'SIGTERM' : 'SIGKILL')
  return { atMs, ending, tookMs: monotonicMs() - atMs }
}

const ask = (ledger: LedgerProcess): Promise<LedgerLine> => ledger.ask({ cmd: 'report' }, 'report')

/** Until every accepted message has its receipt and the vendor owes nothing; or time is up, and the audit will say what is missing. */
async function settled(esme: LedgerProcess, smsc: LedgerProcess, withinMs: number): Promise<void> {
  const done = (report: LedgerLine): boolean =>
    report['waiting'] === 0 && Number(report['withReceipt']) >= Number(report['accepted'])
  try {
    await esme.until(done, withinMs)
    await smsc.until((report) => report['toAnswer'] === 0 && report['receiptsOwed'] === 0, 10_000)
  } catch (error) {
    process.stderr.write(`not settled: ${String(error)}\n`)
  }
}
