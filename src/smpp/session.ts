// One SMPP session, either end: bind, windows both ways, timers, unbind, close. No I/O, no clock, nothing of messages.
//
// Reading stops at the socket: at `receiveWindow`, when the peer does not read, or when the owner holds it. What was read
// is still worked off, so the window may be passed by one chunk. While it is stopped the peer's responses wait in the
// socket behind its requests: an owner must never need a response of this peer to answer the peer's requests.
import { Framer } from './framer.js'
import { LateMemory } from './late-memory.js'
import { Output } from './output.js'
import { decode } from './pdu/decode.js'
import type { NackFault } from './pdu/fault.js'
import { answerTo } from './pdu/spec.js'
import type { AnsweredCommand, BindCommand, Fields, PduInput, PduOf, RequestCommand, Tlv } from './pdu/spec.js'
import { makeTlv } from './pdu/tlvs.js'
import type { Answerable, AppCommand, AppRequest, BindAnswer, BindRequest, CloseWhy, ResponseFields, ResponsePdu } from './session-contract.js' // prettier-ignore
import { ReadStop } from './read-stop.js'
import type { ReadStopReason } from './read-stop.js'
import type { SessionHandlers, SessionOptions, Transport } from './session-contract.js'
import { boundBy, changeState, isBound, mayRequest } from './session-state.js'
import type { Role, SessionState } from './session-state.js'
import { status } from './status.js'
import { defaultTimers, dueTimer, openedAt } from './timers.js'
import type { TimerLimits, TimerMarks } from './timers.js'
import { Window } from './window.js'
import type { InFlight } from './window.js'

export class Session<C = unknown> {
  readonly role: Role
  readonly #peer: Role
  readonly #transport: Transport
  readonly #handlers: SessionHandlers<C>
  readonly #limits: TimerLimits
  readonly #interfaceVersion: number
  readonly #framer: Framer
  readonly #output: Output
  readonly #reading: ReadStop
  readonly #window: Window<C>
  readonly #late: LateMemory<C>
  #state: SessionState = 'OPEN'
  #boundAs: BindCommand | undefined
  #now: number
  readonly #marks: TimerMarks
  #windowWasFull = false
  #strays = 0
  /** The peer's bind that the owner has not answered. */
  #bindAsked: BindRequest | undefined
  /** Sequences of our own housekeeping requests, which take no place in the window; 0: none is unanswered. */
  #bindSequence = 0
  #bindCommand: BindCommand = 'bind_transceiver'
  #enquireSequence = 0
  #unbindSequence = 0
  /** The peer's unbind, answered when we owe nothing. */
  #unbindAsked: PduOf<'unbind'> | undefined
  /** The owner has asked for unbind: nothing new is sent, unbind goes when neither side owes an answer. */
  #leaving = false

  constructor(
    options: SessionOptions,
    transport: Transport,
    makeHandlers: (session: Session<C>) => SessionHandlers<C>,
    nowMs: number,
  ) {
    this.role = options.role
    this.#peer = options.role === 'smsc' ? 'esme' : 'smsc'
    this.#transport = transport
    this.#limits = { ...defaultTimers, ...options }
    this.#interfaceVersion = options.interfaceVersion ?? 0x34
    this.#late = new LateMemory(options.lateMemory ?? 1000)
    this.#output = new Output(transport)
    this.#reading = new ReadStop(transport, options.receiveWindow ?? 1000)
    this.#framer = new Framer(options.maxPduBytes)
    this.#window = new Window(options.windowSize ?? 10, options.firstSequence)
    this.#now = nowMs
    this.#marks = openedAt(nowMs)
    this.#handlers = makeHandlers(this)
  }

  get state(): SessionState {
    return this.#state
  }

  /** How the session is bound; undefined before the bind is accepted. */
  get boundAs(): BindCommand | undefined {
    return this.#boundAs
  }

