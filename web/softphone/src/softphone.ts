// Somebody who is logged in: his conversations, his line, and what he does with them. Knows no screen and no WebSocket.
import {
  nextToSend,
  unreadOf,
  withRead,
  withReceived,
  withState,
  without,
  withWritten,
  type ChatMessage,
  type Chats,
  type Conversation,
} from './chats.js'
import { writeCpim } from './cpim.js'
import { readIncoming } from './incoming.js'
import type { LineState, LineUser } from './line.js'
import type { Answer, Closing, Outgoing, Received } from './link.js'
import { heardPeer, type Domains, type Peer } from './peer.js'
import { refusalText } from './refusals.js'

/** What is shown. */
export interface SoftphoneView {
  readonly line: LineState
  readonly chats: Chats
  /** Key of the conversation that is open. */
  readonly open: string | undefined
  readonly unread: number
  /** Whether the browser keeps the messages. */
  readonly isKept: boolean
}

/** What a softphone needs of a line. */
export interface SoftphoneLine {
  readonly state: LineState
  open(): void
  wake(): void
  send(message: Outgoing, onAnswer: (answer: Answer) => void): void
  close(how: Closing): Promise<void>
}

export interface SoftphonePorts {
  readonly makeLine: (user: LineUser) => SoftphoneLine
  /** Wall time. */
  readonly now: () => number
  readonly newId: () => string
  /** @returns whether they are kept */
  readonly keep: (chats: Chats) => boolean
  /** Whether somebody looks at the page. */
  readonly isSeen: () => boolean
  readonly onChange: () => void
}

/** Characters of one message: ten segments in letters of any kind. */
export const longestText = 670

export class Softphone {
  readonly #address: string
  readonly #domains: Domains
  readonly #ports: SoftphonePorts
  readonly #line: SoftphoneLine
  #chats: Chats
  #open: string | undefined
  #isKept = true

  /** @param user the user's name in `domains.own` */
  constructor(user: string, domains: Domains, kept: Chats, ports: SoftphonePorts) {
    this.#address = `sip:${user}@${domains.own}`
    this.#domains = domains
    this.#chats = kept
    this.#ports = ports
    this.#line = ports.makeLine({
      onState: (state) => {
        if (state.kind === 'online') this.#sendNext()
        ports.onChange()
      },
      onMessage: (received) => this.#take(received),
    })
    this.#line.open()
  }

  get view(): SoftphoneView {
    const chats = this.#chats
    return { line: this.#line.state, chats, open: this.#open, unread: unreadOf(chats), isKept: this.#isKept }
  }

  /** Shows a conversation, or none. */
  open(key: string | undefined): void {
    this.#open = key
    this.seen()
    this.#ports.onChange()
  }

  /** Somebody looks: what is open is read. */
  seen(): void {
    if (this.#open !== undefined && this.#ports.isSeen()) this.#set(withRead(this.#chats, this.#open))
  }

  /** Writes a message; it is sent as soon as there is a connection and those before it are through. */
  write(peer: Peer, text: string): void {
    const message: ChatMessage = { id: this.#ports.newId(), text, atMs: this.#ports.now() }
    this.#set(withWritten(this.#chats, peer, message))
    this.#sendNext()
  }

  /** Sends once more what failed or may not have arrived. */
  again(id: string): void {
    this.#set(withState(this.#chats, id, 'waiting'))
    this.#sendNext()
  }

  remove(key: string): void {
    if (this.#open === key) this.#open = undefined
    this.#set(without(this.#chats, key))
  }

  /** Tries to connect now. */
  wake(): void {
    this.#line.wake()
  }

  close(how: Closing): Promise<void> {
    return this.#line.close(how)
  }

  #sendNext(): void {
    if (this.#line.state.kind !== 'online') return
    for (const { chat, message } of nextToSend(this.#chats)) this.#send(chat, message)
  }

  #send(chat: Conversation, { id, text, atMs }: ChatMessage): void {
    this.#set(withState(this.#chats, id, 'sending'))
    const body = writeCpim({ from: this.#address, to: chat.uri, atMs, messageId: id, text })
    this.#line.send({ uri: chat.uri, contentType: 'message/cpim', body }, (answer) => {
      this.#answered(id, answer)
      // A connection that was lost just now comes back by its own.
      if (answer.kind !== 'lost') this.#sendNext()
    })
  }

  #answered(id: string, answer: Answer): void {
    if (answer.kind === 'taken') this.#set(withState(this.#chats, id, 'sent'))
    else if (answer.kind === 'refused') this.#set(withState(this.#chats, id, 'failed', refusalText(answer.status)))
    else this.#set(withState(this.#chats, id, answer.kind === 'lost' ? 'waiting' : 'unsure'))
  }

  #take(received: Received): boolean {
    const incoming = readIncoming(received.contentType, received.body)
    switch (incoming.kind) {
      case 'unsupported':
        return false
      case 'nothing':
        return true
      case 'notice': {
        const why = incoming.state === 'failed' ? 'It could not be delivered.' : undefined
        this.#set(withState(this.#chats, incoming.messageId, incoming.state, why))
        return true
      }
      case 'text': {
        const peer = heardPeer(received.user, received.host, this.#domains)
        const nowMs = this.#ports.now()
        const message: ChatMessage = {
          id: receivedId(received, incoming.id, incoming.text),
          text: incoming.text,
          // Kept for us by the switch, it may be old; a clock that is ahead is not believed.
          atMs: Math.min(incoming.atMs ?? received.atMs ?? nowMs, nowMs),
        }
        const isRead = this.#open === peer.key && this.#ports.isSeen()
        // Kept before the switch is told that we have it.
        this.#set(withReceived(this.#chats, peer, message, isRead))
        return true
      }
    }
  }

  #set(chats: Chats): void {
    if (chats === this.#chats) return
    this.#chats = chats
    this.#isKept = this.#ports.keep(chats)
    this.#ports.onChange()
  }
}

/** The same for a message that comes once more; not for another piece of it, which the switch sends in its name too. */
function receivedId({ user, host, tag }: Received, given: string | undefined, text: string): string {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return `${user}@${host} ${given ?? tag} ${text.length.toString(36)}.${(hash >>> 0).toString(36)}`.slice(-600)
}
