import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReceiptIdRule } from '../directory/schema.js'
import { AGREEING_MATCHES, candidates, isLocked, learnMatch, learnResponse, type LearntIds, normalise, nothingLearnt } from './vendor-ids.js' // prettier-ignore

const rule = (form: ReceiptIdRule['form'], lowerCase = false, stripLeadingZeros = false): ReceiptIdRule => ({
  form,
  lowerCase,
  stripLeadingZeros,
})
const auto = rule('auto')

describe('fixed forms', () => {
  it.each<[name: string, rule: ReceiptIdRule, response: string, receipt: string]>([
    ['the same id', rule('asIs'), 'aB-1', 'aB-1'],
    ['another case', rule('asIs', true), '6f9619ff-8b86-d011-b42d-00cf4fc964ff', '6F9619FF-8B86-D011-B42D-00CF4FC964FF'],
    ['zeros in the receipt', rule('asIs', false, true), '7220', '0000007220'],
    ['zeros in the response', rule('asIs', false, true), '0000007220', '7220'],
    ['zeros and case', rule('asIs', true, true), '00ab', 'AB'],
    ['zero itself', rule('asIs', false, true), '000', '0'],
    ['hex in the response, decimal in the receipt', rule('decimal'), '1C34', '7220'],
    ['the same with zeros', rule('decimal'), '00001c34', '0000007220'],
    ['64 bits', rule('decimal'), 'FFFFFFFFFFFFFFFF', '18446744073709551615'],
    ['decimal in the response, hex in the receipt', rule('hex'), '0007220', '1C34'],
    ['128 bits', rule('hex'), '340282366920938463463374607431768211455', 'f'.repeat(32)],
    ['a text among numbers', rule('decimal', true), 'X-1', 'x-1'],
    ['what is too long for a number', rule('decimal'), '9'.repeat(64), '9'.repeat(64)],
  ])('match %s', (_name, idRule, response, receipt) => {
    expect(candidates(receipt, idRule)).toEqual([normalise(response, idRule)])
  }) // prettier-ignore

  it('match any counter', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.nat(4), (counter, zeros) => {
        const hex = counter.toString(16)
        const decimal = counter.toString()
        expect(candidates(decimal, rule('decimal'))).toEqual([normalise(hex.toUpperCase(), rule('decimal'))])
        expect(candidates(hex, rule('hex'))).toEqual([normalise(decimal, rule('hex'))])
        const padded = '0'.repeat(zeros) + decimal
        expect(candidates(padded, rule('asIs', false, true))).toEqual([normalise(decimal, rule('asIs', false, true))])
      }),
    )
  })
})

/** A vendor's index, asked as the switch asks it: a message is taken only if exactly one candidate is there. */
function correlate(
  index: Set<string>,
  receipt: string,
  learnt: LearntIds,
): { id: string | undefined; learnt: LearntIds } {
  const there = candidates(receipt, auto, learnt).filter((key) => index.has(key))
  const [id] = there
  if (id === undefined || there.length > 1) return { id: undefined, learnt }
  return { id, learnt: learnMatch(learnt, receipt, id) }
}

describe('the automatic form', () => {
  it.each<[name: string, response: (n: number) => string, receipt: (n: number) => string]>([
    ['the same', (n) => `m${n}`, (n) => `m${n}`],
    ['hex and decimal', (n) => (n + 0xabc000).toString(16), (n) => String(n + 0xabc000)],
    ['upper-case hex and decimal', (n) => (n + 0xabc000).toString(16).toUpperCase(), (n) => String(n + 0xabc000)],
    ['padded hex and decimal', (n) => (n + 0xabc000).toString(16).padStart(16, '0'), (n) => String(n + 0xabc000)],
    ['decimal and hex', (n) => String(n + 900_000), (n) => (n + 900_000).toString(16)],
    ['padded decimal and hex', (n) => String(n + 900_000).padStart(10, '0'), (n) => (n + 900_000).toString(16).toUpperCase()],
    ['lower and upper case', (n) => `6f9619ff-${n}-ab`, (n) => `6F9619FF-${n}-AB`],
    ['upper and lower case', (n) => `6F9619FF-${n}-AB`, (n) => `6f9619ff-${n}-ab`],
    ['zeros in the response', (n) => String(n + 5000).padStart(12, '0'), (n) => String(n + 5000)],
    ['zeros in the receipt', (n) => String(n + 5), (n) => String(n + 5).padStart(12, '0')],
  ])('learns %s and locks', (_name, response, receipt) => {
    let learnt = nothingLearnt
    const index = new Set<string>()
    for (let n = 1; n <= 40; n++) index.add(normalise(response(n), auto))
    for (let n = 1; n <= 40; n++) {
      learnt = learnResponse(learnt, response(n))
      const found = correlate(index, receipt(n), learnt)
      // Before it is locked two messages may both fit; then none is taken. The wrong one never is.
      expect([response(n), undefined]).toContain(found.id)
      if (isLocked(learnt)) expect(found.id).toBe(response(n))
      learnt = found.learnt
    }
    expect(isLocked(learnt)).toBe(true)
    expect(candidates(receipt(41), auto, learnt).length).toBeLessThanOrEqual(2)
  }) // prettier-ignore

  it('takes none of two messages that both fit before it is locked', () => {
    // 1000 may be itself or, read as decimal, 3e8.
    const index = new Set(['1000', '3e8'])
    expect(correlate(index, '1000', nothingLearnt).id).toBeUndefined()
  })

  it('never looks under another form once it is locked', () => {
    let learnt = nothingLearnt
    for (let n = 0; n < AGREEING_MATCHES; n++)
      learnt = learnMatch(learnt, String(0xabc0 + n), (0xabc0 + n).toString(16))
    expect(isLocked(learnt)).toBe(true)
    expect(candidates('1000', auto, learnt)).toEqual(['3e8', '03e8'])
  })

  it('goes on telling lower case from upper when no letter has come yet', () => {
    let learnt = nothingLearnt
    for (let n = 0; n < 9; n++) learnt = learnMatch(learnt, String(0x1230 + n), (0x1230 + n).toString(16))
    expect(candidates(String(0xab), auto, learnt).slice(0, 2)).toEqual(['ab', 'AB'])
    learnt = learnMatch(learnt, String(0xab), 'AB')
    expect(candidates(String(0xcd), auto, learnt)).toEqual(['CD'])
  })

  it('starts again when a match contradicts the ones before', () => {
    let learnt = learnMatch(nothingLearnt, 'a', 'a')
    learnt = learnMatch(learnt, 'b', 'b')
    const other = learnMatch(learnt, '4096', '1000')
    expect(other.agreed).toBe(1)
    expect(learnMatch(other, 'zzz', 'unrelated')).toBe(other)
  })

  it('returns the same value when there is nothing new', () => {
    let learnt = learnResponse(nothingLearnt, 'abc')
    expect(learnResponse(learnt, 'xyz')).toBe(learnt)
    for (let n = 0; n < 10; n++) learnt = learnMatch(learnt, 'Ab1', 'Ab1')
    expect(learnMatch(learnt, 'Ab1', 'Ab1')).toBe(learnt)
  })

  it('keeps ids apart that differ in case or zeros only', () => {
    expect(normalise('0aB', auto)).not.toBe(normalise('aB', auto))
    expect(normalise('aB', auto)).not.toBe(normalise('ab', auto))
  })
})
