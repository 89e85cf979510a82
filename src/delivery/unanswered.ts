// Segments that a vendor was sent and never answered, while they wait to be sent again or for a receipt: a late answer
// or receipt finds them here and spares the resend.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId, VendorId } from '../message/ids.js'

interface Waiting {
  readonly delivery: SegmentDelivery
  /** Where it stands in `#byPhone`: the directory may say otherwise by the time it leaves. */
  readonly keys: readonly string[]
}

export class Unanswered {
  readonly #max: number
  readonly #vendorOf: (connection: ConnectionId) => VendorId | undefined
  readonly #calledAs: (connection: ConnectionId, number: string) => string
  readonly #byId = new Map<DeliveryId, Waiting>()
  readonly #byPhone = new Map<string, Set<DeliveryId>>()
  /** Those whose way back into a lane is recorded and not durable yet. */
  readonly #onTheirWay = new Set<DeliveryId>()
  /** Those of them whose end is recorded already, by a late answer or receipt: counted in their lane, never sent. */
  readonly #overOnTheirWay = new Set<DeliveryId>()

  /**
   * @param max beyond so many the newest are not found by late answers; they are sent again as usual
   * @param calledAs what a connection writes for a number of ours: a report may have either
   */
  constructor(
    max: number,
    vendorOf: (connection: ConnectionId) => VendorId | undefined,
    calledAs: (connection: ConnectionId, number: string) => string = (_, number) => number,
  ) {
    this.#max = max
    this.#vendorOf = vendorOf
    this.#calledAs = calledAs
  }

  /** As `add`, for one whose way back into a lane is recorded and not durable yet. */
  addOnItsWay(delivery: SegmentDelivery): void {
    this.add(delivery)
    this.#onTheirWay.add(delivery.id)
  }

  /** It is over while it is on its way. False where it is not on its way: it is in its lane. */
  endOnItsWay(id: DeliveryId): boolean {
    if (!this.#onTheirWay.has(id)) return false
    this.#overOnTheirWay.add(id)
    return true
  }

  /** Its way back is durable. True where it was over before. */
  wasOverOnItsWay(id: DeliveryId): boolean {
    this.#onTheirWay.delete(id)
    return this.#overOnTheirWay.delete(id)
  }

  get size(): number {
    return this.#byId.size
  }

  add(delivery: SegmentDelivery): void {
    const keys = this.#phoneKeys(delivery)
    if (keys.length === 0 || (this.#byId.size >= this.#max && !this.#byId.has(delivery.id))) return
    // It may stand under another vendor's phone from an earlier attempt.
    this.remove(delivery.id)
    this.#byId.set(delivery.id, { delivery, keys })
    for (const key of keys) {
      let ids = this.#byPhone.get(key)
      if (ids === undefined) this.#byPhone.set(key, (ids = new Set()))
      ids.add(delivery.id)
    }
  }

  get(id: DeliveryId): SegmentDelivery | undefined {
    return this.#byId.get(id)?.delivery
  }

  remove(id: DeliveryId): void {
    const waiting = this.#byId.get(id)
    if (waiting === undefined) return
    this.#byId.delete(id)
    for (const key of waiting.keys) {
      const ids = this.#byPhone.get(key)
      ids?.delete(id)
      if (ids?.size === 0) this.#byPhone.delete(key)
    }
  }

  /**
   * The only one for this vendor and phone; undefined for none or several, which can't be told apart, and for a segment of
   * several: a receipt with an unknown id may be about any of those.
   */
  onlyFor(vendor: VendorId, destination: string): SegmentDelivery | undefined {
    const ids = this.#byPhone.get(`${vendor}\0${destination}`)
    if (ids === undefined || ids.size !== 1) return undefined
    for (const id of ids) {
      const delivery = this.#byId.get(id)?.delivery
      return delivery?.progress === undefined ? delivery : undefined
    }
    return undefined
  }

  #phoneKeys({ unansweredBy, message }: SegmentDelivery): readonly string[] {
    if (unansweredBy === '') return []
    const vendor = this.#vendorOf(unansweredBy)
    if (vendor === undefined) return []
    const { value } = message.destination
    const called = this.#calledAs(unansweredBy, value)
    const ours = `${vendor}\0${value}`
    return called === value ? [ours] : [ours, `${vendor}\0${called}`]
  }
}
