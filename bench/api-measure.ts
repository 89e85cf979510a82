// One measurement of the HTTP API: applications against the daemon, the SMPP sink behind it, a receiver of callbacks beside.
import { areas, auth, type ApiDaemon } from './api-daemon.js'
import type { ApiMeasured, ApiMode } from './api-modes.js'
import { startNode, type Child } from './child.js'
import { startReady } from './measure.js'
import { cpuPer10k, loadFile, quantileMs, reportOf, reportWhen } from './reports.js'

const runMs = 300_000
const drainMs = 60_000
/** queued, sent, delivered. */
const STEPS = 3

export interface Neighbours {
  readonly sink: Child
  readonly vendorPort: number
  readonly receiver: Child
  readonly receiverPort: number
}

/** What is around the daemon. */
export async function startNeighbours(): Promise<Neighbours> {
  const [sink, vendorPort] = await startReady('sink', [loadFile('sink.mjs'), '--port', '0', '--by-destination'])
  const [receiver, receiverPort] = await startReady('receiver', [loadFile('api-receiver.mjs')])
  return { sink, vendorPort, receiver, receiverPort }
}

/** Runs one mode. `scale` shrinks the number of messages. */
export async function measureApi(
  daemon: ApiDaemon,
  { sink, receiver, receiverPort }: Neighbours,
  mode: ApiMode,
  scale: number,
): Promise<ApiMeasured> {
  const count = Math.ceil((mode.count * scale) / mode.destinations) * mode.destinations
  sink.tell(`receipts ${mode.receipts ? 'on' : 'off'}`)
  await reportOf(sink, 'reset')
  await reportOf(receiver, 'reset')
  const cpuBefore = daemon.child.cpuSeconds()
  const generator = startNode('generator', [
    loadFile('api-generator.mjs'),
    ...['--port', String(daemon.apiPort), '--auth', auth, '--pack', daemon.pack, '--areas', areas.join(',')],
    ...['--connections', String(mode.connections), '--destinations', String(mode.destinations)],
    ...['--count', String(count), '--warmup', String(Math.floor(count / 10))],
    ...(mode.callbacks ? ['--url', `http://127.0.0.1:${receiverPort}/told`] : []),
  ])
  const sent = await generator.line((line) => 'ok_rate' in line, runMs)
  const ok = Number(sent['ok'])
  const arrived = await reportWhen(sink, drainMs, ({ unique, receipts_ok }) => {
    return Number(unique) >= ok && (!mode.receipts || Number(receipts_ok) >= ok)
  })
  const steps = mode.callbacks ? ok * STEPS : 0
  const told = await reportWhen(receiver, drainMs, ({ unique }) => Number(unique) >= steps)
  await quiet(daemon)
  const cpuSpent = daemon.child.cpuSeconds() - cpuBefore
  const missing = Math.max(0, ok - Number(arrived['unique'])) + Math.max(0, steps - Number(told['unique']))
  const wrong = Number(arrived['dups']) + Number(told['dups']) + Number(told['disordered']) + Number(told['unreadable'])
  return {
    rate: Math.min(Number(sent['ok_rate']), Number(arrived['rate'])),
    okRate: Number(sent['ok_rate']),
    cpuPer10k: cpuPer10k(cpuSpent, ok),
    p50Ms: quantileMs(sent, 'latency_us', 'p50'),
    p99Ms: quantileMs(sent, 'latency_us', 'p99'),
    receiptP50Ms: Number.NaN,
    receiptP99Ms: Number.NaN,
    rssMb: daemon.child.rssMb(),
    faults: Number(sent['rejected']) + Number(sent['unanswered']) + missing + wrong,
    callbackRate: Number(told['rate']),
    sources: Number(arrived['sources']),
  }
}

/** Until no work is left that the measurement made: it would count as the next one's. */
async function quiet({ child }: ApiDaemon): Promise<void> {
  const endMs = performance.now() + drainMs
  for (let before = -1; performance.now() < endMs;) {
    const now = child.cpuSeconds()
    if (now - before < IDLE_SHARE * (QUIET_MS / 1000)) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  }
}

const QUIET_MS = 300
const IDLE_SHARE = 0.2
