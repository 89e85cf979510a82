import { describe, expect, it } from 'vitest'
import { createPasswordGate, hashPassword, parsePasswordHash, verifyPassword } from './password.js'

const salt = Buffer.from('0123456789abcdef')
const cheap = { n: 2, r: 1, p: 1 }

describe('passwords', () => {
  it('are verified by their hash', async () => {
    const hash = await hashPassword('secret', salt, cheap)
    expect(hash).toMatch(/^scrypt\$2\$1\$1\$/)
    expect(await verifyPassword(hash, 'secret')).toBe(true)
    expect(await verifyPassword(hash, 'secre')).toBe(false)
    expect(await verifyPassword(hash, '')).toBe(false)
  })

  it('agrees with the vector of RFC 7914 §12', async () => {
    const hash = await hashPassword('pleaseletmein', Buffer.from('SodiumChloride'), { n: 16_384, r: 8, p: 1 })
    const key = Buffer.from(hash.split('$')[5] ?? '', 'base64').toString('hex')
    expect(key).toBe('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2')
  })

  it('says false without a hash, or with one that is none', async () => {
    expect(await verifyPassword(undefined, '')).toBe(false)
    expect(await verifyPassword('plain', 'plain')).toBe(false)
  })

  it.each([
    'plain',
    '',
    'scrypt$16384$8$1$AAAA$AAAA',
    'bcrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$16383$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$1$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$1048576$64$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$16384$8$17$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$16384$8$1$not base64 at all!$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==$more',
    'scrypt$16384$8$$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
  ])('refuses the hash %j', (text) => {
    expect(parsePasswordHash(text)).toBeUndefined()
  })

  it('refuses a short salt', async () => {
    await expect(hashPassword('x', Buffer.from('short'), cheap)).rejects.toThrow(RangeError)
  })
})

describe('the gate', () => {
  it('lets everyone through in turn and turns away who would wait behind too many', async () => {
    const hash = await hashPassword('secret', salt, cheap)
    const gate = createPasswordGate({ atOnce: 2, maxWaiting: 3 })
    const verdicts = await Promise.all([
      gate.check(hash, 'secret'),
      gate.check(hash, 'wrong'),
      gate.check(undefined, 'secret'),
      gate.check(hash, 'secret'),
      gate.check(hash, 'wrong'),
      gate.check(hash, 'secret'),
    ])
    expect(verdicts).toEqual(['right', 'wrong', 'wrong', 'right', 'wrong', 'busy'])
    expect(await gate.check(hash, 'secret')).toBe('right')
  })
})
