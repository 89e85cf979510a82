import { describe, expect, it } from 'vitest'
import { addressOf, type Address } from '../../message/address.js'
import { compileTranslator } from '../../phone/translator.js'
import { calledUri, peerMessage, peerOptions, type PeerConnection } from './peer-egress.js'
import { peerDefaults, peerOf, textTo } from './peer-rig.suite.js'

const london = addressOf(1, 1, '442079460000')

function rules(text: string) {
  const compiled = compileTranslator(text, 'out')
  if (compiled.kind === 'mistakes') throw new Error(JSON.stringify(compiled.mistakes))
  return compiled.translator
}

const called = (destination: Address, connection: PeerConnection): string =>
  calledUri(textTo('', '', 1, { destination }).message, connection)

const dialing = (calledOut: string): PeerConnection =>
  peerOf({ dialing: { ...peerDefaults.dialing, calledOut: rules(calledOut) } })

describe('whom a peer is asked for', () => {
  it.each([
    ['a number', london, peerOf(), 'sip:+442079460000@192.0.2.1:5060'],
    ['without +', london, peerOf({}, { plus: false }), 'sip:442079460000@192.0.2.1:5060'],
    ['marked', london, peerOf({}, { userPhone: true }), 'sip:+442079460000@192.0.2.1:5060;user=phone'],
    ['a short code', addressOf(0, 1, '40404'), peerOf({}, { userPhone: true }), 'sip:40404@192.0.2.1:5060'],
    ['in its domain', london, peerOf({}, { domain: 'peer.example.net' }), 'sip:+442079460000@peer.example.net'],
    ['at any port', london, peerOf({ port: 0 }), 'sip:+442079460000@192.0.2.1'],
    [
      'over IPv6',
      london,
      peerOf({ host: '2001:db8::1', port: 0 }, { domain: '2001:db8::1' }),
      'sip:+442079460000@[2001:db8::1]',
    ],
    [
      'over IPv6 at a port',
      london,
      peerOf({ host: '2001:db8::1' }, { domain: '2001:db8::1' }),
      'sip:+442079460000@[2001:db8::1]:5060',
    ],
    ['by rules', london, dialing('s/^44/0/'), 'sip:02079460000@192.0.2.1:5060'],
    ['by rules that add +', london, dialing('add +'), 'sip:+442079460000@192.0.2.1:5060'],
    ['by rules that change nothing', london, dialing('s/^49/0/'), 'sip:+442079460000@192.0.2.1:5060'],
    ['by rules of service codes', london, dialing('add *31#'), 'sip:*31%23442079460000@192.0.2.1:5060'],
    ['a name', addressOf(5, 0, 'Acme & Co'), peerOf(), 'sip:Acme%20&%20Co@192.0.2.1:5060'],
  ])('%s', (_, destination, connection, uri) => {
    expect(called(destination, connection)).toBe(uri)
  })
})

describe('a MESSAGE to a peer', () => {
  const marks = { sentBy: '[2001:db8::9]:5060', callId: 'c', cseq: 3 }
  const { message } = textTo('442079460000', 'hi', 1, { acceptedAtMs: Date.UTC(2026, 10, 23), expiresAtMs: 61_000 })
  const written = (connection: PeerConnection): readonly string[] =>
    peerMessage(message, connection, marks, Buffer.from('hi'), 1000, message.acceptedAtMs + 500, [
      { name: 'authorization', value: 'Digest x' },
    ]).fields.map(({ name, value }) => `${name}: ${value}`)

  it('says who, whom, until when', () => {
    expect(written(peerOf())).toEqual([
      'max-forwards: 70',
      `from: <sip:+12025550100@[2001:db8::9]>;tag=${message.id}`,
      'to: <sip:+442079460000@192.0.2.1:5060>',
      'call-id: c@[2001:db8::9]',
      'cseq: 3 MESSAGE',
      'date: Mon, 23 Nov 2026 00:00:00 GMT',
      // From Date on: half a second has passed, a minute is left.
      'expires: 61',
      'authorization: Digest x',
      'content-type: text/plain;charset=UTF-8',
    ])
  })

  it('comes from our domain, without a time where that is not wanted', () => {
    const lines = written(peerOf({ validity: 'omit' }, { fromDomain: 'us.example.com', plus: false }))
    expect(lines).toContain(`from: <sip:12025550100@us.example.com>;tag=${message.id}`)
    expect(lines.some((line) => line.startsWith('expires'))).toBe(false)
  })

  it('is preceded by the question whether anybody is there', () => {
    const { method, uri, fields } = peerOptions(peerOf({}, { domain: 'peer.example.net' }), marks)
    expect([method, uri]).toEqual(['OPTIONS', 'sip:peer.example.net'])
    expect(fields).toContainEqual({ name: 'cseq', value: '3 OPTIONS' })
  })
})
