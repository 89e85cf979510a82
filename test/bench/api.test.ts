import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { apiModes, judgeApi, medianOfApi, type ApiMeasured } from '../../bench/api-modes.js'
import { runBench } from './run-bench.js'

interface Result {
  readonly figures: { readonly modes: Readonly<Record<string, ApiMeasured>>; readonly choiceUs: number }
}

it('measures the HTTP API in some seconds, and loses, doubles or refuses nothing', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-bench-'))
  try {
    const out = join(folder, 'result.json')
    const { code, printed } = await runBench('bench/api.ts', ['--quick', '--out', out])
    expect(code, printed).toBe(0)
    const { modes, choiceUs } = (JSON.parse(readFileSync(out, 'utf8')) as Result).figures
    expect(Object.keys(modes)).toEqual(apiModes.map(({ name }) => name))
    for (const [mode, { rate, faults, sources, callbackRate }] of Object.entries(modes))
      expect({ mode, faults, ran: rate > 50, sources, isTold: callbackRate > 0 }).toEqual({
        ...{ mode, faults: 0, ran: true, sources: 20 },
        isTold: mode.includes('callbacks'),
      })
    expect(choiceUs).toBeGreaterThan(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('judges what was measured by the figures to reach', () => {
  const of = (rate: number): ApiMeasured => ({
    ...{ rate, okRate: rate, cpuPer10k: 1, p50Ms: 1, p99Ms: 1, receiptP50Ms: NaN, receiptP99Ms: NaN, rssMb: 1 },
    ...{ faults: 0, callbackRate: 0, sources: 1000 },
  })
  const modes = { '1 a request': medianOfApi([of(3000), of(5000), of(4100)]), '100 a request': of(14_999) }
  expect(judgeApi({ modes, choiceUs: 20 }).map(({ ok }) => ok)).toEqual([true, false, false])
  expect(judgeApi({ modes: {}, choiceUs: undefined })).toEqual([])
})
