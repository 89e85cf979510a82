// What becomes of a message at its turn when what is registered is not as it was: it goes on in the lane that it belongs in now, or fails.
// Pure.

import type { SegmentDelivery } from '../message/delivery.js'
import { over, NO_ERROR, requeued, type Ending } from './ending.js'
import { limitedIn, vendorLane } from './lane-key.js'
import type { LimitedPorts } from './limited-ports.js'
import { networkOf } from './limited-segments.js'

/** ESME_RINVSRCADR as receipts have it (SMPP 3.4 §5.1.3). */
const SOURCE_REFUSED = '010'

/**
 * On in another lane, or over; undefined where it may go as it is. What the phone has a piece of stays where it is: its campaign has
 * paid for all of it.
 */
export function limitedEnding(delivery: SegmentDelivery, ports: LimitedPorts): Ending | undefined {
  const { progress, message, sender, lane } = delivery
  if (progress !== undefined && progress.taken > 0) return undefined
  if (ports.isStill(limitedIn(lane), message, sender !== undefined)) return undefined
  const moved = inItsLane(delivery, ports)
  if (moved === 'unregistered') return unregistered(delivery)
  return moved.lane === lane ? undefined : requeued(moved)
}

/**
 * In the lane that it belongs in by what is registered now; its number may not send at all where it is `unregistered`.
 *
 * @param network left out: as its bill has it
 */
export function inItsLane(
  delivery: SegmentDelivery,
  ports: LimitedPorts,
  network = networkOf(delivery.bill),
): SegmentDelivery | 'unregistered' {
  const { message, sender, route, hop } = delivery
  const limited = ports.isOn() ? ports.limitedOf({ message, sender, network }) : undefined
  if (limited === 'unregistered') return limited
  return { ...delivery, lane: vendorLane(route, hop, message.account, sender, limited) }
}

export function unregistered(delivery: SegmentDelivery): Ending {
  return over(delivery, 'REJECTED', 'unregisteredSender', SOURCE_REFUSED)
}

/** The day's cap is reached, and it may not wait for the next. */
export function cappedEnding(delivery: SegmentDelivery): Ending {
  return over(delivery, 'UNDELIVERABLE', 'dayCapReached', NO_ERROR)
}
