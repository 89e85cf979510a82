import { expect, it } from 'vitest'
import { createDialing } from '../directory/dialing.js'
import type { Snapshot } from '../directory/snapshot.js'
import { whyNotPassing } from './may-pass.js'
import type { Submission } from './stage.js'

const dialing = createDialing()({
  calledIn: 'dialing international=00 national=0 countryCode=44',
  callingIn: 's/^0/44/',
})
const WALL = 1_700_000_000_000
const account = {
  id: 'acme',
  active: true,
  domain: 'home',
  dialing,
  allowsSource: (source: string) => source === '447700900001',
  allowsDestination: (called: string) => called !== '4499999999',
}
/** Accounts that pay, by the state of their customer or of their product. */
const paying = ['open', 'blocked', 'goneCustomer', 'chat', 'noTariff', 'hlr'].map((id) => ({
  ...{ id, active: true, domain: id === 'hlr' ? 'hlr' : 'home', customer: id, product: id },
  ...{ allowsSource: () => true, allowsDestination: () => true },
}))
const ports = { moRoom: () => 1, books: { currency: 'EUR' } }
const directory = {
  currency: 'EUR',
  account: (id: string) => (id === 'acme' ? account : paying.find((other) => other.id === id)),
  creditMicrosOf: () => 0,
  customer: (id: string) => (id === 'goneCustomer' ? undefined : { active: id !== 'blocked' }),
  product: (id: string) => ({ id, services: [id === 'chat' ? 'im' : 'sms'] }),
  customerPrice: ({ id }: { id: string }, called: string, _: unknown, wallMs: number) =>
    id === 'noTariff' || wallMs !== WALL ? undefined : { forbidden: called === '4470666' },
  customerDearestPrice: (_: unknown, called: string) => (called === '4470666' ? undefined : { forbidden: false }),
  connection: (id: string) => ({ dialing, ...(id === 'c2' && { account: 'acme' }) }),
  ownerOf: (called: string) => (called === '442079460000' ? account : undefined),
  policyFor: (domain: string, called: string) =>
    called.startsWith('44') ? { hlr: domain === 'hlr' ? {} : undefined } : undefined,
  routeFor: (_: unknown, called: string) => (called.startsWith('447') ? ['c'] : []),
} as unknown as Snapshot

type Part = Parameters<typeof whyNotPassing>[2]
const part = (sender: object, from: string, to: string): Part => ({
  sender: sender as Submission['sender'],
  domain: '',
  source: { ton: 0, npi: 1, value: from },
  destination: { ton: 0, npi: 1, value: to },
})
const acme = { kind: 'account', account: 'acme' }
const vendor = { kind: 'vendor', vendor: 'v', connection: 'c' }
// What it delivers is sent on by acme.
const smsc = { kind: 'vendor', vendor: 'v', connection: 'c2' }

// As the stages say it of the whole: by the numbers as translated.
it.each([
  [acme, '07700900001', '07700900123', undefined],
  [acme, '07700900002', '07700900123', 'sourceNotAllowed'],
  [acme, '07700900001', '0099999999', 'noPolicy'],
  [acme, '07700900001', '004499999999', 'destinationNotAllowed'],
  [acme, '07700900001', '0033612345678', 'noPolicy'],
  [acme, '07700900001', '02079460000', 'noRoute'],
  [{ kind: 'account', account: 'gone' }, '07700900001', '07700900123', 'notPermitted'],
  [vendor, 'anybody', '02079460000', undefined],
  [vendor, 'anybody', '02079460001', 'noRoute'],
  [smsc, 'anybody', '02079460000', undefined],
  [smsc, '07700900001', '07700900123', undefined],
  [smsc, '07700900002', '07700900123', 'sourceNotAllowed'],
  [smsc, '07700900001', '02079460001', 'noRoute'],
])('%j from %s to %s: %s', (sender, from, to, reason) => {
  expect(whyNotPassing(directory, ports, part(sender, from, to), WALL)?.reason).toBe(reason)
})

it.each([
  ['open', '447700900123', undefined],
  ['open', '4470666', 'noPrice'],
  ['noTariff', '447700900123', 'noPrice'],
  ['chat', '447700900123', 'notPermitted'],
  ['blocked', '447700900123', 'customerBlocked'],
  ['goneCustomer', '447700900123', 'customerBlocked'],
  // Any of its networks may be what has a price.
  ['hlr', '447700900123', undefined],
  ['hlr', '4470666', 'noPrice'],
])('who pays for it must be able to, whatever is in the books: %s to %s: %s', (from, to, reason) => {
  const ofSender = part({ kind: 'account', account: from }, '447700900001', to)
  expect(whyNotPassing(directory, ports, ofSender, WALL)?.reason).toBe(reason)
})

it('a message from a phone that nobody has room for waits with the vendor', () => {
  expect(
    whyNotPassing(directory, { ...ports, moRoom: () => 0 }, part(vendor, 'anybody', '02079460000'), WALL)?.reason,
  ).toBe('queueFull')
})

it('nothing that somebody pays for goes while the books are in another currency', () => {
  const books = { currency: 'USD' }
  const reasonOf = (from: string) =>
    whyNotPassing(
      directory,
      { ...ports, books },
      part({ kind: 'account', account: from }, '447700900001', '447700900123'),
      WALL,
    )?.reason
  expect([reasonOf('open'), reasonOf('hlr')]).toEqual(['systemError', 'systemError'])
  expect(whyNotPassing(directory, { ...ports, books }, part(acme, '07700900001', '07700900123'), WALL)).toBeUndefined()
})

it('a part to a phone that wants nothing more from there is not acknowledged', () => {
  const asked: string[] = []
  const hasOptedOut = (from: string, to: string): boolean => asked.push(`${from} ${to}`) > 0
  const one = part(acme, '07700900001', '07700900123')
  expect(whyNotPassing(directory, { ...ports, hasOptedOut }, one, WALL)?.reason).toBe('optedOut')
  expect(asked).toEqual(['447700900001 447700900123'])
})
