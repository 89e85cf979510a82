// The receivers that one account has bound: where its receipts and the messages from phones go. One destination per account,
// whatever its number of binds. Segments of one message follow each other over one of them, each when the one before is taken.

import type { NotifyResult } from '../../delivery/courier.js'
import type { Destination, SendResult } from '../../delivery/destination.js'
import type { Dialing } from '../../directory/dialing.js'
import type { Delivery, EsmeDelivery, MoDelivery, ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId, DeliveryId } from '../../message/ids.js'
import { referenceOf } from '../../message/reference.js'
import { EncodeError, type Session } from '../../smpp/index.js'
import { leave, type Leaving, type Target } from '../../text/leave.js'
import { moPdu, receiptPdu } from './deliver-sm.js'

/** Begun messages that wait for their next segment's turn. What is forgotten is cut anew and may go on over another bind. */
const BEGUN_MAX = 1000
/**
 * How long the next segment waits for a place in the window of its session while others have one, ms: far longer than an ESME
 * takes to answer when it is well, far shorter than the switch waits for an answer.
 */
const RECEIVER_WAIT_MS = 1000

export function receiversId(account: AccountId): string {
  return `a:${account}`
}

/** A session that takes deliver_sm. */
export interface Receiver {
  readonly session: EsmeSession
  /** interface_version of its bind. */
  readonly version: number
  /** What its account takes. */
  leaving: Target
  /** How it writes numbers. */
  dialing: Dialing
}

/** A message from a phone that has been cut for a receiver. */
interface Begun {
  readonly receiver: Receiver
  readonly cut: Leaving
}

interface Waiting extends Begun {
  /** How long it waits for room at its receiver, switch time; 0 while it does not. */
  untilMs: number
}

/** One segment of a message from a phone that was sent and is not answered. */
interface SentMo extends Begun {
  readonly kind: 'sentMo'
  readonly delivery: MoDelivery
}

/** What an ESME was sent and has not answered. */
export type Sent = ReceiptDelivery | SentMo
export type EsmeSession = Session<Sent>

export interface ReceiversPorts {
  readonly monotonicMs: () => number
  /** What became of it; `more`: the message has segments after this one. Returns the next, if it is to go now. */
  readonly notified: (delivery: EsmeDelivery, result: NotifyResult, more: boolean) => EsmeDelivery | undefined
  /** Handed out and not sent. */
  readonly notSent: (delivery: EsmeDelivery) => void
  /** For the log: it can't be written for this account, now or ever. */
  readonly cannotSend: (delivery: MoDelivery, why: string) => void
}

export class Receivers implements Destination {
  readonly id: string
  readonly #ports: ReceiversPorts
  readonly #receivers: Receiver[] = []
  /** Messages of which the ESME has some segments and none is under way. */
  readonly #begun = new Map<DeliveryId, Waiting>()
  #next = 0
  /** When the first of those that wait for room at their own receiver has waited enough, switch time; Infinity for none. */
  #waitsUntilMs = Infinity

  constructor(account: AccountId, ports: ReceiversPorts) {
    this.id = receiversId(account)
    this.#ports = ports
  }

  get up(): boolean {
    return this.#receivers.length > 0
  }

  get count(): number {
    return this.#receivers.length
  }

  add(receiver: Receiver): void {
    this.#receivers.push(receiver)
  }

  /** What its account takes is another from now on; what has been cut goes out as it is. */
  renew(session: EsmeSession, taken: Pick<Receiver, 'leaving' | 'dialing'>): void {
    const receiver = this.#receivers.find((one) => one.session === session)
    if (receiver === undefined) return
    receiver.leaving = taken.leaving
    receiver.dialing = taken.dialing
  }

