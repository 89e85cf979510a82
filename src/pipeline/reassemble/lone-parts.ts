// Acknowledged parts that go as messages of their own. Nobody waits for them, but each must end: what is refused for the moment is
// tried again for a while. Meanwhile the store has them, as parts.

import type { CollectedPart } from '../../message/collected-part.js'
import { passesSoon, type Failure } from '../../message/failure.js'
import type { SubmissionAnswer, Together } from '../stage.js'
import { NO_ERROR } from './part-set.js'
import { rulesOfTheGone, type ReassemblyPorts } from './reassembly-contract.js'
import { toMessage } from './whole.js'

type LonePorts = Pick<ReassemblyPorts, 'abandon' | 'proceed' | 'rulesOf' | 'nowMs'>

interface Lone {
  readonly part: CollectedPart
  /** Switch time, ms: what is refused after it ends. */
  readonly untilMs: number
}

interface Waiting extends Lone {
  readonly againMs: number
}

const RETRY_MS = 1000
/** Parts that one tick tries again at most: so many are not felt. */
const TRIED_AT_ONCE = 500

export class LoneParts {
  readonly #ports: LonePorts
  readonly #patienceMs: number
  /** In the order of their next try. As many at most as the bounds let in within the patience: what is here needs none of their room. */
  readonly #waiting: Waiting[] = []

  /** @param patienceMs how long a part is tried, if its own validity is not shorter */
  constructor(ports: LonePorts, patienceMs: number) {
    this.#ports = ports
    this.#patienceMs = patienceMs
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  go(parts: readonly CollectedPart[]): void {
    const untilMs = this.#ports.nowMs() + this.#patienceMs
    this.#try(
      parts.map((part) => ({
        part,
        untilMs: part.validUntilMs === -1 ? untilMs : Math.min(untilMs, part.validUntilMs),
      })),
    )
  }

  /** Tries again those whose turn it is. */
  tick(nowMs: number): void {
    const notYet = this.#waiting.findIndex(({ againMs }, i) => againMs > nowMs || i === TRIED_AT_ONCE)
    if (notYet !== 0) this.#try(this.#waiting.splice(0, notYet === -1 ? this.#waiting.length : notYet))
  }

  #try(lone: readonly Lone[]): void {
    const nowMs = this.#ports.nowMs()
    const going: Together[] = []
    for (const one of lone) {
      const { part } = one
      const { text } = this.#ports.rulesOf(part.sender) ?? rulesOfTheGone
      const message = toMessage(part, text, new LoneAnswer(this, one), nowMs)
      if ('reason' in message) this.#ports.abandon([part], 'UNDELIVERABLE', NO_ERROR, message.reason)
      else going.push(message)
    }
    if (going.length > 0) this.#ports.proceed(going)
  }

  refused({ part, untilMs }: Lone, { reason }: Failure): void {
    const nowMs = this.#ports.nowMs()
    if (passesSoon(reason) && nowMs < untilMs) this.#waiting.push({ part, untilMs, againMs: nowMs + RETRY_MS })
    else this.#ports.abandon([part], 'REJECTED', NO_ERROR, reason)
  }
}

class LoneAnswer implements SubmissionAnswer {
  readonly #parts: LoneParts
  readonly #lone: Lone

  constructor(parts: LoneParts, lone: Lone) {
    this.#parts = parts
    this.#lone = lone
  }

  accepted(): void {}

  refused(failure: Failure): void {
    this.#parts.refused(this.#lone, failure)
  }

  withheld(): void {}
  readmitted(): void {}
}
