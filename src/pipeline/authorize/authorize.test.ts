import { describe, expect, it } from 'vitest'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Move } from '../../message/bill.js'
import type { Failure } from '../../message/failure.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import { Books } from '../../money/books.js'
import type { Offer } from '../../money/price-list.js'
import { rateDefaults } from '../../money/tariff.js'
import type { Owned } from '../owner/owner.js'
import type { Routed, Submission } from '../stage.js'
import { authorize, moBill } from './authorize.js'
import { authorizing } from './rig.suite.js'

const DAY = 86_400_000
const WALL = 20 * DAY + 5
const offer = (priceMicros: number, row = 1, more: Partial<Offer> = {}): Offer => ({
  ...{
    priceMicros,
    row,
    price: { currency: 'USD', ownMicros: priceMicros * 2, exchange: '0.5', baseMicros: priceMicros },
  },
  ...rateDefaults,
  ...more,
})
const network = { mcc: '310', mnc: '410' }

/** 44… costs 100, in network 310-410 70; 45… is forbidden; 60600 costs 4,500; the rest has no price. */
const directory = {
  currency: 'EUR',
  customer: (id: string) => (id === 'gone' ? undefined : { id, active: id !== 'blocked' }),
  product: (id: string) => ({ id, services: id === 'chat' ? ['im'] : ['sms', 'im'] }),
  creditMicrosOf: () => 0,
  customerPrice: (_: SendingAccount, called: string, known: unknown) => {
    if (called.startsWith('44')) return known === undefined ? offer(100) : offer(70, 4)
    if (called === '60600') return offer(4500, 2)
    return called.startsWith('45') ? offer(1, 3, { forbidden: true }) : undefined
  },
  customerDearestPrice: () => offer(250, 5),
  vendorWordPrice: (connection: string, word: string) =>
    connection === 'v1' && word === 'MO' ? offer(7, 1) : undefined,
} as unknown as Snapshot

function stage(paidIn = 1_000_000) {
  const books = new Books([{ customer: 'c', heldMicros: 0, chargedMicros: 0, paidInMicros: paidIn }], [])
  const refused: Failure[] = []
  const ports = authorizing(books)
  const routed = (called: string, changes: Partial<SendingAccount> = {}, more: Partial<Routed> = {}): Routed => ({
    submission: {
      destination: { ton: 1, npi: 1, value: called },
      content: { dataCoding: 0, udhi: false, octets: new Uint8Array(10) },
      answer: { refused: (failure: Failure) => void refused.push(failure) },
    } as Submission,
    account: {
      ...{ id: 'a' as AccountId, customer: 'c', product: 'sms', limits: { spentMicros: 0, messages: 0 } },
      ...changes,
    } as SendingAccount,
    assembly: { id: undefined, shape: 'whole', parts: [], collected: [] },
    policy: { id: 'p', billingUnit: 0 } as Routed['policy'],
    route: ['v1'] as ConnectionId[],
    ...more,
  })
  const run = (...batch: readonly Routed[]) => authorize(batch, directory, ports, WALL)
  return { books, refused, routed, run }
}

