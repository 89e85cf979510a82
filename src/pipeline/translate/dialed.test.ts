import { describe, expect, it } from 'vitest'
import type { Address } from '../../message/address.js'
import type { RuleSource } from '../../phone/rule-text.js'
import { compileTranslator, type TranslationDirection, type Translator } from '../../phone/translator.js'
import { fromPeer, toPeer } from './dialed.js'

function translator(rules: RuleSource, direction: TranslationDirection): Translator {
  const compiled = compileTranslator(rules, direction)
  if (compiled.kind === 'mistakes') throw new Error(compiled.mistakes[0]?.what)
  return compiled.translator
}
const briefly = ({ ton, npi, value }: Address): string => `${ton}/${npi} ${value}`
const addressFrom = (text: string): Address => {
  const [, ton, npi, value] = /^(\d)\/(\d) (.*)$/.exec(text)!
  return { ton: Number(ton), npi: Number(npi), value: value! }
}

const british = 'dialing international=00 national=0 countryCode=44'

describe('what a peer writes', () => {
  const rules = translator(british, 'in')
  it.each([
    ['0/0 07700900123', '1/1 447700900123'],
    ['0/1 0033612345678', '1/1 33612345678'],
    ['2/1 07700900123', '1/1 447700900123'],
    // International: E.164 already, but that none begins with 0.
    ['1/1 7700900123', '1/1 7700900123'],
    ['1/1 07700900123', '1/1 447700900123'],
    ['1/1 00447700900123', '1/1 447700900123'],
    ['0/1 447700900123', '0/1 447700900123'],
    ['0/0 0404', '0/0 0404'],
    ['5/0 07700900123', '5/0 07700900123'],
    ['5/0 0Bank', '5/0 0Bank'],
    ['0/0 0Bank', '0/0 0Bank'],
    ['0/0 ', '0/0 '],
    // Not E.164 yet: nobody said what it is.
    ['0/1 00447700', '0/1 447700'],
  ])('%s is %s', (written, ours) => {
    const address = addressFrom(written)
    const result = fromPeer(rules, address)
    expect(briefly(result)).toBe(ours)
    if (ours === written) expect(result).toBe(address)
  })

  it.each([
    ['s/^00/+/', '0/1 00447700900123', '1/1 447700900123'],
    ['s/^00/+/', '1/1 00447700900123', '1/1 447700900123'],
    ['add +', '0/0 447700900123', '1/1 447700900123'],
    ['add +', '2/1 447700', '1/1 447700'],
    ['s/^0+$/+/', '0/1 00000000', '0/1 '],
  ])('by %j for %s is %s: a + of a rule does not stay inside', (rule, written, ours) => {
    expect(briefly(fromPeer(translator(rule, 'in'), addressFrom(written)))).toBe(ours)
  })

  it('may have something between the digits', () => {
    const separators = translator(['s/[^0-9]//g', british], 'in')
    expect(briefly(fromPeer(separators, addressFrom('0/1 (07700) 900-123')))).toBe('1/1 447700900123')
  })
})

describe('what a peer gets', () => {
  it.each([
    [british, '1/1 447700900123', '0/1 07700900123'],
    [british, '1/1 33612345678', '0/1 0033612345678'],
    ['add 100', '0/0 447700900123', '1/1 100447700900123'],
    ['add +', '0/0 447700900123', '1/1 +447700900123'],
    ['strip 2', '1/1 447700900', '1/1 7700900'],
    ['add 100', '3/0 40404', '3/0 40404'],
    ['add 100', '5/0 447700900123', '5/0 447700900123'],
    ['add 100', '0/0 Acme', '0/0 Acme'],
    ['s/^1/0/', '2/8 447700900123', '2/8 447700900123'],
  ])('by %j for %s is %s', (rules, ours, written) => {
    const address = addressFrom(ours)
    const result = toPeer(translator(rules, 'out'), address)
    expect(briefly(result)).toBe(written)
    if (ours === written) expect(result).toBe(address)
  })
})

it('without rules every address is as it is', () => {
  const address = addressFrom('0/0 07700900123')
  expect(fromPeer(undefined, address)).toBe(address)
  expect(toPeer(undefined, address)).toBe(address)
})
