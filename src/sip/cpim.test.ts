import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cpimAddress,
  cpimDateTime,
  cpimEscaped,
  cpimHeader,
  cpimHeaders,
  cpimNamespace,
  cpimText,
  parseCpim,
  writeCpim,
  writeCpimAddress,
  type CpimParts,
} from './cpim.js'

const text = (lines: readonly string[]) => Buffer.from(lines.join('\r\n'))

/** RFC 3862 §5.1, shortened. */
const example = text([
  'From: MR SANDERS <im:piglet@100akerwood.com>',
  'To: Depressed Donkey <im:eeyore@100akerwood.com>',
  'DateTime: 2000-12-13T13:40:00-08:00',
  'Subject: the weather will be fine today',
  "Subject:;lang=fr beau temps prevu pour aujourd'hui",
  'NS: MyFeatures <mid:MessageFeatures@id.foo.com>',
  'Require: MyFeatures.VitalMessageOption',
  'MyFeatures.VitalMessageOption: Confirmation-requested',
  'MyFeatures.WackyMessageOption: Use-silly-font',
  '',
  'Content-type: text/xml; charset=utf-8',
  'Content-ID: <1234567890@foo.com>',
  '',
  '<body>\n\nHere is the text of my message.\n</body>',
])

describe('parseCpim', () => {
  it('reads the example of RFC 3862', () => {
    const read = parseCpim(example)!
    expect(cpimAddress(cpimHeader(read, cpimNamespace, 'From')!)).toEqual({
      display: 'MR SANDERS',
      uri: 'im:piglet@100akerwood.com',
    })
    expect(cpimDateTime(cpimHeader(read, cpimNamespace, 'DateTime')!)).toBe(Date.UTC(2000, 11, 13, 21, 40))
    expect(cpimHeaders(read, cpimNamespace, 'Subject')).toEqual([
      'the weather will be fine today',
      "beau temps prevu pour aujourd'hui",
    ])
    expect(cpimHeader(read, 'mid:MessageFeatures@id.foo.com', 'WackyMessageOption')).toBe('Use-silly-font')
    expect(read.contentFields).toEqual([
      { name: 'content-type', value: 'text/xml; charset=utf-8' },
      { name: 'content-id', value: '<1234567890@foo.com>' },
    ])
    expect(Buffer.from(read.body).toString()).toBe('<body>\n\nHere is the text of my message.\n</body>')
  })

  it('takes LF alone, folded content headers, and what is empty', () => {
    const read = parseCpim(Buffer.from('From: <sip:a@b>\n\nContent-Type: text/plain;\n charset=UTF-8\n\n'))
    expect(read?.contentFields).toEqual([{ name: 'content-type', value: 'text/plain; charset=UTF-8' }])
    expect(read?.body).toHaveLength(0)
    expect(parseCpim(Buffer.from('\r\n\r\nhello'))).toMatchObject({ headers: [], contentFields: [] })
  })

  it('knows names by their namespace, whatever the prefix', () => {
    const read = parseCpim(
      text(['NS: x <urn:ietf:params:imdn>', 'x.message-id: 1', 'imdn.Message-ID: 2', 'y.Message-ID: 3', '', '', '']),
    )!
    expect(cpimHeaders(read, 'urn:ietf:params:imdn', 'Message-ID')).toEqual(['1', '2'])
    const changed = parseCpim(text(['NS: <urn:mine>', 'From: 1', '', '', '']))!
    expect(cpimHeader(changed, 'urn:mine', 'From')).toBe('1')
    expect(cpimHeader(changed, cpimNamespace, 'From')).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['headers without an end', 'From: <sip:a@b>\r\n'],
    ['content without headers or their end', 'From: <sip:a@b>\r\n\r\nhello'],
    ['a line that is no header', 'From <sip:a@b>\r\n\r\n\r\n'],
    ['a header without a name', ': x\r\n\r\n\r\n'],
    ['a namespace that is none', 'NS: imdn urn:x\r\n\r\n\r\n'],
    ['controls', 'Subject: a\0b\r\n\r\n\r\n'],
    ['a carriage return in a line', 'Subject: a\rb\r\n\r\n\r\n'],
    ['a content header that is none', '\r\nContent Type: x\r\n\r\n'],
    ['a fold with nothing before it', '\r\n x\r\n\r\n'],
    ['too many lines', `${'A: b\r\n'.repeat(200)}\r\n\r\n`],
    ['a line too long', `A: ${'b'.repeat(20_000)}\r\n\r\n\r\n`],
  ])('refuses %s', (_what, body) => expect(parseCpim(Buffer.from(body))).toBeUndefined())

  it('reads anything without throwing', () => {
    const pieces = fc.constantFrom(
      'From:',
      ' <sip:a@b>',
      '\r\n',
      '\n',
      'NS: ',
      'imdn',
      '.',
      ';lang=',
      '"',
      '\\',
      ':',
      ' ',
      'é',
    )
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.array(pieces, { maxLength: 60 }).map((each) => Uint8Array.from(Buffer.from(each.join('')))),
    )
    fc.assert(
      fc.property(bytes, (body) => {
        for (const { value } of parseCpim(body)?.headers ?? []) {
          cpimText(value)
          cpimAddress(value)
          cpimDateTime(value)
        }
      }),
    )
  })
})

