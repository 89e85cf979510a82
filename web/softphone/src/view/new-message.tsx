// Whom a new message is for.
import type { TargetedEvent, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { typedPeer, type Domains, type Peer } from '../peer.js'
import { BackButton } from './back-button.js'

export interface NewMessageProps {
  readonly domains: Domains
  readonly onPeer: (peer: Peer) => void
  readonly onClose: () => void
}

export function NewMessage({ domains, onPeer, onClose }: NewMessageProps): VNode {
  const [isWrong, setWrong] = useState(false)
  const to = useRef<HTMLInputElement>(null)
  useEffect(() => to.current?.focus(), [])
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const peer = typedPeer(to.current?.value ?? '', domains)
    setWrong(peer === undefined)
    if (peer !== undefined) onPeer(peer)
  }
  return (
    <main class="thread">
      <header>
        <BackButton onClose={onClose} />
        <h2>New message</h2>
      </header>
      <form class="to" onSubmit={submit}>
        <label>
          To
          <input
            ref={to}
            name="to"
            placeholder="+12025550123 or bob"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={isWrong}
            aria-describedby="to-problem"
            required
          />
        </label>
        <p id="to-problem" class="problem" role="alert">
          {isWrong ? 'A number with its country code, a user, or user@domain.' : ''}
        </p>
        <button class="primary" type="submit">
          Next
        </button>
      </form>
    </main>
  )
}
