// All server transactions of one layer: finds the one a request belongs to, refuses what needs no transaction, and keeps each
// as long as its sender may repeat himself. What a request means is the user's.
import type { Branches } from './branch.js'
import { ByteSlab, type SlabPlace } from '../lib/byte-slab.js'
import { ownText } from '../lib/own-text.js'
import { TimerWheel, type WheelEntry, type WheelLink } from '../lib/timer-wheel.js'
import { isReliable, type Flow } from './flow.js'
import { cameInCircle } from './loops.js'
import type { Answerable, Field, SipRequest, Via } from './message.js'
import { responsePeer, stampedVia } from './respond-to.js'
import { onAnswer, onRetransmission, onServerTime, startServer } from './server-transaction.js'
import type { ServerMachine, ServerState } from './server-transaction.js'
import type { Tags } from './tags.js'
import type {
  AnswerParts,
  ServerTransaction,
  TransactionCounters,
  TransactionOptions,
  TransactionUser,
} from './transaction-contract.js'
import { mergeKey, serverKey } from './transaction-keys.js'
import { writeResponse } from './write.js'

const nothing = Buffer.alloc(0)

/** One that is held. Small: once answered it keeps the bytes of its answer and the keys, and nothing of the request. */
class Held implements ServerMachine, ServerTransaction, WheelEntry, SlabPlace {
  readonly key: string
  readonly merge: string | undefined
  readonly #all: ServerTransactions
  state: ServerState
  endAtMs: number
  request: SipRequest | undefined
  flow: Flow | undefined
  /** The last answer, once there is one. */
  chunk: Buffer = nothing
  at = 0
  length = 0
  dueMs = 0
  next: WheelLink | undefined = undefined
  previous: WheelLink | undefined = undefined

  constructor(
    all: ServerTransactions,
    key: string,
    merge: string | undefined,
    request: SipRequest,
    flow: Flow,
    machine: ServerMachine,
  ) {
    this.#all = all
    this.key = key
    this.merge = merge
    this.state = machine.state
    this.endAtMs = machine.endAtMs
    this.request = request
    this.flow = flow
  }

  answer(status: number, parts?: AnswerParts): boolean {
    return this.#all.answer(this, status, parts)
  }
}

const wheelTickMs = 50
const wheelSlots = 1024
/** Answers are a few hundred octets, and one chunk's go within a second of each other. */
const chunkBytes = 262_144

/** RFC 3261, 3262, 3311, 3515, 3903, 6086, 6665: we know what these ask for, and do not do it. All others are 501. */
const knownMethods: ReadonlySet<string> = new Set([
  ...['INVITE', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'REFER'],
  'UPDATE',
])

export class ServerTransactions {
  readonly #options: TransactionOptions
  readonly #user: TransactionUser
  readonly #branches: Branches
  readonly #counters: TransactionCounters
  readonly #tags: Tags
  readonly #now: () => number
  readonly #methods: ReadonlySet<string>
  readonly #forwarded: ReadonlySet<string>
  readonly #allow: readonly Field[]
  readonly #retryAfter: readonly Field[]
  readonly #byKey = new Map<string, Held>()
  /** The request of each merge key that came first. RFC 3261 §8.2.2.2. */
  readonly #byMerge = new Map<string, Held>()
  readonly #wheel: TimerWheel<Held>
  readonly #answers = new ByteSlab(chunkBytes)

  constructor(
    options: TransactionOptions,
    user: TransactionUser,
    branches: Branches,
    counters: TransactionCounters,
    tags: Tags,
    now: () => number,
  ) {
    this.#options = options
    this.#user = user
    this.#branches = branches
    this.#counters = counters
    this.#tags = tags
    this.#now = now
    this.#methods = new Set(options.methods)
    this.#forwarded = new Set(options.forwarded)
    this.#allow = [{ name: 'allow', value: options.methods.join(', ') }]
    this.#retryAfter = [{ name: 'retry-after', value: String(options.retryAfterS) }]
    this.#wheel = new TimerWheel<Held>(wheelTickMs, wheelSlots, now())
  }

  get size(): number {
    return this.#byKey.size
  }

  receive(request: SipRequest, flow: Flow): void {
    // An ACK belongs to an INVITE that was refused without memory; nothing is ever said to it.
    if (request.method === 'ACK') return
    const key = serverKey(request)
    const known = this.#byKey.get(key)
    if (known !== undefined) this.#repeat(known, request, flow)
    else this.#welcome(request, key, flow)
  }

  /** Answers without a transaction: each retransmission will be answered anew, and the same. */
  refuse(request: Answerable, flow: Flow, status: number, parts?: AnswerParts): void {
    if (request.method === 'ACK') return
    this.#counters.refused++
    this.#stateless(request, flow, status, parts)
  }

