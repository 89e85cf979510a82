// The long evidence for many phones: 100,000 registered in one daemon, 500 a second registering again for a minute; figures printed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runBench } from '../bench/run-bench.js'

interface Result {
  readonly figures: {
    readonly registrations: Readonly<
      Record<'users' | 'rssBeforeMb' | 'rssMb' | 'refreshes' | 'refreshesPerSecond' | 'faults', number>
    >
  }
}

it('holds 100,000 registrations in less than 500 MB and loses none while they are refreshed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-registrations-'))
  try {
    const out = join(folder, 'result.json')
    const { code, printed } = await runBench('bench/sip.ts', ['--only', 'registrations', '--out', out])
    const { registrations } = (JSON.parse(readFileSync(out, 'utf8')) as Result).figures
    console.log(JSON.stringify(registrations))
    const { users, rssMb, refreshes, refreshesPerSecond, faults } = registrations
    expect({ code, users, refreshes, faults }, printed).toEqual({
      ...{ code: 0, users: 100_000, refreshes: 30_000, faults: 0 },
    })
    // Resident memory of the whole process, the directory of 100,000 accounts with it.
    expect(rssMb).toBeLessThan(500)
    expect(refreshesPerSecond).toBeGreaterThanOrEqual(495)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
