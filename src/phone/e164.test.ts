import metadata from 'libphonenumber-js/metadata.max.json' with { type: 'json' }
import { getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { callingCodes } from './calling-codes.js'
import { isE164Shape, knownCountries, placeOf } from './e164.js'

const codes = Object.entries(metadata.country_calling_codes)

describe('the shape of E.164', () => {
  it.each([
    ['1234567', true],
    ['123456789012345', true],
    ['123456', false],
    ['1234567890123456', false],
    ['0123456789', false],
    ['+441234567', false],
    ['44123x567', false],
    ['', false],
  ])('%s: %s', (number, expected) => {
    expect(isE164Shape(number)).toBe(expected)
  })
})

describe('the place of a number', () => {
  it.each([
    ['12125551234', '1', 'US'],
    ['14165551234', '1', 'CA'],
    ['19425551234', '1', 'CA'],
    ['12685551234', '1', 'AG'],
    ['18765551234', '1', 'JM'],
    ['18295551234', '1', 'DO'],
    ['17875551234', '1', 'PR'],
    ['18005551234', '1', 'US'],
    // An area code that nobody has heard of yet.
    ['19995551234', '1', 'US'],
    ['79161234567', '7', 'RU'],
    ['77011234567', '7', 'KZ'],
    ['447700900123', '44', 'GB'],
    ['447781123456', '44', 'GG'],
    ['441534123456', '44', 'JE'],
    ['447624123456', '44', 'IM'],
    ['390669812345', '39', 'VA'],
    ['390612345678', '39', 'IT'],
    ['4779123456', '47', 'SJ'],
    ['38344123456', '383', 'XK'],
    ['881612345678', '881', '001'],
  ])('%s is %s %s', (number, callingCode, country) => {
    expect(placeOf(number)).toEqual({ callingCode, country })
  })

  it('is unknown where no calling code is assigned', () => {
    for (const number of ['', '0123', '2101234567', '9991234567', 'name']) expect(placeOf(number)).toBeUndefined()
  })

  it('has each calling code and its main country', () => {
    expect(codes.length).toBeGreaterThan(200)
    for (const [code, [country]] of codes) {
      expect([code, callingCodes.find(([known]) => known === code)?.[1]]).toEqual([code, country])
    }
    expect(
      callingCodes
        .filter(([, country]) => country !== '001')
        .map(([code]) => code)
        .sort(),
    ).toEqual(codes.map(([code]) => code).sort())
  })

  it('is right for the example of each country whose numbers can be told apart', () => {
    // Mobile numbers of these look like those of the country that they share a calling code with.
    const alike: Readonly<Record<string, string>> = {
      AX: 'FI',
      BL: 'GP',
      MF: 'GP',
      CC: 'AU',
      CX: 'AU',
      EH: 'MA',
      SJ: 'NO',
      VA: 'IT',
    }
    for (const [code, countries] of codes) {
      for (const country of countries) {
        const example = getExampleNumber(country, examples)?.number.slice(1)
        if (example === undefined) continue
        expect([country, placeOf(example)]).toEqual([
          country,
          { callingCode: code, country: alike[country] ?? country },
        ])
      }
    }
  })

  it('lists every country once', () => {
    const countries = knownCountries()
    expect(new Set(countries).size).toBe(countries.length)
    expect(countries).toEqual(expect.arrayContaining(['GB', 'GG', 'US', 'CA', 'PR', '001']))
  })
})
