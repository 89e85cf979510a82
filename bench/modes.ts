// What the bench measures: the modes, the figures to reach, and how a median run is judged. Data and pure functions.

export type Subject = 'relay' | 'switch'

export interface Mode {
  readonly name: string
  readonly subjects: readonly Subject[]
  readonly connections: number
  readonly window: number
  /** Submits for the switch; the relay gets a share of them. */
  readonly count: number
  readonly relayCount?: number
  readonly receipts?: 'decimal' | 'uuid'
  /** Submits that are parts of one message, which leaves in as many segments. All counts and rates are those of parts. */
  readonly parts?: number
  /** Who sends, of config/bench.yaml; `bench` if not given. */
  readonly systemId?: string
  /** Messages a second by a timetable; without it as the window allows. */
  readonly rate?: number
}

/** The modes in the order they run. */
export const modes: readonly Mode[] = [
  { name: '4 x 100', subjects: ['relay', 'switch'], connections: 4, window: 100, count: 300_000, relayCount: 100_000 },
  { name: '4 x 100, 3 parts', subjects: ['switch'], connections: 4, window: 100, count: 210_000, parts: 3 },
  {
    name: '4 x 100, 3 parts, early',
    subjects: ['switch'],
    connections: 4,
    window: 100,
    count: 210_000,
    parts: 3,
    systemId: 'early',
  },
  {
    name: '4 x 100, receipts',
    subjects: ['relay', 'switch'],
    connections: 4,
    window: 100,
    count: 150_000,
    relayCount: 60_000,
    receipts: 'decimal',
  },
  {
    name: '4 x 100, receipts, uuid',
    subjects: ['switch'],
    connections: 4,
    window: 100,
    count: 150_000,
    receipts: 'uuid',
  },
  {
    name: '4 x 100, receipts, 3 parts',
    subjects: ['switch'],
    connections: 4,
    window: 100,
    count: 120_000,
    receipts: 'decimal',
    parts: 3,
  },
  { name: '4 x 100, billed', subjects: ['switch'], connections: 4, window: 100, count: 300_000, systemId: 'billed' },
  {
    name: '4 x 100, receipts, billed',
    subjects: ['switch'],
    connections: 4,
    window: 100,
    count: 150_000,
    receipts: 'decimal',
    systemId: 'billed',
  },
  { name: '1 x 100', subjects: ['switch'], connections: 1, window: 100, count: 150_000 },
  { name: '16 x 100', subjects: ['switch'], connections: 16, window: 100, count: 300_000 },
  { name: '1 x 10', subjects: ['relay', 'switch'], connections: 1, window: 10, count: 40_000, relayCount: 20_000 },
  { name: '1 x 1', subjects: ['relay', 'switch'], connections: 1, window: 1, count: 6_000 },
  { name: '15,000/s', subjects: ['switch'], connections: 4, window: 100, count: 90_000, rate: 15_000 },
]

/** One measurement, or the median of several. Rates are messages (or parts) a second, latencies ms. */
export interface Measured {
  /** The least of what was answered, what arrived and, if asked for, what came back as receipts. */
  readonly rate: number
  readonly okRate: number
  readonly cpuPer10k: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly receiptP50Ms: number
  readonly receiptP99Ms: number
  readonly rssMb: number
  /** Refused, unanswered, not arrived, arrived twice, or without receipt. Must be 0. */
  readonly faults: number
}

/** The mean of several, geometric for what is compared as a ratio; of the rest the first. */
export function merged(all: readonly Measured[]): Measured {
  const [first] = all
  if (first === undefined) throw new RangeError('nothing was measured')
  const mean = (of: (one: Measured) => number): number =>
    Math.exp(all.reduce((sum, one) => sum + Math.log(of(one)), 0) / all.length)
  return {
    ...first,
    rate: Math.round(mean(({ rate }) => rate)),
    okRate: Math.round(mean(({ okRate }) => okRate)),
    cpuPer10k: mean(({ cpuPer10k }) => cpuPer10k),
    faults: all.reduce((sum, { faults }) => sum + faults, 0),
  }
}

