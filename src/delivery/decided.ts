// What becomes of a message that was accepted before its network was known, once that is, or nobody says: pure.

import type { Bill, Move, Price } from '../message/bill.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { AccountId } from '../message/ids.js'
import { NO_ERROR, over, requeued, type Ending } from './ending.js'
import type { NewRoute } from './reroute.js'
import { vendorLane } from './lane-key.js'

export type Decision =
  /** On its way by this route. `price` of its unit; undefined where nobody pays. */
  | { readonly kind: 'goes'; readonly to: NewRoute; readonly network: Network; readonly price: Price | undefined }
  /** Nobody says now: it is to be asked again at this switch time, ms. */
  | { readonly kind: 'later'; readonly dueMs: number }
  | { readonly kind: 'over'; readonly reason: FailureReason }

/** Codes as a bill has them; undefined where nobody knows. */
type Network = { readonly mcc: string; readonly mnc: string } | undefined

/** With due time, failures and validity kept; what waits for another asking is due then. */
export function decidedEnding(delivery: SegmentDelivery, decision: Decision): Ending {
  switch (decision.kind) {
    case 'goes': {
      const { to, network, price } = decision
      const { route, failover } = to
      const lane = vendorLane(route, 0, delivery.message.account)
      const bill = decidedBill(delivery.bill, network, price)
      return requeued({ ...delivery, lane, route, failover, hop: 0, bill })
    }
    case 'later':
      // Expiry comes first: then it is overdue, and nobody is asked any more. Stores keep whole ms.
      return requeued({ ...delivery, dueMs: Math.min(decision.dueMs, Math.ceil(delivery.expiresAtMs)) })
    case 'over':
      return over(delivery, 'UNDELIVERABLE', decision.reason, NO_ERROR)
  }
}

/** With its network, and the price of that where it is lower than what is held: no more is ever taken than was held. */
function decidedBill(bill: Bill | undefined, network: Network, price: Price | undefined): Bill | undefined {
  if (bill === undefined) return undefined
  const { mcc, mnc } = network ?? { mcc: '', mnc: '' }
  const isLower = price !== undefined && bill.state === 'held' && price.baseMicros < bill.price.baseMicros
  return { ...bill, price: isLower ? price : bill.price, mcc, mnc }
}

/** What is given back of the hold when a message waits again at a lower price; undefined for nothing. */
export function lowered(account: AccountId, before: Bill | undefined, after: Bill | undefined): Move | undefined {
  if (before === after || before === undefined || after === undefined) return undefined
  const micros = (before.price.baseMicros - after.price.baseMicros) * after.units
  if (micros <= 0 || before.state !== 'held' || after.state !== 'held') return undefined
  return { customer: after.customer, account, day: after.day, heldMicros: -micros, chargedMicros: 0, units: 0 }
}
