// One conversation: its messages by day, and the line to write in.
import { Fragment, type VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ChatMessage } from '../chats.js'
import type { Peer } from '../peer.js'
import { BackButton } from './back-button.js'
import { Composer } from './composer.js'
import { stateWords, Tick } from './tick.js'
import { dayOf, timeOf } from './times.js'

export interface ThreadProps {
  readonly peer: Peer
  readonly messages: readonly ChatMessage[]
  readonly onClose: () => void
  readonly onWrite: (text: string) => void
  readonly onAgain: (id: string) => void
  readonly onRemove: () => void
}

/** Who is nearer to the end than that follows what comes. */
const nearPixels = 120

export function Thread({ peer, messages, onClose, onWrite, onAgain, onRemove }: ThreadProps): VNode {
  const log = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const count = messages.length
  // A focus in the line to write in would bring up the keyboard of a phone, over what is to be read.
  const hasKeyboard = window.matchMedia('(hover: hover)').matches
  useEffect(() => {
    if (!hasKeyboard) log.current?.focus()
  }, [hasKeyboard])
  useLayoutEffect(() => {
    const box = log.current
    if (box !== null && follows.current) box.scrollTop = box.scrollHeight
  }, [count])
  return (
    <main class="thread">
      <header>
        <BackButton onClose={onClose} />
        <h2 class="cut">{peer.title}</h2>
        {count > 0 ? <RemoveButton onRemove={onRemove} /> : null}
      </header>
      <div
        class="log"
        ref={log}
        role="log"
        aria-label={`Messages with ${peer.title}`}
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearPixels
        }}
      >
        {messages.map((message, index) => {
          const day = dayOf(message.atMs)
          const before = messages[index - 1]
          const isNewDay = before === undefined || dayOf(before.atMs) !== day
          return (
            <Fragment key={message.id}>
              {isNewDay ? <p class="day">{day}</p> : null}
              <Bubble message={message} onAgain={onAgain} />
            </Fragment>
          )
        })}
      </div>
      <Composer
        title={peer.title}
        takesFocus={hasKeyboard}
        onWrite={(text) => {
          follows.current = true
          onWrite(text)
        }}
      />
    </main>
  )
}

/** Asks once more: what is gone is gone. */
function RemoveButton({ onRemove }: { readonly onRemove: () => void }): VNode {
  const [isAsked, setAsked] = useState(false)
  return (
    <button
      type="button"
      class={isAsked ? 'danger' : 'plain quiet'}
      onClick={() => (isAsked ? onRemove() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {isAsked ? 'Delete all of it' : 'Delete'}
    </button>
  )
}

function Bubble({
  message,
  onAgain,
}: {
  readonly message: ChatMessage
  readonly onAgain: (id: string) => void
}): VNode {
  const { id, text, atMs, out, why } = message
  return (
    <div class={out === undefined ? 'bubble' : 'bubble own'}>
      <p class="text">{text}</p>
      <p class="meta">
        <time dateTime={new Date(atMs).toISOString()}>{timeOf(atMs)}</time>
        {out === undefined ? null : <Tick state={out} />}
      </p>
      {out === 'failed' || out === 'unsure' ? (
        <p class="meta why">
          <span>
            {out === 'failed' ? (why ?? stateWords.failed) : 'The connection broke: it may have arrived or not.'}
          </span>
          <button type="button" class="plain" onClick={() => onAgain(id)}>
            Send again
          </button>
        </p>
      ) : null}
    </div>
  )
}
