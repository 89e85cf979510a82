// One connection to the switch: opens a WebSocket, registers, sends and takes MESSAGEs. Made anew for each try; retries nothing.
import { Messager, Registerer, RegistererState, TransportState, UserAgent, type Message } from 'sip.js'
import { accepted } from './incoming.js'

export interface LinkOptions {
  /** ws: or wss: */
  readonly server: string
  readonly user: string
  readonly domain: string
  readonly secret: { readonly password: string } | { readonly ha1: string }
  /** A UUID: which phone this is. */
  readonly instance: string
}

/** A MESSAGE that came. */
export interface Received {
  /** Of the From, without escapes. */
  readonly user: string
  readonly host: string
  readonly contentType: string | undefined
  readonly body: string
  /** Of the From: the switch gives each message its own, and keeps it where it has to send once more. */
  readonly tag: string
  /** The Date header, wall time; undefined without one. */
  readonly atMs: number | undefined
}

export interface Outgoing {
  readonly uri: string
  readonly contentType: string
  readonly body: string
}

/** `lost`: it was never sent; `unsure`: it was, and the answer did not come. */
export type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'unsure' }

export type LinkEnd =
  /** No connection, or none any more. */
  | { readonly kind: 'lost' }
  /** The registration was refused with that status. */
  | { readonly kind: 'refused'; readonly status: number }

/** `drop`: another goes on in its name, and what it took back would be the registration of the other. */
export type Closing = 'unregister' | 'drop'

export interface LinkUser {
  onRegistered(): void
  /** Once; nothing else comes after it. */
  onEnd(end: LinkEnd): void
  /** Whether it is understood: 200 is answered after that, or 415. */
  onMessage(received: Received): boolean
}

/** What of a final response of 300 or more is looked at. */
interface Rejection {
  readonly message: { readonly statusCode?: number | undefined; hasHeader(name: string): boolean }
}

/** A mobile network that was asleep takes a while. */
const probeMs = 8000
const registerS = 600
/** In percent of the time given. */
const refreshAt = 80

export class Link {
  readonly #agent: UserAgent
  readonly #registerer: Registerer
  readonly #user: LinkUser
  /** Those that wait for an answer. */
  readonly #unanswered = new Set<(answer: Answer) => void>()
  #isOver = false
  /** Runs while an answer to a probe is waited for. */
  #probe: number | undefined

  constructor(options: LinkOptions, user: LinkUser) {
    this.#user = user
    const { server, domain, secret, instance } = options
    const uri = UserAgent.makeURI(`sip:${options.user}@${domain}`)
    if (uri === undefined) throw new RangeError('no SIP address')
    this.#agent = new UserAgent({
      uri,
      authorizationUsername: options.user,
      ...('ha1' in secret ? { authorizationHa1: secret.ha1 } : { authorizationPassword: secret.password }),
      transportOptions: { server, traceSip: false, connectionTimeout: 8 },
      contactParams: { transport: server.startsWith('wss:') ? 'wss' : 'ws' },
      instanceId: instance,
      gracefulShutdown: false,
      logBuiltinEnabled: false,
      logConfiguration: false,
      userAgentString: 'smswitch-softphone',
      delegate: {
        onConnect: () => this.#register(),
        onDisconnect: () => this.#end({ kind: 'lost' }),
        onMessage: (message) => this.#take(message),
      },
    })
    this.#registerer = new Registerer(this.#agent, {
      expires: registerS,
      refreshFrequency: refreshAt,
      instanceId: instance,
      regId: 1,
      logConfiguration: false,
    })
    this.#registerer.stateChange.addListener((state) => {
      // A refresh that failed. If it was the first, its refusal is told right after this, and says more.
      if (state === RegistererState.Unregistered) queueMicrotask(() => this.#end({ kind: 'lost' }))
    })
  }

  open(): void {
    this.#agent.start().catch(() => this.#end({ kind: 'lost' }))
  }

  /** Registers again, to see whether the connection is alive: it is over when no answer comes soon. */
  probe(): void {
    if (this.#isOver || this.#probe !== undefined || this.#registerer.state !== RegistererState.Registered) return
    this.#probe = window.setTimeout(() => this.#end({ kind: 'lost' }), probeMs)
    this.#register()
  }

  send(message: Outgoing, onAnswer: (answer: Answer) => void): void {
    const target = UserAgent.makeURI(message.uri)
    if (target === undefined) return onAnswer({ kind: 'refused', status: 484 })
    if (this.#isOver || this.#agent.transport.state !== TransportState.Connected) return onAnswer({ kind: 'lost' })
    const once = (answer: Answer): void => {
      if (this.#unanswered.delete(once)) onAnswer(answer)
    }
    this.#unanswered.add(once)
    const refused = (status: number | undefined, isOfPeer: boolean): void =>
      // What the stack makes up itself for a time-out or a lost connection has no Via.
      once(isOfPeer && status !== undefined ? { kind: 'refused', status } : { kind: 'unsure' })
    const messager = new Messager(this.#agent, target, message.body, message.contentType)
    void messager.message({
      requestDelegate: {
        onAccept: () => once({ kind: 'taken' }),
        onRedirect: ({ message: response }) => refused(response.statusCode, true),
        onReject: ({ message: response }) => refused(response.statusCode, response.hasHeader('via')),
      },
    })
  }

  /** Takes the registration back if there is a connection and it is to, and ends. */
  async close(how: Closing): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#giveUpAnswers()
    if (how === 'unregister' && this.#agent.transport.state === TransportState.Connected) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, 2000)
        const done = (): void => {
          clearTimeout(deadline)
          resolve()
        }
        this.#registerer.unregister({ requestDelegate: { onAccept: done, onReject: done } }).catch(done)
      })
    }
    this.#stop()
  }

  #register(): void {
    const onReject = ({ message }: Rejection): void =>
      this.#end(
        message.hasHeader('via') && message.statusCode !== undefined
          ? { kind: 'refused', status: message.statusCode }
          : { kind: 'lost' },
      )
    this.#registerer
      .register({ requestDelegate: { onAccept: () => this.#registered(), onReject, onRedirect: onReject } })
      // One is under way already: that will tell.
      .catch(() => undefined)
  }

  #registered(): void {
    this.#endProbe()
    if (!this.#isOver) this.#user.onRegistered()
  }

  #take(message: Message): void {
    const { request } = message
    if (this.#isOver) return void message.reject({ statusCode: 480 })
    const date = Date.parse(request.getHeader('date') ?? '')
    const isUnderstood = this.#user.onMessage({
      user: plainUser(request.from.uri.user ?? ''),
      host: request.from.uri.host,
      contentType: request.getHeader('content-type'),
      body: request.body,
      tag: request.fromTag,
      atMs: Number.isNaN(date) ? undefined : date,
    })
    void (isUnderstood ? message.accept() : message.reject({ statusCode: 415, extraHeaders: [`Accept: ${accepted}`] }))
  }

  #end(end: LinkEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#giveUpAnswers()
    this.#stop()
    this.#user.onEnd(end)
  }

  #endProbe(): void {
    window.clearTimeout(this.#probe)
    this.#probe = undefined
  }

  #giveUpAnswers(): void {
    this.#endProbe()
    for (const once of [...this.#unanswered]) once({ kind: 'unsure' })
  }

  #stop(): void {
    // Not from within a change of the transport's state, which may be where this is called from.
    queueMicrotask(() => void this.#agent.stop().catch(() => undefined))
  }
}

function plainUser(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
