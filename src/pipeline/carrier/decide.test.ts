import { describe, expect, it } from 'vitest'
import type { Policy, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Bill } from '../../message/bill.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { ConnectionId } from '../../message/ids.js'
import type { Offer } from '../../money/price-list.js'
import type { MobileNetwork } from '../../phone/network.js'
import type { NetworkResult } from './carrier-ports.js'
import { decideLater, routeAgain, type LaterDecision } from './decide.js'

const tMobile = { mcc: '310', mnc: '260' }
const forbidden = { mcc: '310', mnc: '999' }
const dearest = { mcc: '310', mnc: '001' }
const network = (of: MobileNetwork): NetworkResult => ({ kind: 'network', network: of })
const down: NetworkResult = { kind: 'timeout', text: 'test' }

function directoryWith(onFailure: 'prefix' | 'refuse' | 'retry' | undefined): Snapshot {
  const offer = (priceMicros: number, isForbidden = false): Offer =>
    ({ priceMicros, price: { currency: 'USD', ownMicros: priceMicros * 2, exchange: '0.5', baseMicros: priceMicros }, forbidden: isForbidden }) as Offer // prettier-ignore
  return {
    account: (id: string) =>
      id === 'gone' ? undefined : ({ id, domain: 'home', customer: id === 'moved' ? 'other' : 'c' } as SendingAccount),
    policyFor: (_: string, called: string) =>
      called === '0' ? undefined : ({ failover: 'next', hlr: onFailure && { onFailure } } as Policy),
    routeFor: (_: Policy, called: string, __: unknown, wallMs: number, of?: MobileNetwork, chance?: number) => {
      expect([wallMs, chance]).toEqual([5, 0.25])
      if (called === '404') return []
      return [of === undefined ? 'byPrefix' : `by${of.mnc}`]
    },
    customerPrice: (_: unknown, called: string, of: MobileNetwork | undefined) =>
      called === '403' ? undefined : offer(of?.mnc === '260' ? 300 : 900, of === forbidden),
  } as unknown as Snapshot
}

const delivery = (called = '1', bill?: Bill, account = 'acme'): SegmentDelivery =>
  ({ message: { account, destination: { value: called } }, bill }) as unknown as SegmentDelivery
const bill = { customer: 'c', units: 2 } as Bill
const ports = { chance: () => 0.25, placed: (route: readonly ConnectionId[]) => [...route, 'last' as ConnectionId] }

function decided(
  one: SegmentDelivery,
  result: NetworkResult,
  onFailure?: 'prefix' | 'refuse' | 'retry',
): LaterDecision {
  return decideLater(directoryWith(onFailure), one, result, ports, { againMs: 77, wallMs: 5 })
}

describe('what becomes of an accepted message once its network is known', () => {
  it('goes by it, at the price of it', () => {
    expect(decided(delivery('1', bill), network(tMobile), 'refuse')).toEqual({
      kind: 'goes',
      to: { route: ['by260', 'last'], failover: 'next' },
      network: tMobile,
      price: { currency: 'USD', ownMicros: 600, exchange: '0.5', baseMicros: 300 },
    })
    expect(decided(delivery(), network(dearest))).toMatchObject({ kind: 'goes', price: undefined })
  })

  it('goes by its digits where nobody knows', () => {
    const unknown: NetworkResult = { kind: 'unknown', text: 'test' }
    expect(decided(delivery('1', bill), unknown, 'refuse')).toMatchObject({
      kind: 'goes',
      to: { route: ['byPrefix', 'last'] },
      network: undefined,
      price: { baseMicros: 900 },
    })
  })

  it.each([
    ['prefix', { kind: 'goes', network: undefined }],
    ['refuse', { kind: 'over', reason: 'networkUnknown' }],
    ['retry', { kind: 'later', dueMs: 77 }],
    [undefined, { kind: 'goes', network: undefined }],
  ] as const)('judges failures by the policy of today: %s', (onFailure, wanted) => {
    expect(decided(delivery(), down, onFailure)).toMatchObject(wanted)
  })

  it.each([
    [delivery('404'), 'noRoute'],
    [delivery('403', bill), 'noPrice'],
    [delivery('0'), 'noPolicy'],
    [delivery('1', undefined, 'gone'), 'noPolicy'],
  ] as const)('is over where it has no way: %#', (one, reason) => {
    expect(decided(one, network(tMobile))).toEqual({ kind: 'over', reason })
  })

  it('keeps the price that was held where its account has another customer by now', () => {
    const moved = delivery('403', bill, 'moved')
    expect(decided(moved, network(tMobile))).toMatchObject({ kind: 'goes', network: tMobile, price: undefined })
  })

  it('is over where the network may not be sent to', () => {
    expect(decided(delivery('1', bill), network(forbidden))).toEqual({ kind: 'over', reason: 'noPrice' })
  })

  it('finds another route where the old one is gone', () => {
    const again = (one: SegmentDelivery, of?: MobileNetwork) => routeAgain(directoryWith(undefined), one, of, ports, 5)
    expect(again(delivery())).toEqual({ route: ['byPrefix', 'last'], failover: 'next' })
    expect(again(delivery(), tMobile)).toEqual({ route: ['by260', 'last'], failover: 'next' })
    expect(again(delivery('404'))).toBeUndefined()
    expect(again(delivery('0'))).toBeUndefined()
  })
})
