// The way back to the list, where only one of the two is shown.
import type { VNode } from 'preact'

export function BackButton({ onClose }: { readonly onClose: () => void }): VNode {
  return (
    <button type="button" class="back" aria-label="Back to the conversations" onClick={onClose}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M10.5 2.5 5 8l5.5 5.5" />
      </svg>
    </button>
  )
}
