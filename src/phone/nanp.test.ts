import { describe, expect, it } from 'vitest'
import { placeOf } from './e164.js'
import { areaCodesByRegion } from './nanp-areas.js'
import { areaCodesOf, isNanpRegion, nanpArea, nanpAreaOf } from './nanp.js'

describe('the area of a North American number', () => {
  it.each([
    ['14155550100', 415, 'US', 'US-CA'],
    ['15105550100', 510, 'US', 'US-CA'],
    ['12125550100', 212, 'US', 'US-NY'],
    ['16045550100', 604, 'CA', 'CA-BC'],
    ['12575550100', 257, 'CA', 'CA-BC'],
    ['14165550100', 416, 'CA', 'CA-ON'],
    ['17875550100', 787, 'US', 'US-PR'],
    // Area codes that the table does not know yet.
    ['14365550100', 436, 'US', ''],
    ['16005550100', 600, 'CA', ''],
  ])('%s: %i %s %s', (number, code, country, region) => {
    expect(nanpAreaOf(number)).toMatchObject({ code, country, region, isTollFree: false })
  })

  it.each(['18005550100', '18335550100', '18885550100'])('%s is toll-free', (number) => {
    expect(nanpAreaOf(number)).toMatchObject({ country: 'US', region: '', isTollFree: true })
  })

  it.each([
    ['447700900123', 'another plan'],
    ['4155550100', 'no country code'],
    ['141555501000', 'a digit too many'],
    ['11155550100', 'no area code'],
    ['14151550100', 'no exchange'],
    ['1415555010x', 'no digit'],
    ['1x155550100', 'no digit in the area code'],
    ['18765550100', 'Jamaica'],
    ['', 'nothing'],
  ])('%s has none: %s', (number) => {
    expect(nanpAreaOf(number)).toBeUndefined()
  })
})

it('each area code of the table is of the country that its region is in', () => {
  for (const [region, codes] of Object.entries(areaCodesByRegion))
    for (const code of codes.split(' ')) {
      expect([region, code, nanpArea(Number(code))?.country]).toEqual([region, code, region.slice(0, 2)])
      expect(placeOf(`1${code}`)?.country).toBeDefined()
    }
})

it('regions are known by their codes', () => {
  expect([isNanpRegion('US-CA'), isNanpRegion('US-XX')]).toEqual([true, false])
  expect(areaCodesOf('CA-BC')).toEqual([236, 250, 257, 604, 672, 778])
  expect(areaCodesOf('US-XX')).toEqual([])
})
