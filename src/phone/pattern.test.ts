import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { compilePattern, FEW_WAYS, type Pattern } from './pattern.js'
import { scanPattern } from './pattern-scan.js'
import { NUMBER_MAX_LENGTH } from './rule.js'

const anyCase = { ignoreCase: false }

function pattern(text: string): Pattern {
  const compiled = compilePattern(text, anyCase)
  if (compiled.kind === 'slip') throw new Error(`${text}: ${compiled.slip.what}`)
  return compiled.pattern
}

function slip(text: string): { at: number; what: string; expected: string } {
  const compiled = compilePattern(text, anyCase)
  if (compiled.kind === 'pattern') throw new Error(`${text} was taken`)
  return compiled.slip
}

const atom = fc.oneof(
  fc.constantFrom('0', '1', '2', '.', '\\d', '\\D', '[0-4]', '[^12]', '[[:digit:]]', '\\+', '#', '^', '$', '[1-]'),
  fc.constantFrom('(1)', '(0|1|12)', '(?:2|)', '(\\d)', '([01]2?)', '(0*)'),
)
const repetition = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?', '??') },
)
const somePattern = fc
  .tuple(fc.constantFrom('', '^', '^'), fc.array(fc.tuple(atom, repetition), { minLength: 1, maxLength: 5 }))
  .map(([start, pieces]) => start + pieces.map(([one, times]) => (/[$^]$/.test(one) ? one : one + times)).join(''))
