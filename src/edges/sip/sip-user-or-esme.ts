// An account that binds and registers as well, as one destination: what comes for it goes to its phones while it has any, else to
// its receivers. A receipt goes where its message came from, if anybody is there.

import type { Destination, SendResult } from '../../delivery/destination.js'
import type { Delivery } from '../../message/delivery.js'

export class SipUserOrEsme implements Destination {
  readonly id: string
  /** Each may come and go. */
  sip: Destination | undefined
  esme: Destination | undefined

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
    return Math.min(sipMs, this.esme?.up === true ? this.esme.roomAtMs(nowMs) : Infinity)
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    const wanted = this.#sideOf(delivery)
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
