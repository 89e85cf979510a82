import { describe, expect, it } from 'vitest'
import { CarrierLimits, type CarrierLimitsOptions } from './carrier-limits.js'
import type { Snapshot } from './directory/snapshot.js'
import type { TenDlc } from './directory/tendlc.js'
import type { AccountId, ConnectionId } from './message/ids.js'
import type { Limited } from './message/limited.js'
import { DayBook } from './tendlc/day-book.js'
import { LearnedCarriers } from './tendlc/learned-carriers.js'
import { shippedTables } from './tendlc/tables.js'
import { campaignOf, shared, type TestCampaign } from './tendlc/world.suite.js'

const acme = 'acme' as AccountId
const [attached, unregistered, tollFree, shortCode, canadian] = [
  '12025550101',
  '12025550199',
  '18005550100',
  '12345',
  '16045550100',
]
const [attPhone, unknownPhone, canada, abroad] = ['12125550100', '13125550100', '14165550100', '447700900123']

function setUp(
  options: Partial<CarrierLimitsOptions> = {},
  campaign: TestCampaign = campaignOf('C1', { att: shared(4) }),
) {
  const state = { campaigns: true, uses: [acme] as readonly AccountId[], perSecond: 0 }
  const row = { id: 'C1' }
  const tenDlc = {
    tables: shippedTables(),
    campaignOf: (number: string) => (number === attached ? row : undefined),
    mayUse: (_: unknown, account: AccountId) => state.uses.includes(account),
    limitsOf: (id: string) => (id === 'C1' ? campaign : undefined),
    overrides: { of: (number: string) => (number.startsWith('1212') ? 'att' : undefined) },
  } as unknown as TenDlc
  const directory = (): Snapshot =>
    ({
      tenDlc: state.campaigns ? tenDlc : undefined,
      account: () => ({ messagesPerSecond: state.perSecond }),
    }) as unknown as Snapshot
  const nowMs = (): number => 1_000_000
  const days = new DayBook({ wallMs: (atMs) => atMs })
  const limits = new CarrierLimits(
    { directory, learned: new LearnedCarriers(), days, nowMs, wallMs: nowMs },
    { unregistered: 'limit', unknownCarrier: 'strict', maxQueueSeconds: 36_000, startedMs: -Infinity, ...options },
  )
  const of = (source: string, destination: string, isOfPool = false, account = acme) =>
    limits.limitedOf({
      message: { account, source: address(source), destination: address(destination) },
      sender: isOfPool ? { number: source, pack: 'p' } : undefined,
      network: undefined,
    })
  return { state, limits, of, days }
}

const address = (value: string) => ({ ton: 1, npi: 1, value })
const without = (number: string): Limited => ({ number, campaign: '', carrier: 'unknown' })

describe('what carriers limit', () => {
  it.each([
    ['a number of a campaign', attached, attPhone, false, { number: attached, campaign: 'C1', carrier: 'att' }],
    ['the same of a pool', attached, attPhone, true, { number: attached, campaign: 'C1', carrier: 'att' }],
    ['an unknown carrier', attached, unknownPhone, false, { number: attached, campaign: 'C1', carrier: 'unknown' }],
    ['a long code without campaign', unregistered, attPhone, false, without(unregistered)],
    ['the same of a pool: it has a pace', unregistered, attPhone, true, undefined],
    ['a toll-free number', tollFree, attPhone, false, without(tollFree)],
    ['a short code', shortCode, attPhone, false, without(shortCode)],
    ['a number of Canada', canadian, attPhone, false, undefined],
    ['a name', 'ACME', attPhone, false, undefined],
    ['to Canada', attached, canada, false, undefined],
    ['to another continent', attached, abroad, false, undefined],
  ] as const)('%s', (_, source, destination, isOfPool, limited) => {
    const { of, limits, state } = setUp()
    expect(of(source, destination, isOfPool)).toEqual(limited)
    const message = { account: acme, source: address(source), destination: address(destination) }
    expect(limits.isStill(limited, message, isOfPool)).toBe(true)
    expect(limits.isStill({ number: source, campaign: 'C9', carrier: 'att' }, message, isOfPool)).toBe(false)
    state.campaigns = false
    expect(limits.follow()).toBe(true)
    expect(of(source, destination, isOfPool)).toBeUndefined()
    expect(limits.isStill(limited, message, isOfPool)).toBe(limited === undefined)
    expect(limits.follow()).toBe(false)
  })

  it('is by the policy for numbers without a campaign, and for accounts that a campaign does not name', () => {
    const { of, state } = setUp({ unregistered: 'refuse' })
    expect(of(unregistered, attPhone)).toBe('unregistered')
    expect(of(unregistered, attPhone, true)).toBe('unregistered')
    expect(of(unregistered, abroad)).toBeUndefined()
    expect(of(tollFree, attPhone)).toEqual(without(tollFree))
    state.uses = []
    expect(of(attached, attPhone)).toBe('unregistered')
  })

  it('goes by what a receipt said of the phone, in words or by the tables; it is written down once', () => {
    const { of, limits, state } = setUp()
    const carrierOf = (phone: string) => (of(attached, phone) as Limited).carrier
    expect(limits.heard(unknownPhone, '311480')).toEqual([
      { table: 'carrier', key: unknownPhone, text: 'verizon|1000' },
    ])
    expect(limits.heard(unknownPhone, '311480')).toEqual([])
    expect(carrierOf(unknownPhone)).toBe('verizon')
    expect(limits.heard(unknownPhone, 'uscellular')).toHaveLength(1)
    expect(carrierOf(unknownPhone)).toBe('uscellular')
    expect(limits.heard(unknownPhone, '310999')).toHaveLength(1)
    expect(carrierOf(unknownPhone)).toBe('minor')
    // The operator knows better.
    expect(limits.heard(attPhone, 'tmobile')).toHaveLength(1)
    expect(carrierOf(attPhone)).toBe('att')
    for (const phone of [canada, abroad, '', 'ACME']) expect(limits.heard(phone, 'att')).toEqual([])
    state.campaigns = false
    limits.follow()
    expect(limits.heard('13125550101', 'att')).toEqual([])
  })

  it('is a guess that stays the same, where the policy says so', () => {
    const { of } = setUp({ unknownCarrier: 'spread' })
    const carrierOf = (phone: string) => (of(attached, phone) as Limited).carrier
    const guesses = Array.from({ length: 1000 }, (_, i) => carrierOf(`1312555${String(i).padStart(4, '0')}`))
    expect(new Set(guesses)).not.toContain('unknown')
    expect(guesses.filter((each) => each === 'tmobile').length).toBeGreaterThan(150)
    expect(carrierOf(unknownPhone)).toBe(carrierOf(unknownPhone))
  })
})

