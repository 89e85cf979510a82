import { describe, expect, it } from 'vitest'
import { createIdSource } from './id-source.js'
import type { MessageId } from './ids.js'
import { referenceOf } from './reference.js'

describe('the reference of the pieces of a message', () => {
  it('is the last two octets of its id', () => {
    expect(referenceOf('0100000700000000' as MessageId)).toBe(0)
    expect(referenceOf('010000070001abcd' as MessageId)).toBe(0xabcd)
    expect(referenceOf('ffffffffffffffff' as MessageId)).toBe(0xffff)
  })

  it('differs between as many messages in a row as there are references, and again the next time round', () => {
    const ids = createIdSource(1, 7, () => 8)
    const seen = new Set(Array.from({ length: 0x10000 }, () => referenceOf(ids.next())))
    expect(seen.size).toBe(0x10000)
    expect(referenceOf(ids.next())).toBe(0)
  })
})
