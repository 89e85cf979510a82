import { afterEach, expect, it } from 'vitest'
import { createMetrics } from '../telemetry/metrics.js'
import { startAdmin, type Admin, type AdminOptions } from './server.js'

const admins: Admin[] = []
afterEach(async () => {
  await Promise.all(admins.splice(0).map((admin) => admin.stop()))
})

async function start(options: Partial<AdminOptions> = {}): Promise<string> {
  const metrics = createMetrics({ processMetrics: false })
  const admin = await startAdmin({ host: '127.0.0.1', port: 0, metrics, readiness: () => [], ...options })
  admins.push(admin)
  return `http://127.0.0.1:${admin.port}`
}

it('shows metrics in Prometheus’ format', async () => {
  const metrics = createMetrics({ processMetrics: false })
  metrics.accepted.count('esme')
  const response = await fetch(`${await start({ metrics })}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await response.text()).toContain('smswitch_messages_accepted_total{edge="esme"} 1')
})

it('is alive whether ready or not, and says why not', async () => {
  let reasons: string[] = ['the store is nearly full', 'stopping']
  const url = await start({ readiness: () => reasons })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const refused = await fetch(`${url}/readyz`)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toEqual({
    error: { code: 'notReady', message: 'not ready: the store is nearly full; stopping' },
    reasons,
  })
  reasons = []
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

it('answers 500 and tells the log when a scrape fails', async () => {
  const faults: unknown[] = []
  const metrics = { contentType: 'text/plain', render: () => Promise.reject(new Error('gauge broke')) }
  const url = await start({ metrics, onFault: (fault) => faults.push(fault) })
  expect((await fetch(`${url}/metrics`)).status).toBe(500)
  expect(faults).toHaveLength(1)
})

it('does not start on a port that is taken', async () => {
  const port = Number(new URL(await start()).port)
  await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
