// The writer: what is made, and that no value leaves its line.
import { describe, expect, it } from 'vitest'
import type { SipRequest } from './message.js'
import { nameOf, writtenName } from './names.js'
import { withParam } from './params.js'
import { parseMessage } from './parse.js'
import { reasonOf } from './reasons.js'
import { writeRequest, writeResponse } from './write.js'

const fields = [
  { name: 'via', value: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport, SIP/2.0/UDP 192.0.2.2' },
  { name: 'from', value: '<sip:a@b.c>;tag=1' },
  { name: 'to', value: '<sip:d@e.f>' },
  { name: 'call-id', value: 'x' },
  { name: 'cseq', value: '1 OPTIONS' },
  { name: 'timestamp', value: '54' },
  { name: 'x-thing', value: 'grün' },
]

function request(): SipRequest {
  const message = parseMessage(writeRequest({ method: 'OPTIONS', uri: 'sip:d@e.f', fields }))
  if (message.kind !== 'request') throw new Error('no request')
  return message
}

describe('the writer', () => {
  it('writes a request', () => {
    const body = Buffer.from('hällo')
    expect(writeRequest({ method: 'OPTIONS', uri: 'sip:d@e.f', fields: fields.slice(3), body }).toString()).toBe(
      'OPTIONS sip:d@e.f SIP/2.0\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nTimestamp: 54\r\nX-Thing: grün\r\n' +
        'Content-Length: 6\r\n\r\nhällo',
    )
  })

  it('writes a response with what the request gives', () => {
    const text = writeResponse(request(), {
      status: 202,
      toTag: 'y',
      fields: [{ name: 'expires', value: '5' }],
    }).toString()
    expect(text).toBe(
      'SIP/2.0 202 Accepted\r\n' +
        'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport, SIP/2.0/UDP 192.0.2.2\r\n' +
        'From: <sip:a@b.c>;tag=1\r\nTo: <sip:d@e.f>;tag=y\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n' +
        'Expires: 5\r\nContent-Length: 0\r\n\r\n',
    )
    expect(writeResponse(request(), { status: 100 }).toString()).toContain('Timestamp: 54\r\n')
  })

  it('puts what the receiver saw into the topmost Via, and leaves those below', () => {
    const asked = request()
    const params = withParam(withParam(asked.via.params, 'rport', '1024'), 'received', '198.51.100.7')
    const answer = writeResponse(asked, { status: 200, toTag: 'y', via: { ...asked.via, params } }).toString()
    expect(answer).toContain(
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport=1024;received=198.51.100.7, SIP/2.0/UDP 192.0.2.2\r\n',
    )
  })

  it('lets no value leave its line', () => {
    const evil = 'x\r\nRoute: <sip:evil.example>\r\n\r\n'
    const made = writeRequest({
      method: 'OPTIONS',
      uri: 'sip:d@e.f SIP/2.0\r\nX: y',
      fields: [...fields, { name: 'subject', value: evil }],
    })
    expect(parseMessage(made)).toMatchObject({ kind: 'request', uri: 'sip:d@e.f%20SIP/2.0%0D%0AX:%20y' })
    expect(made.toString()).toContain('Subject: x Route: <sip:evil.example> \r\n')
    expect(writeResponse(request(), { status: 400, reason: evil, toTag: evil }).toString()).not.toContain('\r\nRoute')
  })

  it('knows names and reasons', () => {
    expect([nameOf('v'), nameOf('CALL-ID'), nameOf('CaLl-Id'), nameOf('X-Any'), nameOf('a b'), nameOf('')]).toEqual([
      ...['via', 'call-id', 'call-id', 'x-any', undefined, undefined],
    ])
    expect(['www-authenticate', 'cseq', 'x-any-thing'].map(writtenName)).toEqual([
      'WWW-Authenticate',
      'CSeq',
      'X-Any-Thing',
    ])
    expect([reasonOf(202), reasonOf(299), reasonOf(999)]).toEqual(['Accepted', 'OK', 'Unknown'])
  })
})
