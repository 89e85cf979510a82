// What applications answer to a message from a phone.
import { describe, expect, it } from 'vitest'
import { readXmlAnswer } from './xml-answer.js'

const answered = { from: '14155550100', to: '14155550199' }
const read = (body: string | Buffer, contentType = 'text/xml') =>
  readXmlAnswer({ contentType, body: Buffer.from(body) }, answered)
const response = (inside: string): string => `<?xml version="1.0" encoding="utf-8"?>\n<Response>${inside}</Response>`
const reply = { src: '14155550199', dst: '14155550100', text: 'Hi', callbackUrl: '', callbackMethod: 'POST' }

describe('an answer', () => {
  it('asks for messages', () => {
    const both = `
      <Message src="1" dst="2" type="sms" callbackUrl="https://example.com/cb?a=1&amp;b=2" callbackMethod="get">
        Thanks &amp; bye &#128512; &lt;3
      </Message>
      <Message><![CDATA[a < b & c]]></Message>`
    expect(read(response(both))).toEqual({
      kind: 'replies',
      replies: [
        {
          src: '1',
          dst: '2',
          text: 'Thanks & bye 😀 <3',
          callbackUrl: 'https://example.com/cb?a=1&b=2',
          callbackMethod: 'GET',
        },
        { ...reply, text: 'a < b & c' },
      ],
    })
  })

  it('goes to each destination once', () => {
    const answer = read(response('<Message dst="+1&lt;2&lt; (1)">Hi</Message>'))
    expect(answer).toEqual({
      kind: 'replies',
      replies: [
        { ...reply, dst: '1' },
        { ...reply, dst: '2' },
      ],
    })
  })

  it.each([
    ['', 'text/xml'],
    [' \r\n ', 'application/xml; charset=utf-8'],
    ['<Response/>', 'text/xml'],
    ['<Response></Response>', 'TEXT/XML;charset="UTF-8"'],
    ['<Response><Speak>Hi</Speak><GetDigits><Message>no</Message></GetDigits></Response>', 'text/xml'],
    ['ok', 'text/plain'],
    ['<Response><Message>Hi</Message>', 'text/html'],
    ['{}', 'application/json'],
    ['ok', ''],
  ])('asks for nothing: %s as %s', (body, contentType) => {
    expect(read(body, contentType)).toEqual({ kind: 'replies', replies: [] })
  })

  it('may come in another charset that it names', () => {
    const answer = read(Buffer.from(response('<Message>H\xe4</Message>'), 'latin1'), 'text/xml; charset=iso-8859-1')
    expect(answer).toEqual({ kind: 'replies', replies: [{ ...reply, text: 'Hä' }] })
  })

  it.each([
    ['no XML', 'hello'],
    ['an end that is missing', '<Response><Message>Hi</Message>'],
    ['tags that cross', '<Response><Message>Hi</Response></Message>'],
    ['two roots', '<Response/><Response/>'],
    ['another root', '<Reply/>'],
    ['an unknown entity', response('<Message>&nbsp;</Message>')],
    ['a document type', `<!DOCTYPE Response [<!ENTITY a "b">]>${response('')}`],
    ['an entity from elsewhere', `<!DOCTYPE r SYSTEM "file:///etc/passwd"><Response/>`],
    ['an element within a message', response('<Message>Hi <b>you</b></Message>')],
    ['a message without text', response('<Message> </Message>')],
    ['a type that is not sent', response('<Message type="mms">Hi</Message>')],
    ['a method that is none', response('<Message callbackMethod="PUT">Hi</Message>')],
    ['a URL that is none', response('<Message callbackUrl="ftp://example.com/">Hi</Message>')],
    ['a destination that is none', response('<Message dst="">Hi</Message>')],
    ['a source that is too long', response(`<Message src="${'1'.repeat(33)}">Hi</Message>`)],
    ['too many messages', response('<Message>Hi</Message>'.repeat(21))],
    ['too many destinations', response(`<Message dst="${[...Array(21).keys()].join('&lt;')}">Hi</Message>`)],
    ['too much text', response(`<Message>${'x'.repeat(60_000)}</Message>`)],
    ['elements without end', response('<a>'.repeat(100_000))],
    ['octets that are no UTF-8', Buffer.from(response('<Message>\xe4</Message>'), 'latin1')],
  ])('is malformed: %s', (_name, body) => {
    expect(read(body)).toMatchObject({ kind: 'malformed' })
  })

  it('is malformed in a charset that nobody knows', () => {
    expect(read('<Response/>', 'text/xml; charset=klingon')).toMatchObject({ kind: 'malformed' })
  })

  it('takes no time to speak of, however hostile', () => {
    const startMs = performance.now()
    read(response(`<Message ${Array.from({ length: 50_000 }, (_, i) => `a${i}="1"`).join(' ')}>Hi</Message>`))
    read(response('&amp;'.repeat(190_000)))
    read(response('<!-- -->'.repeat(120_000)))
    expect(performance.now() - startMs).toBeLessThan(2_000)
  })
})
