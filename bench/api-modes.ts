// What the bench of the HTTP API measures: the modes, and the figures to reach. Data and pure functions.
import { median, medianOf, type Measured, type Verdict } from './modes.js'

export interface ApiMode {
  readonly name: string
  /** Of one request. */
  readonly destinations: number
  /** Kept, one request on each at a time. */
  readonly connections: number
  readonly count: number
  /** The vendor reports that each was delivered. */
  readonly receipts: boolean
  /** Each change of state is told to a receiver. */
  readonly callbacks: boolean
}

const plain = { receipts: false, callbacks: false }

/** The modes in the order they run, all through a powerpack. */
export const apiModes: readonly ApiMode[] = [
  { name: '1 a request', destinations: 1, connections: 64, count: 60_000, ...plain },
  { name: '100 a request', destinations: 100, connections: 8, count: 200_000, ...plain },
  { name: '1 a request, receipts', destinations: 1, connections: 64, count: 40_000, receipts: true, callbacks: false },
  {
    name: '100 a request, receipts',
    destinations: 100,
    connections: 8,
    count: 100_000,
    receipts: true,
    callbacks: false,
  },
  {
    name: '1 a request, receipts, callbacks',
    destinations: 1,
    connections: 64,
    count: 20_000,
    receipts: true,
    callbacks: true,
  },
]

export interface ApiMeasured extends Measured {
  /** A second, from the first to the last; 0 without. */
  readonly callbackRate: number
  /** Numbers that messages were from. */
  readonly sources: number
}

/** The median of each figure on its own; faults are summed. */
export function medianOfApi(runs: readonly ApiMeasured[]): ApiMeasured {
  return {
    ...medianOf(runs),
    callbackRate: median(runs.map(({ callbackRate }) => callbackRate)),
    sources: median(runs.map(({ sources }) => sources)),
  }
}

export interface ApiFigures {
  readonly modes: Readonly<Record<string, ApiMeasured>>
  /** Microseconds to choose one of 100,000 numbers. */
  readonly choiceUs: number | undefined
}

/** Compares with the figures to reach. What was not measured gives no verdict. */
export function judgeApi({ modes, choiceUs }: ApiFigures): Verdict[] {
  const verdicts: Verdict[] = []
  const add = (target: string, measured: number | undefined, sign: '>=' | '<', wanted: number): void => {
    if (measured === undefined) return
    const ok = sign === '>=' ? measured >= wanted : measured < wanted
    verdicts.push({ target: `${target} ${sign} ${wanted}`, measured: Number(measured.toFixed(3)), wanted, ok })
  }
  add('1 a request: messages a second', modes['1 a request']?.rate, '>=', 4000)
  add('100 a request: messages a second', modes['100 a request']?.rate, '>=', 15_000)
  add('choosing one of 100,000 numbers: µs', choiceUs, '<', 20)
  return verdicts
}
