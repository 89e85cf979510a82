// One measurement of SIP: senders or the SMPP generator against the daemon, its phones or the SMPP sink behind it.
import { startNode, type Child, type JsonLine } from './child.js'
import { cpuPer10k, loadFile, quantileMs, reportOf, reportWhen } from './reports.js'
import { firstNumber, sipDomain, type SipDaemon } from './sip-daemon.js'
import type { Registrations, SipMeasured, SipMode } from './sip-modes.js'

const runMs = 300_000
const drainMs = 60_000
/** Who sends by SIP: as many nonces are in use at a time. */
const senders = 100

/** A power of ten: users are called in turn by the last digits of their numbers. */
export interface PhonesOptions {
  readonly transport: 'udp' | 'tcp'
  readonly users: number
  /** A second; as fast as they are answered if not given. */
  readonly registerRate?: number
  readonly refreshRate?: number
}

const sipArgs = ({ sipPort }: SipDaemon, transport: string): readonly string[] => [
  ...['--port', String(sipPort), '--transport', transport, '--domain', sipDomain],
]

/** Phones of all users, registered; returns them and how they came. */
export async function startPhones(daemon: SipDaemon, options: PhonesOptions): Promise<readonly [Child, JsonLine]> {
  const { transport, users, registerRate = 0, refreshRate = 500 } = options
  const rates = ['--register-rate', String(registerRate), '--refresh-rate', String(refreshRate)]
  const args = ['--users', String(users), '--window', '200', ...rates]
  const phones = startNode('phones', [loadFile('sip-sink.mjs'), ...sipArgs(daemon, transport), ...args])
  const ready = await phones.line((line) => line['ready'] === true, runMs)
  if (Number(ready['registered']) !== users) throw new Error(`not all registered: ${JSON.stringify(ready)}`)
  return [phones, ready]
}

/** Runs one mode. `sink` gets what goes out: the phones of `users` users, or the SMPP sink. `scale` shrinks the number of messages. */
export async function measureSip(
  daemon: SipDaemon,
  sink: Child,
  mode: SipMode,
  users: number,
  scale: number,
): Promise<SipMeasured> {
  const count = Math.ceil(mode.count * scale)
  await reportOf(sink, 'reset')
  const cpuBefore = daemon.child.cpuSeconds()
  const load = ['--count', String(count), '--warmup', String(Math.floor(count / 10))]
  const generator = startNode('generator', [
    ...(mode.from === 'sip' ? sipSender(daemon, mode, users) : esme(daemon, users)),
    ...load,
  ])
  const sent = await generator.line((line) => 'ok_rate' in line, runMs)
  const ok = Number(sent['ok'])
  const arrived = await reportWhen(sink, drainMs, ({ unique }) => Number(unique) >= ok)
  const cpuSpent = daemon.child.cpuSeconds() - cpuBefore
  const missing = Math.max(0, ok - Number(arrived['unique']))
  return {
    rate: Math.min(Number(sent['ok_rate']), Number(arrived['rate'])),
    okRate: Number(sent['ok_rate']),
    cpuPer10k: cpuPer10k(cpuSpent, ok),
    p50Ms: quantileMs(sent, 'latency_us', 'p50'),
    p99Ms: quantileMs(sent, 'latency_us', 'p99'),
    receiptP50Ms: Number.NaN,
    receiptP99Ms: Number.NaN,
    rssMb: daemon.child.rssMb(),
    faults: Number(sent['rejected']) + Number(sent['unanswered']) + missing + Number(arrived['dups']),
    resent: Number(sent['resent'] ?? 0) + Number(arrived['resent_to_us'] ?? 0),
  }
}

function sipSender(daemon: SipDaemon, mode: SipMode, users: number): readonly string[] {
  const called = mode.to === 'sip' ? ['--to-users', String(users)] : ['--to', `${firstNumber}@sms.out.test`]
  return [
    loadFile('sip-generator.mjs'),
    ...sipArgs(daemon, mode.transport),
    '--users',
    String(Math.min(senders, users)),
    ...called,
  ]
}

function esme({ smppPort }: SipDaemon, users: number): readonly string[] {
  const called = ['--dst', String(firstNumber), '--dst-digits', String(Math.log10(users))]
  return [loadFile('generator.mjs'), '--port', String(smppPort), '--connections', '4', '--window', '100', ...called]
}

export interface RegistrationsOptions {
  readonly users: number
  /** A second, first and again. */
  readonly registerRate: number
  readonly refreshRate: number
  /** Of refreshing. */
  readonly seconds: number
}

/** Registers all users over UDP and has them register again at a rate for some time; looks at the memory all the while. */
export async function measureRegistrations(daemon: SipDaemon, options: RegistrationsOptions): Promise<Registrations> {
  const { users, registerRate, refreshRate, seconds } = options
  const { child } = daemon
  const rssBeforeMb = child.rssMb()
  const [phones, ready] = await startPhones(daemon, { transport: 'udp', users, registerRate, refreshRate })
  let rssMb = child.rssMb()
  const look = setInterval(() => (rssMb = Math.max(rssMb, child.rssMb())), 500)
  try {
    const cpuBefore = child.cpuSeconds()
    const refreshes = refreshRate * seconds
    const done = phones.line((line) => 'refreshed' in line, seconds * 1000 + runMs)
    phones.tell(`refresh ${refreshes}`)
    const told = await done
    const cpuSpent = child.cpuSeconds() - cpuBefore
    const faults = Number(told['refused']) + Number(told['lost']) + refreshes - Number(told['refreshed'])
    return {
      ...{ users, rssBeforeMb, rssMb, refreshes, cpuPer10k: cpuPer10k(cpuSpent, refreshes), faults },
      perSecond: Math.round(users / Number(ready['seconds'])),
      refreshesPerSecond: Math.round(Number(told['refreshed']) / Number(told['seconds'])),
      resent: Number(ready['resent']) + Number(told['resent']),
    }
  } finally {
    clearInterval(look)
    await phones.stop()
  }
}
