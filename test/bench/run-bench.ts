// Test support: a program of the bench run to its end.
import { spawn } from 'node:child_process'

export interface BenchRun {
  readonly code: number | null
  /** All of it, errors too. */
  readonly printed: string
}

/** The bench ends its own children. @param program below the root of the repository */
export function runBench(program: string, args: readonly string[]): Promise<BenchRun> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })))
}
