import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runBench } from './run-bench.js'

interface Result {
  readonly figures: { readonly switch: Readonly<Record<string, { readonly rate: number; readonly faults: number }>> }
}

it(
  'measures every mode in a few seconds each, and loses, doubles or refuses nothing',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smswitch-bench-'))
    try {
      const out = join(folder, 'result.json')
      const { code, printed } = await runBench('bench/run.ts', ['--quick', '--out', out])
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
