// Child processes of the bench: started, spoken to in lines, measured through /proc, and ended by pid whatever happens.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export type JsonLine = Readonly<Record<string, unknown>>

export interface Child {
  readonly pid: number
  /** Writes a line to its stdin. */
  tell(line: string): void
  /** The next JSON line that satisfies the condition. Rejects when the process ends first or `withinMs` have passed. */
  line(wanted: (line: JsonLine) => boolean, withinMs: number): Promise<JsonLine>
  /** CPU seconds so far, user and system of all threads. */
  cpuSeconds(): number
  rssMb(): number
  /** SIGTERM, and SIGKILL after `withinMs`. Returns the exit code or the signal. */
  stop(withinMs?: number): Promise<number | string>
}

const ticksPerSecond = 100 // USER_HZ, the unit of /proc/PID/stat on every Linux
const tailLines = 20
const running = new Set<ChildProcessWithoutNullStreams>()

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

/** Starts `node` with these arguments. */
export function startNode(name: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, args, { stdio: 'pipe' })
  running.add(child)
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  void exited.then(() => running.delete(child))
  child.stdin.on('error', () => undefined)

  const tail: string[] = []
  const remember = (text: string): void => {
    tail.push(text)
    if (tail.length > tailLines) tail.shift()
  }
  createInterface({ input: child.stderr }).on('line', remember)
  const waiting = new Set<(line: JsonLine) => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parse(text)
    if (line === undefined) return remember(text)
    if (waiting.size === 0) remember(text)
    for (const look of [...waiting]) look(line)
  })
  const stat = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')

  return {
    pid: child.pid ?? 0,
    tell: (line) => void child.stdin.write(`${line}\n`),
    line: (wanted, withinMs) =>
      new Promise((resolve, reject) => {
        const end = (act: () => void): void => {
          clearTimeout(timer)
          waiting.delete(look)
          act()
        }
        const fail = (why: string): void => end(() => reject(new Error(`${name} ${why}\n${tail.join('\n')}`)))
        const look = (line: JsonLine): void => {
          if (wanted(line)) end(() => resolve(line))
        }
        const timer = setTimeout(() => fail(`says nothing for ${withinMs} ms`), withinMs)
        waiting.add(look)
        void exited.then(([code, signal]) => {
          // Lines written just before the end come after the exit event.
          setTimeout(() => waiting.has(look) && fail(`ended (${code ?? signal})`), 100)
        })
      }),
    cpuSeconds: () => {
      // utime and stime are fields 14 and 15, counted from 1; the name in field 2 may hold spaces.
      const fields = stat('stat').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    },
    rssMb: () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(stat('status'))?.[1] ?? 0) / 1024),
    stop: async (withinMs = 15_000) => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
      const [code, signal] = await exited
      clearTimeout(timer)
      return code ?? signal ?? 'unknown'
    },
  }
}

function parse(text: string): JsonLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as JsonLine) : undefined
  } catch {
    return undefined
  }
}
