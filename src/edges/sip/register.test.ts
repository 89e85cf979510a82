import { expect, it } from 'vitest'
import type { SendingAccount } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import { parseMessage, type Flow, type ServerTransaction } from '../../sip/index.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { Location } from './location.js'
import { takeRegister } from './register.js'

const account = {
  ...{ id: 'alice' as AccountId, active: true, domain: 'sip.example.com', numbers: ['12025550101'] },
  sip: { user: 'alice', secrets: {} },
} as unknown as SendingAccount
const flow = { kind: 'udp', id: 0, listener: 'x', remote: { address: '192.0.2.9', port: 5060 } } as unknown as Flow
const settings = {
  minExpiresS: 60,
  maxExpiresS: 3600,
  defaultExpiresS: 600,
  mostContacts: 5,
  whenFull: 'refuse',
} as const

/** The status of a REGISTER with this To, and the addresses that have a binding then. */
function registered(to: string): readonly [status: number | undefined, aors: readonly string[]] {
  const nothing = (): void => undefined
  const location = new Location({ keep: (_, __, ___, told) => told(true), changed: nothing, ended: nothing }, 0)
  const lines = [
    'REGISTER sip:x SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    `From: <${to}>;tag=1`,
    `To: <${to}>`,
    'Call-ID: 1',
    'CSeq: 1 REGISTER',
    'Contact: <sip:alice@192.0.2.9>;expires=600',
  ]
  const request = parseMessage(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`))
  if (request.kind !== 'request') throw new Error('no request')
  let answered: number | undefined
  const transaction: ServerTransaction = { key: '', answer: (status) => (answered = status) > 0 }
  takeRegister(request, flow, transaction, account, {
    ...{ location, settings, maxUsers: 10, nowMs: () => 0, wallMs: () => 0, retryAfterS: 1 },
    ...{ registered: nothing, refused: nothing, metrics: createMetrics({ processMetrics: false }) },
  })
  return [answered, [...location.users()].map(([aor]) => aor)]
}

it.each([
  'sip:alice@sip.example.com',
  'sip:alice@SIP.example.com:5060',
  'sip:+12025550101@sip.example.com',
  'sip:+1-202-555-0101@sip.example.com',
  'sip:alice@192.0.2.100',
  'sip:12025550101@[2001:db8::1]',
])('%s is the address of its account, which is registered by its own', (to) => {
  expect(registered(to)).toEqual([200, ['sip:alice@sip.example.com']])
})

it.each([
  'sip:ALICE@sip.example.com',
  'sip:bob@sip.example.com',
  'sip:bob@192.0.2.100',
  'sip:alice@other.example.com',
  'sip:+12025550102@192.0.2.100',
  'sip:sip.example.com',
])('%s is not', (to) => expect(registered(to)).toEqual([403, []]))
