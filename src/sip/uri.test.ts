// URIs: their parts, and RFC 3261 §19.1.4 on when two are the same, with the examples that stand there.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapedUser, isSameUri, parseUri } from './uri.js'

const same: readonly (readonly [string, string])[] = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  [
    'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
    'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
  ],
  [
    'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
  ],
  ['tel:+15551230001', 'TEL:+15551230001'],
]

const different: readonly (readonly [string, string])[] = [
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
  ['sip:bob:a@biloxi.com', 'sip:bob:b@biloxi.com'],
]

const none = [
  ...['', 'sip:', ':x', 'alice', 'sip:a b@c.d', 'sip:@c.d', 'sip:a@', 'sip:a@b@c', 'sip:a@c.d:99999', 'sip:a@c.d:x'],
  ...[
    'sip:%zz@c.d',
    'sip:%4@c.d',
    'sip:a@[::1',
    'sip:a@[zz]',
    'sip:<a@c.d>',
    '1sip:a@c.d',
    'sip:a@c d',
    'sip:a@c.d:-5',
    'sip:\ufffd@c.d',
  ],
]

describe('a URI', () => {
  it('has its parts', () => {
    expect(parseUri('sips:alice:secret@Example.COM:5061;transport=tls;lr?Subject=x')).toEqual({
      ...{ scheme: 'sips', user: 'alice', password: 'secret', host: 'example.com', port: 5061, headers: 'Subject=x' },
      params: [
        { name: 'transport', value: 'tls' },
        { name: 'lr', value: undefined },
      ],
    })
    expect(parseUri('sip:[2001:DB8::1]:5070')).toMatchObject({ user: undefined, host: '[2001:db8::1]', port: 5070 })
    expect(parseUri('tel:+1-201-555-0123;phone-context=example.com')).toMatchObject({
      ...{ scheme: 'tel', user: '+1-201-555-0123', host: '' },
      params: [{ name: 'phone-context', value: 'example.com' }],
    })
    expect(parseUri('pres:fluffy@example.com')).toMatchObject({ scheme: 'pres', user: 'fluffy@example.com' })
    expect(parseUri('sip:caf%C3%A9@x.y')).toMatchObject({ user: 'café' })
    // Latin-1 octets are no UTF-8, and stay as they came.
    expect(parseUri('sip:caf%E9@x.y')).toMatchObject({ user: 'caf%E9' })
  })

  it.each(none)('is not %j', (text) => {
    expect(parseUri(text)).toBeUndefined()
  })

  it.each(same)('%s is %s', (a, b) => {
    expect(isSameUri(parseUri(a)!, parseUri(b)!)).toBe(true)
    expect(isSameUri(parseUri(b)!, parseUri(a)!)).toBe(true)
  })

  it.each(different)('%s is not %s', (a, b) => {
    expect(isSameUri(parseUri(a)!, parseUri(b)!)).toBe(false)
    expect(isSameUri(parseUri(b)!, parseUri(a)!)).toBe(false)
  })

  it('keeps any user through its escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (user) => {
        const read = parseUri(`sip:${escapedUser(user)}@example.com`)
        expect(read?.user).toBe(Buffer.from(user).toString())
      }),
    )
    expect(escapedUser('+15551230001')).toBe('+15551230001')
    expect(escapedUser('a@b;c:d')).toBe('a%40b%3Bc%3Ad')
    expect(() => escapedUser('\ud800')).not.toThrow()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseUri(`sip:${text}`)))
    fc.assert(fc.property(fc.string(), (text) => void parseUri(text)))
  })
})
