// All client transactions of one layer: sends requests, repeats them where the way is unreliable, and ends each exactly once.
import type { Branches } from './branch.js'
import { BoundedQueue } from '../lib/bounded-queue.js'
import { TimerWheel, type WheelEntry, type WheelLink } from '../lib/timer-wheel.js'
import {
  clientDueMs,
  onClientResponse,
  onClientTime,
  onClientTransportError,
  startClient,
} from './client-transaction.js'
import type { ClientMachine, ClientState } from './client-transaction.js'
import { isReliable, viaTransport, type Flow } from './flow.js'
import { largestDatagram } from './limits.js'
import type { Field, SipResponse } from './message.js'
import { SendWindow } from './send-window.js'
import type { ClientOutcome, ClientRequest, TransactionCounters, TransactionOptions } from './transaction-contract.js'
import { clientKey, responseKey } from './transaction-keys.js'
import { writeRequest } from './write.js'

type OnFinal = (outcome: ClientOutcome) => void

class Pending implements ClientMachine, WheelEntry {
  readonly key: string
  readonly flow: Flow
  /** Kept to be sent again; gone where that cannot be needed any more. */
  bytes: Buffer | undefined
  onFinal: OnFinal | undefined
  state: ClientState
  resendAtMs: number
  resendAfterMs: number
  endAtMs: number
  /** Of the window; -1 where it does not count there, or waits. */
  step = -1
  dueMs = 0
  next: WheelLink | undefined = undefined
  previous: WheelLink | undefined = undefined

  constructor(key: string, flow: Flow, bytes: Buffer | undefined, onFinal: OnFinal, machine: ClientMachine) {
    this.key = key
    this.flow = flow
    this.bytes = bytes
    this.onFinal = onFinal
    this.state = machine.state
    this.resendAtMs = machine.resendAtMs
    this.resendAfterMs = machine.resendAfterMs
    this.endAtMs = machine.endAtMs
  }
}

const wheelTickMs = 50
const wheelSlots = 1024

export class ClientTransactions {
  readonly #options: TransactionOptions
  readonly #branches: Branches
  readonly #counters: TransactionCounters
  readonly #now: () => number
  readonly #byKey = new Map<string, Pending>()
  /** Of connections only, whose end is known. */
  readonly #byFlow = new Map<Flow, Set<Pending>>()
  readonly #wheel: TimerWheel<Pending>
  /**
   * Of datagrams. All answers come to one socket, of which a turn of the event loop reads only so many (32 of libuv): where more
   * are asked for than come to be read, its buffer runs over, and everything is sent again on top of it.
   */
  readonly #window: SendWindow
  /** Those that wait for the window, in their order; some may have ended. */
  readonly #waiting: BoundedQueue<Pending>
  #unanswered = 0
  #isClosed = false

  constructor(options: TransactionOptions, branches: Branches, counters: TransactionCounters, now: () => number) {
    this.#options = options
    this.#branches = branches
    this.#counters = counters
    this.#now = now
    this.#wheel = new TimerWheel<Pending>(wheelTickMs, wheelSlots, now())
    this.#window = new SendWindow(options.maxYoung, options.timers.t1Ms, now())
    this.#waiting = new BoundedQueue<Pending>(options.maxClient)
  }

  /** Those remembered, the answered ones too. */
  get size(): number {
    return this.#byKey.size
  }

  /** Those without a final response. */
  get unanswered(): number {
    return this.#unanswered
  }

