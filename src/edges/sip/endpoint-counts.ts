// What the transaction layer has counted since it was looked at last, put into metrics. Counts nothing itself.

import type { TransactionCounters } from '../../sip/index.js'
import type { Metrics } from '../../telemetry/metrics.js'

type Counted = Pick<TransactionCounters, 'retransmissions' | 'resent' | 'overloaded'>

export class EndpointCounts {
  readonly #metrics: Metrics
  #retransmissions = 0
  #resent = 0
  #overloaded = 0

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** Returns how many requests were answered 503 since it was called last. */
  take({ retransmissions, resent, overloaded }: Counted): number {
    const { sipRetransmissions, sipOverloads } = this.#metrics
    sipRetransmissions.add(sipRetransmissions.index('ingress'), retransmissions - this.#retransmissions)
    sipRetransmissions.add(sipRetransmissions.index('egress'), resent - this.#resent)
    const more = overloaded - this.#overloaded
    if (more > 0) sipOverloads.add(sipOverloads.index(), more)
    this.#retransmissions = retransmissions
    this.#resent = resent
    this.#overloaded = overloaded
    return more
  }
}