const branched = fc.array(somePattern, { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|'))
const number = fc
  .array(fc.constantFrom('0', '1', '2', '5', '+', '#'), { maxLength: NUMBER_MAX_LENGTH })
  .map((characters) => characters.join(''))

describe('a pattern', () => {
  it.each([
    ['^00', '0044', 0, '00'],
    ['(\\d{3})$', '12345', 2, '345'],
    ['[^0-9]', '12-3', 2, '-'],
    ['[[:alpha:]]', '12a', 2, 'a'],
    ['^(?:00|011)', '01144', 0, '011'],
    ['^(\\+|00)?44', '0044', 0, '0044'],
    ['1+?', '0111', 1, '1'],
    ['#31#', '#31#44', 0, '#31#'],
    ['(ab)*c', 'xababc', 1, 'ababc'],
    ['a]', 'a]', 0, 'a]'],
    ['[]x]'.replace(']x', '\\]x'), 'y]', 1, ']'],
  ])('%s is found in %s', (text, within, index, whole) => {
    const found = pattern(text).find(within, 0)
    expect([found?.index, found?.[0]]).toEqual([index, whole])
  })

  it('knows its case only where asked', () => {
    expect(pattern('abc').find('ABC', 0)).toBeUndefined()
    for (const text of ['abc', '(abc)+']) {
      const compiled = compilePattern(text, { ignoreCase: true })
      expect(compiled.kind === 'pattern' && compiled.pattern.find('ABC', 0)?.[0]).toBe('ABC')
    }
  })

  it.each([
    ['^00', '00'],
    ['^', ''],
    ['^\\+44', '+44'],
    ['^\\*31#', '*31#'],
    ['00', undefined],
    ['^0+', undefined],
    ['^0.', undefined],
    ['^\\d', undefined],
    ['^0$', undefined],
    ['^0|^1', undefined],
    ['^(0)', undefined],
  ])('%s begins a number with %s', (text, prefix) => {
    expect(pattern(text).literalPrefix).toBe(prefix)
  })

  it.each([
    ['^0(?=\\d)', 2, 'lookahead (?= '],
    ['^0(?!\\d)', 2, 'lookahead (?! '],
    ['(?<=0)1', 0, 'lookbehind (?<= '],
    ['(?<!0)1', 0, 'lookbehind (?<! '],
    ['(\\d)\\1', 4, '\\1 in the pattern refers back'],
    ['(?<a>1)\\k<a>', 0, 'named groups'],
    ['(?P<a>1)', 0, 'named groups'],
    ['(1)\\g1', 3, '\\g refers back'],
    ['(?>1+)', 0, '(?> )'],
    ['(?i)a', 0, 'this kind of group'],
    ['1++', 2, 'possessive'],
    ['1**', 2, 'a repetition of a repetition'],
    ['^+44', 1, '+ after ^ repeats nothing'],
    ['+44', 0, '+ repeats nothing'],
    ['(*1)', 1, '* repeats nothing'],
    ['{3}', 0, '{ repeats nothing'],
    ['1{x}', 1, '{ without a count'],
    ['1{3,2}', 1, 'the count {3,2}'],
    ['1{1001}', 1, 'the count {1001}'],
    ['1(2', 1, '( without )'],
    ['12)', 2, ') without ('],
    ['1[23', 1, '[ without ]'],
    ['[]', 1, '[ ] holds nothing'],
    ['[^]', 2, '[ ] holds nothing'],
    ['[9-0]', 1, 'the range 9-0 runs backwards'],
    ['[\\d-9]', 3, 'a range begins with a class'],
    ['[0-\\d]', 2, 'a range ends with a class'],
    ['[0-5-9]', 4, '- in the middle'],
    ['[[:word:]]', 1, '[:word:] is not known'],
    ['1\\', 1, '\\ stands at the end'],
    ['\\A1', 0, '\\A is not read'],
    ['1\\b', 1, '\\b is not read'],
    ['0é', 1, '"é" is in no number'],
    ['1\t', 1, '"\\t" is in no number'],
    ['1'.repeat(257), 256, 'the pattern has 257 characters'],
    ['((\\d{0,9}){0,9}){0,9}', 0, 'the pattern is too large'],
    ['(\\d{0,1000}){1000}', 0, 'the pattern is too large'],
  ])('%s is refused at %i: %s', (text, at, what) => {
    expect(slip(text)).toMatchObject({ at, what: expect.stringContaining(what) as string })
    expect(slip(text).expected).not.toBe('')
  })

  it('is found alike by both engines', () => {
    let compared = 0
    fc.assert(
      fc.property(branched, number, (text, within) => {
        const scanned = scanPattern(text)
        if (scanned.kind === 'slip') throw new Error(`${text}: ${scanned.slip.what}`)
        const compiled = pattern(text)
        if (compiled.engine === 'linear') return
        compared++
        const found = compiled.find(within, 0)
        const matcher = RE2JS.compile(scanned.source).matcher(within)
        expect(found !== undefined).toBe(matcher.find())
        if (found === undefined) return
        expect(found.index).toBe(matcher.start())
        for (let group = 0; group <= scanned.groups; group++) {
          expect(found[group] ?? '').toBe(matcher.group(group) ?? '')
        }
      }),
      { numRuns: 2000 },
    )
    expect(compared).toBeGreaterThan(300)
  })

  it('that the built-in engine could be lost in goes to the linear one', () => {
    for (const text of [
      '(\\d+)+$',
      '(\\d*)*x',
      '(\\d|\\d\\d)+x',
      '\\d*\\d*\\d*x',
      '(1?){40}1{40}',
      '(a|a)*b',
      '(.*)*z',
    ]) {
      expect([text, pattern(text).engine]).toEqual([text, 'linear'])
    }
    for (const text of ['^0(\\d+)$', '^(44|1)(\\d{6,10})$', '0', '[^0-9]', '^.{0,9}$', '^(.{10})$', '(\\d+)$']) {
      expect([text, pattern(text).engine]).toEqual([text, 'builtIn'])
    }
  })

  it('takes a bounded number of steps, whatever it is', () => {
    const evil = fc
      .array(fc.constantFrom('(', ')', '*', '+', '?', '{0,9}', '{3,}', '|', '\\d', '1', '.', '[0-9]', '^', '$'), {
        maxLength: 40,
      })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.oneof(evil, branched, fc.string({ maxLength: 60 })), (text) => {
        const compiled = compilePattern(text, anyCase)
        if (compiled.kind === 'pattern') expect(compiled.pattern.stepsMax).toBeLessThanOrEqual(FEW_WAYS * 41)
      }),
      { numRuns: 2000 },
    )
  })

  it('of the worst kind is through with a long number at once', () => {
    // With backtracking each of these would take longer than anyone waits: the bound needs no good clock.
    const from = process.hrtime.bigint()
    for (const text of [
      '(\\d+)+[a-c]',
      '(\\d|\\d\\d)+[a-c]',
      '(\\d*)*(\\d*)*[a-c]',
      '((1|1)(1|1))*[a-c]',
      '(.*)*[a-c]$',
    ]) {
      expect(pattern(text).find('1'.repeat(NUMBER_MAX_LENGTH), 0)).toBeUndefined()
    }
    expect(Number(process.hrtime.bigint() - from) / 1e9).toBeLessThan(5)
  })
})
