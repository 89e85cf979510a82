import { expect, it } from 'vitest'
import type { Snapshot } from '../../directory/snapshot.js'
import type { FlowKind } from '../../sip/index.js'
import { TrustedAddresses } from './trusted.js'

const kinds: readonly FlowKind[] = ['udp', 'tcp', 'tls', 'ws', 'wss']

/** Over what an address is enough. */
function trustedOver(directory: object): readonly FlowKind[] {
  const none = { connectionByAddress: () => undefined, accountByAddress: () => undefined }
  const snapshot = { ...none, ...directory } as unknown as Snapshot
  const addresses = new TrustedAddresses({})
  return kinds.filter((kind) => addresses.at('192.0.2.1', kind, snapshot) !== undefined)
}

const peer = (transport: string, changes: object = {}): object => ({
  connectionByAddress: () => ({
    id: 'p',
    vendor: 'v',
    active: true,
    direction: 'from',
    sip: { transport },
    ...changes,
  }),
})

it.each([
  ['udp', ['udp', 'tcp', 'tls']],
  ['tcp', ['tcp', 'tls']],
  ['tls', ['tls']],
])('a peer of transport %s is known by its address over %j', (transport, over) => {
  expect(trustedOver(peer(transport))).toEqual(over)
})

it('a peer that is not active, or brings nothing, is nobody', () => {
  expect([trustedOver(peer('udp', { active: false })), trustedOver(peer('udp', { direction: 'to' }))]).toEqual([[], []])
})

it('an account is known by its address alone, over datagrams only where it has a SIP user', () => {
  expect(trustedOver({ accountByAddress: () => ({ id: 'a', sip: { user: 'a' } }) })).toEqual(['udp', 'tcp', 'tls'])
  expect(trustedOver({ accountByAddress: () => ({ id: 'a' }) })).toEqual(['tcp', 'tls'])
})

it('a directory that is another is asked anew', () => {
  const addresses = new TrustedAddresses({})
  const with1 = { ...peer('udp'), accountByAddress: () => undefined } as unknown as Snapshot
  const without = { connectionByAddress: () => undefined, accountByAddress: () => undefined } as unknown as Snapshot
  expect([addresses.at('a', 'udp', with1)?.sender.kind, addresses.at('a', 'udp', without)]).toEqual([
    'vendor',
    undefined,
  ])
})
