import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseAuthenticationInfo,
  parseDigestChallenges,
  parseDigestCredentials,
  writeAuthenticationInfo,
  writeDigest,
} from './digest-fields.js'

describe('parseDigestCredentials', () => {
  it('reads the example of RFC 3261 §20.7', () => {
    const read = parseDigestCredentials(
      'Digest username="Alice", realm="atlanta.com", nonce="84a4cc6f3082121f32b42a2187831a9e", response="7587245234b3434cc3412213e5f113a5432"',
    )
    expect(read).toMatchObject({
      username: 'Alice',
      realm: 'atlanta.com',
      response: '7587245234b3434cc3412213e5f113a5432',
    })
    expect(read?.qop).toBeUndefined()
  })

  it.each([
    ['escapes and commas in quotes', 'Digest username="a\\"b, c\\\\", realm="x"', { username: 'a"b, c\\', realm: 'x' }],
    ['odd blanks and case', '  dIGEST   Username = "a" ,REALM= x ,, nc=00000001,', { realm: 'x', nc: '00000001' }],
    ['quotes where none belong', 'Digest qop="auth", algorithm="MD5"', { qop: 'auth', algorithm: 'MD5' }],
    ['a username in RFC 8187', "Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm=x", { username: 'Jäsøn Doe' }],
    ['unknown names', 'Digest realm=x, __proto__="y", constructor=z, auts="1"', { realm: 'x' }],
    ['an equals sign in a bare value', 'Digest nonce=abc==, realm=x', { nonce: 'abc==', realm: 'x' }],
    ['an empty value', 'Digest realm="", nonce=""', { realm: '', nonce: '' }],
  ])('reads %s', (_what, value, read) => expect(parseDigestCredentials(value)).toMatchObject(read))

  it.each([
    ['another scheme', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    ['no blank behind the scheme', 'Digest'],
    ['a name twice', 'Digest username="a", username="b"'],
    ['a username in two forms', "Digest username=a, username*=UTF-8''b"],
    ['a quote that never closes', 'Digest realm="x, nonce=y'],
    ['two values side by side', 'Digest realm="x" "y"'],
    ['two words', 'Digest realm=x y, nonce=z'],
    ['a name without a value', 'Digest realm'],
    ['a second scheme', 'Digest realm="x", Digest realm="y"'],
    ['a charset that we lack', "Digest username*=ISO-8859-1''a"],
    ['broken escapes', "Digest username*=UTF-8''%zz"],
    ['too many parameters', `Digest ${'a=b,'.repeat(100)}`],
    ['a value too long', `Digest realm="${'x'.repeat(5000)}"`],
  ])('refuses %s', (_what, value) => expect(parseDigestCredentials(value)).toBeUndefined())
})

describe('parseDigestChallenges', () => {
  it('finds all in one value, whatever stands between them', () => {
    const value =
      'Digest realm="a, b", nonce="1", qop="auth,auth-int", algorithm=SHA-256, Basic realm="x", digest realm="c",nonce=2'
    expect(parseDigestChallenges(value)).toMatchObject([
      { realm: 'a, b', nonce: '1', qop: 'auth,auth-int', algorithm: 'SHA-256' },
      { realm: 'c', nonce: '2' },
    ])
    expect(parseDigestChallenges('Bearer abc==')).toEqual([])
    expect(parseDigestChallenges('')).toEqual([])
  })
})

const text = fc.string({ unit: fc.constantFrom(...'ab "\\,=;<>é€\t'), maxLength: 12 })

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(
      fc.record({ username: text, realm: text, nonce: text, uri: text, opaque: text, nc: text }),
      (params) => {
        expect(parseDigestCredentials(writeDigest(params, 'credentials'))).toMatchObject(params)
        expect(parseDigestChallenges(writeDigest(params, 'challenge'))).toMatchObject([params])
        expect(parseAuthenticationInfo(writeAuthenticationInfo(params))).toMatchObject(params)
      },
    ),
  )
})

it('reads anything without throwing', () => {
  const pieces = fc.constantFrom('Digest ', 'username', '="', '"', ',', '=', ' ', '\\', "*=UTF-8''%e4", 'realm=x', 'é')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces).map((each) => each.join('')),
      ),
      (value) => {
        parseDigestCredentials(value)
        parseDigestCredentials(`Digest ${value}`)
        parseDigestChallenges(value)
        parseAuthenticationInfo(value)
      },
    ),
  )
})
