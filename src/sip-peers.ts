// Connections to SIP peers as the switch makes them: their settings, DNS, and the endpoint that they send from. Belongs to the
// composition root.

import { randomBytes } from 'node:crypto'
import type { Config } from './config/settings.js'
import { isPeer } from './edges/sip/peer-egress.js'
import { PeerLink } from './edges/sip/peer-link.js'
import type { PeerOptions, PeerPorts } from './edges/sip/peer-ports.js'
import type { RoutedConnection } from './directory/snapshot.js'
import { defaultResolveOptions, Resolver, systemDns } from './sip/index.js'

export type SipPeersPorts = Omit<PeerPorts, 'resolve' | 'unguessable'>

/** Makes the link of each connection that leads to a SIP peer; undefined for others. */
export function sipPeerLinks(
  { sip, vendor }: Config,
  ports: SipPeersPorts,
): (connection: RoutedConnection) => PeerLink | undefined {
  const { clock, chance } = ports
  const options: PeerOptions = {
    backoff: { minMs: vendor.reconnectMinMs, maxMs: vendor.reconnectMaxMs },
    throttlePauseMs: vendor.throttlePauseMs,
    pingMs: sip.peerPingMs,
    ...{ udpMaxBytes: sip.udpMaxBytes, largeOnUdp: sip.largeOnUdp, maxPieces: sip.maxPieces },
  }
  // Asked for the first time when a peer needs it: most switches have none.
  let resolver: Resolver | undefined
  const made = (): Resolver =>
    (resolver ??= new Resolver(defaultResolveOptions, systemDns(), { now: () => clock.monotonicMs(), random: chance }))
  const all: PeerPorts = {
    ...ports,
    resolve: (target) => made().resolve(target),
    unguessable: () => randomBytes(8).toString('hex'),
  }
  return (connection) => (isPeer(connection) ? new PeerLink(connection, options, all) : undefined)
}
