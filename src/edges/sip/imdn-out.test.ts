import { describe, expect, it } from 'vitest'
import { isFinal, messageStates, type MessageState } from '../../message/state.js'
import { cpimHeader, cpimNamespace, imdnNamespace, imdnStatuses, parseCpim, parseImdn } from '../../sip/index.js'
import { echoText, readEcho } from './echo-text.js'
import { headOctets, messageRequest } from './egress.js'
import { imdnLetter, noticeByState } from './imdn-out.js'
import { receiptOf } from './sip-user-rig.suite.js'

const bob = { aor: 'sip:bob@sip.example.com', domain: 'sip.example.com' }
const to = 'sip:+15551230002@sms.example.com'
const echo = { messageId: 'Msg34jk324j', to, dateTime: '2026-11-22T12:00:00-05:00', recordRoutes: ['<sip:b2b@x>'] }

function notice(text: string | undefined, state: MessageState = 'DELIVERED') {
  const letter = imdnLetter(receiptOf('00000001000000ab', text, state), bob, 3)
  const cpim = letter && parseCpim(letter.body)
  return { letter, cpim, imdn: cpim && parseImdn(Buffer.from(cpim.body).toString()) }
}

describe('a receipt for a SIP user', () => {
  it('is a notification in its envelope', () => {
    const { letter, cpim, imdn } = notice(echoText(echo))
    expect(letter).toMatchObject({ from: to, to: bob.aor, contentType: 'message/cpim', text: undefined })
    expect(letter?.callId).toBe('00000001000000ab.3@sip.example.com')
    const header = (namespace: string, name: string) => cpim && cpimHeader(cpim, namespace, name)
    expect(header(cpimNamespace, 'From')).toBe(`<${to}>`)
    expect(header(cpimNamespace, 'To')).toBe(`<${bob.aor}>`)
    expect(header(imdnNamespace, 'Message-ID')).toBe('00000001000000ab')
    expect(header(imdnNamespace, 'IMDN-Route')).toBe('<sip:b2b@x>')
    expect(header(imdnNamespace, 'Disposition-Notification')).toBeUndefined()
    expect(imdn).toEqual({
      kind: 'delivery',
      status: 'delivered',
      messageId: 'Msg34jk324j',
      dateTime: '2026-11-22T12:00:00-05:00',
      recipientUri: to,
      originalRecipientUri: '',
    })
  })

  it.each(Object.keys(messageStates) as MessageState[])('says %s in words that there are', (state) => {
    const { kind, status } = noticeByState[state]
    expect(imdnStatuses[kind]).toContain(status)
    expect(kind === 'delivery').toBe(isFinal(state))
    expect(status === 'delivered').toBe(state === 'DELIVERED')
    expect(notice(echoText(echo), state).imdn).toMatchObject({ kind, status })
  })

  it('says when the message was accepted where its sender said nothing', () => {
    expect(notice(echoText({ ...echo, dateTime: '' })).imdn?.dateTime).toBe('2026-11-22T12:00:00.000Z')
  })

  it.each([undefined, '', 'x', '[1,2,3]', '["a"]', '{}'])(
    'is none where the message came in another way (%j)',
    (text) => expect(notice(text).letter).toBeUndefined(),
  )

  it('fits a datagram', () => {
    const { letter } = notice(echoText({ ...echo, recordRoutes: [], messageId: 'm'.repeat(36) }))
    const contact = { contact: `sip:bob@192.0.2.1:50600;transport=udp;ob`, path: [] }
    const request = messageRequest(letter!, contact, letter!.body, '')
    expect(headOctets(request) + letter!.body.length).toBeLessThan(1300)
  })
})

describe('an echo', () => {
  it.each([
    { messageId: 'a\n"b"', to: 'sip:ü@x', dateTime: '', recordRoutes: [] },
    { messageId: 'a', to: 'tel:1', dateTime: 'x', recordRoutes: ['<sip:1@x>', '<sip:2@x>'] },
  ])('comes out as it went in', (each) => expect(readEcho(echoText(each))).toEqual(each))

  it('has no more routes than fit', () => {
    const recordRoutes = Array.from({ length: 16 }, (_, i) => `<sip:${'x'.repeat(400)}${i}@x>`)
    const read = readEcho(echoText({ ...echo, recordRoutes }))
    expect(read?.messageId).toBe(echo.messageId)
    expect(read?.recordRoutes).toEqual(recordRoutes.slice(0, 4))
  })
})
