// Segments that a vendor was sent and never answered, while they wait to be sent again or for a receipt: a late answer
// or receipt finds them here and spares the resend.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId, VendorId } from '../message/ids.js'

export class Unanswered {
  readonly #max: number
  readonly #vendorOf: (connection: ConnectionId) => VendorId | undefined
  readonly #byId = new Map<DeliveryId, SegmentDelivery>()
  readonly #byPhone = new Map<string, Set<DeliveryId>>()

  /** @param max beyond so many the newest are not found by late answers; they are sent again as usual */
  constructor(max: number, vendorOf: (connection: ConnectionId) => VendorId | undefined) {
    this.#max = max
    this.#vendorOf = vendorOf
  }

  get size(): number {
    return this.#byId.size
  }

  add(delivery: SegmentDelivery): void {
    const key = this.#phoneKey(delivery)
    if (key === undefined || (this.#byId.size >= this.#max && !this.#byId.has(delivery.id))) return
    // It may stand under another vendor's phone from an earlier attempt.
    this.remove(delivery.id)
    this.#byId.set(delivery.id, delivery)
    let ids = this.#byPhone.get(key)
    if (ids === undefined) this.#byPhone.set(key, (ids = new Set()))
    ids.add(delivery.id)
  }

  get(id: DeliveryId): SegmentDelivery | undefined {
    return this.#byId.get(id)
  }

  remove(id: DeliveryId): void {
    const delivery = this.#byId.get(id)
    if (delivery === undefined) return
    this.#byId.delete(id)
    const key = this.#phoneKey(delivery)
    const ids = key === undefined ? undefined : this.#byPhone.get(key)
    if (key === undefined || ids === undefined) return
    ids.delete(id)
    if (ids.size === 0) this.#byPhone.delete(key)
  }

  /**
   * The only one for this vendor and phone; undefined for none or several, which can't be told apart, and for a segment of
   * several: a receipt with an unknown id may be about any of those.
   */
  onlyFor(vendor: VendorId, destination: string): SegmentDelivery | undefined {
    const ids = this.#byPhone.get(`${vendor}\0${destination}`)
    if (ids === undefined || ids.size !== 1) return undefined
    for (const id of ids) {
      const delivery = this.#byId.get(id)
      return delivery?.progress === undefined ? delivery : undefined
    }
    return undefined
  }

  #phoneKey(delivery: SegmentDelivery): string | undefined {
    if (delivery.unansweredBy === '') return undefined
    const vendor = this.#vendorOf(delivery.unansweredBy)
    return vendor === undefined ? undefined : `${vendor}\0${delivery.message.destination.value}`
  }
}
