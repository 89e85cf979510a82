import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../message/ids.js'
import { echoOf } from '../../message/echo.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { parseMessage, type SipRequest } from '../../sip/index.js'
import { leavingText } from './content.js'
import { readEcho } from './echo-text.js'
import { toSubmission, type Ingress, type SipSource } from './ingress.js'

const wallMs = Date.parse('2026-11-22T12:00:00Z')
const answer = {} as SubmissionAnswer
const link = {}
const noRules = { calledIn: undefined, callingIn: undefined, calledOut: undefined, callingOut: undefined }
const alice: SipSource = {
  kind: 'user',
  sender: { kind: 'account', account: 'alice' as AccountId },
  link,
  account: { numbers: ['15551230001', '15551230009'], sip: { user: 'alice' }, dialing: noRules },
}
const proxy: SipSource = { kind: 'trusted', sender: alice.sender, link }

interface Parts {
  readonly uri?: string
  readonly to?: string
  readonly from?: string
  readonly type?: string | undefined
  readonly head?: string
  readonly body?: string | Buffer
}

function requestOf(parts: Parts): SipRequest {
  const { to = '<sip:+15551230002@sms.example.com>', from = '<sip:+15551230001@sms.example.com>', head = '' } = parts
  const body = Buffer.from(parts.body ?? 'hello')
  const type = 'type' in parts ? parts.type : 'text/plain'
  const text =
    `MESSAGE ${parts.uri ?? 'sip:+15551230002@sms.example.com'} SIP/2.0\r\n` +
    `Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: ${from};tag=1\r\nTo: ${to}\r\n` +
    `Call-ID: c1\r\nCSeq: 1 MESSAGE\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}` +
    `${head}Content-Length: ${body.length}\r\n\r\n`
  const request = parseMessage(Buffer.concat([Buffer.from(text), body]))
  if (request.kind !== 'request') throw new Error(JSON.stringify(request))
  return request
}

const isUser = (user: string, domain: string): boolean => user !== 'nobody' && domain !== 'sms.example.com'

const take = (parts: Parts = {}, from: SipSource = alice): Ingress =>
  toSubmission(requestOf(parts), from, { maxOctets: 1000, isUser }, wallMs, answer)

function taken(parts: Parts = {}, from: SipSource = alice) {
  const ingress = take(parts, from)
  if (ingress.kind !== 'submission') throw new Error(JSON.stringify(ingress))
  return ingress.submission
}

const refusal = (parts: Parts, from: SipSource = alice): string => {
  const ingress = take(parts, from)
  return ingress.kind === 'refused' ? ingress.failure.reason : ingress.kind
}

const cpim = (head: string, body = 'Hello', contentType = 'text/plain; charset=utf-8'): string =>
  `From: <sip:a@b>\r\nTo: <sip:c@d>\r\n${head}\r\nContent-Type: ${contentType}\r\n\r\n${body}`
const imdn = (wishes: string): string =>
  'DateTime: 2026-11-22T12:00:00-05:00\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: Msg34jk324j\r\n' +
  `imdn.Disposition-Notification: ${wishes}\r\n`

