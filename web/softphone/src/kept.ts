// What the browser keeps between visits: messages by account, and who logs in if he asked for it. Reads with distrust.
import { bounded, withoutAnswers, type ChatMessage, type Chats, type Conversation, type OutState } from './chats.js'

/** As much of the browser's storage as is used here. */
export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>

const prefix = 'smswitch.softphone.1'
const chatsKey = (account: string): string => `${prefix}.chats.${account}`
const logInKey = `${prefix}.login`
const instanceKey = `${prefix}.instance`

/** Who logs in by himself; never a password, but what the password makes of this domain (RFC 7616 §3.4.2). */
export interface KeptLogIn {
  readonly user: string
  readonly domain: string
  readonly server: string
  /** Not there: the password is asked for. */
  readonly ha1?: string
}

/** Messages of an account; none where there are none or they cannot be read. */
export function loadChats(storage: Storage, account: string): Chats {
  const value = read(storage, chatsKey(account))
  return Array.isArray(value) ? withoutAnswers(bounded(value.flatMap(conversation))) : []
}

/** @returns whether they are kept now: the browser may have no room, or refuse */
export function saveChats(storage: Storage, account: string, chats: Chats): boolean {
  return write(storage, chatsKey(account), chats)
}

export function forgetChats(storage: Storage, account: string): void {
  remove(storage, chatsKey(account))
}

export function loadLogIn(storage: Storage): KeptLogIn | undefined {
  const value = read(storage, logInKey)
  if (!isRecord(value)) return undefined
  const { user, domain, server, ha1 } = value
  if (!isText(user) || !isText(domain) || !isText(server)) return undefined
  return { user, domain, server, ...(isText(ha1) && { ha1 }) }
}

export function saveLogIn(storage: Storage, logIn: KeptLogIn): void {
  write(storage, logInKey, logIn)
}

/** Which phone this is (RFC 5626 §4.1): the same at every visit, so that a new connection takes the place of the old. */
export function loadInstance(storage: Storage, make: () => string): string {
  const value = read(storage, instanceKey)
  if (isText(value) && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value
  const made = make()
  write(storage, instanceKey, made)
  return made
}

const outStates: ReadonlySet<unknown> = new Set<OutState>([
  'waiting',
  'sending',
  'unsure',
  'sent',
  'delivered',
  'failed',
])

function conversation(value: unknown): readonly Conversation[] {
  if (!isRecord(value) || !Array.isArray(value['messages'])) return []
  const { key, uri, title, unread } = value
  if (!isText(key) || !isText(uri) || !isText(title) || typeof unread !== 'number') return []
  const messages = (value['messages'] as readonly unknown[]).flatMap(chatMessage)
  return [{ key, uri, title, unread, messages }]
}

function chatMessage(value: unknown): readonly ChatMessage[] {
  if (!isRecord(value)) return []
  const { id, text, atMs, out, why } = value
  if (!isText(id) || typeof text !== 'string' || typeof atMs !== 'number') return []
  const isOut = outStates.has(out)
  return [{ id, text, atMs, ...(isOut && { out: out as OutState }), ...(isText(why) && { why }) }]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1024
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function read(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null')
  } catch {
    return undefined
  }
}

function write(storage: Storage, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}

function remove(storage: Storage, key: string): void {
  try {
    storage.removeItem(key)
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
