// Says that there is no connection, or that nothing is kept. Silent while all is well.
import type { VNode } from 'preact'
import type { LineState } from '../line.js'

export interface LineNoticeProps {
  readonly line: LineState
  readonly isKept: boolean
  readonly onRetry: () => void
}

export function LineNotice({ line, isKept, onRetry }: LineNoticeProps): VNode {
  return (
    <div class="notices" role="status">
      {line.kind === 'offline' ? (
        <p class="notice">
          <span>
            <strong>Offline.</strong> What you write is sent once the connection is back.
          </span>
          <button type="button" onClick={onRetry}>
            Try now
          </button>
        </p>
      ) : null}
      {isKept ? null : (
        <p class="notice">This browser has no room for the messages: they are gone when the page is closed.</p>
      )}
    </div>
  )
}
