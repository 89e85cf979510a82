// A run of kills while a customer pays for what is sent: daemon, ESME and vendor as processes. Judges nothing: returns figures.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { auditBooks, isAwaited, unbalanced, type BooksAudit } from './books-audit.js'
import { readMessages, readPaidArrivals, RecordReader } from './books-ledger.js'
import { liveBooks, paymentSettings, startPayments, type PaidIn, type Payments } from './books-payments.js'
import { payIn, readBooks } from './books-store.js'
import { Site, type KillKind } from './site.js'
import type { Ending } from './switch.js'
import { monotonicMs } from './tempo.js'

export interface BooksRunOptions {
  readonly ends: readonly KillKind[]
  /** Parts a second offered. */
  readonly rate: number
  /** How late the vendor answers, and how much later it reports, ms: what makes money that is held at a kill. */
  readonly vendorDelayMs: number
  /** A kill comes after so many parts acknowledged since the last, chosen by chance between the two. */
  readonly acceptedBetween: readonly [number, number]
  readonly settleWithinMs: number
}

export interface BooksRun {
  readonly audit: BooksAudit
  /** What the books have otherwise than they must, in words. */
  readonly unbalanced: readonly string[]
  /** What the running daemon said of its books at last, where it differs from what was on disk then. */
  readonly liveOtherwise: readonly string[]
  /** What was paid in while it was killed, over and over. */
  readonly payments: PaidIn
  /** In micro-units of the base currency. */
  readonly paidIn: bigint
  readonly charged: bigint
  /** Blocks of records that the last stop left in the store. */
  readonly recordsWaiting: number
  readonly endings: readonly Ending[]
  readonly restartMs: readonly number[]
  /** Statuses other than ESME_ROK, how often each. */
  readonly statuses: Readonly<Record<string, number>>
  readonly tookMs: number
  /** What the daemons wrote to standard error. */
  readonly errors: string
}

const directory = fileURLToPath(new URL('./books.yaml', import.meta.url))
const PAID_IN = 9_000_000_123_457
const POLL_MS = 250

/** Kills the daemon again and again while money is held, until every end is in the records; audits. */
export async function booksRun(options: BooksRunOptions): Promise<BooksRun> {
  const startedMs = monotonicMs()
  const settings = {
    ...paymentSettings,
    // A restart that lies between two parts must not take that long.
    'multipart.timeoutMs': 6000,
    'cdr.exportMs': 50,
  }
  const site = new Site({ directory, settings, vendorDelayMs: options.vendorDelayMs })
  const { folder, data } = site
  let till: Payments | undefined
  try {
    await payIn(data, 'payer', PAID_IN)
    const esme = await site.open('payer', { rate: options.rate })
    till = startPayments('payer', () => site.daemon.adminPort)
    await site.endUnderLoad(esme, { kinds: options.ends, counted: 'accepted', between: options.acceptedBetween })
    esme.tell({ cmd: 'finish' })
    const payments = await till.stop()

    const records = new RecordReader(join(data, 'cdr'))
    const dumps = { book: join(folder, 'book'), arrivals: join(folder, 'arrivals') }
    const audited = async (): Promise<BooksAudit> => {
      await esme.ask({ cmd: 'dump', file: dumps.book }, 'dumped')
      await site.smsc.ask({ cmd: 'dump', file: dumps.arrivals }, 'dumped')
      records.readOn()
      const arrivals = readPaidArrivals(readFileSync(dumps.arrivals, 'utf8'))
      return auditBooks(readMessages(readFileSync(dumps.book, 'utf8')), arrivals, records.lines)
    }
    const { settleWithinMs } = options
    if (await site.settled(esme, (report) => report['isDone'] === true, [settleWithinMs, settleWithinMs])) {
      const endMs = monotonicMs() + settleWithinMs
      while (isAwaited(await audited()) && monotonicMs() < endMs)
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    const live = await liveBooks('payer', site.daemon.adminPort)
    await site.stop()

    const audit = await audited()
    const books = await readBooks(data, 'payer')
    const units = records.lines.reduce((sum, line) => sum + line.units, 0)
    const last = await esme.ask({ cmd: 'report' }, 'report')
    return {
      audit,
      unbalanced: unbalanced(audit, books, BigInt(PAID_IN) + payments.micros, units),
      liveOtherwise: differences(live, books),
      payments,
      paidIn: books.paidIn,
      charged: books.charged,
      recordsWaiting: books.recordsWaiting,
      endings: site.endings,
      restartMs: site.restartMs,
      statuses: last['statuses'] as Readonly<Record<string, number>>,
      tookMs: Math.round(monotonicMs() - startedMs),
      errors: site.errors,
    }
  } finally {
    await till?.stop().catch(() => undefined)
    await site.close()
  }
}

function differences(
  live: Awaited<ReturnType<typeof liveBooks>>,
  { paidIn, held, charged }: Awaited<ReturnType<typeof readBooks>>,
): readonly string[] {
  const onDisk = { paidIn, held, charged, balance: paidIn - held - charged }
  return (['paidIn', 'held', 'charged', 'balance'] as const)
    .filter((sum) => live[sum] !== onDisk[sum])
    .map((sum) => `${sum}: ${live[sum]} instead of ${onDisk[sum]}`)
}
