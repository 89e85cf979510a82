import { describe, expect, it } from 'vitest'
import type { Brand } from './brand.js'
import { brandOf, campaignOf } from './brand.suite.js'
import type { AttClass, Campaign, CarrierOverride, UseCase } from './campaign.js'
import { carriers, type Carrier } from './carriers.js'
import { limitsInForce, type CarrierLimits, type LimitsByCarrier, type LimitsInForce } from './in-force.js'
import { shippedTables, type ProfileName } from './tables.js'

function inForce(
  brand: Partial<Brand>,
  campaign: Partial<Campaign> = {},
  profile: ProfileName = 'usual',
): LimitsInForce {
  return limitsInForce(brandOf(brand), campaignOf(campaign), shippedTables(profile))
}

/** `75`, `75 (4500)`, `1 each`, `1 each (60)`, or both: a second, and in brackets a minute. */
function written({ shared, perNumber }: Pick<CarrierLimits, 'shared' | 'perNumber'>): string {
  const pace = (name: string, value: CarrierLimits['shared']): readonly string[] =>
    value === undefined
      ? []
      : [`${+value.perSecond.toFixed(3)}${name}${value.perMinute === undefined ? '' : ` (${value.perMinute})`}`]
  return [...pace('', shared), ...pace(' each', perNumber)].join(' and ') || 'any'
}

function line(limits: LimitsByCarrier): string {
  return carriers.map((carrier) => written(limits[carrier])).join(' | ')
}

const unvetted = { trustScore: undefined }
const lowVolume = { kind: 'lowVolumeStandard', trustScore: undefined } as const
const alone = { kind: 'soleProprietor', trustScore: undefined, ein: undefined } as const

/** Each band at both of its ends. */
const bands: readonly (readonly [string, Partial<Brand>, mps: number, tpm: number, classes: string])[] = [
  ['100', { trustScore: 100 }, 75, 4500, 'AB'],
  ['75', { trustScore: 75 }, 75, 4500, 'AB'],
  ['74', { trustScore: 74 }, 40, 2400, 'CD'],
  ['50', { trustScore: 50 }, 40, 2400, 'CD'],
  ['49', { trustScore: 49 }, 4, 240, 'EF'],
  ['1', { trustScore: 1 }, 4, 240, 'EF'],
  ['0', { trustScore: 0 }, 4, 240, 'EF'],
  ['none', unvetted, 4, 240, 'EF'],
  ['none, a low-volume standard brand', lowVolume, 4, 240, 'EF'],
]

describe.each(['declared', 'mixed', 'marketing'] as const)('a %s campaign', (useCase) => {
  it.each(bands)('with the score %s', (_, brand, mps, tpm) => {
    const uscellular = Math.min(mps, 8)
    expect(line(inForce(brand, { useCase }).sms)).toBe(`${mps} (${tpm}) | ${mps} | ${mps} | ${uscellular} | 1 each`)
  })

  it('shares its pool among however many numbers it has', () => {
    const many = inForce({}, { useCase, numbers: Array.from({ length: 49 }, (_, at) => `120255501${10 + at}`) })
    expect(many).toEqual(inForce({}, { useCase }))
    expect(many.sharedBy).toBe('campaign')
  })

  it.each([
    ['75 and more', { trustScore: 75 }, '40 (2400) | 40 | 40 | 8 | 1 each'],
    ['50 to 74', { trustScore: 50 }, '20 (1200) | 20 | 20 | 8 | 1 each'],
    // AT&T's minute of 150 is less than 5 a second.
    ['below 50', { trustScore: 49 }, '2.5 (150) | 5 | 5 | 2.5 | 1 each'],
    ['none', unvetted, '2.5 (150) | 5 | 5 | 2.5 | 1 each'],
  ])('sends media with the score %s', (_, brand, expected) => {
    expect(line(inForce(brand, { useCase }).mms)).toBe(expected)
  })
})

it.each(bands)('a low volume mixed campaign with the score %s', (_, brand) => {
  const { sms, mms } = inForce(brand, { useCase: 'lowVolumeMixed' })
  expect(line(sms)).toBe('1.25 (75) | 1.25 | 1.25 | 1.25 | 1 each')
  expect(line(mms)).toBe('0.833 (50) | 5 | 5 | 0.833 | 1 each')
})

