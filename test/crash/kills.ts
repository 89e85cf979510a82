// A run of kills under load: daemon, ESME and vendor as processes, one ledger over all of it. Judges nothing: returns figures.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Audit, AuditOptions } from '../ledger/audit.js'
import { audit, readArrivals, readSent } from '../ledger/audit.js'
import { figuresOfKill, longestExplainedMs, type KillFigures, type KillMoment } from './moments.js'
import { Site, type EndKind } from './site.js'
import type { Ending } from './switch.js'
import { monotonicMs } from './tempo.js'

export interface KillRunOptions {
  readonly ends: readonly EndKind[]
  /** Messages a second offered. */
  readonly rate: number
  /** How late the vendor answers, ms: what makes unfinished messages. */
  readonly vendorDelayMs: number
  /** An end comes after so many messages accepted since the last, chosen by chance between the two. */
  readonly acceptedBetween: readonly [number, number]
  /** An end waits until so many messages wait for the vendor's answer: a machine that stalls may have fewer for a moment. */
  readonly underWay?: number
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
  const { onUnanswered = 'resend', vendorDelayMs } = options
  const site = new Site({ onUnanswered, vendorDelayMs })
  try {
    const esme = await site.open('esme', { rate: options.rate, window: 500 })
    const moments: KillMoment[] = []
    const stopMs: number[] = []
    let resumedMs = monotonicMs()
    await site.endUnderLoad(esme, {
      ...{
        kinds: options.ends,
        counted: 'accepted',
        between: options.acceptedBetween,
        underWay: options.underWay ?? 0,
      },
      then: ({ kind, atMs, tookMs }, acceptedBefore) => {
        stopMs.push(Math.round(tookMs))
        moments.push({ kind, atMs, loadMs: atMs - resumedMs, acceptedBefore })
        resumedMs = monotonicMs()
      },
    })
    esme.tell({ cmd: 'pause' })
    // Until every accepted message has its receipt.
    await site.settled(
      esme,
      (report) => report['waiting'] === 0 && Number(report['withReceipt']) >= Number(report['accepted']),
      [options.settleWithinMs, 10_000],
    )
    await site.stop()

    const [sentFile, arrivalFile] = [join(site.folder, 'sent'), join(site.folder, 'arrivals')]
    const last = await esme.ask({ cmd: 'dump', file: sentFile }, 'dumped')
    await site.smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
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
      endings: site.endings,
      stopMs,
      restartMs: site.restartMs,
      idsTwice: Number(last['idsTwice']),
      statuses: last['statuses'] as Readonly<Record<string, number>>,
      longestForgottenMs: longestExplainedMs(arrivals, auditOptions.killsMs),
      tookMs: Math.round(monotonicMs() - startedMs),
      errors: site.errors,
    }
  } finally {
    await site.close()
  }
}
