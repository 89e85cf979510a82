// A run of kills while parts are collected that were acknowledged already. Judges nothing: returns figures.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArrivals } from '../ledger/audit.js'
import { auditCollected, type CollectAudit, type CollectorBook } from './collect-audit.js'
import { Site, type KillKind } from './site.js'
import type { Ending, Switch } from './switch.js'
import { monotonicMs } from './tempo.js'

export interface CollectRunOptions {
  readonly ends: readonly KillKind[]
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
  const site = new Site({ settings: { 'multipart.timeoutMs': options.timeoutMs }, vendorDelayMs: 20 })
  try {
    const { rate, spread } = options
    const esme = await site.open('collector', { rate, spread, window: 200 })
    const killsMs: number[] = []
    await site.endUnderLoad(esme, {
      ...{ kinds: options.ends, counted: 'answers', between: options.answersBetween },
      then: ({ atMs }) => void killsMs.push(atMs),
    })
    esme.tell({ cmd: 'finish' })
    await site.settled(esme, (report) => report['isDone'] === true && report['withoutReceipt'] === 0, [
      options.settleWithinMs,
      10_000,
    ])
    const setsLeft = await halfCollected(site.daemon)
    await site.stop()

    const [bookFile, arrivalFile] = [join(site.folder, 'book'), join(site.folder, 'arrivals')]
    const last = await esme.ask({ cmd: 'dump', file: bookFile }, 'dumped')
    await site.smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
    const book = JSON.parse(readFileSync(bookFile, 'utf8')) as CollectorBook
    const arrivals = readArrivals(readFileSync(arrivalFile, 'utf8'))
    const { timeoutMs } = options
    return {
      // An answer of the vendor is forgotten when its unit was not on disk; see kill.test.ts.
      audit: auditCollected(book, arrivals, { killsMs, timeoutMs, answerGraceMs: 500 }),
      endings: site.endings,
      restartMs: site.restartMs,
      statuses: last['statuses'] as Readonly<Record<string, number>>,
      unanswered: Number(last['unanswered']),
      setsLeft,
      tookMs: Math.round(monotonicMs() - startedMs),
      errors: site.errors,
    }
  } finally {
    await site.close()
  }
}

/** Sets of parts that ESMEs have not completed, as the daemon counts them. */
async function halfCollected(daemon: Switch): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${daemon.adminPort}/metrics`)
  return Number(/^smswitch_reassembly_sets\{peer="esme"\} (\d+)/m.exec(await response.text())?.[1])
}
