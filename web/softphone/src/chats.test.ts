// Conversations: order, unread, states of messages, bounds.
import { describe, expect, it } from 'vitest'
import {
  bounded,
  bounds,
  nextToSend,
  unreadOf,
  withRead,
  withReceived,
  withState,
  without,
  withoutAnswers,
  withWritten,
  type Chats,
  type OutState,
} from './chats.js'

const peer = (name: string) => ({ key: `u${name}`, uri: `sip:${name}@sip.example.com`, title: name })
const message = (id: string, text = 'hello') => ({ id, text, atMs: 1000 })
const states = (chats: Chats) => chats.flatMap((chat) => chat.messages.map(({ out }) => out))

describe('what comes', () => {
  it('puts its conversation first and counts as unread until it is read', () => {
    let chats = withReceived([], peer('bob'), message('1'), false)
    chats = withReceived(chats, peer('carol'), message('2'), false)
    chats = withReceived(chats, peer('bob'), message('3'), false)
    expect(chats.map(({ title, unread }) => [title, unread])).toEqual([
      ['bob', 2],
      ['carol', 1],
    ])
    expect(unreadOf(chats)).toBe(3)
    expect(unreadOf(withRead(chats, 'ubob'))).toBe(1)
    expect(withReceived(chats, peer('bob'), message('4'), true)[0]).toMatchObject({ unread: 0 })
  })

  it('is shown once, however often it comes', () => {
    const once = withReceived([], peer('bob'), message('1'), false)
    expect(withReceived(once, peer('bob'), message('1'), false)).toBe(once)
  })

  it('does not change the way back', () => {
    const chats = withReceived([], { ...peer('bob'), uri: 'sip:bob@first' }, message('1'), false)
    expect(withReceived(chats, peer('bob'), message('2'), false)[0]).toMatchObject({ uri: 'sip:bob@first' })
  })
})

describe('what is sent', () => {
  it('goes one by one in each conversation, and side by side to several', () => {
    let chats = withWritten([], peer('bob'), message('1'))
    chats = withWritten(chats, peer('bob'), message('2'))
    chats = withWritten(chats, peer('carol'), message('3'))
    expect(nextToSend(chats).map((each) => each.message.id)).toEqual(['3', '1'])
    chats = withState(chats, '1', 'sending')
    expect(nextToSend(chats).map((each) => each.message.id)).toEqual(['3'])
    chats = withState(chats, '1', 'sent')
    expect(nextToSend(chats).map((each) => each.message.id)).toEqual(['3', '2'])
  })

  it.each<[OutState[], OutState]>([
    [['sending', 'sent', 'delivered'], 'delivered'],
    [['sending', 'delivered', 'sent'], 'delivered'],
    [['sending', 'delivered', 'failed'], 'delivered'],
    [['sending', 'sent', 'failed'], 'failed'],
    [['sending', 'sent', 'failed', 'delivered'], 'delivered'],
    [['sending', 'unsure', 'delivered'], 'delivered'],
    [['sending', 'unsure', 'waiting'], 'waiting'],
    [['sending', 'failed', 'waiting', 'sending'], 'sending'],
    [['sent'], 'waiting'],
  ])('%j leaves it %s', (told, is) => {
    const chats = told.reduce((now, state) => withState(now, '1', state), withWritten([], peer('bob'), message('1')))
    expect(states(chats)).toEqual([is])
  })

  it('says why it failed, until it is tried again', () => {
    const sending = withState(withWritten([], peer('bob'), message('1')), '1', 'sending')
    const failed = withState(sending, '1', 'failed', 'No credit left.')
    expect(failed[0]?.messages[0]).toEqual({ ...message('1'), out: 'failed', why: 'No credit left.' })
    expect(withState(failed, '1', 'waiting')[0]?.messages[0]).toEqual({ ...message('1'), out: 'waiting' })
  })

  it('is unsure after a reload if the answer was not there', () => {
    const sending = withState(withWritten([], peer('bob'), message('1')), '1', 'sending')
    expect(states(withoutAnswers(withWritten(sending, peer('bob'), message('2'))))).toEqual(['unsure', 'waiting'])
  })

  it('nothing happens to what came, or to what is not there', () => {
    const chats = withReceived([], peer('bob'), message('1'), false)
    expect(withState(chats, '1', 'sent')).toEqual(chats)
    expect(withState(chats, '9', 'sent')).toEqual(chats)
  })
})

describe('bounds', () => {
  it('the oldest messages of a conversation go', () => {
    let chats: Chats = []
    for (let i = 0; i < bounds.messages + 5; i++) chats = withReceived(chats, peer('bob'), message(String(i)), false)
    expect(chats[0]?.messages.length).toBe(bounds.messages)
    expect(chats[0]?.messages[0]?.id).toBe('5')
  })

  it('the oldest conversations go', () => {
    let chats: Chats = []
    for (let i = 0; i < bounds.conversations + 5; i++) chats = withReceived(chats, peer(`p${i}`), message('1'), false)
    expect(chats.length).toBe(bounds.conversations)
    expect(chats.at(-1)?.title).toBe('p5')
  })

  it('texts are bounded in all, the newest conversation first', () => {
    const long = 'x'.repeat(bounds.chars / 2)
    const chats = ['a', 'b', 'c'].reduce<Chats>(
      (now, name) => withReceived(now, peer(name), message(name, long), false),
      [],
    )
    expect(bounded(chats).map(({ messages }) => messages.length)).toEqual([1, 1, 0])
  })

  it('a conversation can be deleted', () => {
    expect(without(withReceived([], peer('bob'), message('1'), false), 'ubob')).toEqual([])
  })
})
