// The connections to vendors and SIP peers, tied to the core: their settings, who takes what they say, lanes told of what comes and goes.
// Belongs to the composition root; decides nothing.

import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import type { RoutedConnection } from './directory/snapshot.js'
import type { PeerPorts } from './edges/sip/peer-ports.js'
import { VendorConnection } from './edges/vendor/vendor-connection.js'
import type { VendorPorts } from './edges/vendor/vendor-ports.js'
import type { Clock, Timers } from './lib/clock.js'
import type { MessageWays } from './message-ways.js'
import { sipPeerLinks } from './sip-peers.js'
import { connect, type Ticker } from './smpp/index.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'
import { VendorLinks } from './vendor-links.js'

export interface TiedVendorsPorts {
  readonly config: Config
  /** As they are in the directory of the start. */
  readonly connections: readonly RoutedConnection[]
  readonly core: Pick<Core, 'courier' | 'dispatcher' | 'takeReceipts' | 'connectionGone'>
  readonly ways: Pick<MessageWays, 'submitMo' | 'linkClosed' | 'stalled' | 'stallMs'>
  /** What SIP peers are sent from. */
  readonly endpoint: PeerPorts['endpoint']
  readonly ticker: Ticker
  readonly clock: Clock
  readonly timers: Timers
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly log: Log
}

/** Not connected yet. */
export function tieVendors(ports: TiedVendorsPorts): VendorLinks {
  const { config, connections, core, ways, endpoint, ticker, clock, timers, nowMs, metrics, log } = ports
  const { courier, dispatcher } = core
  const { submitMo, linkClosed, stalled, stallMs } = ways
  const vendorPorts: VendorPorts = {
    clock,
    timers,
    ticker,
    chance: Math.random,
    switchMs: nowMs,
    metrics,
    log,
    courier,
    receipts: core.takeReceipts,
    mo: submitMo,
    linkClosed,
    stalled,
    connect,
    changed: (id) => dispatcher.changed(id, nowMs()),
    hasRoom: (id) => dispatcher.hasRoom(id),
  }
  const { reconnectMinMs: minMs, reconnectMaxMs: maxMs, ...settings } = config.vendor
  const options = { backoff: { minMs, maxMs }, stallMs, ...settings }
  const peerLinkOf = sipPeerLinks(config, { ...vendorPorts, endpoint })
  const links = new VendorLinks({
    make: (connection) => peerLinkOf(connection) ?? new VendorConnection(connection, options, vendorPorts),
    added: (link) => dispatcher.add(link),
    removed: (link) => dispatcher.remove(link.id, nowMs()),
    gone: core.connectionGone,
    timers,
  })
  links.follow(connections)
  return links
}
