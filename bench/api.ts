// The bench of the HTTP API: lean applications, receiver and SMPP sink around the daemon users run. `npm run bench:api -- --help` says
// the rest.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startApiDaemon } from './api-daemon.js'
import { measureApi, startNeighbours, type Neighbours } from './api-measure.js'
import { apiModes, judgeApi, medianOfApi, type ApiFigures, type ApiMeasured } from './api-modes.js'
import { startNode, type Child } from './child.js'
import type { Verdict } from './modes.js'
import { printTable, printVerdicts, writeResults } from './results.js'

const usage = `npm run bench:api -- [options]
  --runs 3          measurements of each mode, with a fresh daemon for each round; the median counts
  --quick           a smoke of some seconds: one run, few messages, few numbers
  --check           exit 1 if a figure to reach is missed
  --only messages | choice   leave the other out
  --mode TEXT       only modes whose name contains it, or the one that has it
  --numbers 1000    in the pool
  --out FILE        JSON (default bench/results/api-<date>.json)
  --program FOLDER  a built checkout to measure in place of this one
  --node OPTION     further options of the daemon's Node, may be repeated
  --set path=value  further settings of the daemon, may be repeated
Exit code 1 as well if a message was refused, lost or doubled, or a callback lost, doubled or out of order.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    mode: { type: 'string', default: '' },
    numbers: { type: 'string', default: '1000' },
    out: { type: 'string' },
    program: { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', multiple: true, default: [] },
  },
})

const root = new URL('..', import.meta.url).pathname
const folder = join(root, 'bench/data', `api-${process.pid}`) // on the repository's disk, never a tmpfs
const warmUpScale = 0.25
const scale = values.quick ? 0.02 : 1
const choiceMs = 120_000
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
    const results: Record<string, ApiMeasured[]> = {}
    if (isWanted('messages')) {
      const neighbours = await startNeighbours()
      children.push(neighbours.sink, neighbours.receiver)
      for (let run = 0; run < runs; run++) await measureAll(neighbours, children, results)
    }
    const figures: ApiFigures = {
      modes: Object.fromEntries(Object.entries(results).map(([name, all]) => [name, medianOfApi(all)])),
      choiceUs: isWanted('choice') ? await choice() : undefined,
    }
    const verdicts = judgeApi(figures)
    print(figures, verdicts, runs)
    const { quick, out } = values
    writeResults({ root, prefix: 'api-', out, started }, { quick, runs, verdicts, figures, results })
    const isFaulty = Object.values(figures.modes).some((each) => each.faults > 0)
    return isFaulty || (values.check && verdicts.some(({ ok }) => !ok)) ? 1 : 0
  } finally {
    await Promise.all(children.reverse().map((child) => child.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every mode once, by a daemon of its own: records of earlier messages stay in its store. */
async function measureAll(neighbours: Neighbours, children: Child[], results: Record<string, ApiMeasured[]>) {
  const named = apiModes.filter(({ name }) => name === values.mode)
  const modes = named.length > 0 ? named : apiModes.filter(({ name }) => name.includes(values.mode))
  const data = join(folder, 'daemon')
  rmSync(data, { recursive: true, force: true })
  const daemon = await startApiDaemon({
    program: values.program ?? root,
    folder: data,
    vendorPort: neighbours.vendorPort,
    numbers: values.quick ? 20 : Number(values.numbers),
    settings: values.set,
    nodeOptions: values.node,
  })
  children.push(daemon.child)
  // The compiler of the engine has to have seen the code before anything counts.
  for (const mode of modes) await measureApi(daemon, neighbours, mode, Math.min(warmUpScale, scale))
  for (const mode of modes) {
    const measured = await measureApi(daemon, neighbours, mode, scale)
    ;(results[mode.name] ??= []).push(measured)
    const { rate, cpuPer10k, callbackRate, faults } = measured
    process.stderr.write(
      `${mode.name}: ${rate}/s, CPU-s/10k ${cpuPer10k}, callbacks ${callbackRate}/s, faults ${faults}\n`,
    )
  }
  await daemon.child.stop()
}

async function choice(): Promise<number> {
  const child = startNode('choice', ['--import', 'tsx', join(root, 'bench/api-choice.ts')])
  return Number((await child.line((line) => 'choice_us' in line, choiceMs))['choice_us'])
}

function print({ modes, choiceUs }: ApiFigures, verdicts: readonly Verdict[], runs: number): void {
  console.log(`\nmedian of ${runs}`)
  const rows = [['mode', 'msg/s', 'CPU-s/10k', 'p50 ms', 'p99 ms', 'RSS MB', 'numbers', 'callbacks/s', 'faults']]
  for (const [name, each] of Object.entries(modes)) {
    const times = [each.cpuPer10k.toFixed(3), each.p50Ms.toFixed(2), each.p99Ms.toFixed(2)]
    const counts = [each.rssMb, each.sources, each.callbackRate, each.faults].map(String)
    rows.push([name, String(each.rate), ...times, ...counts])
  }
  printTable(rows)
  if (choiceUs !== undefined) console.log(`choosing one of 100,000 numbers: ${choiceUs} µs`)
  printVerdicts(verdicts)
}

process.exitCode = await main()
