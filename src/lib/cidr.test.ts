import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findRange, mergeRanges, parseIp, parseRange, sortRanges } from './cidr.js'

const ranges = (...texts: readonly string[]) => texts.map((text) => parseRange(text)!)

it.each<readonly [readonly string[], readonly string[]]>([
  [['10.0.0.0/8', '10.1.0.0/16'], ['10.0.0.0/8']],
  [['10.1.0.0/16', '10.0.0.0/8', '10.255.255.255'], ['10.0.0.0/8']],
  // Side by side.
  [['192.0.2.128/25', '192.0.2.0/25'], ['192.0.2.0/24']],
  [
    ['192.0.2.1', '192.0.2.3'],
    ['192.0.2.1', '192.0.2.3'],
  ],
  [['192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.1']],
  [['::/0', '10.0.0.0/8'], ['::/0']],
  [[], []],
])('%j merged is %j', (given, merged) => {
  expect(mergeRanges(ranges(...given))).toEqual(ranges(...merged))
})

it('an address is in a merged range when it is in one of those given, and found there', () => {
  const part = fc.integer({ min: 0, max: 40 })
  const range = fc.tuple(part, part).map(([a, b]) => ({ first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) }))
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), part, (given, address) => {
      const isWithin = given.some(({ first, last }) => first <= address && address <= last)
      const sorted = sortRanges(mergeRanges(given).map((one) => ({ ...one, value: 'in' })))
      expect(findRange(sorted, `::${address.toString(16)}`)).toBe(isWithin ? 'in' : undefined)
    }),
  )
})

it('IPv4 stands where IPv6 maps it', () => {
  expect(parseIp('::ffff:192.0.2.9')).toBe(parseIp('192.0.2.9'))
  const everywhere = ranges('0.0.0.0/0').map((range) => ({ ...range, value: 4 }))
  expect(findRange(everywhere, '::ffff:c000:0209')).toBe(4)
  expect(findRange(everywhere, '2001:db8::1')).toBeUndefined()
})
