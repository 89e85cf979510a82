// What the vendor edge needs of the rest of the switch, and how it is set. Types only.

import type { Courier } from '../../delivery/courier.js'
import type { Clock, Timers } from '../../lib/clock.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import type { Ticker } from '../../smpp/index.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { BackoffLimits } from './backoff.js'

export interface VendorOptions {
  readonly backoff: BackoffLimits
  readonly connectMs: number
  readonly bindMs: number
  readonly enquireLinkMs: number
  readonly responseMs: number
  /** How long a throttled connection, or with `onThrottle: pauseLane` the lane, rests. */
  readonly throttlePauseMs: number
}

export interface VendorPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly ticker: Ticker
  /** Uniform in [0, 1). */
  readonly chance: () => number
  /** Switch time, ms. */
  readonly switchMs: () => number
  readonly metrics: Metrics
  readonly log: Log
  readonly courier: Courier
  /** Takes the receipts of one read. */
  readonly receipts: (batch: readonly VendorReceipt[]) => void
  /** The connection has come up or gone down. */
  readonly changed: (id: string) => void
  readonly hasRoom: (id: string) => void
}
