import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpimHeader, cpimNamespace, parseCpim } from './cpim.js'
import { readXml } from './imdn-xml.js'
import {
  imdnNamespace,
  imdnRequest,
  imdnStatuses,
  parseImdn,
  writeImdn,
  writeImdnMessage,
  type Imdn,
  type ImdnNotice,
} from './imdn.js'

const notices: readonly ImdnNotice[] = [
  ...imdnStatuses.delivery.map((status) => ({ kind: 'delivery', status }) as const),
  ...imdnStatuses.processing.map((status) => ({ kind: 'processing', status }) as const),
  ...imdnStatuses.display.map((status) => ({ kind: 'display', status }) as const),
]
const facts = {
  messageId: '34jk324j',
  dateTime: '2008-04-04T12:16:49-05:00',
  recipientUri: 'im:bob@example.com',
  originalRecipientUri: '',
}

describe('imdnRequest', () => {
  const request = (...lines: string[]) =>
    imdnRequest(parseCpim(Buffer.from(['NS: imdn <urn:ietf:params:imdn>', ...lines, '', '', ''].join('\r\n')))!)

  it('reads what is asked for, and leaves out what it does not know', () => {
    expect(
      request(
        'imdn.Message-ID: 34jk324j',
        'imdn.Disposition-Notification: positive-delivery, Negative-Delivery;x=y, telepathy',
        'imdn.IMDN-Record-Route: <im:ofc@example.com>',
      ),
    ).toEqual({
      messageId: '34jk324j',
      wishes: ['positive-delivery', 'negative-delivery'],
      recordRoutes: ['<im:ofc@example.com>'],
    })
    expect(request('imdn.Message-ID: 1')).toMatchObject({ wishes: [] })
  })

  it('is none without an id, or with one beyond all bounds', () => {
    expect(request('imdn.Disposition-Notification: display')).toBeUndefined()
    expect(request(`imdn.Message-ID: ${'x'.repeat(300)}`, 'imdn.Disposition-Notification: display')).toBeUndefined()
  })
})

