import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileTranslator, translate, type TranslationDirection } from './translator.js'

function translated(rule: string, number: string, direction: TranslationDirection): string {
  const compiled = compileTranslator(rule, direction)
  if (compiled.kind === 'mistakes') throw new Error(compiled.mistakes[0]?.what)
  return translate(compiled.translator, number, 'e164')
}

const uk = 'dialing international=00 national=0 countryCode=44'
const us = 'dialing international=011 national=1,none countryCode=1 nationalLengths=10 areaCode=212 localLengths=7'
const germany = 'dialing international=00,+ national=0 countryCode=49 areaCode=30 localLengths=6,7,8'
const russia = 'dialing international=810,00 national=8,none countryCode=7 nationalLengths=10'
const bare = 'dialing international=00 national=none countryCode=380'

describe('a dialing rule, on the way in', () => {
  it.each([
    [uk, '00493012345', '493012345'],
    [uk, '02071234567', '442071234567'],
    [uk, '442071234567', '442071234567'],
    [uk, '+02071234567', '02071234567'],
    [uk, '0', '0'],
    [uk, '00', '440'],
    [us, '011442071234567', '442071234567'],
    [us, '12125551234', '12125551234'],
    [us, '3055551234', '13055551234'],
    [us, '5551234', '12125551234'],
    [us, '442071234567', '442071234567'],
    [us, '911', '911'],
    [germany, '017112345678', '4917112345678'],
    [germany, '1234567', '49301234567'],
    [germany, '4917112345678', '4917112345678'],
    [russia, '84951234567', '74951234567'],
    [russia, '4951234567', '74951234567'],
    [russia, '810442071234567', '442071234567'],
    [russia, '74951234567', '74951234567'],
    [bare, '441234567', '380441234567'],
    [bare, '00441234567', '441234567'],
  ])('%s: %s is %s', (rule, dialed, e164) => {
    expect(translated(rule, dialed, 'in')).toBe(e164)
  })
})

describe('a dialing rule, on the way out', () => {
  it.each([
    [uk, '442071234567', '02071234567'],
    [uk, '493012345', '00493012345'],
    [us, '12125551234', '5551234'],
    [us, '13055551234', '13055551234'],
    [us, '442071234567', '011442071234567'],
    [germany, '49301234567', '1234567'],
    [germany, '4917112345678', '017112345678'],
    ['dialing international=+', '442071234567', '+442071234567'],
    ['dialing national=0 countryCode=44', '493012345', '493012345'],
    [bare, '380441234567', '441234567'],
    [uk, '700', '700'],
    [uk, '0442071234567', '0442071234567'],
  ])('%s: %s is dialed %s', (rule, e164, dialed) => {
    expect(translated(rule, e164, 'out')).toBe(dialed)
  })

  it('is undone by the way in, where the rule leaves no doubt', () => {
    const e164 = fc.stringMatching(/^(?:44|49|33)[1-9][0-9]{7,9}$/)
    fc.assert(
      fc.property(e164, (number) => {
        for (const rule of [uk, 'dialing international=00,+ national=0 countryCode=49 nationalLengths=8,9,10']) {
          expect(translated(rule, translated(rule, number, 'out'), 'in')).toBe(number)
        }
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^(?:1[2-9][0-9]{9}|44[1-9][0-9]{9})$/), (number) => {
        expect(translated(us, translated(us, number, 'out'), 'in')).toBe(number)
      }),
    )
  })

  it('takes E.164 as it is on the way in, where it begins with no prefix of the rule', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{6,14}$/), (number) => {
        expect(translated(uk, number, 'in')).toBe(number)
      }),
    )
  })
})
