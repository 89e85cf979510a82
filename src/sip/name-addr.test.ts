// Addresses, parameters and Via values: what is read, what is refused, what comes back from being written.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitList } from './header-lists.js'
import { parseNameAddr, writeNameAddr } from './name-addr.js'
import { param, withParam } from './params.js'
import { readParams, writeParams } from './read-params.js'
import { parseVia, writeVia } from './via.js'

describe('an address', () => {
  it('is read in all its forms', () => {
    expect(parseNameAddr('"A. G. \\"Bell\\"" <sip:agb@bell.com;transport=tcp>;tag=x')).toEqual({
      ...{ display: 'A. G. "Bell"', uri: 'sip:agb@bell.com;transport=tcp', tag: 'x' },
      params: [{ name: 'tag', value: 'x' }],
    })
    expect(parseNameAddr('sip:agb@bell.com;tag=x')).toMatchObject({ display: '', uri: 'sip:agb@bell.com', tag: 'x' })
    expect(parseNameAddr('Alice Bell<tel:+15551230001>')).toMatchObject({ display: 'Alice Bell', tag: undefined })
    expect(parseNameAddr('Алиса <sip:a@b.c>')).toMatchObject({ display: 'Алиса' })
    const contact = parseNameAddr('<sip:a@b.c>;+sip.instance="<urn:uuid:1-2>";q=0.5;expires=60')
    expect(param(contact!.params, '+sip.instance')).toBe('<urn:uuid:1-2>')
  })

  it.each([
    ...[
      '',
      '<>',
      '<sip:>',
      'alice',
      '"a" sip:a@b.c',
      '"a <sip:a@b.c>',
      '<sip:a@b.c',
      'a, b <sip:a@b.c>',
      '<sip:a b@c>',
    ],
    ...[
      'sip:a@b.c?subject=x',
      'sip:a@b.c,sip:d@e.f',
      '<sip:a@b.c> x',
      '<sip:a@b.c>;=x',
      '<sip:a@b.c>;tag="x',
      'sip:a b',
    ],
    ...['<sip:a@b.c>;tag=a b', '<sip:a\0@b.c>'],
  ])('is not %j', (text) => {
    expect(parseNameAddr(text)).toBeUndefined()
  })

  it('comes back from being written', () => {
    const name = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))
    fc.assert(
      fc.property(name, name, (display, value) => {
        const address = { display, uri: 'sip:a@b.c;lr', tag: undefined, params: [{ name: 'x', value }] }
        expect(parseNameAddr(writeNameAddr(address))).toEqual(address)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseNameAddr(text)))
  })
})

describe('a list', () => {
  it('is cut at its commas, and not at those in quotes and brackets', () => {
    const into: string[] = []
    splitList('"a, \\", b" <sip:a,b@c.d>;x="1,2" , , sip:e@f.g,', into)
    expect(into).toEqual(['"a, \\", b" <sip:a,b@c.d>;x="1,2"', 'sip:e@f.g'])
  })
})

describe('parameters', () => {
  it('are read with blanks, without values, and with none between semicolons', () => {
    expect(readParams(' ; A = b ;c;; d="e;\\"f" ;', 0)).toEqual([
      { name: 'a', value: 'b' },
      { name: 'c', value: undefined },
      { name: 'd', value: 'e;"f' },
    ])
  })

  it('are set in their place', () => {
    const params = readParams(';a=1;rport;b=2', 0)!
    expect(writeParams(withParam(params, 'rport', '5060'))).toBe(';a=1;rport=5060;b=2')
    expect(writeParams(withParam(params, 'received', '[2001:db8::1]'))).toBe(';a=1;rport;b=2;received=[2001:db8::1]')
  })
})

describe('a Via', () => {
  it('is read with blanks and with an IPv6 address', () => {
    expect(parseVia('SIP / 2.0 / udp [2001:DB8::9:1] : 5070 ; branch = z9hG4bKx ; rport')).toMatchObject({
      ...{ transport: 'UDP', host: '[2001:db8::9:1]', port: 5070, branch: 'z9hG4bKx', rport: 'asked' },
    })
    expect(parseVia('SIP/2.0/TLS a.b;rport=1024;received=192.0.2.1')).toMatchObject({
      rport: 1024,
      received: '192.0.2.1',
    })
    expect(parseVia('SIP/2.0/UDP a.b;received=2001:db8::1')).toMatchObject({ received: '2001:db8::1' })
  })

  it.each([
    ...[
      '',
      'SIP/2.0',
      'SIP/2.0/UDP',
      'SIP/2.0/UDP ;branch=x',
      'SIP/2.0/UDP a b',
      'SIP/2.0/UDP a:0x',
      'SIP/2.0/UDP a:70000',
    ],
    ...['SIP/2.0/UDP a;branch=x;branch=y', 'SIP/2.0/UDP a;rport=-1', 'SIP/2.0/UDP a;branch'],
  ])('is not %j', (text) => {
    expect(parseVia(text)).toBeUndefined()
  })

  it('comes back from being written', () => {
    const text = 'SIP/2.0/WSS df7jal23ls0d.invalid:443;branch=z9hG4bK56sdasks;rport;alias'
    expect(writeVia(parseVia(text)!)).toBe(text)
  })
})
