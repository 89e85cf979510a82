import { describe, expect, it } from 'vitest'
import { callingCodes, WORLD } from './calling-codes.js'
import { mobileCountriesOf } from './country-networks.js'

describe('the mobile country codes of a number', () => {
  it.each([
    ['12025550123', '310 311 312 313 314 315 316 330 332 534 535 544'],
    ['14165550123', '302'],
    ['447700900123', '234 235'],
    ['4915112345678', '262'],
    ['77011234567', '401'],
    ['79161234567', '250'],
    ['33612345678', '208'],
    ['262692123456', '647'],
    ['919812345678', '404 405 406'],
  ])('%s: %s', (number, codes) => {
    expect(mobileCountriesOf(number)?.join(' ')).toBe(codes)
  })

  it.each(['88161234567', '999123456', ''])('are not known of %s', (number) => {
    expect(mobileCountriesOf(number)).toBeUndefined()
  })

  it('are known of every number that has a country', () => {
    for (const [code, country, others] of callingCodes)
      for (const [of, digits] of [[country, ''] as const, ...Object.entries(others ?? {})]) {
        if (of === WORLD) continue
        for (const more of digits.split(' '))
          expect(mobileCountriesOf(code + more), `${of} ${code} ${more}`).toEqual(
            expect.arrayContaining([expect.stringMatching(/^[2-79][0-9]{2}$/)]),
          )
      }
  })
})
