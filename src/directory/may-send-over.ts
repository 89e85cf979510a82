// Which connections messages may be sent over. Whether a link is up is not its concern.

import type { RoutedConnection } from './snapshot.js'

/** One that the directory has in use and that does not only bring messages. */
export function maySendOver(connection: Pick<RoutedConnection, 'active' | 'direction'> | undefined): boolean {
  return connection?.active === true && connection.direction !== 'from'
}
