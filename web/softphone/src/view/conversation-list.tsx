// All conversations, the newest first, and who is logged in.
import type { VNode } from 'preact'
import type { ChatMessage, Chats } from '../chats.js'
import type { LineState } from '../line.js'
import { AccountMenu } from './account-menu.js'
import { chatHash } from './shown.js'
import { Tick } from './tick.js'
import { shortTime } from './times.js'

export interface ConversationListProps {
  readonly chats: Chats
  readonly open: string | undefined
  readonly account: string
  readonly line: LineState
  readonly onLogOut: (isForgotten: boolean) => void
}

export function ConversationList({ chats, open, account, line, onLogOut }: ConversationListProps): VNode {
  return (
    <nav class="list" aria-label="Conversations">
      <header>
        <h1>Messages</h1>
        <a class="button new" href="#new">
          New
        </a>
      </header>
      <ul>
        {chats.map((chat) => {
          const last = chat.messages.at(-1)
          return (
            <li key={chat.key}>
              <a href={chatHash(chat.key)} aria-current={chat.key === open ? 'page' : undefined}>
                <span class="who">{chat.title}</span>
                <span class="when">{last === undefined ? '' : shortTime(last.atMs, Date.now())}</span>
                <span class="last">
                  {last?.out === undefined ? null : <Tick state={last.out} />}
                  <span class="cut">{lastLine(last)}</span>
                </span>
                {chat.unread > 0 ? (
                  <span class="unread" role="img" aria-label={`${chat.unread} unread`}>
                    {chat.unread > 99 ? '99+' : chat.unread}
                  </span>
                ) : null}
              </a>
            </li>
          )
        })}
      </ul>
      {chats.length === 0 ? <p class="hint">Messages that you send or get are listed here.</p> : null}
      <AccountMenu account={account} line={line} onLogOut={onLogOut} />
    </nav>
  )
}

function lastLine(last: ChatMessage | undefined): string {
  return last === undefined ? '' : last.text.slice(0, 200).replace(/\s+/g, ' ')
}
