import { describe, expect, it } from 'vitest'
import { digestAlgorithm, digestHex, digestResponse, ha1Of, hashOf, isSameHex, type DigestInput } from './digest.js'

const noBody = new Uint8Array()
const bobsSdp = Buffer.from(
  [
    'v=0',
    'o=bob 2890844526 2890844526 IN IP4 media.biloxi.com',
    's=-',
    'c=IN IP4 media.biloxi.com',
    't=0 0',
    'm=audio 49170 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    'm=video 51372 RTP/AVP 31',
    'a=rtpmap:31 H261/90000',
    'm=video 53000 RTP/AVP 32',
    'a=rtpmap:32 MPV/90000',
    '',
  ].join('\r\n'),
)

interface Vector {
  readonly from: string
  readonly who: readonly [username: string, realm: string, password: string]
  readonly input: Omit<DigestInput, 'body'> & { readonly body?: Uint8Array }
  readonly response: string
}

const mufasa = ['Mufasa', 'testrealm@host.com', 'Circle Of Life'] as const
const bob = ['bob', 'biloxi.com', 'zanzibar'] as const
const old = { nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', nc: '00000001', cnonce: '0a4f113b' }
const rfc7616 = {
  method: 'GET',
  uri: '/dir/index.html',
  qop: 'auth',
  nc: '00000001',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
} as const
const invite = { ...old, method: 'INVITE', uri: 'sip:bob@biloxi.com' }

const vectors: readonly Vector[] = [
  {
    from: 'RFC 2069 §2.4, as its erratum has it',
    who: ['Mufasa', 'testrealm@host.com', 'CircleOfLife'],
    input: { ...old, algorithm: 'MD5', qop: 'none', method: 'GET', uri: '/dir/index.html' },
    response: '1949323746fe6a43ef61f9606e7febea',
  },
  {
    from: 'RFC 2617 §3.5',
    who: mufasa,
    input: { ...old, algorithm: 'MD5', qop: 'auth', method: 'GET', uri: '/dir/index.html' },
    response: '6629fae49393a05397450978507c4ef1',
  },
  {
    from: 'RFC 7616 §3.9.1, MD5',
    who: ['Mufasa', 'http-auth@example.org', 'Circle of Life'],
    input: { ...rfc7616, algorithm: 'MD5' },
    response: '8ca523f5e9506fed4657c9700eebdbec',
  },
  {
    from: 'RFC 7616 §3.9.1, SHA-256',
    who: ['Mufasa', 'http-auth@example.org', 'Circle of Life'],
    input: { ...rfc7616, algorithm: 'SHA-256' },
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  },
  {
    from: 'RFC 7616 §3.9.2, SHA-512-256, by erratum 4897',
    who: ['Jäsøn Doe', 'api@example.org', 'Secret, or not?'],
    input: {
      algorithm: 'SHA-512-256',
      method: 'GET',
      uri: '/doe.json',
      qop: 'auth',
      nc: '00000001',
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    },
    response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
  },
  {
    from: 'draft-smith-sipping-auth-examples 3.1, no qop',
    who: bob,
    input: { ...invite, algorithm: 'MD5', qop: 'none' },
    response: 'bf57e4e0d0bffc0fbaedce64d59add5e',
  },
  {
    from: 'draft-smith-sipping-auth-examples 3.3, auth',
    who: bob,
    input: { ...invite, algorithm: 'MD5', qop: 'auth' },
    response: '89eb0059246c02b2f6ee02c7961d5ea3',
  },
  {
    from: 'draft-smith-sipping-auth-examples 3.4, auth and MD5-sess',
    who: bob,
    input: { ...invite, algorithm: 'MD5-sess', qop: 'auth' },
    response: 'e4e4ea61d186d07a92c9e1f6919902e9',
  },
  {
    from: 'draft-smith-sipping-auth-examples 3.5, auth-int',
    who: bob,
    input: { ...invite, algorithm: 'MD5', qop: 'auth-int', body: bobsSdp },
    response: 'bdbeebb2da6adb6bca02599c2239e192',
  },
  {
    from: 'draft-smith-sipping-auth-examples 3.6, auth-int and MD5-sess',
    who: bob,
    input: { ...invite, algorithm: 'MD5-sess', qop: 'auth-int', body: bobsSdp },
    response: '91984da2d8663716e91554859c22ca70',
  },
]

describe('digestResponse', () => {
  it.each(vectors)('agrees with $from', ({ who, input, response }) => {
    const ha1 = ha1Of(hashOf(input.algorithm), ...who)
    expect(digestResponse(ha1, { body: noBody, ...input })).toBe(response)
  })

  it('takes -sess of the stronger hashes from the same HA1', () => {
    const ha1 = ha1Of('SHA-256', ...bob)
    const input = { ...invite, algorithm: 'SHA-256-sess', qop: 'auth', body: noBody } as const
    const a1 = digestHex('SHA-256', `${ha1}:${old.nonce}:${old.cnonce}`)
    expect(digestResponse(ha1, input)).toBe(digestResponse(a1, { ...input, algorithm: 'SHA-256' }))
  })
})

describe('digestAlgorithm', () => {
  it.each([
    [undefined, 'MD5'],
    ['md5', 'MD5'],
    ['MD5-Sess', 'MD5-sess'],
    ['SHA-256', 'SHA-256'],
    ['sha-512-256-SESS', 'SHA-512-256-sess'],
    ['AKAv1-MD5', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('reads %s as %s', (name, algorithm) => expect(digestAlgorithm(name)).toBe(algorithm))
})

describe('isSameHex', () => {
  it('ignores case, and nothing else', () => {
    expect(isSameHex('abcdef01', 'ABCDEF01')).toBe(true)
    expect(isSameHex('abcdef01', 'abcdef02')).toBe(false)
    expect(isSameHex('abcdef01', 'abcdef0')).toBe(false)
    expect(isSameHex('abcdef01', '')).toBe(false)
  })
})
