// The source that a message names itself: whose it is, and whether the phone wants to hear from it. Pure.

import { nanpAreaOf } from '../../phone/nanp.js'
import type { AccountId } from '../../message/ids.js'
import type { ApiFailure } from './message-outcome.js'
import type { MessagePorts } from './message-ports.js'

/** Undefined where it may be sent. */
export function whyNotFrom(
  src: string,
  to: string,
  account: AccountId,
  { powerpacks, isOwn }: Pick<MessagePorts, 'powerpacks' | 'isOwn'>,
): ApiFailure | undefined {
  const isOwned = powerpacks.book.numbers.get(src)?.account === account || isOwn(account, src)
  // Before anything else: nobody learns from the answer who wants nothing from another account's numbers.
  if (!isOwned && nanpAreaOf(to) !== undefined)
    return { reason: 'sourceNotAllowed', error: 'This caller ID is not allowed for outbound message' }
  return powerpacks.hasOptedOut(src, to) ? { reason: 'optedOut' } : undefined
}
