// What a message makes over one connection, now that it is to be sent: its segments, and how far it is with them. Pure.

import type { Connection } from '../../directory/snapshot.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import { referenceOf } from '../../message/reference.js'
import { cannotLeave, type CannotLeave, type Leaving } from '../../text/leaving.js'
import { leave } from '../../text/leave.js'

/** The same each time, also after a restart, as long as the connection is set up the same. */
export function leavingOf({ message, progress }: SegmentDelivery, connection: Connection): Leaving | CannotLeave {
  const leaving = leave(message.content, message.shape, referenceOf(message.id), connection.leaving)
  if (leaving.kind === 'cannotLeave' || progress === undefined || progress.taken === 0) return leaving
  const { length } = leaving.segments
  // Cut otherwise, the rest would not fit to what the phone has.
  return length === progress.total
    ? leaving
    : cannotLeave(`${progress.taken} of ${progress.total} segments have left, and now it makes ${length}`)
}

/**
 * The delivery with its progress where it makes several segments. What was not begun may have been cut otherwise before; whoever
 * did not answer then may have one of several, so that it stays known as such though it makes a single one here.
 */
export function begun(delivery: SegmentDelivery, { segments }: Leaving, connection: Connection): SegmentDelivery {
  const { progress, unansweredBy } = delivery
  if (progress !== undefined && progress.taken > 0) return delivery
  const { length: total } = segments
  if (total === 1 && progress === undefined) return delivery
  if (total === 1 && unansweredBy === '') return { ...delivery, progress: undefined }
  return { ...delivery, progress: { connection: connection.id, total, taken: 0, group: undefined } }
}
