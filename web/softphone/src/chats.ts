// Conversations and what became of their messages, as plain values: each function gives a new one. Pure; bounded.
import type { Peer } from './peer.js'

/**
 * `waiting`: to be sent; `sending`: handed to the network; `sent`: the switch has it; `unsure`: handed to the network, and the
 * answer never came, so that it may have arrived or not.
 */
export type OutState = 'waiting' | 'sending' | 'unsure' | 'sent' | 'delivered' | 'failed'

export interface ChatMessage {
  readonly id: string
  readonly text: string
  /** Wall time. */
  readonly atMs: number
  /** Of messages that we sent; undefined for those that came. */
  readonly out?: OutState
  /** Why it failed, in words. */
  readonly why?: string
}

export interface Conversation extends Peer {
  /** In the order in which they came and were written. */
  readonly messages: readonly ChatMessage[]
  readonly unread: number
}

/** The conversation where something happened last comes first. */
export type Chats = readonly Conversation[]

/** What is kept at most; beyond it the oldest goes. */
export const bounds = { conversations: 100, messages: 300, chars: 1_000_000 } as const

/** A message came. One that is there already changes nothing. */
export function withReceived(chats: Chats, peer: Peer, message: ChatMessage, isRead: boolean): Chats {
  const before = chats.find(({ key }) => key === peer.key)
  if (before?.messages.some((each) => each.id === message.id) === true) return chats
  const unread = isRead ? 0 : (before?.unread ?? 0) + 1
  // The way back that the user chose, or learned first, stays.
  return withFirst(chats, { ...(before ?? withoutMessages(peer)), unread }, message)
}

/** A message was written: it waits to be sent. */
export function withWritten(chats: Chats, peer: Peer, message: ChatMessage): Chats {
  const before = chats.find(({ key }) => key === peer.key) ?? withoutMessages(peer)
  return withFirst(chats, before, { ...message, out: 'waiting' })
}

/** Which states may follow one; a notification can overtake the answer. */
const later: Readonly<Record<OutState, readonly OutState[]>> = {
  waiting: ['sending'],
  sending: ['waiting', 'unsure', 'sent', 'delivered', 'failed'],
  unsure: ['waiting', 'sent', 'delivered', 'failed'],
  sent: ['delivered', 'failed'],
  delivered: [],
  failed: ['waiting', 'delivered'],
}

/** Something became of a message of ours; what cannot be any more changes nothing. */
export function withState(chats: Chats, id: string, state: OutState, why?: string): Chats {
  return chats.map((chat) => {
    const at = chat.messages.findLastIndex((each) => each.id === id)
    const message = chat.messages[at]
    if (message?.out === undefined || !later[message.out].includes(state)) return chat
    const { why: _before, ...rest } = message
    return { ...chat, messages: chat.messages.with(at, { ...rest, out: state, ...(why !== undefined && { why }) }) }
  })
}

export function withRead(chats: Chats, key: string): Chats {
  return chats.some((chat) => chat.key === key && chat.unread > 0)
    ? chats.map((chat) => (chat.key === key ? { ...chat, unread: 0 } : chat))
    : chats
}

export function without(chats: Chats, key: string): Chats {
  return chats.filter((chat) => chat.key !== key)
}

/** After a reload: nobody waits for the answers any more. */
export function withoutAnswers(chats: Chats): Chats {
  return chats.map((chat) => ({
    ...chat,
    messages: chat.messages.map((each) => (each.out === 'sending' ? { ...each, out: 'unsure' as const } : each)),
  }))
}

/** What can be sent now: the oldest waiting message of each conversation of which none is under way (RFC 3428 §8). */
export function nextToSend(chats: Chats): readonly { readonly chat: Conversation; readonly message: ChatMessage }[] {
  return chats.flatMap((chat) => {
    if (chat.messages.some(({ out }) => out === 'sending')) return []
    const message = chat.messages.find(({ out }) => out === 'waiting')
    return message === undefined ? [] : [{ chat, message }]
  })
}

export function unreadOf(chats: Chats): number {
  return chats.reduce((sum, { unread }) => sum + unread, 0)
}

/** The same within the bounds. */
export function bounded(chats: Chats): Chats {
  let left = bounds.chars
  return chats.slice(0, bounds.conversations).map((chat) => {
    const kept: ChatMessage[] = []
    for (const message of chat.messages.slice(-bounds.messages).reverse()) {
      left -= message.text.length
      if (left < 0) break
      kept.unshift(message)
    }
    return kept.length === chat.messages.length ? chat : { ...chat, messages: kept }
  })
}

function withFirst(chats: Chats, chat: Conversation, message: ChatMessage): Chats {
  return bounded([{ ...chat, messages: [...chat.messages, message] }, ...without(chats, chat.key)])
}

function withoutMessages({ key, uri, title }: Peer): Conversation {
  return { key, uri, title, messages: [], unread: 0 }
}
