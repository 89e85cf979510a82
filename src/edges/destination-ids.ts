// How lanes name the destinations that connections are. One form for all edges that serve them.

import type { ConnectionId } from '../message/ids.js'

export function vendorDestinationId(connection: ConnectionId): string {
  return `c:${connection}`
}
