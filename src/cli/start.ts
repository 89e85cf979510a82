// `smswitch start`: the daemon in the foreground, until SIGTERM or SIGINT.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startApp } from '../app.js'
import { loadConfig } from '../config/load.js'
import { statusName } from '../smpp/index.js'
import { createLog } from '../telemetry/log.js'
import { createMetrics } from '../telemetry/metrics.js'
import { configOptions, type CommandSpec, type OptionValues } from './args.js'
import type { TenDlcRules } from '../directory/tendlc.js'
import type { DirectorySource } from '../live-directory.js'
import { readInThread } from './directory-thread.js'
import { readTokens } from './read-tokens.js'
import { readWholeDirectory, surroundingsOf } from './read-directory.js'
import { readTenDlcRules } from './read-tables.js'
import { checkNumberProvider } from './read-number-provider.js'
import { readProviders } from './read-providers.js'
import type { Output } from './output.js'
import { exitCodes } from './output.js'

const options = {
  ...configOptions,
  directory: { kind: 'text', value: 'FILE', doc: 'accounts, vendors, policies (directory.path)' },
  data: { kind: 'text', value: 'DIR', doc: 'where messages are kept (store.path)' },
  'sim-vendor': {
    kind: 'number',
    value: 'PORT',
    min: 1,
    max: 65_535,
    doc: 'also run a simulated vendor on this port of 127.0.0.1',
  },
} as const satisfies CommandSpec['options']

/** Runs until a signal ends it; resolves with the exit code. */
export const startCommand = {
  name: 'start',
  summary: 'Runs the switch in the foreground, until SIGTERM or SIGINT.',
  options,
  run: start,
}

async function start(values: OptionValues<typeof options>, output: Output): Promise<number> {
  const { env } = process
  const set = [...values.set]
  if (values.directory !== undefined) set.push(`directory.path=${values.directory}`)
  if (values.data !== undefined) set.push(`store.path=${values.data}`)
  const config = loadConfig({ ...(values.config !== undefined && { file: values.config }), set, env })
  const tokens = readTokens(config.admin.tokens, config.admin.tokensFile)
  const tenDlc = readTenDlcRules(config.tenDlc)
  const directory = sourceOf(config.directory.path, env, tenDlc)
  const lookupProviders = config.lookup.use === 'off' ? [] : readProviders(config.lookup.file, env)
  // Before anything is opened: it is read by who asks it, too.
  checkNumberProvider(config)
  const log = createLog({ level: config.log.level })
  const statusText = (status: string | number): string => (typeof status === 'number' ? statusName(status) : status)
  const metrics = createMetrics({ statusText })

  const version = packageVersion()
  log.event('app.starting', { version, node: process.version, pid: process.pid })
  const startedMs = performance.now()
  const vendor = values['sim-vendor'] === undefined ? undefined : startSimVendor(values['sim-vendor'])
  process.once('exit', () => vendor?.kill())
  const fail = (error: unknown): never => {
    log.event('app.failed', { error })
    log.flush()
    // Sockets and timers of a switch that has lost its store would keep the process alive.
    process.exit(exitCodes.failed)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  const app = await startApp({
    ...{ config, directory, surroundings: surroundingsOf(env, tenDlc), tokens, version, lookupProviders, metrics, log },
    onLost: fail,
  }).catch((error: unknown) => {
    log.event('app.failed', { error })
    log.flush()
    // A child that is left would keep this process alive.
    vendor?.kill()
    throw error
  })
  // Before anybody hears that it is ready: who then stops it at once must not kill it. Before that a signal may.
  const stopWanted = firstSignal()
  process.on('SIGHUP', () => void app.reload('SIGHUP'))
  const { smppPort, adminPort, apiPort } = app
  log.event('app.ready', { tookMs: Math.round(performance.now() - startedMs), smppPort, adminPort })
  output.print(
    `smswitch is ready: SMPP on ${config.smpp.server.host}:${smppPort}, admin on http://${config.admin.host}:${adminPort}${apiPort === undefined ? '' : `, API on http://${config.api.host}:${apiPort}`}`,
    { ready: true, smppPort, adminPort, ...(apiPort !== undefined && { apiPort }), pid: process.pid },
  )
  const signal = await stopWanted
  log.event('app.stopping', { why: signal })
  await app.stop().catch(fail)
  vendor?.kill()
  log.event('app.stopped', { tookMs: Math.round(performance.now() - startedMs) })
  log.flush()
  // What a stop had to leave behind (a disk that hangs) would keep the process alive.
  return process.exit(exitCodes.done)
}

/** @throws DirectoryError with every mistake of the file */
function sourceOf(file: string, env: NodeJS.ProcessEnv, tenDlc: TenDlcRules): DirectorySource {
  if (file === '') return { kind: 'store' }
  const { directory, objects } = readWholeDirectory(file, env, tenDlc)
  return { kind: 'file', file, directory, objects, read: () => readInThread(file, tenDlc) }
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
}

/** In a process of its own, so that what it costs and does is not the switch's. */
function startSimVendor(port: number): ChildProcess {
  const main = fileURLToPath(new URL('../main.js', import.meta.url))
  return spawn(process.execPath, [main, 'sim', 'vendor', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function packageVersion(): string {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url))
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
}
