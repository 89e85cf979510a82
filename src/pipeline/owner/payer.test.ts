import { describe, expect, it } from 'vitest'
import { createDialing } from '../../directory/dialing.js'
import type { Snapshot } from '../../directory/snapshot.js'
import type { Sender } from '../../message/collected-part.js'
import type { AccountId, ConnectionId, VendorId } from '../../message/ids.js'
import { payerOf } from './payer.js'

const dialing = createDialing()({
  calledIn: 'dialing international=00 national=0 countryCode=44',
  callingIn: 's/^0/44/',
})
const accounts = new Map(
  [
    { id: 'acme', customer: 'c', dialing },
    { id: 'plain', customer: 'c' },
    { id: 'free', dialing },
    { id: 'shop', customer: 'd' },
    { id: 'app', customer: 'e', api: {} },
  ].map((account) => [account.id, account]),
)
const owners = new Map([
  ['442079460000', 'shop'],
  ['442079460001', 'free'],
])
const renters = new Map([
  ['442079460002', 'app' as AccountId],
  ['442079460003', 'shop' as AccountId],
  ['442079460000', 'app' as AccountId],
])
const directory = {
  account: (id: string) => accounts.get(id),
  connection: (id: string) => ({ dialing, ...(id === 'transit' && { account: 'acme' }) }),
  ownerOf: (called: string) => accounts.get(owners.get(called) ?? ''),
} as unknown as Snapshot
const from = (account: string): Sender => ({ kind: 'account', account: account as AccountId })
const over = (connection: string): Sender => ({
  kind: 'vendor',
  vendor: 'v' as VendorId,
  connection: connection as ConnectionId,
})
const asked = (sender: Sender, to: string) =>
  payerOf(
    directory,
    {
      sender,
      source: { ton: 0, npi: 1, value: '07700900001' },
      destination: { ton: 0, npi: 1, value: to },
    },
    { renterOf: (called) => renters.get(called) },
  )
const briefly = (payer: ReturnType<typeof asked>): string | undefined =>
  payer && `${payer.customer} ${payer.account} ${payer.direction} ${payer.source.value} ${payer.destination.value}`

describe('who pays for a part', () => {
  it.each([
    ['its account, with the numbers in our form', from('acme'), '07700900123', 'c acme mt 447700900001 447700900123'],
    ['as it was written, where nobody translates', from('plain'), '07700900123', 'c plain mt 07700900001 07700900123'],
    ['nobody, where the account has no customer', from('free'), '07700900123', undefined],
    ['nobody, where the account is gone', from('gone'), '07700900123', undefined],
    ['who has the number, as translated', over('c1'), '02079460000', 'd shop mo 447700900001 442079460000'],
    ['nobody for a number whose owner has no customer', over('transit'), '02079460001', undefined],
    ['who rents the number', over('c1'), '02079460002', 'e app mo 447700900001 442079460002'],
    ['nobody for a number whose renter has no API any more', over('c1'), '02079460003', undefined],
    ['nobody for a number of nobody', over('c1'), '07700900123', undefined],
    ['the account that a connection brings', over('transit'), '07700900123', 'c acme mt 447700900001 447700900123'],
    [
      'the owner, though the connection brings an account',
      over('transit'),
      '02079460000',
      'd shop mo 447700900001 442079460000',
    ],
  ])('is %s', (_, sender, to, expected) => {
    expect(briefly(asked(sender, to))).toBe(expected)
  })
})
