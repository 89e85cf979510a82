import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogInGuard, networkOf, type LogInLimits } from './log-in-guard.js'
import { RecentBuckets } from './recent-buckets.js'

const limits: LogInLimits = {
  ...{ wrongPerAccount: 3, wrongPerAddress: 6, wrongInAll: 10, forgiveMs: 1000, remembered: 100 },
}
const here = '192.0.2.1'
const elsewhere = '198.51.100.1'

/** How many wrong tries are looked at before one is not. */
function triesOf(guard: LogInGuard, address: string, account: (n: number) => string, nowMs = 0): number {
  let tries = 0
  for (; tries < 50 && guard.mayTry(address, account(tries), nowMs); tries++)
    guard.wrong(address, account(tries), nowMs)
  return tries
}

describe('wrong log-ins', () => {
  it('of an address to one account are looked at until there are too many, and told once', () => {
    const guard = new LogInGuard(limits)
    expect([1, 2, 3].map(() => guard.wrong(here, 'acme', 0))).toEqual([false, false, true])
    expect(guard.mayTry(here, 'acme', 999)).toBe(false)
    // What was under way when it was decided.
    expect(guard.wrong(here, 'acme', 999)).toBe(false)
    expect(guard.mayTry(here, 'other', 0)).toBe(true)
  })

  it('are forgiven one by one', () => {
    const guard = new LogInGuard(limits)
    expect(triesOf(guard, here, () => 'acme')).toBe(3)
    expect(triesOf(guard, here, () => 'acme', 1000)).toBe(1)
    expect(triesOf(guard, here, () => 'acme', 60_000)).toBe(3)
  })

  it('of an address to all accounts are counted too', () => {
    const guard = new LogInGuard(limits)
    expect(triesOf(guard, here, (n) => `account${n}`)).toBe(6)
    expect(guard.mayTry(here, 'acme', 0)).toBe(false)
    expect(guard.mayTry(elsewhere, 'acme', 0)).toBe(true)
  })

  it('do not keep out an account that has logged in from there, unless they are its own', () => {
    const guard = new LogInGuard(limits)
    guard.right(here, 'acme')
    triesOf(guard, here, (n) => `account${n}`)
    expect(guard.mayTry(here, 'acme', 0)).toBe(true)
    expect(triesOf(guard, here, () => 'acme')).toBe(3)
  })

  it('are forgiven by a right one, for its account', () => {
    const guard = new LogInGuard(limits)
    for (const account of ['acme', 'acme', 'other', 'other', 'third']) guard.wrong(here, account, 0)
    guard.right(here, 'acme')
    expect(triesOf(guard, here, () => 'acme')).toBe(3)
    expect(guard.mayTry(here, 'other', 0)).toBe(false)
  })

  it('from everywhere leave each address one try', () => {
    const guard = new LogInGuard(limits)
    guard.right('203.0.113.9', 'acme')
    for (let n = 0; n < 4; n++) triesOf(guard, `192.0.2.${n}`, () => 'acme')
    expect(triesOf(guard, elsewhere, () => 'acme')).toBe(1)
    expect(triesOf(guard, '203.0.113.9', () => 'acme')).toBe(3)
  })

  it('are not counted where there is no limit', () => {
    const guard = new LogInGuard({ ...limits, wrongPerAccount: 0, wrongPerAddress: 0, wrongInAll: 0 })
    expect(triesOf(guard, here, () => 'acme')).toBe(50)
  })

  it('never keep an address out that has not tried itself, whatever others do', () => {
    const others = fc.record({ address: fc.integer({ min: 1, max: 20 }), account: fc.constantFrom('acme', 'b', 'c') })
    fc.assert(
      fc.property(fc.array(others, { maxLength: 200 }), (all) => {
        const guard = new LogInGuard({ ...limits, remembered: 10 })
        for (const { address, account } of all) guard.wrong(`192.0.2.${address}`, account, 0)
        expect(guard.mayTry(elsewhere, 'acme', 0)).toBe(true)
      }),
    )
  })
})

it('buckets that were not used for longest are forgotten', () => {
  const buckets = new RecentBuckets({ tokens: 1, perMs: 1000, burst: 1 }, 2)
  for (const name of ['a', 'b', 'a', 'c']) buckets.spend(name, 0)
  expect(buckets.size).toBe(2)
  expect(['a', 'b', 'c'].map((name) => buckets.left(name, 0))).toEqual([0, 1, 0])
})

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:00ff:1:2:3:4', '2001:db8:0:ff::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['', ''],
])('%s stands for %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
