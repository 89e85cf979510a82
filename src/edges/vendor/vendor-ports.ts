// What the vendor edge needs of the rest of the switch, and how it is set. Types only.

import type { Courier } from '../../delivery/courier.js'
import type { Clock, Timers } from '../../lib/clock.js'
import type { Submission } from '../../pipeline/stage.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import type { connect, Ticker } from '../../smpp/index.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { BackoffLimits } from '../backoff.js'

export interface VendorOptions {
  readonly backoff: BackoffLimits
  readonly connectMs: number
  readonly bindMs: number
  readonly enquireLinkMs: number
  readonly responseMs: number
  /** How long a throttled connection, or with `onThrottle: pauseLane` the lane, rests. */
  readonly throttlePauseMs: number
  /** Silence of a vendor that waits for answers of ours which are withheld, after which its window is taken to be full. */
  readonly stallMs: number
}

/** What the edge tells the courier, and asks it. */
export type VendorCourier = Pick<
  Courier,
  | 'unrecorded'
  | 'isElsewhere'
  | 'isUnanswered'
  | 'mark'
  | 'sending'
  | 'notSent'
  | 'attemptEnded'
  | 'answeredLate'
  | 'refusedLate'
>

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
  readonly courier: VendorCourier
  /** Takes the receipts of one read. */
  readonly receipts: (batch: readonly VendorReceipt[]) => void
  /** Takes the messages from phones of one read; each is answered through its own `answer`. */
  readonly mo: (batch: readonly Submission[]) => void
  /** A session, the `link` of its submissions, is over: nothing of it can be answered any more. */
  readonly linkClosed: (link: object) => void
  /** A session sends nothing more because of its parts that are withheld. */
  readonly stalled: (link: object) => void
  /** The connection has come up or gone down. */
  readonly changed: (id: string) => void
  readonly hasRoom: (id: string) => void
  /** Connects and binds. */
  readonly connect: typeof connect
}
