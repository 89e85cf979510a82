// An account that more than one edge serves, as one destination: each receipt goes where its message came from, a message from a phone to
// the API where its number is for that, else to the account's phones while it has any, else to its receivers. Belongs to the composition
// root.

import type { Destination, SendResult } from './delivery/destination.js'
import { API_ECHO } from './edges/api/message-submission.js'
import type { ToldSide } from './edges/api/told-ports.js'
import type { Delivery, MoDelivery, ReceiptDelivery } from './message/delivery.js'

/** When it is looked again whether the side can take what waits for it; it is told before as a rule. */
const LOOK_AGAIN_MS = 10_000

/** Each may come and go. */
export interface Sides {
  api: ToldSide | undefined
  sip: Destination | undefined
  esme: Destination | undefined
}

export type SideName = keyof Sides

export class AccountSides implements Destination {
  readonly id: string
  readonly sides: Sides = { api: undefined, sip: undefined, esme: undefined }
  readonly #hasOthers: () => boolean
  /** The last that was to be sent waits for a side that is not there, or has no room: it tells when it has. */
  #isWaiting = false

  /** @param hasOthers whether the account may bind or register beside the API, as its directory has it now */
  constructor(id: string, hasOthers: () => boolean) {
    this.id = id
    this.#hasOthers = hasOthers
  }

  get isEmpty(): boolean {
    const { api, sip, esme } = this.sides
    return api === undefined && sip === undefined && esme === undefined
  }

  get up(): boolean {
    const { api, sip, esme } = this.sides
    return api?.up === true || sip?.up === true || esme?.up === true
  }

  room(nowMs: number): number {
    const { api, sip, esme } = this.sides
    return roomOf(api, nowMs) + roomOf(sip, nowMs) + roomOf(esme, nowMs)
  }

  roomAtMs(nowMs: number): number {
    const { api, sip, esme } = this.sides
    const atMs = Math.min(roomAtMsOf(api, nowMs), roomAtMsOf(sip, nowMs), roomAtMsOf(esme, nowMs))
    // There is room, only not for that: it would be looked at without end.
    return this.#isWaiting && atMs <= nowMs ? nowMs + LOOK_AGAIN_MS : atMs
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    const side = this.#sideOf(delivery)
    const result = side === undefined || roomOf(side, nowMs) === 0 ? 'later' : side.send(delivery, nowMs)
    this.#isWaiting = result !== 'sent'
    // Another side may have room for what stands behind it.
    return result === 'full' ? 'later' : result
  }

  #sideOf(delivery: Delivery): Destination | undefined {
    switch (delivery.kind) {
      case 'receipt':
        return this.#sideOfReceipt(delivery)
      case 'mo':
        return this.#sideOfMo(delivery)
      case 'segment':
        return undefined
    }
  }

  /** It waits for that one: nobody else knows the message. */
  #sideOfReceipt({ receipt: { origin } }: ReceiptDelivery): Destination | undefined {
    if (origin.echo === undefined) return this.sides.esme
    return origin.echo === API_ECHO ? this.sides.api : this.sides.sip
  }

  #sideOfMo(delivery: MoDelivery): Destination | undefined {
    const { api, sip, esme } = this.sides
    // Receivers that have some segments of it get the rest.
    const isBegun = delivery.taken > 0
    if (!isBegun && api?.wants(delivery) === true) return api
    const [first, second] = isBegun ? [esme, sip] : [sip, esme]
    if (first?.up === true) return first
    if (second?.up === true) return second
    return this.#hasOthers() ? undefined : api
  }
}

function roomOf(side: Destination | undefined, nowMs: number): number {
  return side?.up === true ? side.room(nowMs) : 0
}

function roomAtMsOf(side: Destination | undefined, nowMs: number): number {
  return side?.up === true ? side.roomAtMs(nowMs) : Infinity
}
