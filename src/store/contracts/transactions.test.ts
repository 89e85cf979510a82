import { describe, expect, it } from 'vitest'
import { checkTransaction, transactionKeyOf } from './transactions.js'

describe('the key of a transaction', () => {
  it('is the text of the peer where a store takes that', () => {
    for (const text of ['z9hG4bK776asdhds pc33.atlanta.com 5060 MESSAGE', 'x'.repeat(255)])
      expect(transactionKeyOf(text)).toBe(text)
  })

  it('is a digest of any other, another one for each', () => {
    const texts = ['', 'x'.repeat(256), 'x'.repeat(257), 'ü', 'a\tb', '\x7f']
    const keys = texts.map(transactionKeyOf)
    expect(new Set(keys).size).toBe(texts.length)
    for (const key of keys) expect(() => checkTransaction({ key, expiresAtMs: 0 })).not.toThrow()
  })
})