describe('limits before lanes', () => {
  const target = { kind: 'vendor', route: ['a' as ConnectionId], account: acme } as const

  it('share the pace of their account, whatever carriers limit', () => {
    const { limits, state } = setUp()
    expect(limits.limitsOf(target, undefined)).toEqual([])
    state.perSecond = 2
    limits.follow()
    const [plain] = limits.limitsOf(target, undefined)
    const [limited] = limits.limitsOf(
      { ...target, limited: { number: attached, campaign: 'C1', carrier: 'att' } },
      undefined,
    )
    expect(plain!.take(1, 1_000_000)).toBe(true)
    expect(limited!.take(1, 1_000_000)).toBe(true)
    expect(limited!.take(1, 1_000_000)).toBe(false)
    expect(plain!.take(1, 1_000_000)).toBe(false)
  })

  it.each([
    [unregistered, 1],
    [tollFree, 3],
    [shortCode, 100],
  ])('%s sends %i a second', (number, perSecond) => {
    const { limits } = setUp()
    const [limit] = limits.limitsOf({ ...target, limited: without(number) }, undefined)
    for (let i = 0; i < perSecond; i++) expect(limit!.take(1, 1_000_000)).toBe(true)
    expect(limit!.take(1, 1_000_000)).toBe(false)
  })
})

describe('queues', () => {
  it('have the paces of campaigns and numbers, and lives by the tables, of pools too', () => {
    const { limits, state } = setUp({ maxQueueSeconds: 20_000 })
    const limited = { account: acme, number: attached, campaign: 'C1', carrier: 'att' }
    expect(limits.queuesOf(limited)).toEqual([{ of: 'campaign', carrier: 'att', perSecond: 4 }])
    expect(limits.queuesOf({ ...without(tollFree), account: acme })).toEqual([
      { of: 'number', carrier: 'unknown', perSecond: 3 },
    ])
    expect(limits.lifeMs(undefined, false)).toBe(20_000_000)
    expect(limits.lifeMs(undefined, true)).toBe(10_800_000)
    expect(limits.lifeMs(60_000, false)).toBe(60_000)
    state.perSecond = 2
    limits.follow()
    expect(limits.queuesOf(limited)).toEqual([
      { of: 'campaign', carrier: 'att', perSecond: 2 },
      { of: 'account', carrier: 'unknown', perSecond: 2 },
    ])
  })

  it('an account is free while half of its second is', () => {
    const { limits, state } = setUp()
    expect(limits.isFree(acme, 1_000_000)).toBe(true)
    state.perSecond = 4
    limits.follow()
    const [limit] = limits.limitsOf({ kind: 'vendor', route: ['a' as ConnectionId], account: acme }, undefined)
    for (const isFree of [true, true, false]) {
      expect(limit!.take(1, 1_000_000)).toBe(true)
      expect(limits.isFree(acme, 1_000_000)).toBe(isFree)
    }
    expect(limits.isFree(acme, 1_000_250)).toBe(true)
  })

  it('know what is left of a day, whichever of several carriers has least', () => {
    const day = (segments: number) => ({ day: { key: `k${segments}`, segments } })
    const { limits, days } = setUp({}, campaignOf('C1', { tmobile: day(10), att: day(4) }, { atCap: 'fail' }))
    const left = (carrier: string) => limits.dayLeft({ number: attached, campaign: 'C1', carrier }, 1_000_000)
    expect(left('verizon')).toBeUndefined()
    expect(left('unknown')).toMatchObject({ cap: 4, room: 4, fails: true })
    days.take('k10', 8, 10, 1_000_000)
    expect(left('tmobile')).toMatchObject({ cap: 10, room: 2 })
    expect(left('unknown')).toMatchObject({ cap: 10, room: 2 })
    const onDays = limits.daysOf({ number: attached, campaign: 'C1', carrier: 'tmobile' })
    expect(limits.vendorHas(onDays, 3, false).map(({ text }) => text)).toEqual(['3'])
    limits.vendorRefused(onDays, 5)
    expect(left('tmobile')).toMatchObject({ room: 7 })
    expect(limits.daysInUse()).toEqual([{ key: 'k10', segments: 10 }])
  })
})