it.each(['soleProprietor', 'declared'] as const)('a sole proprietor, its campaign being %s', (useCase) => {
  const { sms, mms } = inForce(alone, { useCase })
  expect(line(sms)).toBe('0.25 (15) | 1 each | 1 each | 1 each | 1 each')
  expect(line(mms)).toBe('0.833 (50) and 0.5 each | 0.5 each | 0.5 each | 0.5 each | 0.5 each')
})

describe('the sum of the three majors', () => {
  it.each([
    [225, { trustScore: 75 }, 'declared'],
    [120, { trustScore: 50 }, 'declared'],
    [12, { trustScore: 1 }, 'declared'],
    [12, lowVolume, 'declared'],
    [225, { trustScore: 75 }, 'mixed'],
    [120, { trustScore: 50 }, 'mixed'],
    [12, { trustScore: 1 }, 'mixed'],
    [12, lowVolume, 'mixed'],
    [3.75, {}, 'lowVolumeMixed'],
    [2.25, alone, 'soleProprietor'],
  ] as const)('is %s', (total, brand, useCase) => {
    const { att, tmobile, verizon } = inForce(brand, { useCase }).sms
    const of = ({ shared, perNumber }: CarrierLimits): number => (shared ?? perNumber)!.perSecond
    expect(of(att) + of(tmobile) + of(verizon)).toBe(total)
  })
})

describe("AT&T's classes", () => {
  const rows: readonly (readonly [AttClass, Partial<Brand>, UseCase, sms: string, mms: string])[] = [
    ['A', { trustScore: 75 }, 'declared', '75 (4500)', '40 (2400)'],
    ['A', { trustScore: undefined, isRussell3000: true }, 'declared', '75 (4500)', '40 (2400)'],
    ['A', { trustScore: undefined, isGovernment: true }, 'declared', '75 (4500)', '40 (2400)'],
    ['B', { trustScore: 75 }, 'mixed', '75 (4500)', '40 (2400)'],
    ['B', { trustScore: undefined, isGovernment: true }, 'marketing', '75 (4500)', '40 (2400)'],
    ['C', { trustScore: 50 }, 'declared', '40 (2400)', '20 (1200)'],
    ['D', { trustScore: 50 }, 'mixed', '40 (2400)', '20 (1200)'],
    ['E', { trustScore: 49 }, 'declared', '4 (240)', '2.5 (150)'],
    ['E', unvetted, 'declared', '4 (240)', '2.5 (150)'],
    ['F', { trustScore: 49 }, 'mixed', '4 (240)', '2.5 (150)'],
    ['F', unvetted, 'mixed', '4 (240)', '2.5 (150)'],
    ['T', {}, 'lowVolumeMixed', '1.25 (75)', '0.833 (50)'],
    ['W', alone, 'soleProprietor', '0.25 (15)', '0.833 (50) and 0.5 each'],
    ['G', {}, 'proxy', '1 each (60)', '0.833 each (50)'],
    ['N', {}, 'agentsFranchises', '1 each (60)', '0.833 each (50)'],
    ['K', {}, 'political', '75 (4500)', '40 (2400)'],
    ['P', {}, 'charity', '40 (2400)', '20 (1200)'],
    ['S', {}, 'social', '150 (9000)', '40 (2400)'],
    ['X', {}, 'emergency', '75 (4500)', '40 (2400)'],
  ]

  it.each(rows)('%s: %o, %s', (_, brand, useCase, sms, mms) => {
    const limits = inForce(brand, { useCase })
    expect([written(limits.sms.att), written(limits.mms.att)]).toEqual([sms, mms])
  })

  it.each(rows)('%s, given by the carrier', (attClass, brand, useCase, sms) => {
    // From a brand of the worst score, whose own class is E.
    const given = inForce({ trustScore: 1 }, { attClass })
    const mms = written(inForce({ ...brand, kind: 'standard' }, { useCase }).mms.att).replace(' and 0.5 each', '')
    if (useCase !== 'soleProprietor') expect([written(given.sms.att), written(given.mms.att)]).toEqual([sms, mms])
    else expect(written(given.sms.att)).toBe(sms)
    // It is AT&T's word, and nobody else's.
    expect(written(given.sms.tmobile)).toBe('4')
  })

  it('Z, which only older tables have', () => {
    expect(written(inForce({}, { attClass: 'Z' }).sms.att)).toBe('1 (60)')
  })

  it.each([
    ['proxy', '1 each (60) | 1 each | 1 each | 1 each | 1 each'],
    ['agentsFranchises', '1 each (60) | 1 each | 1 each | 1 each | 1 each'],
    ['political', '75 (4500) | 75 | 75 | 8 | 1 each'],
    ['charity', '40 (2400) | 40 | 40 | 8 | 1 each'],
    ['social', '150 (9000) | 150 | 150 | 8 | 1 each'],
    ['emergency', '75 (4500) | 75 | 75 | 8 | 1 each'],
  ] as const)('%s: the other carriers are sent what AT&T is', (useCase, expected) => {
    expect(line(inForce({}, { useCase }).sms)).toBe(expected)
  })
})

