// The bench of the whole switch: lean generator and sink around the daemon users run, beside the bare relay as yardstick.
// `npm run bench -- --help` says the rest.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Child } from './child.js'
import { startDaemon } from './daemon.js'
import type { Running } from './measure.js'
import { measure, measureRaw, startRelay, startSink } from './measure.js'
import type { Figures, Measured, Mode, RawDisk, Subject, Verdict } from './modes.js'
import { judge, median, medianOf, modes } from './modes.js'
import { printTable, printVerdicts, writeResults } from './results.js'

const usage = `npm run bench -- [options]
  --runs 3        measurements of each mode; the median counts
  --quick         a smoke of some seconds: one run, few messages
  --check         exit 1 if a figure to reach is missed
  --only relay | switch | raw    leave the others out
  --mode TEXT     only modes whose name contains it
  --out FILE      JSON (default bench/results/<date>.json)
  --set path=value  further settings of the daemon, may be repeated
Exit code 1 as well if a message was refused, lost, doubled or left without its receipt.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    mode: { type: 'string', default: '' },
    out: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
})

const root = new URL('..', import.meta.url).pathname
const folder = join(root, 'bench/data', String(process.pid)) // on the repository's disk, never a tmpfs

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage)
    return 0
  }
  const runs = values.quick ? 1 : Number(values.runs)
  const scale = values.quick ? 0.02 : 1
  mkdirSync(folder, { recursive: true })
  const children: Child[] = []
  const started = new Date()
  try {
    const results = await runAll(children, runs, scale)
    const figures: Figures = {
      relay: mediansOf(results.relay),
      switch: mediansOf(results.switch),
      raw: medianRaw(results.raw),
    }
    const verdicts = judge(figures)
    print(figures, verdicts, runs)
    const { quick, out } = values
    writeResults({ root, prefix: '', out, started }, { quick, runs, verdicts, figures, results })
    const faults = [...Object.values(figures.relay), ...Object.values(figures.switch)].some((each) => each.faults > 0)
    return faults || (values.check && verdicts.some(({ ok }) => !ok)) ? 1 : 0
  } finally {
    await Promise.all(children.reverse().map((child) => child.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Results {
  readonly relay: Record<string, Measured[]>
  readonly switch: Record<string, Measured[]>
  readonly raw: RawDisk[]
}

/** Each way through the code once. */
const isWarmUp = ({ name }: Mode): boolean => name.startsWith('4 x 100') && !name.endsWith('uuid')
const isWanted = (subject: Subject): boolean => values.only === undefined || values.only === subject

async function runAll(children: Child[], runs: number, scale: number): Promise<Results> {
  const results: Results = { relay: {}, switch: {}, raw: [] }
  const running: Running[] = []
  const [sink, sinkPort] = await startSink()
  children.push(sink)
  if (isWanted('relay')) {
    const [child, port] = await startRelay(sinkPort)
    children.push(child)
    running.push({ subject: 'relay', child, port })
  }
  if (isWanted('switch')) {
    const [child, port] = await startDaemon({ program: root, folder, vendorPort: sinkPort, settings: values.set })
    children.push(child)
    running.push({ subject: 'switch', child, port })
  }
  const chosen = modes.filter(({ name }) => name.includes(values.mode))
  // The compiler of the engine has to have seen the code before anything counts.
  for (const each of running) {
    const fitting = chosen.filter((mode) => mode.subjects.includes(each.subject))
    const first = fitting.some(isWarmUp) ? fitting.filter(isWarmUp) : fitting.slice(0, 2)
    for (const mode of first) await measure(each, sink, mode, Math.min(0.3, scale))
  }
  const measureDisk = async (): Promise<void> => {
    if (values.only === undefined || values.only === 'raw' || values.only === 'switch') {
      results.raw.push(await measureRaw(join(folder, 'raw'), values.quick ? 0.3 : 2))
    }
  }
  for (let run = 0; run < runs; run++) {
    // Yardstick and switch take turns at going first, so that a drifting machine favours neither.
    const order = run % 2 === 0 ? running : [...running].reverse()
    if (chosen.length === 0 || running.length === 0) await measureDisk()
    for (const mode of chosen) {
      // Beside what is compared with it: other people's writes to the disk come and go.
      if (running.length > 0 && mode.name === '1 x 10') await measureDisk()
      for (const each of order) {
        if (!mode.subjects.includes(each.subject)) continue
        const measured = await measure(each, sink, mode, scale)
        const ofSubject = results[each.subject]
        ;(ofSubject[mode.name] ??= []).push(measured)
        process.stderr.write(`${run + 1}/${runs} ${each.subject} ${mode.name}: ${measured.rate}/s\n`)
      }
    }
  }
  return results
}

function mediansOf(results: Readonly<Record<string, readonly Measured[]>>): Record<string, Measured> {
  return Object.fromEntries(Object.entries(results).map(([name, runs]) => [name, medianOf(runs)]))
}

function medianRaw(runs: readonly RawDisk[]): RawDisk {
  const sizes = Object.keys(runs[0]?.putsPerSecond ?? {})
  return {
    putsPerSecond: Object.fromEntries(
      sizes.map((size) => [size, median(runs.map((run) => run.putsPerSecond[size] ?? Number.NaN))]),
    ),
    fdatasyncP50Us: median(runs.map((run) => run.fdatasyncP50Us)),
  }
}

function print(figures: Figures, verdicts: readonly Verdict[], runs: number): void {
  const rows = [
    ['', 'mode', 'msg/s', 'of yardstick', 'CPU-s/10k', 'p50 ms', 'p99 ms', 'receipt p50/p99', 'RSS MB', 'faults'],
  ]
  for (const subject of ['relay', 'switch'] as const) {
    for (const [name, each] of Object.entries(figures[subject])) {
      const yardstick = figures.relay[name.replace(', uuid', '')]?.rate
      rows.push([
        subject,
        name,
        String(each.rate),
        subject === 'relay' || yardstick === undefined ? '' : (each.rate / yardstick).toFixed(2),
        each.cpuPer10k.toFixed(3),
        each.p50Ms.toFixed(2),
        each.p99Ms.toFixed(2),
        Number.isNaN(each.receiptP50Ms) ? '' : `${each.receiptP50Ms.toFixed(1)}/${each.receiptP99Ms.toFixed(1)}`,
        String(each.rssMb),
        String(each.faults),
      ])
    }
  }
  console.log(`\nmedian of ${runs}`)
  printTable(rows)
  const puts = Object.entries(figures.raw.putsPerSecond).map(([size, rate]) => `${rate}/s with ${size} in flight`)
  if (puts.length > 0)
    console.log(`raw durable puts: ${puts.join(', ')}; fdatasync p50 ${figures.raw.fdatasyncP50Us} us`)
  printVerdicts(verdicts)
}

process.exitCode = await main()
