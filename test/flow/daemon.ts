// Starts the real daemon as its users do, watches what it says, and ends it. Knows nothing of messages.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { when, within } from './waiting.js'

export const mainFile = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

const METRIC_STAYS_MS = 10_000

/** One line of the daemon's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string }

export interface DaemonOptions {
  /** The directory file; '' for the store. */
  readonly directory: string
  /** The data folder. */
  readonly data: string
  /** Settings by their path; ports are 0 unless said here. */
  readonly set?: Readonly<Record<string, string | number>>
  /** Further arguments of `start`. */
  readonly args?: readonly string[]
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** How the process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Daemon {
  readonly pid: number
  readonly smppPort: number
  readonly adminPort: number
  /** Log lines so far. They come up to a second late. */
  readonly log: readonly LogLine[]
  /** Resolves with the first line of this event that fits, past ones included. */
  logged(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>
  /** Log lines from the first one on, as they come, until the process ends. */
  lines(): AsyncGenerator<LogLine>
  /** Everything written so far. */
  output(): string
  /** Value of one series of /metrics, its labels in any order; 0 if there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
  /** Scrapes until the value of the series is right: for what happens inside and tells nobody. Throws when it stays another for 10 s. */
  metricWhen(
    isRight: (value: number) => boolean,
    name: string,
    labels?: Readonly<Record<string, string>>,
  ): Promise<void>
  get(path: string): Promise<{ readonly status: number; readonly text: string }>
  /** Resolves when the process has ended, by whatever. */
  readonly ended: Promise<Ending>
  /** SIGTERM. Rejects unless it ends with code 0 and an empty standard error. */
  stop(): Promise<Ending>
  /** SIGKILL. */
  kill(): Promise<void>
}

/** Resolves when the daemon is ready; rejects with what it said if it ends before that. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const settings = { 'smpp.server.port': 0, 'admin.port': 0, 'stop.graceMs': 3000, ...options.set }
  const source = options.directory === '' ? ['--set', 'directory.path='] : ['--directory', options.directory]
  const args = ['start', ...source, '--data', options.data, '--json']
  for (const [path, value] of Object.entries(settings)) args.push('--set', `${path}=${value}`)
  args.push(...(options.args ?? []))
  const env = { ...process.env, ...options.env }
  const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const said = new EventEmitter()
  said.setMaxListeners(0)
  const log: LogLine[] = []
  let ready: { readonly smppPort: number; readonly adminPort: number } | undefined
  let stdout = ''
  let stderr = ''
  let isOver = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (line['ready'] === true) ready = line as typeof ready
    else log.push(line as LogLine)
    said.emit('line')
  })
  const ended = once(child, 'close').then(([code, signal]): Ending => {
    isOver = true
    said.emit('line')
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr }
  })
  await when(said, 'line', () => ready !== undefined || isOver, 'the daemon to be ready', 15_000).catch(
    (error: unknown) => {
      child.kill('SIGKILL')
      throw error
    },
  )
  if (ready === undefined) throw new Error(`the daemon did not start: ${stderr}${stdout}`)
  const { smppPort, adminPort } = ready
  const get: Daemon['get'] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${adminPort}${path}`, { signal: AbortSignal.timeout(5000) })
    return { status: response.status, text: await response.text() }
  }

  return {
    pid: child.pid ?? 0,
    smppPort,
    adminPort,
    log,
    ended,
    async logged(event, fits = () => true) {
      const find = (): LogLine | undefined => log.find((line) => line.event === event && fits(line))
      await when(said, 'line', () => find() !== undefined, `the event ${event} in the log`)
      return find()!
    },
    async *lines() {
      for (let i = 0; ; i++) {
        while (i >= log.length) {
          if (isOver) return
          await once(said, 'line')
        }
        yield log[i]!
      }
    },
    output: () => stdout + stderr,
    async metric(name, labels = {}) {
      return seriesValue((await get('/metrics')).text, name, labels)
    },
    async metricWhen(isRight, name, labels = {}) {
      let last: number | undefined
      let endMs = 0
      for (;;) {
        const value = seriesValue((await get('/metrics')).text, name, labels)
        if (isRight(value)) return
        // As long as it changes the daemon is at it, however busy the machine is.
        if (value !== last) endMs = performance.now() + METRIC_STAYS_MS
        last = value
        if (performance.now() > endMs) throw new Error(`${name} ${JSON.stringify(labels)} stays at ${value}`)
      }
    },
    get,
    async stop() {
      child.kill('SIGTERM')
      const ending = await within(ended, 'the daemon to end after SIGTERM', 15_000)
      if (ending.code === 0 && ending.stderr === '') return ending
      throw new Error(
        `after SIGTERM: code ${ending.code}, signal ${ending.signal}, standard error ${JSON.stringify(ending.stderr)}`,
      )
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs any command of the program to its end. */
export async function runProgram(args: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const [code, signal] = await within(ended, `the end of ${args.join(' ')}`, 15_000).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return { code, signal, stdout, stderr }
}

/** The sum over the series that carry all these labels. */
function seriesValue(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue
    const fits = Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`))
    if (fits) sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}
