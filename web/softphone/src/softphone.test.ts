// A softphone over a line that is pretended: what is sent when, what comes, what is kept.
import { describe, expect, it } from 'vitest'
import type { Chats } from './chats.js'
import { readCpim } from './cpim.js'
import type { LineState, LineUser } from './line.js'
import type { Answer, Outgoing, Received } from './link.js'
import { typedPeer } from './peer.js'
import { Softphone } from './softphone.js'

const domains = { own: 'sip.example.com', numbers: 'sms.example.com' }
const bob = typedPeer('bob', domains)!

function rig(kept: Chats = []) {
  const sent: { message: Outgoing; answer: (answer: Answer) => void }[] = []
  const saved: Chats[] = []
  let state: LineState = { kind: 'connecting' }
  let user: LineUser | undefined
  let isSeen = true
  let ids = 0
  const phone = new Softphone('alice', domains, kept, {
    makeLine(lineUser) {
      user = lineUser
      return {
        get state() {
          return state
        },
        open: () => undefined,
        wake: () => undefined,
        send: (message, answer) => void sent.push({ message, answer }),
        close: async () => undefined,
      }
    },
    now: () => 5000,
    newId: () => `m${++ids}`,
    keep: (chats) => saved.push(chats) < 100,
    isSeen: () => isSeen,
    onChange: () => undefined,
  })
  const become = (kind: 'online' | 'offline'): void => {
    state = { kind }
    user!.onState(state)
  }
  const receive = (text: string, more: Partial<Received> = {}): boolean =>
    user!.onMessage({
      user: 'bob',
      host: 'sip.example.com',
      contentType: 'text/plain;charset=UTF-8',
      body: text,
      tag: `t${++ids}`,
      atMs: undefined,
      ...more,
    })
  const states = () => phone.view.chats.flatMap(({ messages }) => messages.map(({ out }) => out))
  return { phone, sent, saved, become, receive, states, look: (seen: boolean) => (isSeen = seen) }
}

const notice = (id: string, word: string): Partial<Received> => ({
  contentType: 'message/imdn+xml',
  body:
    `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>${id}</message-id>` +
    `<delivery-notification><status><${word}/></status></delivery-notification></imdn>`,
})

describe('sending', () => {
  it('waits for the line, then goes one by one, and ticks', () => {
    const { phone, sent, become, receive, states } = rig()
    phone.write(bob, 'one')
    phone.write(bob, 'two')
    expect(states()).toEqual(['waiting', 'waiting'])
    become('online')
    expect(states()).toEqual(['sending', 'waiting'])
    expect(sent[0]!.message).toMatchObject({ uri: 'sip:bob@sip.example.com', contentType: 'message/cpim' })
    expect(readCpim(sent[0]!.message.body)).toMatchObject({ messageId: 'm1', body: 'one', atMs: 5000 })
    receive('', notice('m1', 'delivered'))
    sent[0]!.answer({ kind: 'taken' })
    expect(states()).toEqual(['delivered', 'sending'])
    sent[1]!.answer({ kind: 'taken' })
    receive('', notice('m2', 'failed'))
    expect(phone.view.chats[0]!.messages[1]).toMatchObject({ out: 'failed', why: 'It could not be delivered.' })
  })

  it('a refusal says why, and the next goes on', () => {
    const { phone, sent, become, states } = rig()
    become('online')
    phone.write(bob, 'one')
    phone.write(bob, 'two')
    sent[0]!.answer({ kind: 'refused', status: 402 })
    expect(phone.view.chats[0]!.messages[0]).toMatchObject({ out: 'failed', why: 'No credit left. (402)' })
    expect(states()).toEqual(['failed', 'sending'])
  })

  it('what was not sent waits, what may have been sent is for the user to send again', () => {
    const { phone, sent, become, states } = rig()
    become('online')
    phone.write(bob, 'one')
    become('offline')
    sent[0]!.answer({ kind: 'lost' })
    expect(states()).toEqual(['waiting'])
    become('online')
    become('offline')
    sent[1]!.answer({ kind: 'unsure' })
    expect(states()).toEqual(['unsure'])
    become('online')
    expect(sent.length).toBe(2)
    phone.again('m1')
    expect(sent.length).toBe(3)
  })
})

describe('receiving', () => {
  it('counts what nobody looked at', () => {
    const { phone, receive, look } = rig()
    receive('one')
    phone.open(bob.key)
    expect(phone.view.unread).toBe(0)
    receive('two')
    expect(phone.view.unread).toBe(0)
    look(false)
    receive('three')
    expect(phone.view.unread).toBe(1)
    look(true)
    phone.seen()
    expect(phone.view.unread).toBe(0)
  })

  it('keeps a message before it is answered, once', () => {
    const { phone, receive, saved } = rig()
    expect(receive('one', { tag: 'a' })).toBe(true)
    expect(saved.at(-1)).toEqual(phone.view.chats)
    expect(receive('one', { tag: 'a' })).toBe(true)
    expect(saved.length).toBe(1)
    // The second piece of it.
    expect(receive('two', { tag: 'a' })).toBe(true)
    expect(phone.view.chats[0]!.messages.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('refuses what it cannot show', () => {
    const { phone, receive } = rig()
    expect(receive('<p>', { contentType: 'text/html' })).toBe(false)
    expect(phone.view.chats).toEqual([])
  })

  it('shows when a kept message was sent, but no future', () => {
    const { phone, receive } = rig()
    receive('old', { atMs: 1000 })
    receive('new', { atMs: 9000 })
    expect(phone.view.chats[0]!.messages.map(({ atMs }) => atMs)).toEqual([1000, 5000])
  })

  it('a number is one conversation, whichever way it comes', () => {
    const { phone, receive } = rig()
    phone.write(typedPeer('12025550123', domains)!, 'hello')
    receive('hi', { user: '+12025550123', host: 'sms.example.com' })
    expect(phone.view.chats.length).toBe(1)
  })
})

it('says so when the browser keeps nothing', () => {
  const { phone, receive, saved } = rig()
  saved.length = 100
  receive('one')
  expect(phone.view.isKept).toBe(false)
})
