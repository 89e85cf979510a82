// The way to the switch as the user sees it: one link after the other, tried again until it is closed or refused for good.
import type { Answer, Closing, LinkEnd, LinkUser, Outgoing, Received } from './link.js'
import { retryDelayMs } from './retry.js'

export type LineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  /** For good: the user must log in again. `wrong`: name or password; `locked`: too many tries, or no right to be here. */
  | { readonly kind: 'refused'; readonly why: 'wrong' | 'locked' }
  | { readonly kind: 'closed' }

/** What a line needs of a link. */
export interface LineLink {
  open(): void
  probe(): void
  send(message: Outgoing, onAnswer: (answer: Answer) => void): void
  close(how: Closing): Promise<void>
}

export interface LineUser {
  onState(state: LineState): void
  /** Whether it is understood. */
  onMessage(received: Received): boolean
}

/** The time and chance of the page, for tests to hold. */
export interface LineClock {
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  chance(): number
}

export class Line {
  readonly #makeLink: (user: LinkUser) => LineLink
  readonly #user: LineUser
  readonly #clock: LineClock
  #link: LineLink | undefined
  #state: LineState = { kind: 'closed' }
  #failures = 0
  #timer: unknown

  constructor(makeLink: (user: LinkUser) => LineLink, user: LineUser, clock: LineClock) {
    this.#makeLink = makeLink
    this.#user = user
    this.#clock = clock
  }

  get state(): LineState {
    return this.#state
  }

  open(): void {
    if (this.#state.kind === 'closed') this.#connect('connecting')
  }

  /** Tries now what would be tried later; where there is a connection, looks whether it is alive. */
  wake(): void {
    if (this.#state.kind === 'online') this.#link?.probe()
    else if (this.#timer !== undefined) this.#connect('offline')
  }

  /** `lost` at once where there is no connection. */
  send(message: Outgoing, onAnswer: (answer: Answer) => void): void {
    if (this.#state.kind !== 'online' || this.#link === undefined) return onAnswer({ kind: 'lost' })
    this.#link.send(message, onAnswer)
  }

  /** Resolves when the switch knows, or does not answer. */
  async close(how: Closing): Promise<void> {
    this.#stopTimer()
    const link = this.#link
    this.#link = undefined
    this.#become({ kind: 'closed' })
    await link?.close(how)
  }

  #connect(seen: 'connecting' | 'offline'): void {
    this.#stopTimer()
    this.#become({ kind: seen })
    const link = this.#makeLink({
      onRegistered: () => {
        if (this.#link !== link) return
        this.#failures = 0
        this.#become({ kind: 'online' })
      },
      onEnd: (end) => {
        if (this.#link === link) this.#ended(end)
      },
      onMessage: (received) => this.#user.onMessage(received),
    })
    this.#link = link
    link.open()
  }

  #ended(end: LinkEnd): void {
    this.#link = undefined
    const why = end.kind === 'refused' ? lasting(end.status) : undefined
    if (why !== undefined) return this.#become({ kind: 'refused', why })
    this.#failures += 1
    this.#timer = this.#clock.setTimeout(
      () => this.#connect('offline'),
      retryDelayMs(this.#failures, this.#clock.chance()),
    )
    this.#become({ kind: 'offline' })
  }

  #become(state: LineState): void {
    if (this.#state.kind === state.kind) return
    this.#state = state
    this.#user.onState(state)
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** What no further try would change. */
function lasting(status: number): 'wrong' | 'locked' | undefined {
  if (status === 401 || status === 407 || status === 404) return 'wrong'
  return status === 403 ? 'locked' : undefined
}
