// What connections to SIP peers need of the rest of the switch, and how they are set. Types only.

import type { Courier } from '../../delivery/courier.js'
import type { Clock, Timers } from '../../lib/clock.js'
import type { Hop, ResolveTarget, SipEndpoint } from '../../sip/index.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { BackoffLimits } from '../backoff.js'

export interface PeerOptions {
  /** When a server that was not there is asked again. */
  readonly backoff: BackoffLimits
  /** How often one that is there is asked by OPTIONS whether it still is. */
  readonly pingMs: number
  /** How long a server that is busy rests, or with `onThrottle: pauseLane` the lane, where it does not say. */
  readonly throttlePauseMs: number
  /** Longest request in one datagram (RFC 3428 §8). */
  readonly udpMaxBytes: number
  /** What is longer, where there is no other way. */
  readonly largeOnUdp: 'split' | 'send'
  /** Of one message. */
  readonly maxPieces: number
}

/** What the edge tells the courier, and asks it. */
export type PeerCourier = Pick<
  Courier,
  'unrecorded' | 'isElsewhere' | 'isUnanswered' | 'mark' | 'sending' | 'notSent' | 'attemptEnded'
>

export interface PeerPorts {
  readonly clock: Clock
  readonly timers: Timers
  /** Uniform in [0, 1). */
  readonly chance: () => number
  /** A text of 16 hex digits that nobody can guess. */
  readonly unguessable: () => string
  /** Switch time, ms. */
  readonly switchMs: () => number
  readonly metrics: Metrics
  readonly log: Log
  readonly courier: PeerCourier
  /** The connection has come up or gone down. */
  readonly changed: (id: string) => void
  readonly hasRoom: (id: string) => void
  /** Undefined where SIP is not enabled. */
  readonly endpoint: () => Pick<SipEndpoint, 'flowTo' | 'request'> | undefined
  /** RFC 3263. Never rejects. */
  readonly resolve: (target: ResolveTarget) => Promise<readonly Hop[]>
}