describe('a notification', () => {
  it('is written as in RFC 5438', () => {
    expect(writeImdn({ kind: 'delivery', status: 'delivered', ...facts }).split('\r\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<imdn xmlns="urn:ietf:params:xml:ns:imdn">',
      '<message-id>34jk324j</message-id>',
      '<datetime>2008-04-04T12:16:49-05:00</datetime>',
      '<recipient-uri>im:bob@example.com</recipient-uri>',
      '<delivery-notification><status><delivered/></status></delivery-notification>',
      '</imdn>',
      '',
    ])
  })

  it.each(notices)('of $kind: $status is read back', (notice) => {
    const imdn: Imdn = { ...notice, ...facts }
    expect(parseImdn(writeImdn(imdn))).toEqual(imdn)
  })

  it('is read back whatever the texts', () => {
    const text = fc
      .string({ unit: fc.constantFrom(...'ab<>&"\'];[!é', '😀', '&#0;'), minLength: 1, maxLength: 20 })
      .map((each) => each.trim())
    fc.assert(
      fc.property(text, text, (messageId, recipientUri) => {
        const imdn: Imdn = { ...facts, kind: 'display', status: 'displayed', messageId, recipientUri }
        expect(parseImdn(writeImdn(imdn))).toEqual(imdn)
      }),
    )
  })

  it('is read from other hands: prefixes, comments, CDATA, extensions, no namespace', () => {
    const status = '<p:status><x:odd xmlns:x="urn:x"/><p:displayed/></p:status>'
    const document =
      '\ufeff<?xml version="1.0"?><!-- from a phone -->\n<p:imdn xmlns:p=\'urn:ietf:params:xml:ns:imdn\' a="&lt;">' +
      '<p:message-id><![CDATA[<1&2>]]></p:message-id ><x:message-id xmlns:x="urn:x">3</x:message-id>' +
      `<p:datetime>&#x32;026</p:datetime><p:display-notification>${status}</p:display-notification></p:imdn>\n`
    expect(parseImdn(document)).toMatchObject({
      kind: 'display',
      status: 'displayed',
      messageId: '<1&2>',
      dateTime: '2026',
    })
    const bare =
      '<imdn><message-id>1</message-id><delivery-notification><status><failed/></status></delivery-notification></imdn>'
    expect(parseImdn(bare)).toMatchObject({ kind: 'delivery', status: 'failed' })
  })

  const whole = writeImdn({ kind: 'delivery', status: 'failed', ...facts })
  it.each([
    ['an empty document', ''],
    ['another document', '<presence/>'],
    ['another namespace', whole.replace('xml:ns:imdn', 'xml:ns:other')],
    ['no id', whole.replace('34jk324j', '')],
    ['an id beyond all bounds', whole.replace('34jk324j', 'x'.repeat(300))],
    ['an unknown status', whole.replace('failed', 'lost')],
    ['a status of another kind', whole.replace('failed', 'displayed')],
    ['no status', whole.replace('<status><failed/></status>', '')],
    [
      'two notices',
      whole.replace('</imdn>', '<display-notification><status><displayed/></status></display-notification></imdn>'),
    ],
    ['a DTD', whole.replace('<imdn', '<!DOCTYPE imdn [<!ENTITY a "aaaa">]><imdn')],
    ['an entity of its own', whole.replace('34jk324j', '&a;')],
    ['an ampersand alone', whole.replace('34jk324j', 'a & b')],
    ['a number that is no character', whole.replace('34jk324j', '&#xD800;')],
    ['tags that do not match', whole.replace('</imdn>', '</imd>')],
    ['an end too many', `${whole}</imdn>`],
    ['no end', whole.replace('</imdn>', '')],
    ['two roots', whole + whole.slice(whole.indexOf('<imdn'))],
    ['text outside', `${whole}x`],
    ['an attribute twice', whole.replace('<imdn', '<imdn a="1" a="2"')],
    ['an attribute without quotes', whole.replace('<imdn', '<imdn a=1')],
    ['a prefix of nobody', whole.replace('<status>', '<q:status>').replace('</status>', '</q:status>')],
    ['too deep a nest', '<a>'.repeat(20) + '</a>'.repeat(20)],
    ['too many elements', `<imdn>${'<a/>'.repeat(300)}</imdn>`],
    ['too long a document', `<imdn>${' '.repeat(20_000)}</imdn>`],
    ['a comment without end', '<imdn><!--'],
    ['a CDATA without end', '<imdn><![CDATA[ '],
    ['a PI without end', '<?xml '],
    ['a tag without end', '<imdn a="1" '],
  ])('is none in %s', (_what, document) => expect(parseImdn(document)).toBeUndefined())

  it('goes in an envelope that says what it is', () => {
    const envelope = {
      from: '<sip:bob@example.com>',
      to: '<sip:alice@example.com>',
      messageId: 'd834jied93rf',
      dateTime: '2026-01-02T03:04:05Z',
      recordRoutes: ['<im:ofc@example.com>'],
    }
    const read = parseCpim(writeImdnMessage(envelope, { kind: 'delivery', status: 'delivered', ...facts }))!
    expect(cpimHeader(read, cpimNamespace, 'To')).toBe(envelope.to)
    expect(cpimHeader(read, imdnNamespace, 'IMDN-Route')).toBe('<im:ofc@example.com>')
    expect(imdnRequest(read)).toMatchObject({ messageId: 'd834jied93rf', wishes: [] })
    expect(read.contentFields).toEqual([
      { name: 'content-type', value: 'message/imdn+xml' },
      { name: 'content-disposition', value: 'notification' },
    ])
    expect(parseImdn(Buffer.from(read.body).toString())).toMatchObject({ status: 'delivered', messageId: '34jk324j' })
  })
})

describe('readXml', () => {
  it('reads anything without throwing, and in time with its length', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      'xmlns',
      ':',
      '="',
      '"',
      "'",
      '&',
      '#',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      ' ',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 60 }).map((each) => each.join('')),
        ),
        (document) => {
          readXml(document)
        },
      ),
    )
    const from = process.hrtime.bigint()
    for (const piece of ['<a ', ' ', '<a', 'a', '<a b=', '&', '&#', '<!--', '<a xmlns:a=""', '<a/>', ':a']) {
      readXml(`<a>${piece.repeat(16_000 / piece.length)}`)
      readXml(`<${piece.repeat(16_000 / piece.length)}`)
    }
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeLessThan(500)
  })
})
