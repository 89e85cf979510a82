import { describe, expect, it } from 'vitest'
import { echoOf, echoTlv, isOwnTag } from './echo.js'

describe('an echo', () => {
  it('is found among other parameters', () => {
    const tlvs = [{ tag: 0x1400, value: Uint8Array.of(1) }, echoTlv('wörter'), { tag: 5, value: new Uint8Array() }]
    expect(echoOf(tlvs)).toBe('wörter')
    expect(echoOf(tlvs.slice(0, 1))).toBe('')
  })

  it('has a tag that no PDU can have', () => {
    expect(isOwnTag(echoTlv('x').tag)).toBe(true)
    expect(isOwnTag(0xffff)).toBe(false)
  })
})
