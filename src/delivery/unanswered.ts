// Segments that a vendor was sent and never answered, while they wait to be sent again or for a receipt: a late answer
// or receipt finds them here and spares the resend.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId, VendorId } from '../message/ids.js'

export class Unanswered {
  readonly #max: number
  readonly #vendorOf: (connection: ConnectionId) => VendorId | undefined
  readonly #byId = new Map<DeliveryId, SegmentDelivery>()
  readonly #byPhone = new Map<string, Set<DeliveryId>>()
  /** Segments of messages that make several: a receipt with an unknown id may be about any of those. */
  readonly #ofSeveral = new Set<DeliveryId>()

  /** @param max beyond so many the newest are not found by late answers; they are sent again as usual */
  constructor(max: number, vendorOf: (connection: ConnectionId) => VendorId | undefined) {
    this.#max = max
    this.#vendorOf = vendorOf
  }

  get size(): number {
    return this.#byId.size
  }

  /** @param isOfSeveral a receipt that names no id of ours must not be taken for its own */
  add(delivery: SegmentDelivery, isOfSeveral: boolean): void {
    const key = this.#phoneKey(delivery)
    if (key === undefined || (this.#byId.size >= this.#max && !this.#byId.has(delivery.id))) return
    // It may stand under another vendor's phone from an earlier attempt.
    this.remove(delivery.id)
    this.#byId.set(delivery.id, delivery)
    if (isOfSeveral) this.#ofSeveral.add(delivery.id)
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
    this.#ofSeveral.delete(id)
    const key = this.#phoneKey(delivery)
    const ids = key === undefined ? undefined : this.#byPhone.get(key)
    if (key === undefined || ids === undefined) return
    ids.delete(id)
    if (ids.size === 0) this.#byPhone.delete(key)
  }

  /** The only one for this vendor and phone; undefined for none or several, which can't be told apart, or a segment of several. */
  onlyFor(vendor: VendorId, destination: string): SegmentDelivery | undefined {
    const ids = this.#byPhone.get(`${vendor}\0${destination}`)
    if (ids === undefined || ids.size !== 1) return undefined
    for (const id of ids) return this.#ofSeveral.has(id) ? undefined : this.#byId.get(id)
    return undefined
  }

  #phoneKey(delivery: SegmentDelivery): string | undefined {
    if (delivery.unansweredBy === '') return undefined
    const vendor = this.#vendorOf(delivery.unansweredBy)
    return vendor === undefined ? undefined : `${vendor}\0${delivery.message.destination.value}`
  }
}

const SURELY_ONE_OCTETS = 140

/**
 * For one found at the start: may it make several segments? Where it may be sent over another connection, what it made is not
 * written down. In doubt it is sent again rather than taken for delivered by the receipt of one segment.
 */
export function mayBeOfSeveral({ progress, message }: SegmentDelivery): boolean {
  const { udhi, octets } = message.content
  return progress !== undefined || udhi || octets.length > SURELY_ONE_OCTETS
}