describe('a MESSAGE', () => {
  it('becomes a submission', () => {
    expect(taken({ body: 'grüße' })).toMatchObject({
      sender: alice.sender,
      link,
      source: { ton: 1, npi: 1, value: '15551230001' },
      destination: { ton: 1, npi: 1, value: '15551230002' },
      domain: 'sms.example.com',
      content: { dataCoding: 0, udhi: false },
      receiptRequest: { final: 'none', intermediate: false },
      tlvs: [],
      validityMs: undefined,
      scheduleMs: 0,
      answer,
    })
  })

  it.each([
    ['<sip:+15551230002@sms.example.com>', 1, '15551230002'],
    ['<sip:15551230002@sms.example.com>', 0, '15551230002'],
    ['<sip:12345@sms.example.com>', 0, '12345'],
    ['<sip:%2B1555%31230002@sms.example.com>', 1, '15551230002'],
    ['<sip:+1-555-123-0002@sms.example.com;user=phone>', 1, '15551230002'],
    ['<sip:+15551230002;phone-context=x@sms.example.com;user=phone>', 1, '15551230002'],
    ['<sips:+15551230002@sms.example.com>', 1, '15551230002'],
    ['<tel:+1(555)123-0002>', 1, '15551230002'],
    ['<tel:1230002;phone-context=+1555>', 1, '15551230002'],
    ['<tel:911;phone-context=example.com>', 0, '911'],
    ['<tel:*123#;phone-context=example.com>', 0, '*123#'],
    ['<sip:bob@sip.example.com>', 5, 'bob'],
    ['<sip:B%C3%B6b@sip.example.com>', 5, 'Böb'],
    ['"Bob" <sip:bob.x-1@sip.example.com>', 5, 'bob.x-1'],
    ['<sip:sms.example.com>', 1, '15551230002'],
  ])('to %s', (to, ton, value) => expect(taken({ to }).destination).toMatchObject({ ton, value }))

  it.each([
    ['<sip:1@SMS.Example.com:5060;transport=tcp>', 'sip:x@other', 'sms.example.com'],
    ['<tel:+15551230002>', 'sip:+15551230002@gw.example.com', 'gw.example.com'],
    ['<sip:1@192.0.2.7>', 'sip:1@192.0.2.7', ''],
    ['<sip:1@[2001:db8::1]:5060>', 'sip:1@[2001:db8::1]', ''],
    ['<tel:+15551230002>', 'tel:+15551230002', ''],
  ])('to %s takes the domain of it, or of %s', (to, uri, domain) => expect(taken({ to, uri }).domain).toBe(domain))

  it.each([
    '<sip:nobody@sip.example.com>',
    '<sip:bob@sms.example.com>',
    '<sip:+@sms.example.com>',
    `<sip:${'1'.repeat(21)}@sms.example.com>`,
    `<sip:+${'1'.repeat(21)}@sms.example.com;user=phone>`,
  ])('to %s is for no user', (to) => expect(refusal({ to })).toBe('unknownUser'))

  it.each([['<sip:%0A@x>'], [`<sip:${'a'.repeat(65)}@x>`], ['<im:bob@x>']])('to %s is for nobody', (to) =>
    expect(refusal({ to, uri: 'sip:x.example.com' })).toBe('invalidDestination'),
  )

  it.each([
    ['<sip:+15551230001@anywhere>', '15551230001'],
    ['<sip:15551230009@anywhere>', '15551230009'],
    ['<tel:+1-555-123-0009>', '15551230009'],
    ['<sip:alice@sip.example.com>', '15551230001'],
  ])('from %s is from one of its numbers', (from, value) => expect(taken({ from }).source).toMatchObject({ value }))

  it('from its user to another is from a name', () => {
    const written = { from: '<sip:alice@sip.example.com>', to: '<sip:bob@sip.example.com>' }
    expect(taken(written).source).toEqual({ ton: 5, npi: 0, value: 'alice' })
  })

  it('from the user of an account without numbers is from a name', () => {
    const noNumbers: SipSource = { ...alice, account: { numbers: [], sip: { user: 'alice' }, dialing: noRules } }
    expect(taken({ from: '<sip:alice@x>' }, noNumbers).source.value).toBe('alice')
  })

  it.each([
    ['<sip:+15551230003@x>'],
    ['<sip:ALICE@x>'],
    ['<sip:anonymous@anonymous.invalid>'],
    ['<sip:x.example.com>'],
    ['<sip:alice%00@x>'],
  ])('from %s is none of its own', (from) => expect(refusal({ from })).toBe('sourceNotAllowed'))

  it('does not take the word of an account for another name', () => {
    const head = 'P-Asserted-Identity: <sip:+15551230001@x>\r\nP-Preferred-Identity: <sip:+15551230001@x>\r\n'
    expect(refusal({ from: '<sip:mallory@x>', head })).toBe('sourceNotAllowed')
  })

  it('takes the word of a proxy', () => {
    expect(taken({ from: '<sip:+447700900000@x>' }, proxy).source.value).toBe('447700900000')
    const head = 'P-Asserted-Identity: "A" <sip:+15551230007@x>, <tel:+15551230008>\r\n'
    expect(taken({ from: '<sip:anonymous@anonymous.invalid>', head }, proxy).source.value).toBe('15551230007')
  })
})

describe('the time of a MESSAGE', () => {
  it.each([
    ['', undefined],
    ['Expires: 60\r\n', 60_000],
    ['Expires: 60\r\nDate: Sun, 22 Nov 2026 11:59:30 GMT\r\n', 30_000],
    ['Expires: 60\r\nDate: Sun, 22 Nov 2026 12:30:00 GMT\r\n', 60_000],
    ['Expires: 60\r\nDate: yesterday\r\n', 60_000],
  ])('%j', (head, validityMs) => expect(taken({ head }).validityMs).toBe(validityMs))

  it.each([
    ['Expires: 0\r\n'],
    ['Expires: -1\r\n'],
    ['Expires: soon\r\n'],
    ['Expires: 60\r\nDate: Sun, 22 Nov 2026 11:59:00 GMT\r\n'],
  ])('%j is over', (head) => expect(refusal({ head })).toBe('invalidValidity'))
})

