// Who is logged in, whether he is online, and the ways out.
import type { VNode } from 'preact'
import type { LineState } from '../line.js'

const words: Readonly<Record<LineState['kind'], string>> = {
  connecting: 'Connecting…',
  online: 'Online',
  offline: 'Offline',
  refused: 'Refused',
  closed: 'Logged out',
}

export interface AccountMenuProps {
  readonly account: string
  readonly line: LineState
  readonly onLogOut: (isForgotten: boolean) => void
}

export function AccountMenu({ account, line, onLogOut }: AccountMenuProps): VNode {
  return (
    <details class="account">
      <summary>
        <span class={`lamp ${line.kind}`} aria-hidden="true" />
        <span class="cut">{account}</span>
        <span class="state">{words[line.kind]}</span>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="m4 10 4-4 4 4" />
        </svg>
      </summary>
      <button type="button" onClick={() => onLogOut(false)}>
        Log out
      </button>
      <button type="button" class="danger" onClick={() => onLogOut(true)}>
        Log out and delete all messages
      </button>
    </details>
  )
}
