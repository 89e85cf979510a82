// Stage 7: the number that sends a message which names a powerpack, or that is the account's own and is named itself: both have their turn
// among what that number sends. It is counted at once, and taken back where the message is refused after all. Which one it is, is decided
// by the powerpacks.

import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import { ACKNOWLEDGING, NAMED, sourceOf, type PoolSender } from '../../message/pool-sender.js'
import { segmentsOf } from '../../money/units.js'
import { usCarrierOf } from '../../phone/us-carrier.js'
import { failureOfNoSender } from '../../powerpack/failure-of.js'
import type { Powerpacks } from '../../powerpack/powerpacks.js'
import type { Chosen, NoSender } from '../../powerpack/sender.js'
import { refuse, withFound, type Located, type SubmissionAnswer } from '../stage.js'

export interface SenderPorts {
  readonly powerpacks: Pick<Powerpacks, 'choose' | 'named' | 'undo'> & {
    readonly book: { readonly numbers: Pick<Powerpacks['book']['numbers'], 'size' | 'get'> }
  }
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
   * Those that may go on, in their order; what no number can send is refused. Where no message is for a number of ours, it is the batch
   * itself.
   *
   * @param nowMs switch time
   * @param wallMs whose day a number's count is of
   */
  take<P extends Located>(batch: readonly P[], nowMs: number, wallMs: number): readonly P[] {
    const hasNumbers = this.#ports.powerpacks.book.numbers.size > 0
    for (let i = 0; i < batch.length; i++)
      if (batch[i]!.submission.powerpack !== undefined || (hasNumbers && this.#isNamed(batch[i]!)))
        return this.#choose(batch, nowMs, wallMs)
    return batch
  }

  /** Is its source a number that its account has? */
  #isNamed({ submission, account }: Located): boolean {
    const row = this.#ports.powerpacks.book.numbers.get(submission.source.value)
    return row !== undefined && row.account === account.id
  }

  #choose<P extends Located>(batch: readonly P[], nowMs: number, wallMs: number): readonly P[] {
    const going: P[] = []
    for (const located of batch) {
      const { powerpack, answer, destination } = located.submission
      const chosen =
        powerpack === undefined
          ? this.#namedBy(located, nowMs, wallMs)
          : this.#chosenFor(located, powerpack, nowMs, wallMs)
      if (chosen === undefined) going.push(located)
      else if (typeof chosen !== 'string' && chosen.kind === 'chosen')
        going.push(this.#sentBy(located, chosen, powerpack))
      else {
        const reason = typeof chosen === 'string' ? chosen : chosen.reason
        const of = powerpack === undefined ? `number ${located.submission.source.value}` : `powerpack ${powerpack}`
        const cause = `${of}: no number may send to ${destination.value}: ${reason}`
        answer.refused(refuse(failureOfNoSender[reason], cause).failure)
      }
    }
    return going
  }

  /** Undefined where its source is no number of its account. */
  #namedBy(located: Located, nowMs: number, wallMs: number): Chosen | 'queuesFull' | undefined {
    const { submission, account } = located
    const number = submission.source.value
    if (!this.#isNamed(located)) return undefined
    if (!this.#hasRoom(number)) return 'queuesFull'
    const segments = segmentsOf(submission.content)
    const named = { number, account: account.id, destination: submission.destination.value, segments }
    return this.#ports.powerpacks.named(named, nowMs, wallMs)
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

  /** @param pack undefined where it was named */
  #sentBy<P extends Located>(located: P, chosen: Chosen, pack: string | undefined): P {
    const { number } = chosen
    this.#count(number, 1)
    const answer = new ChosenAnswer(located.submission.answer, (isAccepted) => {
      this.#count(number, -1)
      if (!isAccepted) this.#ports.powerpacks.undo(chosen)
    })
    const named = located.submission.isAcknowledgement === true ? ACKNOWLEDGING : NAMED
    const chosenSender: PoolSender = { number, pack: pack ?? named }
    // What its sender wrote stays as he wrote it.
    const source = pack === undefined ? located.submission.source : sourceOf(chosenSender)
    const submission = withFound(located.submission, { source, chosenSender, chosenRows: chosen.kept, answer })
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
