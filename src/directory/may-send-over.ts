// Which connections messages may be sent over, and whose. Whether a link is up is not its concern.

import type { AccountId } from '../message/ids.js'
import type { RoutedConnection } from './snapshot.js'

/** One that the directory has in use and that does not only bring messages. */
export function maySendOver(connection: Pick<RoutedConnection, 'active' | 'direction'> | undefined): boolean {
  return connection?.active === true && connection.direction !== 'from'
}

/**
 * Whether the messages of this account come over it: sent back that way, they would come again, and again. That goes for all of the
 * account's connections: two that lead to one peer make a loop as well as one does.
 */
export function bringsMessagesOf(
  { account, direction }: Pick<RoutedConnection, 'account' | 'direction'>,
  id: AccountId | undefined,
): boolean {
  return id !== undefined && account === id && direction !== 'to'
}
