import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RuleSource } from './rule-text.js'
import { describeRuleMistake, NUMBER_MAX_LENGTH } from './rule.js'
import {
  compileTranslator,
  traceTranslation,
  translate,
  type NumberKind,
  type TranslationDirection,
  type Translator,
} from './translator.js'

function translator(source: RuleSource, direction: TranslationDirection = 'in'): Translator {
  const compiled = compileTranslator(source, direction)
  if (compiled.kind === 'mistakes') throw new Error(compiled.mistakes.map(describeRuleMistake).join('\n'))
  return compiled.translator
}

/** Both forms, which must agree. */
function translated(source: RuleSource, number: string, direction: TranslationDirection = 'in'): string {
  const rules = translator(source, direction)
  const result = translate(rules, number, 'e164')
  expect(traceTranslation(rules, number).number).toBe(result)
  return result
}

describe('a rule set', () => {
  it.each([
    // The forms that operators of the field publish.
    ['s/^/100/;', '380441234567', '100380441234567'],
    ['s/^100//;', '100380441234567', '380441234567'],
    ['s/^0011//', '0011442071234567', '442071234567'],
    ['s/^/53872#/', '4412', '53872#4412'],
    ['s/^.{0,9}$/0123456789/', '12345', '0123456789'],
    ['s/^.{0,9}$/0123456789/', '1234567890', '1234567890'],
    ['s/^(.{10})$/1\\1/', '2125551234', '12125551234'],
    ['s/^(.{10})$/1$1/', '2125551234', '12125551234'],
    ['s/^.*([ ]|\\-|\\.).*$/block/', '1-2', 'block'],
    ['s/^00//; s/^0/44/; s/^44770/44771/', '07700900123', '447710900123'],
    ['s/^0([0-9]{9})$/61$1/', '0212345678', '61212345678'],
    // Flags, groups, delimiters.
    ['s/[^0-9]//g', '(212) 555-1234', '2125551234'],
    ['s/[^0-9]//', '1-2-3', '12-3'],
    ['s/(\\d)(\\d)/$2$1/g', '12345', '21435'],
    ['s/(\\d+)-(\\d+)/${2}0$1/', '12-34', '34012'],
    ['s/\\d\\d/<$&>/', '123', '<12>3'],
    ['s/\\d\\d/[\\0]/', '123', '[12]3'],
    ['s/1/\\&\\$/', '123', '&$23'],
    ['s|^00||', '0044', '44'],
    ['s#^\\#31\\###', '#31#44', '44'],
    ['s,^0,44,', '0123', '44123'],
    ['s/ABC/1/i', 'abc2', '12'],
    ['s/x*/-/g', 'abc', '-a-b-c-'],
    ['s/a*/-/g', 'baaac', '-b--c-'],
    ['s/(1)|(2)/$1x/g', '12', '1xx'],
    ['s/.*//', '123', ''],
    // Other kinds.
    ['strip 3', '123456', '456'],
    ['strip 6', '123456', '123456'],
    ['strip prefix 00', '0044', '44'],
    ['strip prefix 00', '44', '44'],
    ['add 44', '7700', '447700'],
    ['strip 1; add 44', '07700', '447700'],
    ['', '123', '123'],
  ])('%s makes of %s: %s', (source, number, expected) => {
    expect(translated(source, number)).toBe(expected)
  })

  it('goes on after a match, or ends where the rule says so', () => {
    expect(translated(['s/^0/44/', 's/^44/49/'], '012')).toBe('4912')
    expect(translated(['s/^0/44/l', 's/^44/49/'], '012')).toBe('4412')
    expect(translated(['s/^0/44/l', 's/^44/49/'], '4412')).toBe('4912')
    expect(translated('strip prefix 0 last; add 44', '012')).toBe('12')
    expect(translated('strip prefix 0 last; add 44', '12')).toBe('4412')
    // A dialing rule ends by itself: what it made is E.164, which the next country's rule would take for its own.
    const two = ['dialing national=0 countryCode=44', 'dialing national=4 countryCode=49']
    expect(translated(two, '012')).toBe('4412')
    expect(translated(['dialing national=0 countryCode=44 goOn', 's/^44/49/'], '012')).toBe('4912')
  })

  it('is traced rule by rule', () => {
    const rules = translator(['s/^00//', 's/^0/44/; s/^44770/44771/'])
    expect(rules.texts).toEqual(['s/^00//', 's/^0/44/', 's/^44770/44771/'])
    expect(traceTranslation(rules, '07700900123').steps).toEqual([
      { rule: 1, before: '07700900123', after: '447700900123' },
      { rule: 2, before: '447700900123', after: '447710900123' },
    ])
  })

  it('leaves a number with + alone on the way in, but for the +', () => {
    const rules = translator('s/^44/49/; s/^[+]//')
    expect(translate(rules, '+4412', 'e164')).toBe('4412')
    expect(traceTranslation(rules, '+4412').steps).toEqual([{ rule: 'plus', before: '+4412', after: '4412' }])
    expect(translated('s/^[+]//', '+4412', 'out')).toBe('4412')
    expect(translated('add +', '4412', 'out')).toBe('+4412')
  })

  it('rewrites e164 and nothing else', () => {
    const rules = translator('s/.*/1/')
    for (const kind of ['shortCode', 'alphanumeric', 'sipUser'] satisfies NumberKind[]) {
      expect(translate(rules, '+700', kind)).toBe('+700')
      expect(traceTranslation(rules, '+700', kind)).toEqual({ number: '+700', steps: [] })
    }
  })

  it('never makes a number longer than 40 characters: such a rule is left out', () => {
    const rules = translator(['s/x*/12345/g', 's/^1/2/'])
    expect(translate(rules, '1'.repeat(10), 'e164')).toBe('2' + '1'.repeat(9))
    expect(traceTranslation(rules, '1'.repeat(10)).steps[0]).toMatchObject({ rule: 0, tooLong: true })
    const long = '1'.repeat(NUMBER_MAX_LENGTH + 1)
    expect(translated('strip 3', long)).toBe(long)
  })

  it('never throws, and is the same traced and untraced', () => {
    const piece = fc.constantFrom(
      's/',
      '/',
      '0',
      '(',
      ')',
      '\\d',
      '+',
      '*',
      '$1',
      '\\1',
      '{2}',
      '[',
      ']',
      '^',
      '|',
      'g',
    )
    const noise = fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join(''))
    const rule = fc.oneof(
      fc.tuple(noise, noise).map(([a, b]) => `s/${a}/${b}/g`),
      fc.constantFrom(
        's/(\\d)/$1$1/g',
        's/^/123/',
        'strip 2',
        'add 99',
        'dialing international=00 national=0 countryCode=44',
      ),
      fc.string({ maxLength: 20 }),
      noise,
    )
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        fc.string({ maxLength: 50 }),
        fc.boolean(),
        (source, number, isIn) => {
          const compiled = compileTranslator(source, isIn ? 'in' : 'out')
          if (compiled.kind === 'mistakes') {
            for (const { position, text, what, expected } of compiled.mistakes) {
              expect(position).toBeLessThanOrEqual(text.length)
              expect(what).not.toBe('')
              expect(expected).not.toBe('')
            }
            return
          }
          const result = translate(compiled.translator, number, 'e164')
          expect(result.length).toBeLessThanOrEqual(Math.max(NUMBER_MAX_LENGTH, number.length))
          expect(traceTranslation(compiled.translator, number).number).toBe(result)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('names each mistake with its rule, its place and what would be right', () => {
    const compiled = compileTranslator(['s/^00//', 's/^(?=0)/44/; s/(1)/$2/', 's/1/2'], 'in')
    expect(compiled).toEqual({
      kind: 'mistakes',
      mistakes: [
        {
          rule: 1,
          position: 3,
          text: 's/^(?=0)/44/; s/(1)/$2/',
          what: 'lookahead (?= cannot be matched in bounded time',
          expected: 'a group that is put back: s/^0([0-9]{9})$/61$1/ instead of s/^0(?=[0-9]{9}$)/61/',
        },
        {
          rule: 2,
          position: 20,
          text: 's/^(?=0)/44/; s/(1)/$2/',
          what: '$2, but the pattern has 1 group(s)',
          expected: 'the number of a group, which is written ( ) without \\',
        },
        { rule: 3, position: 5, text: 's/1/2', what: 'the rule does not end', expected: '/ after the replacement' },
      ],
    })
    const [first] = compiled.kind === 'mistakes' ? compiled.mistakes : []
    expect(first && describeRuleMistake(first)).toContain('rule 2, character 4 of "s/^(?=0)/44/; s/(1)/$2/": lookahead')
  })

  it.each([
    ['s/1/$/', 4, '$ without a number'],
    ['s/1/&/', 4, '& may mean two things'],
    ['s/(1)/$10/', 6, '$10 may mean two things'],
    ['s/(1)/\\10/', 6, '\\10 may mean two things'],
    ['s/\\(1\\)/\\1/', 8, '\\1, but the pattern has no group'],
    ['s/1/\\n/', 4, '\\n is not read'],
    ['s/1/2 3/', 5, '" " is in no number'],
    ['s/1/é/', 4, '"é" is in no number'],
    [`s/1/${'2'.repeat(41)}/`, 44, 'the replacement is longer'],
    ['  s/^*//', 5, '* after ^ repeats nothing'],
  ])('%s is wrong at %i: %s', (source, position, what) => {
    const compiled = compileTranslator(source, 'in')
    expect(compiled).toMatchObject({ mistakes: [{ position, what: expect.stringContaining(what) as string }] })
  })
})
