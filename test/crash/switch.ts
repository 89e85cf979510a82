// The daemon under test: the built program in its own process, killed by pid whatever happens. Knows no load and no ledger.
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface SwitchOptions {
  /** The data folder. */
  readonly data: string
  readonly vendorPort: number
  /** The directory file; directory.yaml if not given. */
  readonly directory?: string
  readonly settings?: Readonly<Record<string, string | number>>
  /** What the vendor's connection does with what was sent and never answered; `resend` if not given. */
  readonly onUnanswered?: 'resend' | 'waitReceipt' | 'fail'
  /** How far its wall clock is off, ms. */
  readonly clockStepMs?: number
  /** Runs its command line under these words, e.g. a limit. */
  readonly under?: readonly string[]
}

/** Exit code or signal. */
export type Ending = number | string

export interface Switch {
  readonly pid: number
  readonly smppPort: number
  readonly adminPort: number
  /** From the start of the process to readiness, ms. */
  readonly startedInMs: number
  /** Lines of its log with this event, so far. */
  logged(event: string): readonly Readonly<Record<string, unknown>>[]
  /** What it wrote to its standard error, which is nothing when all is well. */
  errors(): string
  /** Resolves when it has ended. */
  readonly ended: Promise<Ending>
  /** Sends the signal; resolves when it has ended. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending>
}

const running = new Set<ChildProcessByStdio<null, Readable, Readable>>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const directory = fileURLToPath(new URL('./directory.yaml', import.meta.url))
const steppedClock = fileURLToPath(new URL('./stepped-clock.cjs', import.meta.url))
const readyWithinMs = 20_000

/** Kills what is left of earlier tests. */
export async function killSwitches(): Promise<void> {
  for (const child of running) {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

/**
 * Starts the daemon and waits until it is ready.
 * @throws Error with what it printed when it ends before, or is not ready in 20 s
 */
export async function startSwitch(options: SwitchOptions): Promise<Switch> {
  const settings = { 'smpp.server.port': 0, 'admin.port': 0, 'log.level': 'info', ...options.settings }
  const sets = Object.entries(settings).flatMap(([path, value]) => ['--set', `${path}=${value}`])
  const preload = options.clockStepMs === undefined ? [] : ['--require', steppedClock]
  const [program, ...args] = [
    ...(options.under ?? []),
    process.execPath,
    ...preload,
    main,
    'start',
    ...['--directory', options.directory ?? directory, '--data', options.data, '--json'],
    ...sets,
  ]
  const startedMs = performance.now()
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CRASH_VENDOR_PORT: String(options.vendorPort),
      CRASH_ON_UNANSWERED: options.onUnanswered ?? 'resend',
      CLOCK_STEP_MS: String(options.clockStepMs ?? 0),
    },
  })
  running.add(child)
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]): Ending => {
    running.delete(child)
    return code ?? signal ?? 'unknown'
  })

  const log: Readonly<Record<string, unknown>>[] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve) => {
    lines.on('line', (text) => {
      const line = JSON.parse(text) as Readonly<Record<string, unknown>>
      if (line['ready'] === true) resolve(line)
      else log.push(line)
    })
  })
  const failed = async (): Promise<never> => {
    const ending = await Promise.race([
      ended,
      once(AbortSignal.timeout(readyWithinMs), 'abort').then(() => 'not ready'),
    ])
    const tail = log.slice(-5).map((line) => JSON.stringify(line))
    throw new Error(`the switch did not start (${ending})\n${errors}\n${tail.join('\n')}`)
  }
  const { smppPort, adminPort, pid } = await Promise.race([ready, failed()])
  return {
    pid: Number(pid),
    smppPort: Number(smppPort),
    adminPort: Number(adminPort),
    startedInMs: performance.now() - startedMs,
    logged: (event) => log.filter((line) => line['event'] === event),
    errors: () => errors,
    ended,
    end: async (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
