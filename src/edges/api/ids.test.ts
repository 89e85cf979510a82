import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageId } from '../../message/ids.js'
import { messageIdOf, uuidOf } from './ids.js'

const ids = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 16, maxLength: 16 })
  .map((digits) => digits.map((digit) => digit.toString(16)).join('') as MessageId)

describe('the UUID of a message', () => {
  it('is a UUID of version 8 that leads back to the id', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const uuid = uuidOf(id)
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(messageIdOf(uuid)).toBe(id)
        expect(messageIdOf(uuid.toUpperCase())).toBe(id)
      }),
    )
  })

  it('sorts as the ids do', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(uuidOf(a) < uuidOf(b)).toBe(a < b)
      }),
    )
  })

  it('is nobody’s with one digit changed', () => {
    fc.assert(
      fc.property(ids, fc.nat(35), fc.integer({ min: 1, max: 15 }), (id, at, by) => {
        const uuid = uuidOf(id)
        const digit = parseInt(uuid[at]!, 16)
        if (Number.isNaN(digit)) return
        const changed = uuid.slice(0, at) + (digit ^ by).toString(16) + uuid.slice(at + 1)
        expect(messageIdOf(changed)).toBeUndefined()
      }),
    )
  })

  it.each(['', 'x', '0'.repeat(32), '00000000-0000-4000-8000-000000000000', '00000000-0000-8000-8000-000000000000'])(
    'is not %j',
    (text) => expect(messageIdOf(text)).toBeUndefined(),
  )

  it('is made of nothing but an id', () => {
    expect(() => uuidOf('0001' as MessageId)).toThrow(RangeError)
  })
})
