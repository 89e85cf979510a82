// A request of a peer with its count: how many are owed an answer, and what they were answered, for metrics and for an orderly stop.

import type { AnswerParts, ServerTransaction, SipRequest } from '../../sip/index.js'
import type { Counter } from '../../telemetry/counter.js'

type Method = 'MESSAGE' | 'REGISTER' | 'OPTIONS' | 'other'

export interface AnswerCounts {
  readonly requests: Pick<Counter<['ingress' | 'egress', Method, string]>, 'count'>
  /** One more is answered that was owed. */
  readonly settled: () => void
}

/** The transaction of a request; it answers as that does. */
export class CountedTransaction implements ServerTransaction {
  readonly #transaction: ServerTransaction
  readonly #method: Method
  readonly #counts: AnswerCounts
  #isOwed = true

  constructor(request: SipRequest, transaction: ServerTransaction, counts: AnswerCounts) {
    this.#transaction = transaction
    this.#method = methodOf(request.method)
    this.#counts = counts
  }

  get key(): string {
    return this.#transaction.key
  }

  answer(status: number, parts?: AnswerParts): boolean {
    const isSent = this.#transaction.answer(status, parts)
    // Whether it went or nobody waited for it any more: nothing is owed.
    if (this.#isOwed && status >= 200) {
      this.#isOwed = false
      this.#counts.requests.count('ingress', this.#method, String(status))
      this.#counts.settled()
    }
    return isSent
  }
}

function methodOf(method: string): Method {
  switch (method) {
    case 'MESSAGE':
    case 'REGISTER':
    case 'OPTIONS':
      return method
    default:
      return 'other'
  }
}
