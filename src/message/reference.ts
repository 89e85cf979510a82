// The number by which the pieces of one message are known to belong together. A pure function of its id: resent, it has the same.

import type { MessageId } from './ids.js'

/** 0 to 65535: the last four hex digits of the id. Messages of one sender that follow each other never share it. */
export function referenceOf(id: MessageId): number {
  return parseInt(id.slice(-4), 16)
}