  /** False when it was none of ours. */
  remove(session: EsmeSession): boolean {
    const index = this.#receivers.findIndex((receiver) => receiver.session === session)
    if (index < 0) return false
    this.#receivers.splice(index, 1)
    // What it has begun goes on over any other.
    for (const [id, { receiver }] of this.#begun) if (receiver.session === session) this.#begun.delete(id)
    return true
  }

  room(): number {
    let room = 0
    for (const { session } of this.#receivers) room += session.windowFree
    return room
  }

  /** Only an answer makes room, never time; but nothing waits for its own receiver for ever. */
  roomAtMs(nowMs: number): number {
    if (this.#waitsUntilMs <= nowMs) this.#waitsUntilMs = Infinity
    return this.#waitsUntilMs
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    switch (delivery.kind) {
      case 'receipt': {
        const receiver = this.#freest()
        if (receiver === undefined) return 'full'
        const pdu = receiptPdu(delivery, receiver.version)
        return receiver.session.request(pdu, delivery, this.#ports.monotonicMs()) === 0 ? 'full' : 'sent'
      }
      case 'mo':
        return this.#sendMo(delivery, nowMs)
      case 'segment':
        return 'full'
    }
  }

  /** A session of ours answered, or did not. */
  answered(sent: Sent, result: NotifyResult): void {
    if (sent.kind === 'receipt') {
      this.#ports.notified(sent, result, false)
      return
    }
    const { delivery, cut, receiver } = sent
    const more = delivery.taken + 1 < cut.segments.length
    const goesOn = result === 'taken' && more
    const comesAgain = (result === 'refused' || result === 'unanswered') && delivery.taken > 0
    // Before it is told: what is back in its lane may come up at once.
    if ((goesOn || comesAgain) && this.#receivers.includes(receiver)) this.#keep(delivery.id, sent)
    const next = this.#ports.notified(delivery, result, more)
    if (next?.kind === 'mo' && !this.#sendSegment(next, sent)) this.#ports.notSent(next)
  }

  #sendMo(delivery: MoDelivery, nowMs: number): SendResult {
    const begun = this.#begun.get(delivery.id)
    const receiver = begun === undefined ? this.#freest() : this.#receiverOf(begun, nowMs)
    if (receiver === undefined) return 'full'
    if (receiver === 'later') return receiver
    const { id, content, shape } = delivery.message
    const cut = begun === undefined ? leave(content, shape, referenceOf(id), receiver.leaving) : begun.cut
    if (cut.kind === 'cannotLeave') {
      this.#giveUp(delivery, cut.why)
      return 'sent'
    }
    return this.#sendSegment(delivery, { receiver, cut }) ? 'sent' : 'full'
  }

  /** Its own, which it waits for a moment when that has no room. It may have stopped answering: then any other. */
  #receiverOf(waiting: Waiting, nowMs: number): Receiver | 'later' | undefined {
    if (waiting.receiver.session.windowFree > 0) return waiting.receiver
    if (waiting.untilMs === 0) waiting.untilMs = nowMs + RECEIVER_WAIT_MS
    if (waiting.untilMs <= nowMs) return this.#freest()
    if (this.#waitsUntilMs <= nowMs || waiting.untilMs < this.#waitsUntilMs) this.#waitsUntilMs = waiting.untilMs
    return 'later'
  }

  /** The segment after those that are taken. True when it was sent, or was dealt with and never will be. */
  #sendSegment(delivery: MoDelivery, { receiver, cut }: Begun): boolean {
    const segment = cut.segments[delivery.taken]
    if (segment === undefined) {
      return this.#giveUp(delivery, `${delivery.taken} segments were taken of what makes ${cut.segments.length} now`)
    }
    const sent: SentMo = { kind: 'sentMo', delivery, receiver, cut }
    try {
      const pdu = moPdu(delivery.message, segment, cut.dataCoding, receiver.dialing, cut.segments.length > 1)
      if (receiver.session.request(pdu, sent, this.#ports.monotonicMs()) === 0) return false
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error
      return this.#giveUp(delivery, error.message)
    }
    this.#begun.delete(delivery.id)
    return true
  }

  #giveUp(delivery: MoDelivery, why: string): true {
    this.#begun.delete(delivery.id)
    this.#ports.cannotSend(delivery, why)
    this.#ports.notified(delivery, 'refusedForGood', false)
    return true
  }

  #keep(id: DeliveryId, { receiver, cut }: Begun): void {
    if (this.#begun.size >= BEGUN_MAX) for (const oldest of this.#begun.keys()) if (this.#begun.delete(oldest)) break
    this.#begun.set(id, { receiver, cut, untilMs: 0 })
  }

  /** Round robin among those that have room. */
  #freest(): Receiver | undefined {
    for (let tries = this.#receivers.length; tries > 0; tries--) {
      this.#next = (this.#next + 1) % this.#receivers.length
      const receiver = this.#receivers[this.#next]!
      if (receiver.session.windowFree > 0) return receiver
    }
    return undefined
  }
}
