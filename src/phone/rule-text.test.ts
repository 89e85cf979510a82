import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRules, ruleText } from './rule-text.js'
import type { Rule } from './rule.js'

const lengths = fc.uniqueArray(fc.integer({ min: 1, max: 15 }), { maxLength: 3 })
const prefix = fc.stringMatching(/^[0-9*#]{1,7}$/)
const last = fc.boolean()
const piece = fc.constantFrom('0', '1', '/', ';', '|', '.', '(', ')', '\\/', '\\\\', '#', ' ')
const some = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.join('').replace(/\\.|\//g, (m) => (m === '/' ? '\\/' : m)))
const dialing = fc
  .record({
    international: fc.uniqueArray(prefix, { minLength: 1, maxLength: 3 }),
    national: fc.uniqueArray(fc.oneof(prefix, fc.constant('')), { minLength: 1, maxLength: 3 }),
    countryCode: fc.stringMatching(/^[1-9][0-9]{0,2}$/),
    nationalLengths: lengths,
    localLengths: lengths,
    area: fc.stringMatching(/^[0-9]{1,6}$/),
    last,
  })
  .map(({ area, ...rule }) => ({
    kind: 'dialing' as const,
    ...rule,
    areaCode: rule.localLengths.length > 0 ? area : undefined,
  }))
const rule: fc.Arbitrary<Rule> = fc.oneof(
  dialing,
  fc.record({ kind: fc.constant('strip' as const), digits: fc.integer({ min: 1, max: 40 }), last }),
  fc.record({ kind: fc.constant('stripPrefix' as const), prefix, last }),
  fc.record({ kind: fc.constant('add' as const), prefix, last }),
  fc.record({
    kind: fc.constant('substitute' as const),
    pattern: some,
    replacement: some,
    global: fc.boolean(),
    ignoreCase: fc.boolean(),
    last,
  }),
)

describe('written rules', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
        const texts = rules.map(ruleText)
        for (const source of [texts, texts.join('; '), texts.join('\n')]) {
          const read = readRules(source)
          expect(read.mistakes).toEqual([])
          expect(read.rules.map((one) => one.rule)).toEqual(rules)
        }
      }),
    )
  })

  it('are counted through all texts, with the place in their own', () => {
    const { rules } = readRules(['s/1/2/; strip 3', '\n add 4 last ;; '])
    expect(rules.map(({ index, position }) => [index, position])).toEqual([
      [0, 0],
      [1, 8],
      [2, 2],
    ])
    expect(rules[2]?.rule).toEqual({ kind: 'add', prefix: '4', last: true })
  })

  it.each([
    ['stripp 3', 0, '"stripp" is no rule', '"strip"'],
    ['123456', 0, '"123456" is no rule', 's/…/…/'],
    ['strip', 5, 'nothing to strip', '1 to 40'],
    ['strip 0', 6, '"0" is no count', '1 to 40'],
    ['strip 41', 6, '"41" is no count', '1 to 40'],
    ['strip prefix', 12, 'the prefix is missing', 'digits'],
    ['strip prefix x', 13, '"x" is no prefix', 'digits'],
    ['add', 3, 'the prefix is missing', 'digits'],
    ['add 4 5', 6, '"5" after the rule', 'last'],
    ['add 4 last 5', 11, '"5" after the rule', 'last'],
    ['s/1', 3, 'the rule does not end', '/ after the pattern'],
    ['s/1/2', 5, 'the rule does not end', '/ after the replacement'],
    ['s/1/2/x', 6, 'flag x', 'g (all matches)'],
    ['s/1/2/gg', 7, 'flag g', 'each once'],
    ['s/1/2/ s/3/4/', 6, 'something after the rule', ';'],
    ['dialing', 7, 'the dialing rule changes nothing', 'national=…'],
    ['dialing natinal=0', 8, '"natinal" is nothing a dialing rule has', '"national"'],
    ['dialing national=0', 18, 'countryCode is missing', 'countryCode=…'],
    ['dialing national=0,x countryCode=44', 19, 'national "x"', 'prefixes of up to 7'],
    ['dialing national=0,0 countryCode=44', 19, 'national "0"', 'prefixes'],
    ['dialing international=00000000', 22, 'international "00000000"', 'prefixes of up to 7'],
    ['dialing national=0 countryCode=044', 31, 'countryCode "044"', 'a calling code'],
    ['dialing national=0 countryCode=44 countryCode=49', 34, 'countryCode is given twice', 'once'],
    ['dialing national=0 countryCode=44 nationalLengths=16', 50, 'nationalLengths "16"', '1 to 15'],
    ['dialing national=0 countryCode=44 areaCode=20', 45, 'one of areaCode and localLengths is missing', 'both'],
    ['dialing international=00 countryCode=44 nationalLengths=9', 57, 'nationalLengths without national', 'none'],
    ['dialing international', 21, 'international ""', 'prefixes'],
  ])('%s is wrong at %i: %s', (text, position, what, expected) => {
    expect(readRules(text).mistakes).toEqual([
      { rule: 0, position, text, what, expected: expect.stringContaining(expected) as string },
    ])
  })
})
