// Starts the ledger's child processes and talks to them in JSON lines. Knows nothing of what they count.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type LedgerLine = Readonly<Record<string, unknown>> & { readonly event: string }

export interface LedgerProcess {
  readonly pid: number
  /** Sends a command; its answer, if it has one, comes as a line. */
  tell(command: Readonly<Record<string, unknown>> & { readonly cmd: string }): void
  /** The next line with this event. Rejects after `withinMs` or when the process ends. */
  next(event: string, withinMs?: number): Promise<LedgerLine>
  /** Sends the command and returns the next line with this event. */
  ask(command: Readonly<Record<string, unknown>> & { readonly cmd: string }, event: string): Promise<LedgerLine>
  /** Asks until the report satisfies the condition. Rejects with the last report after `withinMs`. */
  until(holds: (report: LedgerLine) => boolean, withinMs: number): Promise<LedgerLine>
  stop(): Promise<void>
}

const reportEveryMs = 100

/** Starts `esme.mjs`, `collector.mjs`, `payer.mjs` or `smsc.mjs` with these options (names as on their command line). */
export function startLedger(
  program: 'esme' | 'collector' | 'payer' | 'smsc',
  options: Readonly<Record<string, string | number>>,
): LedgerProcess {
  const file = fileURLToPath(new URL(`./${program}.mjs`, import.meta.url))
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = new EventEmitter()
  let ready: LedgerLine | undefined // comes once, perhaps before anybody asks
  const ended = new AbortController()
  child.once('exit', (code) => ended.abort(new Error(`ledger ${program} ended with code ${code}`)))
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as LedgerLine
    if (line.event === 'ready') ready = line
    lines.emit(line.event, line)
  })

  const tell: LedgerProcess['tell'] = (command) => void child.stdin.write(JSON.stringify(command) + '\n')
  const next: LedgerProcess['next'] = async (event, withinMs = 30_000) => {
    if (event === 'ready' && ready !== undefined) return ready
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(withinMs)])
    const [line] = (await once(lines, event, { signal })) as [LedgerLine]
    return line
  }
  const ask: LedgerProcess['ask'] = (command, event) => {
    const answer = next(event)
    tell(command)
    return answer
  }
  return {
    pid: child.pid ?? 0,
    tell,
    next,
    ask,
    until: async (holds, withinMs) => {
      const endMs = performance.now() + withinMs
      for (;;) {
        const report = await ask({ cmd: 'report' }, 'report')
        if (holds(report)) return report
        if (performance.now() > endMs)
          throw new Error(`ledger ${program} after ${withinMs} ms: ${JSON.stringify(report)}`)
        await new Promise((resolve) => setTimeout(resolve, reportEveryMs))
      }
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000)
      await exited
      clearTimeout(timer)
    },
  }
}
