// One daemon a data folder: the second is refused, and takes over at once when the first was killed.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { killSwitches, startSwitch } from './switch.js'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'smswitch-owner-'))
})
afterEach(async () => {
  await killSwitches()
  rmSync(data, { recursive: true, force: true })
})

/** Nobody listens there. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

it(
  'a second daemon is told whose folder it is; after kill -9 of the first it starts at once',
  { timeout: 60_000 },
  async () => {
    const vendorPort = await deadPort()
    const first = await startSwitch({ data, vendorPort })
    await expect(startSwitch({ data, vendorPort })).rejects.toThrow(`another process has the data folder ${data} open`)
    expect(await first.end('SIGKILL')).toBe('SIGKILL')
    const second = await startSwitch({ data, vendorPort })
    expect(second.startedInMs).toBeLessThan(10_000)
    expect(await second.end('SIGTERM')).toBe(0)
  },
)
