import { describe, expect, it } from 'vitest'
import { DigestClient, type DigestClientOptions } from './digest-client.js'
import { ha1Of } from './digest.js'
import { parseDigestCredentials, type DigestFields } from './digest-fields.js'

const request = { method: 'REGISTER', uri: 'sip:example.net', body: new Uint8Array() }
const credentials = { username: 'alice', password: 'secret' }
const client = (changed: Partial<DigestClientOptions> = {}) =>
  new DigestClient({ credentials, cnonce: () => '0a4f113b0a4f113b', ...changed })
const signed = (of: DigestClient): readonly (DigestFields | undefined)[] =>
  of.fields(request).map((each) => parseDigestCredentials(each.value))
const offer = (nonce: string, more = '', realm = 'x') => `Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`

describe('DigestClient', () => {
  it('signs nothing before it was challenged', () => expect(client().fields(request)).toEqual([]))

  it('takes the strongest that it may, in whatever order they come', () => {
    const values = [offer('1'), offer('2', ', algorithm=SHA-256'), offer('3', ', algorithm=MD5-sess')]
    const [any, weak, none] = [client(), client({ takes: ['MD5'] }), client({ takes: ['SHA-512-256'] })]
    expect(any.challenged(401, values, 0)).toBe(true)
    expect(signed(any)).toMatchObject([{ nonce: '2', algorithm: 'SHA-256' }])
    expect(weak.challenged(401, values, 0)).toBe(true)
    expect(signed(weak)).toMatchObject([{ nonce: '1', algorithm: undefined }])
    expect(none.challenged(401, values, 0)).toBe(false)
    expect(none.fields(request)).toEqual([])
  })

  it('signs by an HA1 as by the password, in its realm alone', () => {
    const ha1s = { MD5: ha1Of('MD5', 'alice', 'x', 'secret') }
    const [byHa1, byPassword] = [client({ credentials: { username: 'alice', realm: 'x', ha1s } }), client()]
    const values = [offer('1', ', algorithm=SHA-256'), offer('1', ', algorithm=MD5')]
    expect(byHa1.challenged(401, values, 0)).toBe(true)
    expect(byPassword.challenged(401, [values[1]!], 0)).toBe(true)
    expect(byHa1.fields(request)).toEqual(byPassword.fields(request))
    expect(byHa1.challenged(401, [offer('1', '', 'y')], 0)).toBe(false)
  })

  it('counts each request of a nonce, and starts again with a new one', () => {
    const ours = client()
    ours.challenged(407, [offer('1', ', opaque="o"')], 0)
    expect([1, 2, 3].map(() => signed(ours)[0]?.nc)).toEqual(['00000001', '00000002', '00000003'])
    expect(ours.fields(request)).toMatchObject([{ name: 'Proxy-Authorization' }])
    expect(signed(ours)).toMatchObject([{ opaque: 'o', cnonce: '0a4f113b0a4f113b', qop: 'auth' }])
    ours.challenged(407, [offer('2', ', stale=TRUE')], 1)
    expect(signed(ours)).toMatchObject([{ nonce: '2', nc: '00000001' }])
  })

  it('gives up where a second challenge does not call the nonce stale, and after the fourth in any case', () => {
    const ours = client()
    expect(ours.challenged(401, [offer('1')], 0)).toBe(true)
    expect(ours.challenged(401, [offer('2')], 1)).toBe(false)
    expect(ours.fields(request)).toEqual([])
    expect([0, 1, 2, 3, 4].map((tries) => ours.challenged(401, [offer('3', ', stale=true')], tries))).toEqual([
      ...[true, true, true, true, false],
    ])
  })

  it('answers proxies and the peer side by side, four realms at most', () => {
    const ours = client()
    expect(ours.challenged(407, [offer('1', '', 'a')], 0)).toBe(true)
    expect(ours.challenged(401, [offer('2', '', 'b')], 1)).toBe(true)
    expect(ours.challenged(407, [offer('3', '', 'c')], 2)).toBe(true)
    expect(signed(ours)).toMatchObject([{ realm: 'a' }, { realm: 'b' }, { realm: 'c' }])
    expect(ours.challenged(407, [offer('4', '', 'd')], 3)).toBe(true)
    expect(ours.challenged(407, [offer('5', '', 'e')], 0)).toBe(false)
  })

  it('takes the next nonce from Authentication-Info', () => {
    const ours = client()
    ours.informed('nextnonce="0"')
    ours.challenged(401, [offer('1')], 0)
    signed(ours)
    ours.informed('nextnonce="2", rspauth="x"')
    expect(signed(ours)).toMatchObject([{ nonce: '2', nc: '00000001' }])
    ours.informed('nextnonce="')
    expect(signed(ours)).toMatchObject([{ nonce: '2', nc: '00000002' }])
  })

  it.each([
    '',
    'Basic realm="x"',
    'Digest',
    'Digest realm="x"',
    'Digest realm="x", nonce="1", qop="auth-conf"',
    'Digest nonce="1"',
  ])('is not moved by the challenge "%s"', (value) => expect(client().challenged(401, [value], 0)).toBe(false))
})
