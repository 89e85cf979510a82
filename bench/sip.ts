// The bench of SIP: lean senders, phones, SMPP generator and sink around the daemon users run. `npm run bench:sip -- --help` says the rest.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startNode, type Child } from './child.js'
import { startSink } from './measure.js'
import type { Verdict } from './modes.js'
import { printTable, printVerdicts, writeResults } from './results.js'
import { startSipDaemon, type SipDaemon } from './sip-daemon.js'
import { measureRegistrations, measureSip, startPhones } from './sip-measure.js'
import { judgeSip, medianOfSip, sipModes, transports, type Registrations, type SipFigures } from './sip-modes.js'
import type { SipMeasured } from './sip-modes.js'

const usage = `npm run bench:sip -- [options]
  --runs 3          measurements of each mode, with a fresh daemon for each; the median counts
  --quick           a smoke of some seconds: one run, few messages, few registrations
  --check           exit 1 if a figure to reach is missed
  --only messages | registrations | parser   leave the others out
  --mode TEXT       only modes whose name contains it
  --out FILE        JSON (default bench/results/sip-<date>.json)
  --program FOLDER  a built checkout to measure in place of this one
  --node OPTION     further options of the daemon's Node, may be repeated
  --set path=value  further settings of the daemon, may be repeated
Exit code 1 as well if a message was refused, lost or doubled, or a registration lost.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    mode: { type: 'string', default: '' },
    out: { type: 'string' },
    program: { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', multiple: true, default: [] },
  },
})

const root = new URL('..', import.meta.url).pathname
const folder = join(root, 'bench/data', `sip-${process.pid}`) // on the repository's disk, never a tmpfs
const warmUpScale = 0.25
const scale = values.quick ? 0.02 : 1
const users = values.quick ? 100 : 10_000
const isWanted = (part: string): boolean => values.only === undefined || values.only === part

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage)
    return 0
  }
  const runs = values.quick ? 1 : Number(values.runs)
  const children: Child[] = []
  const started = new Date()
  mkdirSync(folder, { recursive: true })
  try {
    const [sink, vendorPort] = await startSink()
    children.push(sink)
    const results: Record<string, SipMeasured[]> = {}
    // Transports take turns at going first, so that a drifting machine favours neither.
    for (let run = 0; isWanted('messages') && run < runs; run++) {
      const order = run % 2 === 0 ? transports : [...transports].reverse()
      for (const transport of order) await measureTransport(transport, sink, vendorPort, children, results)
    }
    const figures: SipFigures = {
      modes: Object.fromEntries(Object.entries(results).map(([name, all]) => [name, medianOfSip(all)])),
      registrations: isWanted('registrations') ? await registrations(vendorPort, children) : undefined,
      parsed: isWanted('parser') ? await parsed() : undefined,
    }
    const verdicts = judgeSip(figures)
    print(figures, verdicts, runs)
    const { quick, out } = values
    writeResults({ root, prefix: 'sip-', out, started }, { quick, runs, verdicts, figures, results })
    const faults = [...Object.values(figures.modes), ...(figures.registrations ? [figures.registrations] : [])]
    const isFaulty = faults.some((each) => each.faults > 0)
    return isFaulty || (values.check && verdicts.some(({ ok }) => !ok)) ? 1 : 0
  } finally {
    await Promise.all(children.reverse().map((child) => child.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A daemon of its own for each: phones that are gone stay registered, and each message would go to them too. */
async function freshDaemon(
  vendorPort: number,
  count: number,
  children: Child[],
  nodeOptions: readonly string[] = [],
): Promise<SipDaemon> {
  const data = join(folder, 'daemon')
  rmSync(data, { recursive: true, force: true })
  const program = values.program ?? root
  const options = {
    program,
    folder: data,
    vendorPort,
    users: count,
    settings: values.set,
    nodeOptions: [...nodeOptions, ...values.node],
  }
  const daemon = await startSipDaemon(options)
  children.push(daemon.child)
  return daemon
}

async function measureTransport(
  transport: 'udp' | 'tcp',
  vendorSink: Child,
  vendorPort: number,
  children: Child[],
  results: Record<string, SipMeasured[]>,
): Promise<void> {
  const modes = sipModes.filter((mode) => mode.transport === transport && mode.name.includes(values.mode))
  if (modes.length === 0) return
  const daemon = await freshDaemon(vendorPort, users, children)
  const [phones] = await startPhones(daemon, { transport, users })
  children.push(phones)
  const sinkOf = (to: string): Child => (to === 'sip' ? phones : vendorSink)
  // The compiler of the engine has to have seen the code before anything counts.
  for (const mode of modes) await measureSip(daemon, sinkOf(mode.to), mode, users, Math.min(warmUpScale, scale))
  for (const mode of modes) {
    const measured = await measureSip(daemon, sinkOf(mode.to), mode, users, scale)
    ;(results[mode.name] ??= []).push(measured)
    process.stderr.write(
      `${mode.name}: ${measured.rate}/s, CPU-s/10k ${measured.cpuPer10k}, resent ${measured.resent}\n`,
    )
  }
  await phones.stop()
  await daemon.child.stop()
}

/** Where memory is what counts: left to itself the engine takes half as much again before it collects what is no longer used. */
const smallHeap = ['--max-semi-space-size=16', '--max-old-space-size=380']

async function registrations(vendorPort: number, children: Child[]): Promise<Registrations> {
  const [count, seconds] = values.quick ? [1000, 2] : [100_000, 60]
  const daemon = await freshDaemon(vendorPort, count, children, smallHeap)
  const measured = await measureRegistrations(daemon, { users: count, registerRate: 1000, refreshRate: 500, seconds })
  await daemon.child.stop()
  return measured
}

async function parsed(): Promise<number> {
  const child = startNode('parser', ['--import', 'tsx', join(root, 'bench/sip-parse.ts'), '--json'])
  return Number((await child.line((line) => 'parse MESSAGE /s' in line, 60_000))['parse MESSAGE /s'])
}

function print(
  { modes, registrations: held, parsed: perSecond }: SipFigures,
  verdicts: readonly Verdict[],
  runs: number,
) {
  console.log(`\nmedian of ${runs}`)
  const rows = [['mode', 'msg/s', 'CPU-s/10k', 'p50 ms', 'p99 ms', 'RSS MB', 'resent', 'faults']]
  for (const [name, each] of Object.entries(modes)) {
    const times = [each.cpuPer10k.toFixed(3), each.p50Ms.toFixed(2), each.p99Ms.toFixed(2)]
    rows.push([name, String(each.rate), ...times, String(each.rssMb), String(each.resent), String(each.faults)])
  }
  printTable(rows)
  if (held !== undefined) console.log('registrations', JSON.stringify(held))
  if (perSecond !== undefined) console.log(`parsed: ${perSecond}/s`)
  printVerdicts(verdicts)
}

process.exitCode = await main()
