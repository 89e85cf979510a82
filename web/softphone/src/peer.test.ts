// Addresses as people type them and as requests bring them.
import { describe, expect, it } from 'vitest'
import { heardPeer, typedPeer } from './peer.js'

const domains = { own: 'sip.example.com', numbers: 'sms.example.com' }

describe('typed addresses', () => {
  it.each([
    ['+1 (202) 555-0123', 'n12025550123', 'sip:+12025550123@sms.example.com', '+12025550123'],
    ['12025550123', 'n12025550123', 'sip:12025550123@sms.example.com', '12025550123'],
    ['tel:+12025550123', 'n12025550123', 'sip:+12025550123@sms.example.com', '+12025550123'],
    ['bob', 'ubob@sip.example.com', 'sip:bob@sip.example.com', 'bob'],
    ['sip:Bob@SIP.example.com', 'uBob@sip.example.com', 'sip:Bob@sip.example.com', 'Bob'],
    ['bob@other.example', 'ubob@other.example', 'sip:bob@other.example', 'bob@other.example'],
    ['+12025550123@other.example', 'n12025550123', 'sip:+12025550123@other.example', '+12025550123'],
  ])('%s is understood', (text, key, uri, title) => {
    expect(typedPeer(text, domains)).toEqual({ key, uri, title })
  })

  it.each(['', '  ', 'bob smith', 'a@b@', '@sip.example.com', 'bob@-x', 'bob@a b', 'x'.repeat(65), '<b>'])(
    '%j is none',
    (text) => expect(typedPeer(text, domains)).toBeUndefined(),
  )
})

describe('addresses of requests', () => {
  it('a number of the own domain is answered by the way of numbers', () => {
    expect(heardPeer('+12025550123', 'sip.example.com', domains)).toEqual(typedPeer('+12025550123', domains))
  })

  it('a number of a foreign domain is answered there, in the same conversation', () => {
    const peer = heardPeer('+12025550123', 'pbx.example.net', domains)
    expect(peer).toEqual({ key: 'n12025550123', uri: 'sip:+12025550123@pbx.example.net', title: '+12025550123' })
  })

  it('a sender in letters keeps them, escaped in his URI', () => {
    expect(heardPeer('My Bank', 'sip.example.com', domains)).toEqual({
      key: 'uMy Bank@sip.example.com',
      uri: 'sip:My%20Bank@sip.example.com',
      title: 'My Bank',
    })
  })

  it('nobody is anonymous', () => {
    expect(heardPeer('', 'sip.example.com', domains).title).toBe('anonymous')
  })
})
