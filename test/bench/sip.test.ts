import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runBench } from './run-bench.js'

interface Result {
  readonly figures: {
    readonly modes: Readonly<Record<string, { readonly rate: number; readonly faults: number }>>
    readonly registrations: { readonly users: number; readonly refreshes: number; readonly faults: number }
  }
}

it('measures SIP both ways in some seconds, and loses, doubles or refuses nothing', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-bench-'))
  try {
    const out = join(folder, 'result.json')
    const { code, printed } = await runBench('bench/sip.ts', ['--quick', '--out', out])
    expect(code, printed).toBe(0)
    const { modes, registrations } = (JSON.parse(readFileSync(out, 'utf8')) as Result).figures
    const measured = Object.entries(modes)
    const ways = ['sip to smpp', 'smpp to sip', 'sip to sip']
    expect(measured.map(([mode]) => mode)).toEqual(
      ['udp', 'tcp'].flatMap((way) => ways.map((each) => `${each}, ${way}`)),
    )
    for (const [mode, { rate, faults }] of measured)
      expect({ mode, faults, ran: rate > 100 }).toEqual({ mode, faults: 0, ran: true })
    expect(registrations).toMatchObject({ users: 1000, refreshes: 1000, faults: 0 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
