// Waiting for events, each wait with a deadline that says what was missed. No polling of the clock.
import type { EventEmitter } from 'node:events'

const patienceMs = 10_000

/**
 * Resolves when `holds` is true: asked now and after each of the emitter's events of that name.
 * @throws after `withinMs`, with what `holds` was about
 */
export function when(
  emitter: Pick<EventEmitter, 'on' | 'off'>,
  event: string,
  holds: () => boolean,
  what: string,
  withinMs = patienceMs,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      emitter.off(event, ask)
      if (error === undefined) resolve()
      else reject(error)
    }
    const ask = (): void => {
      if (holds()) settle()
    }
    const failure = new Error(`waited ${withinMs} ms in vain for: ${what}`)
    const timer = setTimeout(() => settle(failure), withinMs)
    emitter.on(event, ask)
    ask()
  })
}

/** The promise, or a failure that names what it was about after `withinMs`. */
export async function within<T>(promise: Promise<T>, what: string, withinMs = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const failure = new Error(`waited ${withinMs} ms in vain for: ${what}`)
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure), withinMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
