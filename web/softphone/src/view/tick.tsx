// What became of a message, as a small picture with a word for those who do not see it.
import type { VNode } from 'preact'
import type { OutState } from '../chats.js'

export const stateWords: Readonly<Record<OutState, string>> = {
  waiting: 'Waiting to be sent',
  sending: 'Sending',
  unsure: 'Not confirmed',
  sent: 'Sent',
  delivered: 'Delivered',
  failed: 'Not delivered',
}

const clock = 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.5'
const paths: Readonly<Record<OutState, string>> = {
  waiting: clock,
  sending: clock,
  unsure: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .8-1 1.7M8 12.6v.1',
  sent: 'm3 8.5 3.2 3.2L13 5',
  delivered: 'm1 8.5 3.2 3.2L11 5M8 11.2l.6.5L15.4 5',
  failed: 'M8 3v6M8 12v.2',
}

export function Tick({ state }: { readonly state: OutState }): VNode {
  return (
    <svg class={`tick ${state}`} viewBox="0 0 16 16" role="img" aria-label={stateWords[state]}>
      <path d={paths[state]} />
    </svg>
  )
}