  /** Requests of ours that may be sent now: 0 while unbound, leaving, or while the peer does not read. */
  get windowFree(): number {
    if (this.#leaving || this.#unbindAsked !== undefined || !isBound(this.#state)) return 0
    return this.#output.congested ? 0 : this.#window.free
  }

  /** Requests of ours that are unanswered. */
  get inFlight(): number {
    return this.#window.size
  }

  /** Requests of the peer that count against the receive window. */
  get owed(): number {
    return this.#reading.owed
  }

  /** Responses that matched no request. */
  get strays(): number {
    return this.#strays
  }

  /** The latest time that the session was told. */
  get nowMs(): number {
    return this.#now
  }

  // ---- bytes in, bytes out, time -------------------------------------------------------------------------------------
  /** Takes a chunk from the stream. Octet fields of what it hands over are views into the chunk. */
  receive(chunk: Buffer, nowMs: number): void {
    if (this.#state === 'CLOSED') return
    this.#now = this.#marks.receivedAtMs = nowMs
    this.#guarded(() => {
      this.#framer.push(chunk)
      while (this.#take()) continue
      if (this.#isOpen()) this.#handlers.onReadEnd?.()
      this.#tellWindow()
    })
  }

  /** Writes what waits in one piece. The transport calls it once a turn, after `wake`. */
  flush(): void {
    if (this.#isOpen()) this.#output.flush()
    this.#noticeCongestion()
  }

  /** The transport has got rid of what it held. */
  drained(nowMs: number): void {
    if (this.#state === 'CLOSED') return
    this.#now = nowMs
    this.#marks.stalledAtMs = undefined
    this.#output.drained()
    if (this.#reading.has('peerDoesNotRead')) this.#windowWasFull = true
    this.#readAgain('peerDoesNotRead')
    this.#guarded(() => this.#tellWindow())
  }

  /** Runs the timers; call it every 100 ms or so. */
  tick(nowMs: number): void {
    if (this.#state === 'CLOSED') return
    this.#now = nowMs
    this.#guarded(() => {
      if (this.#reading.isSettled(nowMs)) this.#expire(nowMs)
      else this.#marks.receivedAtMs = this.#marks.trafficAtMs = nowMs
      if (this.#isOpen()) this.#obeyTimers(nowMs)
      if (this.#isOpen()) this.#tellWindow()
    })
  }

  /** The stream has ended under us. */
  transportClosed(error?: unknown): void {
    this.#close(error === undefined ? 'peerClosed' : 'transportError', false, error)
  }

  /** Ends the session now; what waits is still written, unanswered requests are handed back. */
  close(why: CloseWhy = 'closedByOwner', error?: unknown): void {
    this.#close(why, true, error)
  }

  /** While the owner can take no more (its store is full) nothing is read. */
  hold(on: boolean): void {
    if (!on) this.#readAgain('heldByOwner')
    else if (this.#isOpen()) this.#reading.add('heldByOwner')
  }

  // ---- what the owner sends ------------------------------------------------------------------------------------------
  /**
   * Sends a request: its sequence number, or 0 when the window is full or the state forbids it. The context comes back
   * once, by onResponse or onUnanswered. Throws EncodeError when a field does not fit; then nothing is sent.
   */
  request(pdu: PduInput<AppCommand>, context: C, nowMs: number): number {
    this.#now = nowMs
    if (this.windowFree === 0 || !mayRequest(pdu.command, this.role, this.#state)) {
      this.#windowWasFull = true
      return 0
    }
    this.#marks.trafficAtMs = nowMs
    this.#send(pdu, this.#window.peekSequence())
    // It has no response (SMPP 3.4 §4.12.1): nothing to wait for.
    if (pdu.command === 'alert_notification') return this.#window.skipSequence()
    const sequence = this.#window.add(context, nowMs)
    this.#late.forget(sequence)
    if (this.#window.isFull) this.#windowWasFull = true
    return sequence
  }

  /** Answers a request; false when the session is over and the answer cannot leave any more. */
  respond<A extends AnsweredCommand & AppCommand>(
    request: Answerable<A>,
    commandStatus: number,
    fields?: ResponseFields<A>,
  ): boolean {
    if (!isBound(this.#state)) return false
    this.#send({ ...fields, command: `${request.command}_resp`, status: commandStatus } as PduInput, request.sequence)
    this.#paid()
    return true
  }

  /** `respond` for submit_sm, for the hot path. */
  respondSubmitSm(sequence: number, commandStatus: number, messageId: string): boolean {
    if (!isBound(this.#state)) return false
    this.#send({ command: 'submit_sm_resp', status: commandStatus, message_id: messageId, tlvs: noTlvs }, sequence)
    this.#paid()
    return true
  }

  /** One request of the peer waits for others (parts of a set): it no longer counts against the receive window. */
  withhold(): void {
    this.#paid()
  }

  /** The opposite of `withhold`: the request is about to be answered, and the peer's unbind waits for that. */
  readmit(): void {
    this.#reading.owe()
  }

  /** Accepts a bind (smsc); false when it is not the one that waits or the session is over. */
  acceptBind(bind: BindRequest, fields: BindAnswer): boolean {
    if (this.#bindAsked !== bind || this.#state === 'CLOSED') return false
    this.#bindAsked = undefined
    // SMPP 3.4 §4.1.2: absent towards a peer that speaks 3.3.
    const version = bind.interface_version >= 0x34 ? [makeTlv('sc_interface_version', this.#interfaceVersion)] : noTlvs
    this.#send({ ...fields, command: `${bind.command}_resp`, tlvs: fields.tlvs ?? version }, bind.sequence)
    this.#bound(bind.command)
    return true
  }

  /** Refuses a bind (smsc) and ends the session once the refusal is written. */
  rejectBind(bind: BindRequest, commandStatus: number): boolean {
    if (this.#bindAsked !== bind || this.#state === 'CLOSED') return false
    this.#bindAsked = undefined
    this.#send({ command: `${bind.command}_resp`, status: commandStatus }, bind.sequence)
    this.#close('bindRefused', true)
    return true
  }

  /** Asks to bind (esme). onBound or onBindRefused tells. */
  bind(command: BindCommand, fields: Partial<Fields<'bind_transceiver'>>, nowMs: number): void {
    this.#now = nowMs
    if (this.#bindSequence !== 0 || !mayRequest(command, this.role, this.#state)) {
      throw new Error(`cannot bind as ${this.role} in state ${this.#state}`)
    }
    this.#bindSequence = this.#window.skipSequence()
    this.#send({ interface_version: this.#interfaceVersion, ...fields, command }, this.#bindSequence)
    this.#bindCommand = command
  }

  /** Asks an ESME that we have connected to, to bind (smsc; SMPP 3.4 §4.1.7). */
  outbind(fields: Partial<Fields<'outbind'>>): void {
    this.#state = changeState(this.#state, 'OUTBOUND')
    this.#send({ ...fields, command: 'outbind' }, this.#window.skipSequence())
  }

  /** Leaves in peace: nothing new is sent, answers of both sides are waited for, then unbind, close. Bounded by `responseMs`. */
  unbind(nowMs: number): void {
    this.#now = nowMs
    if (this.#leaving || this.#state === 'CLOSED') return
    if (!isBound(this.#state)) return this.#close('closedByOwner', true)
    this.#leaving = true
    this.#marks.leavingAtMs = nowMs
    this.#unbindWhenAnswered()
  }

  // ---- what comes in -------------------------------------------------------------------------------------------------
  /** One frame of the framer; false when there is none or the session is over. */
  #take(): boolean {
    if (!this.#isOpen()) return false
    const step = this.#framer.next()
    if (step === 'more') return false
    if (step !== 'frame') {
      this.#handlers.onFault?.(step)
      // SMPP 3.4 §3.2: tell once what was wrong, with the sequence that nobody knows.
      this.#send({ command: 'generic_nack', status: step.status }, 0)
      this.#close('framingLost', true, step)
      return false
    }
    const { bytes, start, end } = this.#framer
    const pdu = decode(bytes, start, end)
    if (pdu.command === 'fault') this.#refuse(pdu)
    else {
      this.#handlers.onPdu?.('in', pdu.command, pdu.status)
      if (((bytes[start + 4] as number) & 0x80) !== 0) this.#response(pdu as ResponsePdu)
      else this.#request(pdu as PduOf<RequestCommand>)
    }
    return true
  }

  #refuse(fault: NackFault): void {
    this.#handlers.onFault?.(fault)
    if (fault.answer !== null) this.#send({ command: fault.answer, status: fault.status }, fault.sequence)
    else this.#strays++
  }

  #request(pdu: PduOf<RequestCommand>): void {
    const legal = mayRequest(pdu.command, this.#peer, this.#state)
    if (!legal || (this.#unbindAsked !== undefined && pdu.command !== 'enquire_link')) {
      const isRebind = pdu.command in boundBy && isBound(this.#state)
      return this.#answer(pdu, isRebind ? status.ESME_RALYBND : status.ESME_RINVBNDSTS)
    }
    switch (pdu.command) {
      case 'enquire_link':
        return this.#send({ command: 'enquire_link_resp' }, pdu.sequence)
      case 'unbind':
        this.#unbindAsked = pdu
        this.#marks.unbindAskedAtMs = this.#now
        return this.#unbindWhenPaid(false)
      case 'outbind':
        this.#state = changeState(this.#state, 'OUTBOUND')
        return this.#handlers.onOutbind?.(pdu)
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        if (this.#bindAsked !== undefined) return this.#answer(pdu, status.ESME_RALYBND)
        if (this.#handlers.onBind === undefined) return this.#answer(pdu, status.ESME_RBINDFAIL)
        this.#bindAsked = pdu
        return this.#handlers.onBind(pdu)
      default:
        return this.#appRequest(pdu)
    }
  }

  #appRequest(pdu: AppRequest): void {
    this.#marks.trafficAtMs = this.#now
    // Once nothing but our own answers keeps us here we take nothing more on; the peer may send it again elsewhere.
    if (this.#leaving && this.#window.size === 0) return this.#answer(pdu, status.ESME_RSYSERR)
    if (pdu.command !== 'alert_notification') this.#reading.owe()
    this.#handlers.onRequest(pdu)
  }

  /** Refuses a request with its own response; what has none (outbind, alert_notification) with generic_nack. */
  #answer(pdu: PduOf<RequestCommand>, commandStatus: number): void {
    this.#send({ command: answerTo(pdu.command) ?? 'generic_nack', status: commandStatus }, pdu.sequence)
  }

  #response(response: ResponsePdu): void {
    const { sequence } = response
    const answered = this.#window.take(sequence)
    if (answered !== undefined) {
      this.#marks.trafficAtMs = this.#now
      this.#handlers.onResponse(response, answered.context, answered.sentAtMs)
      return this.#unbindWhenAnswered()
    }
    if (sequence !== 0 && this.#housekeepingAnswered(sequence, response)) return
    const late = this.#late.take(sequence)
    if (late === undefined) this.#strays++
    else this.#handlers.onLateResponse?.(response, late.context, late.sentAtMs)
  }

  /** Whether it answered a request that the session made for itself. */
  #housekeepingAnswered(sequence: number, response: ResponsePdu): boolean {
    if (sequence === this.#enquireSequence) {
      this.#enquireSequence = 0
      this.#marks.enquiredAtMs = undefined
    } else if (sequence === this.#bindSequence) this.#bindAnswered(response, this.#bindCommand)
    // Whatever the answer to our unbind is, we go.
    else if (sequence === this.#unbindSequence) this.#unbound()
    else return false
    return true
  }

  #bindAnswered(response: ResponsePdu, command: BindCommand): void {
    this.#bindSequence = 0
    if (response.command === `${command}_resp` && response.status === status.ESME_ROK) {
      this.#bound(command)
      return this.#handlers.onBound?.(response)
    }
    this.#handlers.onBindRefused?.(response)
    this.#close('bindRefused', true)
  }

  #bound(command: BindCommand): void {
    this.#state = changeState(this.#state, boundBy[command])
    this.#boundAs = command
    this.#marks.bound = true
    this.#marks.trafficAtMs = this.#marks.receivedAtMs = this.#now
  }

  #unbindWhenAnswered(): void {
    if (!this.#leaving || this.#window.size > 0 || this.#unbindSequence !== 0 || !this.#isOpen()) return
    if (this.#reading.owed > 0 && this.#marks.leavingAtMs !== undefined) return
    this.#unbindSequence = this.#window.skipSequence()
    this.#send({ command: 'unbind' }, this.#unbindSequence)
    this.#marks.unbindSentAtMs = this.#now
  }

  /** Answers the peer's unbind once its requests are answered, so that no stored message goes without its response. */
  #unbindWhenPaid(regardless: boolean): void {
    if (this.#unbindAsked === undefined || (this.#reading.owed > 0 && !regardless)) return
    this.#send({ command: 'unbind_resp' }, this.#unbindAsked.sequence)
    this.#unbound()
  }

  #unbound(): void {
    this.#state = changeState(this.#state, 'UNBOUND')
    this.#close('unbound', true)
  }

  #close(why: CloseWhy, gently: boolean, error?: unknown): void {
    if (this.#state === 'CLOSED') return
    if (gently) this.flush()
    this.#state = changeState(this.#state, 'CLOSED')
    this.#transport[gently ? 'end' : 'destroy']()
    const left = this.#window.drainAll()
    this.#late.clear()
    try {
      if (left.length > 0) this.#handlers.onUnanswered(left.map(contextOf), 'closed')
    } catch (thrown) {
      return this.#handlers.onClose('handlerError', thrown)
    }
    this.#handlers.onClose(why, error)
  }

  /** Whether the session still works; a function, as handlers change the state under the caller's eyes. */
  #isOpen(): boolean {
    return this.#state !== 'CLOSED'
  }

  /** Runs what calls handlers: one that throws ends this session and nothing else. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      if (!this.#isOpen()) throw thrown
      this.#close('handlerError', true, thrown)
    }
  }

  // ---- windows, timers, output ---------------------------------------------------------------------------------------
  /** One request of the peer is answered. */
  #paid(): void {
    if (this.#reading.pay()) this.#readAgain('owesAnswers')
    if (this.#unbindAsked !== undefined) this.#unbindWhenPaid(false)
    if (this.#leaving) this.#unbindWhenAnswered()
  }

  #readAgain(reason: ReadStopReason): void {
    if (this.#isOpen() && this.#reading.remove(reason, this.#now)) this.#marks.receivedAtMs = this.#now
  }

  #noticeCongestion(): void {
    if (!this.#output.congested || !this.#isOpen()) return
    this.#marks.stalledAtMs ??= this.#now
    this.#reading.add('peerDoesNotRead')
  }

  #tellWindow(): void {
    if (!this.#windowWasFull || this.windowFree === 0) return
    this.#windowWasFull = false
    this.#handlers.onWindow?.()
  }

  #expire(nowMs: number): void {
    if (this.#limits.responseMs <= 0) return
    const expired = this.#window.expire(nowMs - this.#limits.responseMs)
    if (expired.length === 0) return
    this.#late.remember(expired)
    this.#handlers.onUnanswered(expired.map(contextOf), 'timeout')
    this.#unbindWhenAnswered()
  }

  #obeyTimers(nowMs: number): void {
    const due = dueTimer(this.#marks, this.#limits, nowMs)
    switch (due) {
      case 'none':
        return
      case 'enquireLink':
        this.#enquireSequence = this.#window.skipSequence()
        this.#marks.enquiredAtMs = nowMs
        return this.#send({ command: 'enquire_link' }, this.#enquireSequence)
      case 'inactivity':
        // Not at once: the peer may still owe answers. Unbind is bounded by the response timer.
        return this.unbind(nowMs)
      case 'unbindOverdue':
        return this.#unbindWhenPaid(true)
      case 'leavingOverdue':
        this.#marks.leavingAtMs = undefined
        return this.#unbindWhenAnswered()
      case 'sessionInit':
        return this.#close('sessionInitTimeout', true)
      case 'unbindUnanswered':
        return this.#close('unbindTimeout', true)
      case 'enquireLinkUnanswered':
      case 'writeStall':
        return this.#close(due === 'writeStall' ? due : 'enquireLinkTimeout', false)
    }
  }

  #send(pdu: PduInput, sequence: number): void {
    this.#output.append(pdu, sequence)
    this.#handlers.onPdu?.('out', pdu.command, pdu.status ?? 0)
    if (this.#output.congested) this.#noticeCongestion()
  }
}

const noTlvs: readonly Tlv[] = Object.freeze([])
const contextOf = <C>(request: InFlight<C>): C => request.context
