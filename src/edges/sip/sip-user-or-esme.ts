// An account that binds and registers as well, as one destination: what comes for it goes to its phones while it has any, else to
// its receivers. A receipt goes where its message came from and waits until somebody is there: nobody else knows the message.

import type { Destination, SendResult } from '../../delivery/destination.js'
import type { Delivery } from '../../message/delivery.js'

/** When it is looked again whether the side is there that something waits for; it is told before as a rule. */
const LOOK_AGAIN_MS = 10_000

export class SipUserOrEsme implements Destination {
  readonly id: string
  /** Each may come and go. */
  sip: Destination | undefined
  esme: Destination | undefined
  /** The last that was to be sent waits for a side that is not there. */
  #isWaiting = false

  constructor(id: string) {
    this.id = id
  }

  get up(): boolean {
    return this.sip?.up === true || this.esme?.up === true
  }

  room(nowMs: number): number {
    return roomOf(this.sip, nowMs) + roomOf(this.esme, nowMs)
  }

  roomAtMs(nowMs: number): number {
    const sipMs = this.sip?.up === true ? this.sip.roomAtMs(nowMs) : Infinity
    const atMs = Math.min(sipMs, this.esme?.up === true ? this.esme.roomAtMs(nowMs) : Infinity)
    // There is room, only not for that: it would be looked at without end.
    return this.#isWaiting && atMs <= nowMs ? nowMs + LOOK_AGAIN_MS : atMs
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    const wanted = this.#sideOf(delivery)
    this.#isWaiting = delivery.kind === 'receipt' && wanted?.up !== true
    if (this.#isWaiting) return 'later'
    const side = wanted?.up === true ? wanted : this.sip?.up === true ? this.sip : this.esme
    if (side === undefined || roomOf(side, nowMs) === 0) return 'later'
    const result = side.send(delivery, nowMs)
    // The other side may have room for what stands behind it.
    return result === 'full' ? 'later' : result
  }

  #sideOf(delivery: Delivery): Destination | undefined {
    if (delivery.kind === 'receipt') return delivery.receipt.origin.echo === undefined ? this.esme : this.sip
    // Of which receivers have some segments already.
    return delivery.kind === 'mo' && delivery.taken > 0 ? this.esme : this.sip
  }
}

function roomOf(side: Destination | undefined, nowMs: number): number {
  return side?.up === true ? side.room(nowMs) : 0
}