describe('other vendors', () => {
  const rows: readonly (readonly [ProfileName, Partial<Brand>, UseCase, expected: string])[] = [
    ['plivo', { trustScore: 75 }, 'declared', '75 (4500) | 75 (4500) | 75 (4500) | 8 | 1 each'],
    ['plivo', { trustScore: 50 }, 'mixed', '40 (2400) | 40 (2400) | 40 (2400) | 8 | 1 each'],
    ['plivo', { trustScore: 1 }, 'declared', '4 (240) | 4 (240) | 4 (240) | 4 | 1 each'],
    ['plivo', unvetted, 'declared', '4 (240) | 4 (240) | 4 (240) | 4 | 1 each'],
    ['plivo', {}, 'lowVolumeMixed', '1.25 (75) | 1.25 (75) | 1.25 (75) | 1.25 | 1 each'],
    ['aws', { trustScore: 75 }, 'declared', '75 (4500) | 75 | 75 | 8 | 1 each'],
    ['aws', { trustScore: 50 }, 'declared', '40 (2400) | 40 | 40 | 8 | 1 each'],
    ['aws', { trustScore: 1 }, 'declared', '4 (240) | 4 | 4 | 4 | 1 each'],
    ['aws', unvetted, 'declared', '0.2 (240) | 0.2 | 0.2 | 0.2 | 1 each'],
    ['bird', { trustScore: 75 }, 'declared', '75 (4500) | 75 | 75 (4500) | 75 (4500) | 1 each'],
    ['telnyx', { trustScore: 75 }, 'declared', '75 (4500) | any | any | 8 | 1 each'],
    ['telnyx', { trustScore: 50 }, 'mixed', '40 (2400) | any | any | 8 | 1 each'],
    ['azure', { trustScore: 75 }, 'declared', '75 (4500) | 75 | 75 | 8 | 1 each'],
  ]

  it.each(rows)('%s: %o, %s', (profile, brand, useCase, expected) => {
    expect(line(inForce(brand, { useCase }, profile).sms)).toBe(expected)
  })

  it('plivo: all campaigns of a brand share, and media have a minute of each number', () => {
    const { sharedBy, mms } = inForce({}, {}, 'plivo')
    expect(sharedBy).toBe('brand')
    expect(line(mms)).toBe(
      '40 (2400) and 0.833 each (50) | 40 (2400) and 0.833 each (50) | 40 (2400) and 0.833 each (50) | 8 and 0.833 each (50) | 1 each',
    )
  })
})

