import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../message/ids.js'
import { parseMessage, writeRequest } from '../../sip/index.js'
import { headOctets, letterOf, messageRequest, uriOf, type Letter } from './egress.js'
import { messageOf } from './sip-user-rig.suite.js'
import { contentOf } from './content.js'

const bob = { aor: 'sip:bob@sip.example.com', domain: 'sip.example.com' }
const alice = { aor: 'sip:alice@other.example.com', domain: 'other.example.com' }

function letter(changes: Parameters<typeof messageOf>[1] = {}, to = bob, sender?: typeof alice): Letter {
  const written = letterOf(messageOf('00000001000000aa', changes), to, sender, 7, (user) => user === 'carol')
  if (written.kind !== 'letter') throw new Error(written.why)
  return written.letter
}

describe('a message for a phone', () => {
  it('is a MESSAGE as RFC 3428 has it', () => {
    const made = letter({ content: contentOf('grüße €') })
    const request = messageRequest(made, { contact: 'sip:bob@192.0.2.1:5062;ob', path: [] }, made.body, '')
    const via = { name: 'via', value: 'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport' }
    const bytes = writeRequest({ ...request, fields: [via, ...request.fields] })
    expect(bytes.toString()).toBe(
      [
        'MESSAGE sip:bob@192.0.2.1:5062;ob SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport',
        'Max-Forwards: 70',
        'From: <sip:+15551230002@sip.example.com>;tag=00000001000000aa',
        'To: <sip:bob@sip.example.com>',
        'Call-ID: 00000001000000aa.7@sip.example.com',
        'CSeq: 1 MESSAGE',
        'Date: Sun, 22 Nov 2026 12:00:00 GMT',
        'Content-Type: text/plain;charset=UTF-8',
        'Content-Length: 11',
        '',
        'grüße €',
      ].join('\r\n'),
    )
    expect(parseMessage(bytes).kind).toBe('request')
    // No Contact: a MESSAGE makes no dialog (RFC 3428 §4).
    expect(headOctets(request)).toBeGreaterThanOrEqual(bytes.length - made.body.length)
    expect(headOctets(request)).toBeLessThan(bytes.length - made.body.length + 150)
  })

  it('goes back the way that the phone registered', () => {
    const path = ['<sip:proxy.example.com;lr>', '<sip:edge.example.com;lr;ob>']
    const { fields } = messageRequest(letter(), { contact: 'sip:bob@x', path }, Buffer.alloc(0), '1-0.')
    expect(fields.filter(({ name }) => name === 'route').map(({ value }) => value)).toEqual(path)
    expect(fields.find(({ name }) => name === 'call-id')?.value).toBe('1-0.00000001000000aa.7@sip.example.com')
  })

  it('says where its answer goes', () => {
    const numbersDomain = 'sms.example.com'
    expect(letter({}, { ...bob, numbersDomain } as typeof bob).from).toBe('sip:+15551230002@sms.example.com')
    const account = 'alice' as AccountId
    const source = { ton: 5, npi: 0, value: 'alice' }
    expect(letter({ direction: 'mt', account, source }, bob, alice).from).toBe('sip:alice@other.example.com')
    expect(letter({ direction: 'mt', account }, { ...bob, numbersDomain } as typeof bob).from).toBe(
      'sip:+15551230002@sip.example.com',
    )
  })

  it.each([
    [1, '15551230002', 'sip:+15551230002@x'],
    [0, '15551230002', 'sip:+15551230002@x'],
    [2, '5551230002', 'sip:5551230002@x'],
    [0, '12345', 'sip:12345@x'],
    [3, '12345', 'sip:12345@x'],
    [5, 'Acme & Co.', 'sip:Acme%20&%20Co.@x'],
    [5, 'Börse', 'sip:B%C3%B6rse@x'],
    [5, 'a@b<c>', 'sip:a%40b%3Cc%3E@x'],
    [5, '15551', 'sip:15551@x'],
    [0, '', 'sip:anonymous@anonymous.invalid'],
  ])('from TON %i %j is from %s', (ton, value, uri) => expect(uriOf({ ton, npi: 1, value }, 'x')).toBe(uri))

  it('never has the address of a user who did not send it', () => {
    const carol = { ton: 5, npi: 0, value: 'carol' }
    expect(letter({ source: carol }).from).toBe('sip:carol@anonymous.invalid')
    expect(letter({ direction: 'mt', source: carol }, bob, alice).from).toBe('sip:carol@anonymous.invalid')
    const herself = { ...alice, aor: 'sip:carol@other.example.com' }
    expect(letter({ direction: 'mt', source: carol }, bob, herself).from).toBe('sip:carol@other.example.com')
  })

  it('that is no text is none', () => {
    const content = { dataCoding: 4, udhi: false, octets: Uint8Array.of(1) }
    expect(letterOf(messageOf('1', { content }), bob, undefined, 1, () => false).kind).toBe('cannotSend')
  })
})