  request(request: ClientRequest, flow: Flow, onFinal: OnFinal): 'sent' | 'notSent' | 'full' {
    if (this.#isClosed) return 'notSent'
    if (this.#unanswered >= this.#options.maxClient) return 'full'
    const branch = this.#branches.next()
    const bytes = writeRequest({
      method: request.method,
      uri: request.uri,
      fields: [viaField(flow, branch), ...request.fields],
      body: request.body,
    })
    const nowMs = this.#now()
    const reliable = isReliable(flow.kind)
    const waits = !reliable && !this.#mayLeave(nowMs) && flow.isOpen && bytes.length <= largestDatagram
    if (!waits && !flow.send(bytes)) return 'notSent'
    const machine = startClient(nowMs, this.#options.timers, reliable)
    const key = clientKey(branch, request.method)
    const pending = new Pending(key, flow, reliable ? undefined : bytes, onFinal, machine)
    this.#counters.sent++
    this.#unanswered++
    this.#byKey.set(key, pending)
    if (waits) {
      this.#waiting.push(pending)
      return 'sent'
    }
    if (reliable) this.#watch(flow, pending)
    else pending.step = this.#window.sent()
    this.#wheel.set(pending, clientDueMs(pending))
    return 'sent'
  }

  receive(response: SipResponse, flow: Flow): void {
    const key = responseKey(response)
    const pending = key === undefined ? undefined : this.#byKey.get(key)
    // RFC 3261 §8.1.3.3: with a second Via it was meant for somebody else. A request sent down a connection is answered on
    // one; anything else is a forgery.
    if (pending === undefined || hasSecondVia(response) || isReliable(flow.kind) !== isReliable(pending.flow.kind)) {
      this.#counters.strayResponses++
      return
    }
    const isRepeat = pending.state === 'completed'
    const reliable = isReliable(pending.flow.kind)
    const act = onClientResponse(pending, response.status, this.#now(), this.#options.timers, reliable)
    if (act === 'none') {
      if (isRepeat) this.#counters.strayResponses++
      return
    }
    if (pending.step >= 0) this.#window.answered(pending.step)
    this.#end(pending, { kind: 'response', response })
    if (this.#waiting.length > 0) this.#sendWaiting(this.#now())
  }

  /** A connection is gone: what was sent down it will not be answered. */
  flowEnded(flow: Flow): void {
    const there = this.#byFlow.get(flow)
    if (there === undefined) return
    for (const pending of [...there]) this.#fail(pending)
  }

  tick(nowMs: number): void {
    this.#wheel.advance(nowMs, (pending) => this.#timePassed(pending, nowMs))
    if (this.#waiting.length > 0) this.#sendWaiting(nowMs)
  }

  /** Ends all; each user hears `failed`. */
  close(): void {
    this.#isClosed = true
    for (const pending of [...this.#byKey.values()]) this.#fail(pending)
  }

  #mayLeave(nowMs: number): boolean {
    this.#window.advance(nowMs)
    return this.#window.isOpen && this.#waiting.length === 0
  }

  #sendWaiting(nowMs: number): void {
    this.#window.advance(nowMs)
    while (this.#window.isOpen) {
      const pending = this.#waiting.shift()
      if (pending === undefined) return
      // The layer was closed meanwhile.
      if (pending.bytes === undefined) continue
      // Its time begins now.
      Object.assign(pending, startClient(nowMs, this.#options.timers, false))
      pending.step = this.#window.sent()
      this.#wheel.set(pending, clientDueMs(pending))
      // As below: one that does not go may go the next time.
      pending.flow.send(pending.bytes)
    }
  }

  #timePassed(pending: Pending, nowMs: number): void {
    switch (onClientTime(pending, nowMs, this.#options.timers)) {
      case 'resend':
        this.#counters.resent++
        // One that does not go now may go the next time: timer F tells when it is enough.
        if (pending.bytes !== undefined) pending.flow.send(pending.bytes)
        break
      case 'timeout':
        this.#counters.timeouts++
        return this.#end(pending, { kind: 'timeout' })
      case 'forget':
        return this.#forget(pending)
      case 'none':
        break
    }
    this.#wheel.set(pending, clientDueMs(pending))
  }

  #fail(pending: Pending): void {
    if (onClientTransportError(pending) === 'none') return this.#forget(pending)
    this.#counters.failed++
    this.#end(pending, { kind: 'failed' })
  }

  /** The user hears the outcome; the transaction stays for as long as its machine says. */
  #end(pending: Pending, outcome: ClientOutcome): void {
    const { onFinal } = pending
    this.#unanswered--
    pending.bytes = pending.onFinal = undefined
    if (pending.state === 'terminated') this.#forget(pending)
    else this.#wheel.set(pending, clientDueMs(pending))
    onFinal?.(outcome)
  }

  #forget(pending: Pending): void {
    this.#wheel.cancel(pending)
    this.#byKey.delete(pending.key)
    const there = this.#byFlow.get(pending.flow)
    if (there === undefined) return
    there.delete(pending)
    if (there.size === 0) this.#byFlow.delete(pending.flow)
  }

  #watch(flow: Flow, pending: Pending): void {
    const there = this.#byFlow.get(flow)
    if (there === undefined) this.#byFlow.set(flow, new Set([pending]))
    else there.add(pending)
  }
}

/** RFC 3261 §8.1.1.7, 3581 §3: the answer is to come back to the port that it was sent from. */
function viaField(flow: Flow, branch: string): Field {
  return { name: 'via', value: `SIP/2.0/${viaTransport[flow.kind]} ${flow.sentBy};branch=${branch};rport` }
}

function hasSecondVia(response: SipResponse): boolean {
  let seen = 0
  for (const { name, value } of response.fields)
    if (name === 'via' && (++seen > 1 || value.indexOf(',') >= 0)) return true
  return false
}
