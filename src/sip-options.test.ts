import { expect, it } from 'vitest'
import { loadConfig } from './config/load.js'
import { refusedOrigins, sipEdgeOptions } from './sip-options.js'
import { createLog } from './telemetry/log.js'

const set = (...more: string[]) => loadConfig({ set: ['sip.enabled=true', ...more], env: {} })

it('lets pages of the origins connect that are named, and tells of others', () => {
  const refused: string[] = []
  const config = set('sip.origins=https://phone.example.com http://127.0.0.1:8775')
  const { listeners } = sipEdgeOptions(config, (origin) => refused.push(origin)).endpoint
  const mayConnect = listeners.find(({ kind }) => kind === 'ws')!.mayConnect!
  expect(['https://phone.example.com', 'http://127.0.0.1:8775', undefined].map(mayConnect)).toEqual([true, true, true])
  expect(mayConnect('http://localhost:8775')).toBe(false)
  expect(refused).toEqual(['http://localhost:8775'])
  expect(sipEdgeOptions(set(), () => undefined).endpoint.listeners.every((each) => each.mayConnect === undefined)).toBe(
    true,
  )
})

it('says once a second what came, what is allowed, and which setting says so', () => {
  const lines: string[] = []
  const log = createLog({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } })
  let nowMs = 0
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs }
  const refused = refusedOrigins(set('sip.origins=https://phone.example.com'), clock, log)
  for (let i = 0; i < 3; i++) refused('http://localhost:8775')
  nowMs = 1000
  refused(`http://${'x'.repeat(5000)}`)
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(told).toMatchObject([
    { event: 'sip.originRefused', origin: 'http://localhost:8775', count: 1 },
    { allowed: 'https://phone.example.com', setting: 'sip.origins', count: 3 },
  ])
  expect(String(told[1]!['origin'])).toHaveLength(200)
})

it('says which file of the certificate cannot be read', () => {
  const config = set('sip.listeners=tls://127.0.0.1:0', 'sip.tls.certificateFile=none.pem', 'sip.tls.keyFile=none.pem')
  expect(() => sipEdgeOptions(config, () => undefined)).toThrow(
    'sip.tls.certificateFile: expects a file that can be read (ENOENT)',
  )
})
