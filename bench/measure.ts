// One measurement: the generator against a subject, the sink behind it, the subject's processor time between.
import { startNode, type Child, type JsonLine } from './child.js'
import type { Measured, Mode, RawDisk, Subject } from './modes.js'
import { cpuPer10k, loadFile, quantileMs, reportOf, reportWhen } from './reports.js'

export interface Running {
  readonly subject: Subject
  readonly child: Child
  readonly port: number
}

const readyMs = 30_000
const runMs = 300_000
const drainMs = 20_000

/** Starts a program that says `{"ready":true,…}`; returns it and the port it names. */
export async function startReady(
  name: string,
  args: readonly string[],
  portKey = 'port',
): Promise<readonly [Child, number]> {
  const child = startNode(name, args)
  const line = await child.line((each) => each['ready'] === true, readyMs)
  return [child, Number(line[portKey])]
}

export const startSink = (): Promise<readonly [Child, number]> =>
  startReady('sink', [loadFile('sink.mjs'), '--port', '0'])

export const startRelay = (vendorPort: number): Promise<readonly [Child, number]> =>
  startReady('relay', [loadFile('relay.mjs'), '--port', '0', '--vendor-port', String(vendorPort)])

/** Durable puts of lmdb alone and a bare fdatasync, in this folder. */
export async function measureRaw(folder: string, seconds: number): Promise<RawDisk> {
  const child = startNode('raw puts', [loadFile('raw-puts.mjs'), '--dir', folder, '--seconds', String(seconds)])
  const line = await child.line((each) => 'puts_per_s' in each, runMs)
  return {
    putsPerSecond: line['puts_per_s'] as Record<string, number>,
    fdatasyncP50Us: Number(line['fdatasync_p50_us']),
  }
}

/** Runs one mode. `scale` shrinks the number of messages. */
export async function measure(running: Running, sink: Child, mode: Mode, scale: number): Promise<Measured> {
  const { parts = 1 } = mode
  const wanted = Math.ceil((running.subject === 'relay' ? (mode.relayCount ?? mode.count) : mode.count) * scale)
  const count = Math.ceil(wanted / parts) * parts
  const receipts = mode.receipts !== undefined
  await reportOf(sink, `reset ${mode.receipts ?? 'decimal'}`)
  const cpuBefore = running.child.cpuSeconds()
  const generator = startNode('generator', [
    loadFile('generator.mjs'),
    ...['--port', String(running.port), '--connections', String(mode.connections), '--window', String(mode.window)],
    ...['--count', String(count), '--warmup', String(Math.floor(count / 10)), '--rate', String(mode.rate ?? 0)],
    ...['--parts', String(parts), '--system-id', mode.systemId ?? 'bench'],
    ...(receipts ? ['--registered', '1', '--match'] : []),
  ])
  const sent = await generator.line((line) => 'ok_rate' in line, runMs)
  const arrived = await drained(sink, Number(sent['ok']))
  const cpuSpent = running.child.cpuSeconds() - cpuBefore
  const rssMb = running.child.rssMb()

  const ok = Number(sent['ok'])
  const rates = [Number(sent['ok_rate']), Number(arrived['rate'])]
  if (receipts) rates.push(Number(sent['receipt_rate']))
  const missing = Math.max(0, ok - Number(arrived['unique']))
  const unreceipted = receipts ? ok - Number(sent['receipts_matched']) : 0
  return {
    rate: Math.min(...rates),
    okRate: Number(sent['ok_rate']),
    cpuPer10k: cpuPer10k(cpuSpent, ok),
    p50Ms: quantileMs(sent, 'latency_us', 'p50'),
    p99Ms: quantileMs(sent, 'latency_us', 'p99'),
    receiptP50Ms: quantileMs(sent, 'end_to_end_us', 'p50'),
    receiptP99Ms: quantileMs(sent, 'end_to_end_us', 'p99'),
    rssMb,
    faults: Number(sent['rejected']) + Number(sent['unanswered']) + missing + Number(arrived['dups']) + unreceipted,
  }
}

/** The sink's report once everything acknowledged has come and its receipts are answered, or nothing new comes any more. */
function drained(sink: Child, ok: number): Promise<JsonLine> {
  return reportWhen(sink, drainMs, (report) => {
    const open = Number(report['receipts_sent']) - Number(report['receipts_ok']) - Number(report['receipts_refused'])
    return Number(report['unique']) >= ok && Number(report['receipts_waiting']) + open <= 0
  })
}