const anyText = fc.string({ unit: fc.constantFrom(...'ab "\\<>\'\t\n\r\b\0é€', '😀', '\\u0041'), maxLength: 12 })

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, fc.uint8Array(), (display, subject, id, body) => {
      const parts: CpimParts = {
        prefixes: { imdn: 'urn:ietf:params:imdn' },
        headers: [
          { namespace: cpimNamespace, name: 'From', value: writeCpimAddress({ display, uri: 'sip:a@b' }) },
          { namespace: cpimNamespace, name: 'Subject', value: cpimEscaped(subject) },
          { namespace: 'urn:ietf:params:imdn', name: 'Message-ID', value: cpimEscaped(id) },
        ],
        contentFields: [{ name: 'content-type', value: 'text/plain' }],
        body,
      }
      const read = parseCpim(writeCpim(parts))!
      expect(cpimAddress(cpimHeader(read, cpimNamespace, 'From')!)).toEqual({ display, uri: 'sip:a@b' })
      // Blanks at the ends are not the value's.
      expect(cpimText(cpimHeader(read, cpimNamespace, 'Subject')!)).toBe(subject.replace(/^ +| +$/g, ''))
      expect(cpimText(cpimHeader(read, 'urn:ietf:params:imdn', 'Message-ID')!)).toBe(id.replace(/^ +| +$/g, ''))
      expect(read.contentFields).toEqual(parts.contentFields)
      expect(Uint8Array.from(read.body)).toEqual(body)
    }),
  )
})

describe('writeCpim', () => {
  it('writes what simple readers expect', () => {
    const written = writeCpim({
      prefixes: { imdn: 'urn:ietf:params:imdn' },
      headers: [
        { namespace: cpimNamespace, name: 'From', value: writeCpimAddress({ display: 'Al "x"', uri: 'sip:a@b' }) },
        { namespace: 'urn:ietf:params:imdn', name: 'Message-ID', value: '1\r\nTo: <sip:evil@b>' },
        { namespace: 'urn:ietf:params:imdn', name: 'Disposition-Notification', value: 'display' },
      ],
      contentFields: [{ name: 'content-type', value: 'text/plain' }],
      body: Buffer.from('hi'),
    })
    expect(written.toString().split('\r\n')).toEqual([
      'From: "Al \\"x\\"" <sip:a@b>',
      'NS: imdn <urn:ietf:params:imdn>',
      'imdn.Message-ID: 1 To: <sip:evil@b>',
      'imdn.Disposition-Notification: display',
      '',
      'Content-Type: text/plain',
      '',
      'hi',
    ])
    const unknown = {
      headers: [{ namespace: 'urn:x', name: 'A', value: 'b' }],
      contentFields: [],
      body: Buffer.alloc(0),
    }
    expect(() => writeCpim(unknown)).toThrow(RangeError)
  })
})

describe('cpimAddress and cpimDateTime', () => {
  it.each([
    ['<sip:a@b>', { display: '', uri: 'sip:a@b' }],
    ['"A <b>" <sip:a@b> ', { display: 'A <b>', uri: 'sip:a@b' }],
    ['J\\u00e4s <im:a@b>', { display: 'Jäs', uri: 'im:a@b' }],
    ['sip:a@b', undefined],
    ['<sip:a@b', undefined],
    ['<a@b>', undefined],
    ['<sip:a b>', undefined],
    ['<sip:a@b> x', undefined],
    ['', undefined],
  ])('%s is %o', (value, address) => expect(cpimAddress(value)).toEqual(address))

  it.each([
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.25+01:00', Date.UTC(2026, 0, 2, 2, 4, 5, 250)],
    ['2026-13-02T03:04:05Z', undefined],
    ['2026-01-02', undefined],
    ['now', undefined],
  ])('%s is at %s', (value, ms) => expect(cpimDateTime(value)).toBe(ms))
})