export interface RawDisk {
  readonly putsPerSecond: Readonly<Record<string, number>>
  readonly fdatasyncP50Us: number
}

export interface Figures {
  readonly relay: Readonly<Record<string, Measured>>
  readonly switch: Readonly<Record<string, Measured>>
  readonly raw: RawDisk
}

export interface Verdict {
  readonly target: string
  readonly measured: number
  readonly wanted: number
  readonly ok: boolean
}

/** Compares with the figures to reach. What was not measured gives no verdict. */
export function judge(figures: Figures): Verdict[] {
  const verdicts: Verdict[] = []
  const add = (target: string, measured: number | undefined, sign: '>=' | '<=' | '<', wanted: number): void => {
    if (measured === undefined || !Number.isFinite(measured)) return
    const ok = sign === '>=' ? measured >= wanted : sign === '<=' ? measured <= wanted : measured < wanted
    verdicts.push({ target: `${target} ${sign} ${wanted}`, measured: Number(measured.toFixed(3)), wanted, ok })
  }
  const over = (part: number | undefined, whole: number | undefined): number | undefined =>
    part === undefined || whole === undefined ? undefined : part / whole
  const plain = figures.switch['4 x 100']
  const receipts = figures.switch['4 x 100, receipts']
  const uuid = figures.switch['4 x 100, receipts, uuid']
  const yardstick = figures.relay['4 x 100, receipts']?.rate
  const fixed = figures.switch['15,000/s']

  add('4 x 100: rate over the yardstick', over(plain?.rate, figures.relay['4 x 100']?.rate), '>=', 2.5)
  add('4 x 100: CPU-s per 10,000', plain?.cpuPer10k, '<=', 0.28)
  add('receipts: rate over the yardstick', over(receipts?.rate, yardstick), '>=', 2.2)
  add('receipts: CPU-s per 10,000', receipts?.cpuPer10k, '<=', 0.5)
  add('receipts, uuid: rate over the yardstick', over(uuid?.rate, yardstick), '>=', 2.2)
  add('receipts, uuid: CPU-s per 10,000', uuid?.cpuPer10k, '<=', 0.5)
  add(
    '1 x 10: rate over raw puts, 10 in flight',
    over(figures.switch['1 x 10']?.rate, figures.raw.putsPerSecond['10']),
    '>=',
    0.6,
  )
  add(
    '1 x 1: rate over raw puts, 1 in flight',
    over(figures.switch['1 x 1']?.rate, figures.raw.putsPerSecond['1']),
    '>=',
    0.6,
  )
  const multipart = [
    ['4 x 100, 3 parts', plain],
    ['4 x 100, 3 parts, early', plain],
    ['4 x 100, receipts, 3 parts', receipts],
  ] as const
  for (const [name, single] of multipart) {
    add(`${name}: rate over single parts`, over(figures.switch[name]?.rate, single?.rate), '>=', 0.6)
  }
  add('15,000/s: p50 ms', fixed?.p50Ms, '<', 3)
  add('15,000/s: p99 ms', fixed?.p99Ms, '<', 12)
  return verdicts
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** The median of each figure on its own; faults are summed. */
export function medianOf(runs: readonly Measured[]): Measured {
  const of = (pick: (run: Measured) => number): number => median(runs.map(pick))
  return {
    rate: of((run) => run.rate),
    okRate: of((run) => run.okRate),
    cpuPer10k: of((run) => run.cpuPer10k),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    receiptP50Ms: of((run) => run.receiptP50Ms),
    receiptP99Ms: of((run) => run.receiptP99Ms),
    rssMb: of((run) => run.rssMb),
    faults: runs.reduce((sum, run) => sum + run.faults, 0),
  }
}
