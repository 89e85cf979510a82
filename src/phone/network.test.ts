import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNetwork, parseNetwork, parseNetworkDigits } from './network.js'

describe('a mobile network', () => {
  it.each([
    ['E.212-310-410', { mcc: '310', mnc: '410' }],
    ['E.212-262-01', { mcc: '262', mnc: '01' }],
    ['e.212-262-001', { mcc: '262', mnc: '001' }],
    ['E.212-26-01', undefined],
    ['E.212-262-1', undefined],
    ['E.212-262-0001', undefined],
    ['E.212-262', undefined],
    ['E212-262-01', undefined],
    [' E.212-262-01', undefined],
    ['44', undefined],
  ])('%s is read as %j', (text, expected) => {
    expect(parseNetwork(text)).toEqual(expected)
  })

  it('is read from the digits of a lookup', () => {
    expect(parseNetworkDigits('310410')).toEqual({ mcc: '310', mnc: '410' })
    expect(parseNetworkDigits('26201')).toEqual({ mcc: '262', mnc: '01' })
    for (const text of ['', '2620', '2620123', '26x01']) expect(parseNetworkDigits(text)).toBeUndefined()
  })

  it('is read back as written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{3}$/), fc.stringMatching(/^[0-9]{2,3}$/), (mcc, mnc) => {
        expect(parseNetwork(formatNetwork({ mcc, mnc }))).toEqual({ mcc, mnc })
        expect(parseNetworkDigits(mcc + mnc)).toEqual({ mcc, mnc })
      }),
    )
  })
})
