// What the bench of SIP measures: the modes, and the figures to reach. Data and pure functions.
import { median, medianOf, type Measured, type Verdict } from './modes.js'

export interface SipMode {
  readonly name: string
  readonly transport: 'udp' | 'tcp'
  readonly from: 'sip' | 'smpp'
  readonly to: 'smpp' | 'sip'
  readonly count: number
}

export const transports = ['udp', 'tcp'] as const

const ways = [
  ['sip', 'smpp'],
  ['smpp', 'sip'],
  ['sip', 'sip'],
] as const

/** Each way over each transport. `sip` to `sip` stays in the network. */
export const sipModes: readonly SipMode[] = transports.flatMap((transport) =>
  ways.map(([from, to]) => ({ name: `${from} to ${to}, ${transport}`, transport, from, to, count: 120_000 })),
)

export interface SipMeasured extends Measured {
  /** Datagrams that senders or the daemon sent again, their answer being late or lost. */
  readonly resent: number
}

/** The median of each figure on its own; faults are summed. */
export function medianOfSip(runs: readonly SipMeasured[]): SipMeasured {
  return { ...medianOf(runs), resent: median(runs.map(({ resent }) => resent)) }
}

/** Many phones, and what it costs to hold them. */
export interface Registrations {
  readonly users: number
  /** How fast they came. */
  readonly perSecond: number
  /** Resident memory of the daemon with all accounts in its directory and nobody registered, MB; the most with all of them. */
  readonly rssBeforeMb: number
  readonly rssMb: number
  readonly refreshes: number
  readonly refreshesPerSecond: number
  readonly cpuPer10k: number
  /** Refused, unanswered or not registered after all. Must be 0. */
  readonly faults: number
  /** Requests that the phones had to send again. */
  readonly resent: number
}

export interface SipFigures {
  readonly modes: Readonly<Record<string, SipMeasured>>
  readonly registrations: Registrations | undefined
  /** A second. */
  readonly parsed: number | undefined
}

/** Compares with the figures to reach. What was not measured gives no verdict. */
export function judgeSip({ modes, registrations, parsed }: SipFigures): Verdict[] {
  const verdicts: Verdict[] = []
  const add = (target: string, measured: number | undefined, sign: '>=' | '<', wanted: number): void => {
    if (measured === undefined) return
    const ok = sign === '>=' ? measured >= wanted : measured < wanted
    verdicts.push({ target: `${target} ${sign} ${wanted}`, measured: Number(measured.toFixed(3)), wanted, ok })
  }
  for (const [name, rate] of [
    ['sip to smpp, udp', 8000],
    ['smpp to sip, udp', 6000],
  ] as const) {
    add(`${name}: messages a second`, modes[name]?.rate, '>=', rate)
    add(`${name}: CPU-s per 10,000`, modes[name]?.cpuPer10k, '<', 1)
  }
  add('parsed a second', parsed, '>=', 200_000)
  if (registrations === undefined) return verdicts
  const { users, rssMb, refreshesPerSecond, faults } = registrations
  add(`${users} registrations: RSS MB`, rssMb, '<', 500)
  add('refreshes a second', refreshesPerSecond, '>=', 495)
  add('registrations lost', faults, '<', 1)
  return verdicts
}