  answer(held: Held, status: number, parts: AnswerParts | undefined): boolean {
    const { request, flow } = held
    if (request === undefined || flow === undefined) return false
    if (isChallenge(status) && isWithoutCredentials(request)) return this.#challenge(held, request, flow, status, parts)
    const nowMs = this.#now()
    if (onAnswer(held, status, nowMs, this.#options.timers, isReliable(flow.kind)) === 'none') return false
    const response = this.#write(request, flow, status, parts)
    send(response, request.via, flow, this.#options)
    if (held.state === 'terminated') this.#forget(held)
    else {
      this.#answers.put(response, held)
      if (held.state === 'completed') {
        held.request = held.flow = undefined
        this.#wheel.set(held, held.endAtMs)
      }
    }
    return true
  }

  /**
   * RFC 3261 §26.3.2.4: who has not said who he is is owed no memory. His request again is challenged again; a storm of phones that
   * register costs half, and one of forged requests nothing.
   */
  #challenge(held: Held, request: SipRequest, flow: Flow, status: number, parts: AnswerParts | undefined): boolean {
    if (held.state !== 'trying' && held.state !== 'proceeding') return false
    held.state = 'terminated'
    this.#forget(held)
    this.#stateless(request, flow, status, parts)
    return true
  }

  tick(nowMs: number): void {
    this.#wheel.advance(nowMs, (held) => {
      const wasAnswered = held.state === 'completed'
      if (onServerTime(held, nowMs) === 'none') return
      if (!wasAnswered) this.#counters.unanswered++
      this.#forget(held)
    })
  }

  /** Forgets all; answers that come later go nowhere. */
  close(): void {
    for (const held of this.#byKey.values()) {
      held.state = 'terminated'
      this.#forget(held)
    }
  }

  #repeat(held: Held, request: SipRequest, flow: Flow): void {
    this.#counters.retransmissions++
    if (onRetransmission(held) === 'none') return
    // By the way it came now: a NAT may have changed the port meanwhile.
    send(held.chunk.subarray(held.at, held.at + held.length), request.via, flow, this.#options)
  }

  /** A request not seen before gets a transaction, unless there is a reason not to: then it is answered here. */
  #welcome(request: SipRequest, key: string, flow: Flow): void {
    const { method } = request
    const counters = this.#counters
    if (!this.#methods.has(method)) {
      if (method === 'CANCEL') return this.refuse(request, flow, this.#hasOther(request) ? 200 : 481)
      return this.refuse(request, flow, knownMethods.has(method) ? 405 : 501, { fields: this.#allow })
    }
    if (request.maxForwards === 0 && this.#forwarded.has(method)) {
      counters.looped++
      return this.#stateless(request, flow, 483)
    }
    if (cameInCircle(request, this.#branches)) {
      counters.looped++
      return this.#stateless(request, flow, 482)
    }
    const merge = mergeKey(request)
    if (merge !== undefined && this.#byMerge.has(merge)) {
      counters.merged++
      return this.#stateless(request, flow, 482, { reason: 'Merged Request' })
    }
    if (this.#byKey.size >= this.#options.maxServer) {
      counters.overloaded++
      return this.#stateless(request, flow, 503, { fields: this.#retryAfter })
    }
    counters.requests++
    // Keys outlive the message that they are cut from.
    const ownKey = ownText(key)
    const ownMerge = merge === undefined ? undefined : ownText(merge)
    const held = new Held(this, ownKey, ownMerge, request, flow, startServer(this.#now(), this.#options.timers))
    this.#byKey.set(ownKey, held)
    if (ownMerge !== undefined) this.#byMerge.set(ownMerge, held)
    this.#wheel.set(held, held.endAtMs)
    this.#user.onRequest(request, flow, held)
  }

  /** Whether a CANCEL has something to cancel. It changes nothing: RFC 3261 §9.2 lets it act on an INVITE only. */
  #hasOther(cancel: SipRequest): boolean {
    return this.#options.methods.some((method) => this.#byKey.has(serverKey(cancel, method)))
  }

  #forget(held: Held): void {
    this.#wheel.cancel(held)
    this.#byKey.delete(held.key)
    if (held.merge !== undefined) this.#byMerge.delete(held.merge)
    held.request = held.flow = undefined
    held.chunk = nothing
  }

  #stateless(request: Answerable, flow: Flow, status: number, parts?: AnswerParts): void {
    const text = `${request.via.branch ?? ''} ${request.via.host} ${request.fields.find(isFrom)?.value ?? ''}`
    send(this.#write(request, flow, status, parts, text), request.via, flow, this.#options)
  }

  /** @param tagText what the To tag is made of, if it must be the same for each retransmission */
  #write(request: Answerable, flow: Flow, status: number, parts: AnswerParts | undefined, tagText?: string): Buffer {
    // RFC 3261 §8.2.6.2; a To that has its tag keeps it.
    const needsTag = status > 100 && request.to.tag === undefined
    return writeResponse(request, {
      status,
      reason: parts?.reason,
      toTag: !needsTag ? undefined : tagText === undefined ? this.#tags.next() : this.#tags.of(tagText),
      via: stampedVia(request.via, flow.remote),
      fields: parts?.fields,
      body: parts?.body,
    })
  }
}

function isChallenge(status: number): boolean {
  return status === 401 || status === 407
}

function isWithoutCredentials({ fields }: SipRequest): boolean {
  for (const { name } of fields) if (name === 'authorization' || name === 'proxy-authorization') return false
  return true
}

const isFrom = (field: Field): boolean => field.name === 'from'

function send(response: Uint8Array, via: Via, flow: Flow, options: TransactionOptions): void {
  if (flow.kind !== 'udp') return void flow.send(response)
  const peer = responsePeer(via, flow.remote, options.respond)
  const way = peer === flow.remote ? flow : flow.to(peer.address, peer.port)
  way.send(response)
}
