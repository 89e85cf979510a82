// What the browser keeps, and what it makes of storage that is broken, full or foreign.
import { expect, it } from 'vitest'
import { withReceived, withState, withWritten } from './chats.js'
import { forgetChats, loadChats, loadInstance, loadLogIn, saveChats, saveLogIn, type Storage } from './kept.js'

function memory(): Storage & { readonly all: Map<string, string> } {
  const all = new Map<string, string>()
  return {
    all,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
  }
}

const refusing: Storage = {
  getItem: () => {
    throw new Error('no')
  },
  setItem: () => {
    throw new Error('full')
  },
  removeItem: () => {
    throw new Error('no')
  },
}

const bob = { key: 'ubob', uri: 'sip:bob@x', title: 'bob' }

it('messages come back, those without an answer as unsure', () => {
  const storage = memory()
  let chats = withReceived([], bob, { id: '1', text: '', atMs: 5 }, false)
  chats = withState(withWritten(chats, bob, { id: '2', text: 'hello', atMs: 6 }), '2', 'sending')
  expect(saveChats(storage, 'alice@x', chats)).toBe(true)
  expect(loadChats(storage, 'alice@x')).toEqual([
    {
      ...bob,
      unread: 1,
      messages: [
        { id: '1', text: '', atMs: 5 },
        { id: '2', text: 'hello', atMs: 6, out: 'unsure' },
      ],
    },
  ])
  expect(loadChats(storage, 'carol@x')).toEqual([])
  forgetChats(storage, 'alice@x')
  expect(storage.all.size).toBe(0)
})

it.each(['{', '7', '[7]', '[{"key":"a"}]', '[{"key":"a","uri":"u","title":"t","unread":0,"messages":7}]'])(
  'broken storage is none: %s',
  (text) => {
    const storage = memory()
    saveChats(storage, 'alice@x', [])
    for (const key of storage.all.keys()) storage.all.set(key, text)
    expect(loadChats(storage, 'alice@x')).toEqual([])
    expect(loadLogIn({ ...storage, getItem: () => text })).toBeUndefined()
  },
)

it('a broken message does not take the others with it', () => {
  const messages = [{ id: '1', text: 'a', atMs: 1, out: 'eaten' }, { id: 2 }, null]
  const text = JSON.stringify([{ ...bob, unread: 0, messages }])
  const chats = loadChats({ ...memory(), getItem: () => text }, 'alice@x')
  expect(chats[0]?.messages).toEqual([{ id: '1', text: 'a', atMs: 1 }])
})

it('a browser that keeps nothing is no failure', () => {
  expect(loadChats(refusing, 'alice@x')).toEqual([])
  expect(saveChats(refusing, 'alice@x', [])).toBe(false)
  expect(() => forgetChats(refusing, 'alice@x')).not.toThrow()
  expect(loadInstance(refusing, () => 'made')).toBe('made')
})

it('the log-in and the name of the phone stay', () => {
  const storage = memory()
  const logIn = { user: 'alice', domain: 'x', server: 'ws://x' }
  saveLogIn(storage, logIn)
  expect(loadLogIn(storage)).toEqual(logIn)
  saveLogIn(storage, { ...logIn, ha1: 'abc' })
  expect(loadLogIn(storage)).toEqual({ ...logIn, ha1: 'abc' })
  const uuid = '00000000-0000-4000-8000-000000000001'
  expect(loadInstance(storage, () => uuid)).toBe(uuid)
  expect(loadInstance(storage, () => 'another')).toBe(uuid)
})
