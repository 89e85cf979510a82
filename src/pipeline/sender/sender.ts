// Stage 7: the number of a pool that sends a message which names a powerpack. It is counted at once, and taken back where the message is
// refused after all. Which one it is, is decided by the powerpacks.

import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import { sourceOf } from '../../message/pool-sender.js'
import { segmentsOf } from '../../money/units.js'
import { usCarrierOf } from '../../phone/us-carrier.js'
import { failureOfNoSender } from '../../powerpack/failure-of.js'
import type { Powerpacks } from '../../powerpack/powerpacks.js'
import type { Chosen, NoSender } from '../../powerpack/sender.js'
import { refuse, type Located, type SubmissionAnswer } from '../stage.js'

export interface SenderPorts {
  readonly powerpacks: Pick<Powerpacks, 'choose' | 'undo'>
  /** 0 to below 1: decides between equals. */
  readonly chance: () => number
  /** Messages in the store that a number is to send. */
  readonly waiting: (number: string) => number
}

export interface SenderOptions {
  /** Messages that may wait for one number. */
  readonly maxQueued: number
}

/** Owns those that were chosen for messages on their way to the store. */
export class Senders {
  readonly #ports: SenderPorts
  readonly #options: SenderOptions
  /** Messages on their way to the store, by number: the store does not count them yet. */
  readonly #underWay = new Map<string, number>()
  readonly #hasRoom = (number: string): boolean =>
    this.#ports.waiting(number) + (this.#underWay.get(number) ?? 0) < this.#options.maxQueued

  constructor(ports: SenderPorts, options: SenderOptions) {
    this.#ports = ports
    this.#options = options
  }

  /**
   * Those that may go on, in their order; what no number can send is refused. Where no message names a pack, it is the batch itself.
   *
   * @param nowMs switch time
   * @param wallMs whose day a number's count is of
   */
  take<P extends Located>(batch: readonly P[], nowMs: number, wallMs: number): readonly P[] {
    for (let i = 0; i < batch.length; i++)
      if (batch[i]!.submission.powerpack !== undefined) return this.#choose(batch, nowMs, wallMs)
    return batch
  }

  #choose<P extends Located>(batch: readonly P[], nowMs: number, wallMs: number): readonly P[] {
    const going: P[] = []
    for (const located of batch) {
      const { powerpack, answer } = located.submission
      if (powerpack === undefined) {
        going.push(located)
        continue
      }
      const chosen = this.#chosenFor(located, powerpack, nowMs, wallMs)
      if (chosen.kind === 'chosen') going.push(this.#sentBy(located, chosen, powerpack))
      else {
        const { value } = located.submission.destination
        const cause = `powerpack ${powerpack}: no number may send to ${value}: ${chosen.reason}`
        answer.refused(refuse(failureOfNoSender[chosen.reason], cause).failure)
      }
    }
    return going
  }

  #chosenFor({ submission, network }: Located, pack: string, nowMs: number, wallMs: number): Chosen | NoSender {
    const { powerpacks, chance } = this.#ports
    const wanted = {
      pack,
      destination: submission.destination.value,
      service: 'sms',
      segments: segmentsOf(submission.content),
      carrier: usCarrierOf(network),
      hasRoom: this.#hasRoom,
    } as const
    return powerpacks.choose(wanted, nowMs, wallMs, chance)
  }

  #sentBy<P extends Located>(located: P, chosen: Chosen, pack: string): P {
    const { number } = chosen
    this.#count(number, 1)
    const answer = new ChosenAnswer(located.submission.answer, (isAccepted) => {
      this.#count(number, -1)
      if (!isAccepted) this.#ports.powerpacks.undo(chosen)
    })
    const chosenSender = { number, pack }
    const source = sourceOf(chosenSender)
    const submission = { ...located.submission, source, chosenSender, chosenRows: chosen.kept, answer }
    return { ...located, submission }
  }

  #count(number: string, more: number): void {
    const underWay = (this.#underWay.get(number) ?? 0) + more
    if (underWay > 0) this.#underWay.set(number, underWay)
    else this.#underWay.delete(number)
  }
}

/** Of one that a number was chosen for: whatever refuses it takes that back. */
class ChosenAnswer implements SubmissionAnswer {
  readonly #answer: SubmissionAnswer
  readonly #onAnswered: (isAccepted: boolean) => void

  constructor(answer: SubmissionAnswer, onAnswered: (isAccepted: boolean) => void) {
    this.#answer = answer
    this.#onAnswered = onAnswered
  }

  accepted(id: MessageId): void {
    this.#onAnswered(true)
    this.#answer.accepted(id)
  }

  refused(failure: Failure): void {
    this.#onAnswered(false)
    this.#answer.refused(failure)
  }

  withheld(): void {
    this.#answer.withheld()
  }

  readmitted(): void {
    this.#answer.readmitted()
  }
}
