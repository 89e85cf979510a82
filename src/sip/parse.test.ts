// The parser on what is well-formed, on what must be refused, and on garbage. RFC 4475 has a test of its own.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contacts, field, fields, mediaType } from './fields.js'
import { sipLimits } from './limits.js'
import type { SipMessage } from './message.js'
import { parseMessage } from './parse.js'
import { writeRequest, writeResponse } from './write.js'

const lines = [
  'MESSAGE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport, SIP/2.0/TCP 192.0.2.2',
  'Max-Forwards: 70',
  'From: "Alice" <sip:alice@example.com>;tag=1',
  'To: <sip:bob@example.com>',
  'Call-ID: a@b',
  'CSeq: 7 MESSAGE',
  'Content-Type: Text/Plain; charset=UTF-8',
  'Content-Length: 5',
  '',
  'Grüß',
]
const good = lines.join('\r\n').replace('Length: 5', 'Length: 6')

function parse(text: string, limits = sipLimits) {
  return parseMessage(Buffer.from(text), limits)
}

function messageOf(text: string): SipMessage {
  const message = parse(text)
  if (message.kind === 'fault') throw new Error(message.why)
  return message
}

const changed = (from: string, to: string) => good.replace(from, to)

/** What is changed, and what becomes of it. */
const refused: readonly (readonly [string, string, number, string])[] = [
  ['Via: ', 'X-Via: ', 400, 'Missing Via'],
  ['From: ', 'X: ', 400, 'Missing From'],
  ['To: ', 'X: ', 400, 'Missing To'],
  ['Call-ID: ', 'X: ', 400, 'Missing Call-ID'],
  ['CSeq: ', 'X: ', 400, 'Missing CSeq'],
  ['To: ', 't: <sip:eve@example.com>\r\nTo: ', 400, 'To Given Twice'],
  ['Content-Length: 6', 'Content-Length: 6\r\nl: 6', 400, 'Content-Length Given Twice'],
  ['Content-Length: 6', 'Content-Length: 6, 6', 400, 'Malformed Content-Length'],
  ['Content-Length: 6', 'Content-Length: +6', 400, 'Malformed Content-Length'],
  ['Content-Length: 6', 'Content-Length:', 400, 'Malformed Content-Length'],
  ['Content-Length: 6', 'Content-Length: 99999999999999999999999', 400, 'Malformed Content-Length'],
  ['Content-Length: 6', 'Content-Length: 99999999', 413, 'Request Entity Too Large'],
  ['Content-Length: 6', 'Content-Length: 7', 400, 'Content-Length Beyond The Message'],
  ['Content-Length: 6', 'Content-Length : 6\r\nContent-Type: a/b', 400, 'Content-Type Given Twice'],
  ['CSeq: 7', 'CSeq: 2147483648', 400, 'Malformed CSeq'],
  ['7 MESSAGE', '7 message', 400, 'CSeq Method Mismatch'],
  ['Call-ID: a@b', 'Call-ID: a b', 400, 'Malformed Call-ID'],
  ['Call-ID: a@b', 'Call-ID:', 400, 'Malformed Call-ID'],
  ['Max-Forwards: 70', 'Max-Forwards: 256', 400, 'Malformed Max-Forwards'],
  ['SIP/2.0\r\nVia', 'SIP/3.0\r\nVia', 505, 'Version Not Supported'],
  ['SIP/2.0\r\nVia', 'HTTP/1.1\r\nVia', 400, 'Malformed Request-Line'],
  ['sip:bob@example.com SIP', 'sip:bo\0b@example.com SIP', 400, 'Malformed Request-URI'],
  ['sip:bob@example.com SIP', 'sip:b\tob@example.com SIP', 400, 'Malformed Request-URI'],
  ['sip:bob@example.com SIP', `sip:${'b'.repeat(3000)}@example.com SIP`, 414, 'Request-URI Too Long'],
  ['MESSAGE sip:bob', 'MES(SAGE sip:bob', 400, 'Malformed Method'],
  ['Max-Forwards: 70', 'Max-Forwards 70', 400, 'Malformed Header Field'],
  ['Max-Forwards: 70', 'Max Forwards: 70', 400, 'Malformed Header Field'],
  ['Max-Forwards: 70', ': 70', 400, 'Malformed Header Field'],
  ['Max-Forwards: 70', 'Subject: a\nMax-Forwards: 70', 400, 'Bare CR Or LF'],
  ['Max-Forwards: 70', 'Subject: a\rMax-Forwards: 70', 400, 'Bare CR Or LF'],
  ['Max-Forwards: 70', `Subject: ${'a'.repeat(20_000)}`, 513, 'Message Too Large'],
  ['Max-Forwards: 70', 'X: y\r\n'.repeat(200) + 'Z: y', 400, 'Too Many Header Fields'],
]

