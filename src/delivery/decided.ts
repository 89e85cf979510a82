// What becomes of a message that was accepted before its network was known, once that is, or nobody says: pure.

import type { Price } from '../message/bill.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import { repriced } from '../money/settle.js'
import { NO_ERROR, over, requeued, type Ending } from './ending.js'
import type { NewRoute } from './reroute.js'
import { vendorLane } from './lane-key.js'
import { inItsLane, unregistered } from './limited-turn.js'
import type { LimitedPorts } from './limited-ports.js'

export type Decision =
  /** On its way by this route. `price` of its unit; undefined where nobody pays. */
  | { readonly kind: 'goes'; readonly to: NewRoute; readonly network: Network; readonly price: Price | undefined }
  /** Nobody says now: it is to be asked again at this switch time, ms. */
  | { readonly kind: 'later'; readonly dueMs: number }
  | { readonly kind: 'over'; readonly reason: FailureReason }

/** Codes as a bill has them; undefined where nobody knows. */
type Network = { readonly mcc: string; readonly mnc: string } | undefined

/** With due time, failures and validity kept; what waits for another asking is due then. */
export function decidedEnding(delivery: SegmentDelivery, decision: Decision, limits?: LimitedPorts): Ending {
  switch (decision.kind) {
    case 'goes': {
      const { to, network, price } = decision
      const { route, failover } = to
      const lane = vendorLane(route, 0, delivery.message.account, delivery.sender)
      const plain = { ...delivery, lane, route, failover, hop: 0 }
      const next = limits === undefined ? plain : inItsLane(plain, limits, network)
      if (next === 'unregistered') return unregistered(delivery)
      if (delivery.bill === undefined) return requeued(next)
      const { bill, move } = repriced(delivery.bill, delivery.message.account, price, network)
      return { ...requeued({ ...next, bill }), money: { bill, move, end: undefined } }
    }
    case 'later':
      // Expiry comes first: then it is overdue, and nobody is asked any more. Stores keep whole ms.
      return requeued({ ...delivery, dueMs: Math.min(decision.dueMs, Math.ceil(delivery.expiresAtMs)) })
    case 'over':
      return over(delivery, 'UNDELIVERABLE', decision.reason, NO_ERROR)
  }
}
