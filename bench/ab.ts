// Two builds against each other in turns: is this one slower than that one? `npm run bench:ab -- --help` says the rest.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildOf, type Build } from './builds.js'
import type { Child } from './child.js'
import { startDaemon } from './daemon.js'
import { measure, startSink, type Running } from './measure.js'
import { merged, modes, type Measured, type Mode } from './modes.js'
import { excludesLoss, pairedRatio } from './paired.js'

const usage = `npm run bench:ab -- --base REF [options]
  --base REF      what to compare with: a commit, or a folder with dist/ and config/bench.yaml
  --head REF      the same for what is judged (default: this folder, built before)
  --pairs 10      pairs of measurements of each mode, with fresh daemons for each pair, first and second in turns
  --mode NAME     only this mode, may be repeated (default: 4 x 100, with and without receipts)
  --head-mode N   what head is measured with instead, for the same mode of --mode: what does billing cost?
  --rounds 1      measurements of each mode in each pair, in turns, of which the mean counts
  --loss 0.05     the loss to exclude
  --check         exit 1 unless the 95 % bound excludes that loss
  --quick         a smoke of some seconds: few messages, and no figure to believe
  --out FILE      JSON (default bench/results/ab-<date>.json)
Exit code 1 as well if a message was refused, lost, doubled or left without its receipt.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    base: { type: 'string' },
    head: { type: 'string' },
    pairs: { type: 'string', default: '10' },
    mode: { type: 'string', multiple: true, default: ['4 x 100', '4 x 100, receipts'] },
    'head-mode': { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '1' },
    loss: { type: 'string', default: '0.05' },
    check: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
})

const lossToExclude = Number(values.loss)
const warmUpScale = 0.3
const root = new URL('..', import.meta.url).pathname
const folder = join(root, 'bench/data', String(process.pid)) // on the repository's disk, never a tmpfs

interface Pair {
  readonly base: Measured
  readonly head: Measured
}
type Side = keyof Pair
type Daemons = Readonly<Record<Side, { readonly running: Running; readonly sink: Child }>>

async function main(): Promise<number> {
  if (values.help || values.base === undefined) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const chosen = values.mode.map((name, at) => {
    const mode = modeNamed(name)
    const headMode = values['head-mode'][at]
    return { name, base: mode, head: headMode === undefined ? mode : modeNamed(headMode) }
  })
  const started = new Date()
  const base = buildOf(values.base, root)
  const head = buildOf(values.head ?? root, root)
  try {
    const pairs = await measurePairs({ base, head }, chosen)
    const found = Object.entries(pairs).map(([mode, all]) => judged(mode, all))
    print(base.name, head.name, pairs, found)
    const file = values.out ?? join(root, 'bench/results', `ab-${started.toISOString().replace(/[:.]/g, '-')}.json`)
    mkdirSync(join(file, '..'), { recursive: true })
    const report = { started: started.toISOString(), quick: values.quick, base: base.name, head: head.name }
    writeFileSync(file, JSON.stringify({ ...report, found, pairs }, undefined, 2) + '\n')
    console.log(`\nwritten to ${file}`)
    return found.some(({ faults, ok }) => faults > 0 || (values.check && !ok)) ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
    for (const build of [base, head]) build.remove()
  }
}

/** What is measured of each side, under one name. */
type Chosen = Readonly<Record<Side, Mode>> & { readonly name: string }

function modeNamed(name: string): Mode {
  const mode = modes.find((each) => each.name === name)
  if (mode === undefined) throw new Error(`no mode "${name}" among these: ${modes.map((each) => each.name).join('; ')}`)
  return mode
}

async function measurePairs(
  builds: Readonly<Record<Side, Build>>,
  chosen: readonly Chosen[],
): Promise<Record<string, Pair[]>> {
  const scale = values.quick ? 0.02 : 1
  const pairs: Record<string, Pair[]> = Object.fromEntries(chosen.map(({ name }) => [name, []]))
  const wanted = Number(values.pairs)
  for (let pair = 0; pair < wanted; pair++) {
    const children: Child[] = []
    try {
      // Fresh processes: what the engine's compiler made of one of them by chance must not decide.
      const daemons: Daemons = {
        base: await startSide(builds.base, 'base', children),
        head: await startSide(builds.head, 'head', children),
      }
      // Both take turns at going first, so that a drifting machine favours neither.
      const order: readonly Side[] = pair % 2 === 0 ? ['base', 'head'] : ['head', 'base']
      for (const mode of chosen) {
        for (const side of order) await measureSide(daemons, side, mode[side], Math.min(warmUpScale, scale))
      }
      for (const mode of chosen) {
        const measured: Readonly<Record<Side, Measured[]>> = { base: [], head: [] }
        for (let round = 0; round < Number(values.rounds); round++) {
          const turns = round % 2 === 0 ? order : order.toReversed()
          for (const side of turns) measured[side].push(await measureSide(daemons, side, mode[side], scale))
        }
        const base = merged(measured.base)
        const head = merged(measured.head)
        pairs[mode.name]?.push({ base, head })
        const ratio = (head.rate / base.rate).toFixed(3)
        process.stderr.write(`${pair + 1}/${wanted} ${mode.name}: ${base.rate}/s, ${head.rate}/s, ratio ${ratio}\n`)
      }
    } finally {
      await Promise.all(children.reverse().map((child) => child.stop()))
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return pairs
}

/** A daemon and a sink of its own: one sink would hand the receipts of one daemon to the other. */
async function startSide(build: Build, side: Side, children: Child[]): Promise<Daemons[Side]> {
  const [sink, vendorPort] = await startSink()
  children.push(sink)
  const { program } = build
  const [child, port] = await startDaemon({ program, folder: join(folder, side), vendorPort, settings: [] })
  children.push(child)
  return { running: { subject: 'switch', child, port }, sink }
}

const measureSide = (daemons: Daemons, side: Side, mode: Mode, scale: number): Promise<Measured> =>
  measure(daemons[side].running, daemons[side].sink, mode, scale)

interface Found {
  readonly mode: string
  readonly mean: number
  readonly least: number
  readonly ok: boolean
  /** CPU-seconds per message, head over base; geometric mean. */
  readonly cpu: number
  readonly faults: number
}

function judged(mode: string, pairs: readonly Pair[]): Found {
  const rate = pairedRatio(pairs.map(({ base, head }) => head.rate / base.rate))
  const { mean: cpu } = pairedRatio(pairs.map(({ base, head }) => head.cpuPer10k / base.cpuPer10k))
  const faults = pairs.reduce((sum, { base, head }) => sum + base.faults + head.faults, 0)
  return { mode, mean: rate.mean, least: rate.least, ok: excludesLoss(rate, lossToExclude), cpu, faults }
}

function print(
  base: string,
  head: string,
  pairs: Readonly<Record<string, readonly Pair[]>>,
  found: readonly Found[],
): void {
  console.log(`\n${head} over ${base}`)
  for (const { mode, mean, least, ok, cpu, faults } of found) {
    const ratios = pairs[mode]?.map((pair) => (pair.head.rate / pair.base.rate).toFixed(3)) ?? []
    console.log(`${mode}\n  ratios ${ratios.join(' ')}`)
    console.log(`  mean ${mean.toFixed(3)}, 95 % bound ${least.toFixed(3)}, CPU ${cpu.toFixed(3)}, faults ${faults}`)
    console.log(`  ${ok ? 'excludes' : 'does NOT exclude'} a loss of ${lossToExclude * 100} %`)
  }
}

process.exitCode = await main()
