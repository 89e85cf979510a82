import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Result {
  readonly figures: { readonly switch: Readonly<Record<string, { readonly rate: number; readonly faults: number }>> }
}

/** Ends with the exit code and everything printed; the bench ends its own children. */
function runBench(args: readonly string[]): Promise<{ readonly code: number | null; readonly printed: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })))
}

it(
  'measures every mode in a few seconds each, and loses, doubles or refuses nothing',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smswitch-bench-'))
    try {
      const out = join(folder, 'result.json')
      const { code, printed } = await runBench(['--quick', '--out', out])
      expect(code, printed).toBe(0)
      const { figures } = JSON.parse(readFileSync(out, 'utf8')) as Result
      const measured = Object.entries(figures.switch)
      expect(measured.map(([mode]) => mode)).toEqual(expect.arrayContaining(['4 x 100', '4 x 100, receipts', '1 x 1']))
      for (const [mode, { rate, faults }] of measured)
        expect({ mode, faults, ran: rate > 100 }).toEqual({ mode, faults: 0, ran: true })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
