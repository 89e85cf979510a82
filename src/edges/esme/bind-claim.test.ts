import { expect, it } from 'vitest'
import { compileDirectory } from '../../directory/compile.js'
import { parseDirectory } from '../../directory/parse.js'
import { claimOf } from './bind-claim.js'

const password = `scrypt$1024$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const around = { env: {}, readSecret: () => '', statusByName: () => undefined }
const accounts = [
  { id: 'free', systemId: 'free', password },
  { id: 'office', systemId: 'office', password, addresses: ['198.51.100.0/24', '2001:db8:1::/48'] },
  { id: 'carrier', systemId: 'carrier', ipOnly: true, addresses: ['192.0.2.0/24', '2001:db8:2::/48'] },
  { id: 'other', systemId: 'other', ipOnly: true, addresses: ['203.0.113.7'] },
  { id: 'wide', systemId: 'wide', ipOnly: true, addresses: ['10.128.0.0/9', '10.129.0.0/16', '10.129.1.0/24'] },
]
const parsed = parseDirectory(JSON.stringify({ accounts }), 'd.yaml', around)
if (parsed.kind === 'mistakes') throw new Error(JSON.stringify(parsed.mistakes))
const directory = compileDirectory(parsed.directory)

it.each([
  // Whom the system_id names, from where, who that is taken for.
  ['free', '192.0.2.9', 'free unproved'],
  ['free', '10.0.0.1', 'free unproved'],
  ['office', '198.51.100.9', 'office unproved'],
  ['office', '::ffff:198.51.100.9', 'office unproved'],
  ['office', '::ffff:c633:6409', 'office unproved'],
  ['office', '2001:db8:1::5', 'office unproved'],
  ['office', '198.51.101.9', 'office elsewhere'],
  ['office', '192.0.2.9', 'office elsewhere'],
  ['office', '', 'office elsewhere'],
  ['carrier', '192.0.2.9', 'carrier known'],
  ['carrier', '::ffff:192.0.2.9', 'carrier known'],
  ['carrier', '2001:db8:2::1', 'carrier known'],
  ['carrier', '203.0.113.7', 'carrier elsewhere'],
  ['carrier', '10.0.0.1', 'carrier elsewhere'],
  ['', '192.0.2.9', 'carrier known'],
  ['whatever', '192.0.2.255', 'carrier known'],
  ['whatever', '203.0.113.7', 'other known'],
  ['whatever', '10.129.1.2', 'wide known'],
  ['whatever', '10.129.2.2', 'wide known'],
  ['whatever', '10.128.0.0', 'wide known'],
  ['wide', '10.200.0.1', 'wide known'],
  ['whatever', '10.200.0.1', 'wide known'],
  ['whatever', '203.0.113.8', 'nobody unproved'],
  ['whatever', '198.51.100.9', 'nobody unproved'],
  ['whatever', '', 'nobody unproved'],
])('%j from %s: %s', (systemId, ip, expected) => {
  const { account, standing } = claimOf(directory, systemId, ip)
  expect(`${account?.id ?? 'nobody'} ${standing}`).toBe(expected)
})
