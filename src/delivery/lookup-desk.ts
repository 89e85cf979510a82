// Where messages wait that were accepted before their network was known: a destination like others, with a window, that asks
// instead of sending. So they are read ahead, held back, expired and found again after a restart as all others are.

import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import type { Decision } from './decided.js'
import type { Destination, SendResult } from './destination.js'

/** The one destination of all lanes of undecided messages. */
export const LOOKUP_DESK = 'lookup'

export interface LookupDeskPorts {
  /** Asks for the network of its number, and tells once, now or later, what is to become of it. */
  readonly ask: (delivery: SegmentDelivery, told: (decision: Decision) => void) => void
  /** It goes on, waits or is over. */
  readonly decided: (delivery: SegmentDelivery, decision: Decision) => void
  readonly hasRoom: (destination: string) => void
}

export class LookupDesk implements Destination {
  readonly id = LOOKUP_DESK
  readonly #ports: LookupDeskPorts
  readonly #window: number
  #underWay = 0
  #isStopped = false
  /** Whoever sends takes the place for taken until he is through, and is told of it then. */
  #isToldSoon = false

  /** @param window messages that are asked about at a time */
  constructor(ports: LookupDeskPorts, window: number) {
    this.#ports = ports
    this.#window = window
  }

  get up(): boolean {
    return !this.#isStopped
  }

  /** For gauges. */
  get underWay(): number {
    return this.#underWay
  }

  room(): number {
    return this.#isStopped ? 0 : this.#window - this.#underWay
  }

  roomAtMs(): number {
    return Infinity
  }

  send(delivery: Delivery): SendResult {
    if (delivery.kind !== 'segment' || this.room() <= 0) return 'full'
    this.#underWay++
    let isSending = true
    this.#ports.ask(delivery, (decision) => {
      this.#underWay--
      // What is told while the switch stops says nothing about the number. The message is in its lane: the next start asks again.
      if (this.#isStopped) return
      this.#ports.decided(delivery, decision)
      if (isSending) this.#tellSoon()
      else this.#ports.hasRoom(this.id)
    })
    isSending = false
    return 'sent'
  }

  #tellSoon(): void {
    if (this.#isToldSoon) return
    this.#isToldSoon = true
    queueMicrotask(() => {
      this.#isToldSoon = false
      this.#ports.hasRoom(this.id)
    })
  }

  stop(): void {
    this.#isStopped = true
  }
}