describe('a message that somebody pays for', () => {
  it('has its money reserved, and a bill', () => {
    const { books, refused, routed, run } = stage()
    const [going] = run(routed('447700900123'))
    const move = { customer: 'c', account: 'a', day: 20, heldMicros: 100, chargedMicros: 0, units: 1 }
    expect(going).toMatchObject({ move, route: ['v1'] })
    expect(going?.bill).toEqual({
      ...{ customer: 'c', policy: 'p', units: 1, day: 20, state: 'held', mcc: '', mnc: '' },
      ...{ price: { currency: 'USD', ownMicros: 200, exchange: '0.5', baseMicros: 100 } },
      ...{ onSilence: undefined, sent: undefined },
    })
    expect(books.of('c')).toMatchObject({ heldMicros: 100 })
    expect(refused).toEqual([])
    books.undo(going!.move as Move)
    expect(books.of('c')).toMatchObject({ heldMicros: 0 })
  })

  it('shares its bill with all that cost the same', () => {
    const { routed, run } = stage()
    const bills = run(routed('447700900123'), routed('447700900124'), routed('60600'), routed('447700900125'))
    expect(bills[1]?.bill).toBe(bills[0]?.bill)
    expect(bills[3]?.bill).toBe(bills[0]?.bill)
    expect(bills[2]?.bill).toMatchObject({ price: { baseMicros: 4500 } })
    const [other] = run(routed('447700900123', { id: 'b' as AccountId }))
    expect(other?.bill).not.toBe(bills[0]?.bill)
    const [long] = run(routed('447700900123', {}, { policy: { id: 'p', billingUnit: 3 } as Routed['policy'] }))
    expect(long?.bill).toMatchObject({ units: 4 })
    expect(long?.move).toMatchObject({ heldMicros: 400 })
  })

  it('costs what its network costs, and at most what it can come to while that is not known', () => {
    const { routed, run } = stage()
    const [known] = run(routed('447700900123', {}, { network }))
    expect(known?.bill).toMatchObject({ price: { baseMicros: 70 }, ...network })
    const [undecided] = run(routed('447700900123', {}, { isUndecided: true }))
    expect(undecided?.bill).toMatchObject({ price: { baseMicros: 250 }, mcc: '' })
  })

  it('in parts costs as many units as came at least', () => {
    const { routed, run } = stage()
    const part = {
      id: 'm' as MessageId,
      receiptRequest: { final: 'none', intermediate: false },
      userMessageReference: -1,
    }
    const assembly = {
      id: undefined,
      shape: 'udh8',
      parts: [part, part],
      collected: [],
    } as unknown as Routed['assembly']
    expect(run(routed('447700900123', {}, { assembly }))[0]).toMatchObject({ bill: { units: 2 }, move: { units: 2 } })
  })

  it.each<[string, string, Partial<SendingAccount>, string]>([
    ['without a rate', '33123', {}, 'noPrice'],
    ['to what is forbidden', '45123', {}, 'noPrice'],
    ['of a product without the service', '44123', { product: 'chat' }, 'notPermitted'],
    ['of a customer that is not active', '44123', { customer: 'blocked' }, 'customerBlocked'],
    ['of a customer that is gone', '44123', { customer: 'gone' }, 'customerBlocked'],
    ['beyond the units of the day', '44123', { limits: { spentMicros: 0, messages: 1 } }, 'dayLimit'],
    ['beyond the money of the day', '44123', { limits: { spentMicros: 150, messages: 0 } }, 'dayLimit'],
    ['that the balance does not cover', '60600', {}, 'insufficientFunds'],
  ])('%s is refused, and nothing stays reserved', (_, called, account, reason) => {
    const { books, refused, routed, run } = stage(4550)
    // The first uses up what limits and balance leave.
    run(routed('44123', { ...account, customer: 'c', product: 'sms' }))
    const before = books.of('c').heldMicros
    expect(run(routed(called, account))).toEqual([])
    expect(refused.at(-1)?.reason).toBe(reason)
    expect(books.of('c').heldMicros).toBe(before)
  })
})

it('where nobody pays, the batch goes on as it is', () => {
  const { routed, run } = stage(0)
  const free = routed('33123')
  const batch = [{ ...free, account: { id: 'free' } as SendingAccount }]
  expect(authorize(batch, directory, authorizing(), WALL)).toBe(batch)
  const mixed = run(batch[0]!, routed('33123'))
  expect(mixed).toEqual([batch[0]])
})

describe('a message from a phone', () => {
  const owned = (customer: string | undefined, connection: string, parts: number): Owned =>
    ({
      submission: { sender: { kind: 'vendor', vendor: 'v' as VendorId, connection: connection as ConnectionId } },
      assembly: { parts: Array.from({ length: parts }) },
      account: { id: 'a', customer },
    }) as unknown as Owned

  it('is free for who has the number, with what its vendor asks for', () => {
    expect(moBill(owned('c', 'v1', 2), directory, WALL)).toMatchObject({
      ...{ customer: 'c', units: 2, state: 'charged', price: { baseMicros: 0, currency: 'EUR' } },
      sent: { vendor: 'v', connection: 'v1', segments: 2, price: { baseMicros: 7 }, atMs: WALL },
    })
    expect(moBill(owned('c', 'v2', 0), directory, WALL)).toMatchObject({ units: 1, sent: { price: undefined } })
    expect(moBill(owned(undefined, 'v1', 0), directory, WALL)).toBeUndefined()
  })
})
