// What becomes of a message of a pool at its turn, when the number that was chosen for it may not send it any more: pure.

import type { SegmentDelivery } from '../message/delivery.js'
import type { KeptRow } from '../message/kept.js'
import { sourceOf, type PoolSender } from '../message/pool-sender.js'
import { failureOfNoSender } from '../powerpack/failure-of.js'
import { noSenderCodes, type NoSenderReason, type SenderStanding } from '../powerpack/sender.js'
import { over, requeued, type Ending } from './ending.js'
import { vendorLane } from './lane-key.js'
import { inItsLane } from './limited-turn.js'
import type { LimitedPorts } from './limited-ports.js'

export interface SenderPorts {
  /** Whether a number that was chosen before may send to a phone now. Asked at each turn: must be cheap. */
  readonly standing: (sender: PoolSender, destination: string) => SenderStanding
  /** Another number for a message that waits already, counted and remembered at once; or why there is none. */
  readonly chooseAgain: (delivery: SegmentDelivery, sender: PoolSender) => NewSender | NoSenderReason
}

export interface NewSender {
  readonly sender: PoolSender
  /** What must be kept in the same step as the move. */
  readonly kept: readonly KeptRow[]
}

/**
 * On in the lane of another number, or over; undefined where it may go as it is. Its receipt has the API's code of the reason. What the
 * phone has a piece of goes on from the same number: from another it could not be put together.
 */
export function senderEnding(delivery: SegmentDelivery, ports: SenderPorts, limits?: LimitedPorts): Ending | undefined {
  const { sender, progress, message } = delivery
  if (sender === undefined || (progress !== undefined && progress.taken > 0)) return undefined
  const standing = ports.standing(sender, message.destination.value)
  if (standing === 'usable') return undefined
  const found = standing === 'optedOut' ? standing : ports.chooseAgain(delivery, sender)
  if (typeof found === 'string') return unsent(delivery, found)
  const next = sentBy(delivery, found.sender)
  const moved = limits === undefined ? next : inItsLane(next, limits)
  // What may not send at all is found out at its next turn.
  return { ...requeued(moved === 'unregistered' ? next : moved), kept: found.kept }
}

function unsent(delivery: SegmentDelivery, reason: NoSenderReason): Ending {
  return over(delivery, 'REJECTED', failureOfNoSender[reason], String(noSenderCodes[reason]).padStart(3, '0'))
}

function sentBy(delivery: SegmentDelivery, sender: PoolSender): SegmentDelivery {
  const { route, hop, message } = delivery
  // Where it failed over, its lane begins there.
  const lane = vendorLane(route, hop, message.account, sender)
  return { ...delivery, lane, sender, message: { ...message, source: sourceOf(sender) } }
}