describe('a message', () => {
  it('is read', () => {
    const message = messageOf(good)
    expect(message).toMatchObject({
      ...{ kind: 'request', method: 'MESSAGE', uri: 'sip:bob@example.com', maxForwards: 70, callId: 'a@b', cseq: 7 },
      via: { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: 'z9hG4bKa', rport: 'asked' },
      from: { display: 'Alice', uri: 'sip:alice@example.com', tag: '1' },
      to: { display: '', tag: undefined },
    })
    expect(Buffer.from(message.body).toString()).toBe('Grüß')
    expect(fields(message, 'via')).toHaveLength(2)
    expect(mediaType(message)).toBe('text/plain')
    expect(field(message, 'subject')).toBeUndefined()
  })

  it('is read in compact form, in any case, and with UTF-8 in its head', () => {
    const compact = good
      .replace('Via', 'v')
      .replace('From: "Alice"', 'F: "Jürgen"')
      .replace('To', 't')
      .replace('Call-ID', 'I')
    expect(messageOf(compact)).toMatchObject({ from: { display: 'Jürgen' }, callId: 'a@b' })
    expect(Buffer.from(messageOf(compact).body).toString()).toBe('Grüß')
    expect(messageOf(changed('Max-Forwards', 'mAX-fORWARDS'))).toMatchObject({ maxForwards: 70 })
  })

  it('may come behind line ends, and without a length in a datagram', () => {
    expect(messageOf(`\r\n\r\n${good}`).kind).toBe('request')
    expect(Buffer.from(messageOf(changed('Content-Length: 6\r\n', '')).body).toString()).toBe('Grüß')
  })

  it('has its contacts, or the star alone', () => {
    const having = (value: string) => contacts(messageOf(changed('Max-Forwards: 70', `Contact: ${value}`)))
    expect(having('<sip:a@b.c>;q=1, "x" <sip:d@e.f>')).toMatchObject([{ uri: 'sip:a@b.c' }, { display: 'x' }])
    expect(having('*')).toBe('*')
    expect(having('*\r\nm: <sip:a@b.c>')).toBeUndefined()
    expect(having('nobody')).toBeUndefined()
    expect(contacts(messageOf(good))).toEqual([])
  })

  it.each(refused)('with %j as %j is refused', (from, to, status, why) => {
    expect(parse(changed(from, to))).toMatchObject({ kind: 'fault', status, why })
  })

  it('that is refused says how to answer, where it can', () => {
    const fault = parse(changed('To: <sip:bob', 'To: <sip:bob@x>;tag=2\r\nTo: <sip:bob'))
    if (fault.kind !== 'fault' || fault.answerable === undefined) throw new Error('there is an answer')
    const answer = writeResponse(fault.answerable, { status: fault.status, reason: fault.why, toTag: 'ours' })
    expect(messageOf(answer.toString())).toMatchObject({ status: 400, reason: 'To Given Twice', to: { tag: '2' } })
    expect(parse(good.replace(/MESSAGE/g, 'ACK').replace('Max-', 'Max '))).toMatchObject({ answerable: undefined })
    expect(parse('SIP/2.0 2000 OK\r\n' + good)).toMatchObject({ status: 400, answerable: undefined })
    expect(parse('')).toMatchObject({ kind: 'fault', answerable: undefined })
    expect(parse('\r\n\r\n')).toMatchObject({ kind: 'fault', answerable: undefined })
  })

  it('is never larger than the bounds', () => {
    const body = 'x'.repeat(sipLimits.bodyBytes + 1)
    const large = good.replace(/Content-Length: 6\r\n\r\n.*/, `\r\n${body}`)
    expect(parse(large)).toMatchObject({ status: 413 })
    expect(parse(good, { ...sipLimits, fields: 7 })).toMatchObject({ status: 400, why: 'Too Many Header Fields' })
  })
})

/** Octets changed, cut out, doubled: what is left of a message on a bad day. */
const mutations = fc.array(
  fc.record({
    at: fc.nat(good.length),
    drop: fc.nat(12),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(...'\r\n|\r\n\r\n|:|;|,|"|<|>|@|%|%0|\\| |\t|\0|SIP/|z9hG4bK|\r\n |[::'.split('|'))
        .map((text) => Buffer.from(text)),
    ),
  }),
  { minLength: 1, maxLength: 6 },
)

describe('whatever comes,', () => {
  it('nothing is thrown, and what is read can be answered and read again', () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        let bytes: Buffer = Buffer.from(good)
        for (const { at, drop, insert } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)])
        const message = parseMessage(bytes)
        if (message.kind === 'fault' && message.answerable !== undefined)
          writeResponse(message.answerable, { status: message.status, toTag: 'x' })
        if (message.kind !== 'request') return
        fields(message, 'contact')
        contacts(message)
        const answer = parseMessage(writeResponse(message, { status: 202, toTag: 'x' }))
        expect(answer).toMatchObject({ kind: 'response', callId: message.callId, cseq: message.cseq, via: message.via })
        const again = parseMessage(writeRequest(message))
        expect(withoutLength(again)).toEqual(withoutLength(message))
      }),
      { numRuns: 3000 },
    )
  })

  it('random octets are faults', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseMessage(Buffer.from(bytes)).kind).toBe('fault')
      }),
    )
  })
})

/** The message as a value; its length is written anew, and where. */
function withoutLength(message: ReturnType<typeof parseMessage>) {
  if (message.kind === 'fault') return message
  const kept = message.fields.filter(({ name }) => name !== 'content-length')
  return { ...message, fields: kept, body: Buffer.from(message.body).toString('hex') }
}
