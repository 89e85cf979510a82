// Bodies as this page writes and reads them.
import { describe, expect, it } from 'vitest'
import { readCpim, writeCpim } from './cpim.js'
import { readIncoming } from './incoming.js'

const sent = {
  from: 'sip:alice@sip.example.com',
  to: 'sip:+12025550123@sms.example.com',
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  messageId: 'm1',
  text: 'Zwei Zeilen\r\n\r\nfür dich 🙂',
}

const notice = (inner: string, prefix = ''): string =>
  `<?xml version="1.0"?>\n<${prefix}imdn xmlns${prefix === '' ? '' : ':i'}="urn:ietf:params:xml:ns:imdn">` +
  `<${prefix}message-id>m1</${prefix}message-id>${inner}</${prefix}imdn>`
const delivered = notice('<delivery-notification><status><delivered/></status></delivery-notification>')

describe('message/cpim', () => {
  it('comes back as it was written', () => {
    expect(readCpim(writeCpim(sent))).toEqual({
      messageId: 'm1',
      atMs: sent.atMs,
      contentType: 'text/plain; charset=utf-8',
      body: sent.text,
    })
  })

  it('may have another prefix, LF alone, and names in any case', () => {
    const text = 'ns: N1 <urn:ietf:params:imdn>\nn1.MESSAGE-id: 7\n\ncontent-TYPE: text/plain\n\nhello'
    expect(readIncoming('Message/CPIM', text)).toEqual({ kind: 'text', text: 'hello', id: '7', atMs: undefined })
  })

  it.each([
    '',
    'From: <sip:a@b>',
    'From: <sip:a@b>\r\n\r\n',
    'no colon\r\n\r\n\r\nx',
    'a: b\r\n'.repeat(80) + '\r\n\r\nx',
  ])('broken ones are refused: %j', (body) =>
    expect(readIncoming('message/cpim', body)).toEqual({ kind: 'unsupported' }),
  )
})

describe('what comes', () => {
  it.each([undefined, '', 'text/plain', 'TEXT/Plain; charset=UTF-8'])('%j is text', (type) => {
    expect(readIncoming(type, 'hi <b>')).toEqual({ kind: 'text', text: 'hi <b>', id: undefined, atMs: undefined })
  })

  it.each(['text/html', 'application/im-iscomposing+xml', 'multipart/mixed'])('%s is refused', (type) => {
    expect(readIncoming(type, 'x')).toEqual({ kind: 'unsupported' })
  })

  it('a notification is read alone and in its envelope', () => {
    const envelope = `From: <sip:b@x>\r\n\r\nContent-Type: message/imdn+xml\r\n\r\n${delivered}`
    const read = { kind: 'notice', messageId: 'm1', state: 'delivered' }
    expect(readIncoming('message/imdn+xml', delivered)).toEqual(read)
    expect(readIncoming('message/cpim', envelope)).toEqual(read)
  })

  it.each([
    ['<delivery-notification><status><failed/></status></delivery-notification>', 'failed'],
    ['<delivery-notification><status><forbidden/></status></delivery-notification>', 'failed'],
    ['<delivery-notification><status><error/></status></delivery-notification>', 'failed'],
    ['<display-notification><status><displayed/></status></display-notification>', 'delivered'],
  ])('%s means %s', (inner, state) => {
    expect(readIncoming('message/imdn+xml', notice(inner))).toEqual({ kind: 'notice', messageId: 'm1', state })
  })

  it('prefixes of XML do not matter', () => {
    const inner = '<i:delivery-notification><i:status><i:delivered/></i:status></i:delivery-notification>'
    expect(readIncoming('message/imdn+xml', notice(inner, 'i:'))).toMatchObject({ state: 'delivered' })
  })

  it('other notifications are taken and do nothing', () => {
    const inner = '<processing-notification><status><stored/></status></processing-notification>'
    expect(readIncoming('message/imdn+xml', notice(inner))).toEqual({ kind: 'nothing' })
  })

  it.each(['', '<imdn/>', 'x', '<!DOCTYPE imdn><imdn/>', notice('<a>')])('%j is no notification', (body) => {
    expect(readIncoming('message/imdn+xml', body)).toEqual({ kind: 'unsupported' })
  })
})
