// Where a message is written. Enter sends, with Shift it makes a new line.
import type { TargetedEvent, TargetedKeyboardEvent, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { longestText } from '../softphone.js'

/** From so many characters to the end on, what is left is told. */
const tellsFrom = 100

export interface ComposerProps {
  readonly title: string
  readonly takesFocus: boolean
  readonly onWrite: (text: string) => void
}

export function Composer({ title, takesFocus, onWrite }: ComposerProps): VNode {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const left = longestText - text.length
  useEffect(() => {
    if (takesFocus) field.current?.focus()
  }, [takesFocus])
  useEffect(() => {
    const box = field.current
    if (box === null) return
    box.style.height = 'auto'
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`
  }, [text])

  const send = (): void => {
    if (text.trim() === '') return
    onWrite(text)
    setText('')
    field.current?.focus()
  }
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault()
    send()
  }
  const keyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form class="composer" onSubmit={submit}>
      <textarea
        ref={field}
        rows={1}
        value={text}
        maxLength={longestText}
        aria-label={`Message to ${title}`}
        placeholder="Message"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={keyDown}
      />
      <button class="primary" type="submit" disabled={text.trim() === ''}>
        Send
      </button>
      {left <= tellsFrom ? (
        <p class="left" role="status">
          {left} characters left
        </p>
      ) : null}
    </form>
  )
}
