// Whoever is logged in: the list, and one conversation; beside each other where there is room. The address bar says which.
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Domains, Peer } from '../peer.js'
import type { Softphone } from '../softphone.js'
import { ConversationList } from './conversation-list.js'
import { LineNotice } from './line-notice.js'
import { NewMessage } from './new-message.js'
import { chatHash, readHash } from './shown.js'
import { Thread } from './thread.js'

export interface MessagesProps {
  readonly phone: Softphone
  /** user@domain */
  readonly account: string
  readonly domains: Domains
  readonly onLogOut: (isForgotten: boolean) => void
}

export function Messages({ phone, account, domains, onLogOut }: MessagesProps): VNode {
  const [shown, setShown] = useState(() => readHash(location.hash))
  // Somebody to whom nothing was written yet.
  const [stranger, setStranger] = useState<Peer>()
  const { chats, line, unread, isKept } = phone.view
  const key = shown.kind === 'chat' ? shown.key : undefined
  useEffect(() => {
    const follow = (): void => setShown(readHash(location.hash))
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => phone.open(key), [phone, key])
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Messages` : 'Messages'
  }, [unread])

  const chat = chats.find((each) => each.key === key)
  const peer = chat ?? (stranger?.key === key ? stranger : undefined)
  const isAside = shown.kind === 'new' || peer !== undefined
  const close = (): void => {
    location.hash = ''
  }
  return (
    <div class={isAside ? 'messages aside' : 'messages'}>
      <LineNotice line={line} isKept={isKept} onRetry={() => phone.wake()} />
      <ConversationList chats={chats} open={key} account={account} line={line} onLogOut={onLogOut} />
      {shown.kind === 'new' ? (
        <NewMessage
          domains={domains}
          onClose={close}
          onPeer={(typed) => {
            setStranger(typed)
            location.replace(chatHash(typed.key))
          }}
        />
      ) : peer === undefined ? (
        <main class="empty">
          <p>{chats.length === 0 ? 'No messages yet.' : 'Choose a conversation.'}</p>
          <a class="button" href="#new">
            New message
          </a>
        </main>
      ) : (
        <Thread
          key={peer.key}
          peer={peer}
          messages={chat?.messages ?? []}
          onClose={close}
          onWrite={(text) => phone.write(peer, text)}
          onAgain={(id) => phone.again(id)}
          onRemove={() => {
            close()
            phone.remove(peer.key)
          }}
        />
      )}
    </div>
  )
}