describe("T-Mobile's day", () => {
  const rows: readonly (readonly [string, Partial<Brand>, cap: number | undefined])[] = [
    ['100', { trustScore: 100 }, 200_000],
    ['75', { trustScore: 75 }, 200_000],
    ['one of the 3,000 largest companies', { trustScore: 10, isRussell3000: true }, 200_000],
    ['74', { trustScore: 74 }, 40_000],
    ['50', { trustScore: 50 }, 40_000],
    ['49', { trustScore: 49 }, 10_000],
    ['25', { trustScore: 25 }, 10_000],
    ['24', { trustScore: 24 }, 2000],
    ['1', { trustScore: 1 }, 2000],
    ['0', { trustScore: 0 }, 2000],
    ['none', unvetted, 2000],
    ['a low-volume standard brand', lowVolume, 2000],
    ['a sole proprietor', alone, 1000],
    ['a verified government', { trustScore: 10, isGovernment: true }, undefined],
    ['what T-Mobile gave after a review', { trustScore: 10, tmobileDay: 'none' }, undefined],
    ['a figure that T-Mobile gave', { trustScore: 10, tmobileDay: 75_000 }, 75_000],
  ]

  it.each(rows)('%s', (_, brand, cap) => {
    const { sms, mms } = inForce(brand)
    expect([sms.tmobile.day?.segments, mms.tmobile.day?.segments]).toEqual([cap, cap])
    expect(carriers.filter((carrier) => carrier !== 'tmobile' && sms[carrier].day !== undefined)).toEqual([])
  })

  it('is that of the brand, also for a low volume campaign', () => {
    expect(inForce({}, { useCase: 'lowVolumeMixed' }).sms.tmobile.day?.segments).toBe(200_000)
    expect(inForce(unvetted, { useCase: 'lowVolumeMixed' }).sms.tmobile.day?.segments).toBe(2000)
  })

  it('is one for all campaigns, and for all brands of one tax number', () => {
    const keyOf = (brand: Partial<Brand>, id: string): string | undefined => inForce(brand, { id }).sms.tmobile.day?.key
    expect(keyOf({ id: 'a' }, 'x')).toBe('tmobile:ein:123456789')
    expect(keyOf({ id: 'b', ein: '123456789' }, 'y')).toBe('tmobile:ein:123456789')
    expect(keyOf({ id: 'b', ein: undefined }, 'y')).toBe('tmobile:brand:b')
  })

  it('is not counted for a campaign that has none', () => {
    expect(inForce({}, { overrides: { tmobile: { dayCap: 'none' } } }).sms.tmobile.day).toBeUndefined()
  })
})

describe('what a carrier gave to a campaign', () => {
  const rows: readonly (readonly [string, Partial<Campaign>, Carrier, CarrierOverride, sms: string, mms: string])[] = [
    ['a rate: the minute follows', {}, 'att', { mps: 100 }, '100 (6000)', '40 (2400)'],
    ['a minute: the rate follows', {}, 'att', { tpm: 600 }, '10 (600)', '40 (2400)'],
    ['both', {}, 'att', { mps: 20, tpm: 600 }, '20 (600)', '40 (2400)'],
    ['less than one a minute', {}, 'att', { mps: 0.001 }, '0.001 (1)', '40 (2400)'],
    ['of media', {}, 'att', { mmsMps: 3, mmsTpm: 60 }, '75 (4500)', '3 (60)'],
    ['where only the second counts', {}, 'tmobile', { mps: 200 }, '200', '40'],
    ['a minute where only the second counted', {}, 'verizon', { tpm: 6000 }, '100 (6000)', '40'],
    ['above the 8', {}, 'uscellular', { mps: 20 }, '20', '8'],
    ['of each number', {}, 'minor', { mps: 2 }, '2 each', '1 each'],
    ['of each number by its class', { useCase: 'proxy' }, 'att', { mps: 2 }, '2 each (120)', '0.833 each (50)'],
    ['a day', {}, 'verizon', { dayCap: 500 }, '75', '40'],
  ]

  it.each(rows)('%s', (_, campaign, carrier, override, sms, mms) => {
    const limits = inForce({}, { ...campaign, overrides: { [carrier]: override } })
    expect([written(limits.sms[carrier]), written(limits.mms[carrier])]).toEqual([sms, mms])
    const before = inForce({}, campaign)
    for (const other of carriers) if (other !== carrier) expect(limits.sms[other]).toEqual(before.sms[other])
    if (override.dayCap !== undefined)
      expect(limits.sms[carrier].day).toEqual({ key: `${carrier}:ein:123456789`, segments: override.dayCap })
  })
})