describe('the body of a MESSAGE', () => {
  const textOf = (parts: Parts): string => {
    const leaving = leavingText(taken(parts).content)
    return leaving.kind === 'text' ? leaving.text : leaving.why
  }

  it.each([
    ['text/plain', 'grüß', 'grüß'],
    ['TEXT/Plain; format=flowed ;charset="utf-8"', 'привет', 'привет'],
    ['text/plain;charset=iso-8859-1', Buffer.from('grüß', 'latin1'), 'grüß'],
    [undefined, 'plain', 'plain'],
    ['message/cpim', cpim(''), 'Hello'],
    ['Message/CPIM', cpim('', 'SGk=', 'text/plain\r\nContent-Transfer-Encoding: base64'), 'Hi'],
  ])('of type %s is a text', (type, body, text) => expect(textOf({ type, body })).toBe(text))

  it.each([
    ['text/html', '<p>', '', 'unsupportedContent'],
    ['application/im-iscomposing+xml', '<x/>', '', 'unsupportedContent'],
    ['multipart/mixed;boundary=x', '--x', '', 'unsupportedContent'],
    ['message/cpim', cpim('', '<p>', 'text/html'), '', 'unsupportedContent'],
    ['message/cpim', 'garbage', '', 'invalidContent'],
    ['text/plain', '', '', 'invalidContent'],
    ['message/cpim', cpim('', ''), '', 'invalidContent'],
    ['text/plain;charset=klingon', 'x', '', 'unreadableText'],
    ['text/plain', Buffer.of(0xff), '', 'unreadableText'],
    ['text/plain', 'x', 'Content-Encoding: gzip\r\n', 'unsupportedContent'],
    ['text/plain', 'x', 'Content-Transfer-Encoding: uuencode\r\n', 'unsupportedContent'],
    ['text/plain', 'x'.repeat(1001), '', 'tooLarge'],
  ])('of type %s with %j and %j is %s', (type, body, head, reason) =>
    expect(refusal({ type, body, head })).toBe(reason),
  )

  it.each(['Content-Encoding: identity\r\n', 'Content-Transfer-Encoding: 8bit\r\n'])('may say %j', (head) =>
    expect(textOf({ head })).toBe('hello'),
  )

  it('may be a notification of a phone', () => {
    expect(take({ type: 'message/imdn+xml', body: '<imdn/>' }).kind).toBe('notification')
    expect(take({ type: 'message/cpim', body: cpim('', '<imdn/>', 'message/imdn+xml') }).kind).toBe('notification')
  })

  it.each([
    ['positive-delivery, negative-delivery', 'all', false],
    ['positive-delivery', 'success', false],
    ['negative-delivery, display', 'failure', false],
    ['positive-delivery, processing', 'success', true],
    ['display', 'none', false],
  ])('may ask for %s', (wishes, final, intermediate) => {
    const { receiptRequest, tlvs } = taken({ type: 'message/cpim', body: cpim(imdn(wishes)) })
    expect(receiptRequest).toEqual({ final, intermediate })
    expect(readEcho(echoOf(tlvs))).toEqual(
      final === 'none'
        ? undefined
        : {
            messageId: 'Msg34jk324j',
            to: 'sip:+15551230002@sms.example.com',
            dateTime: '2026-11-22T12:00:00-05:00',
            recordRoutes: [],
          },
    )
  })

  it('keeps what receipts need within bounds', () => {
    const routes = Array.from({ length: 16 }, (_, i) => `imdn.IMDN-Record-Route: <sip:${'r'.repeat(300)}${i}@x>\r\n`)
    const request = { type: 'message/cpim', body: cpim(imdn('positive-delivery') + routes.join('')) }
    const ingress = toSubmission(requestOf(request), alice, { maxOctets: 60_000, isUser }, wallMs, answer)
    if (ingress.kind !== 'submission') throw new Error(ingress.kind)
    const text = echoOf(ingress.submission.tlvs)
    expect(text.length).toBeLessThanOrEqual(2048)
    expect(readEcho(text)?.recordRoutes.length).toBeGreaterThan(3)
  })
})
