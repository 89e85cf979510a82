// Between the candidates and the money: what carriers limit a message by, and whether its queue can still drain within its life. One
// that would expire in it is refused here. The limits themselves are kept when it is sent.

import type { Failure, FailureReason } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { Limited, LimitedBy, LimitedMessage } from '../../message/limited.js'
import { segmentsOf } from '../../money/units.js'
import { LimitedQueues, type WaitingSegments } from '../../tendlc/limited-queues.js'
import { aheadIn, canDrain, type DayLeft, type QueuePace } from '../../tendlc/queue.js'
import { refuse, withFound, type Routed, type SubmissionAnswer } from '../stage.js'

export interface LimitedStagePorts {
  /** Is there any campaign? Where there is none, nothing else is asked. */
  readonly isOn: () => boolean
  /** What limits a message; a number without campaign may not send at all where it is `unregistered`. */
  readonly limitedOf: (message: LimitedMessage) => Limited | undefined | 'unregistered'
  /** The queues that it stands in. */
  readonly queuesOf: (limited: LimitedBy) => readonly QueuePace[]
  /** Is nothing held up by the pace of an account? Asked where its queue is too long. */
  readonly isFree: (account: string, nowMs: number) => boolean
  /** How long it may wait, ms, where its sender asked for that or, with undefined, for nothing. */
  readonly lifeMs: (askedMs: number | undefined, isOfPool: boolean) => number
  /** Undefined for no cap. `fails`: what comes after it may not wait for the next day. */
  readonly dayLeft: (limited: Limited, nowMs: number) => (DayLeft & { readonly fails: boolean }) | undefined
  /** Segments in the store. */
  readonly waiting: Pick<WaitingSegments, 'ofCampaign' | 'ofNumber' | 'ofAccount'>
  readonly refused: (limited: Limited, reason: FailureReason) => void
}

export class LimitedStage {
  readonly #ports: LimitedStagePorts
  /** Messages on their way to the store: that does not count them yet. */
  readonly #underWay = new LimitedQueues()
  /** Both together. */
  readonly #waiting: LimitedStagePorts['waiting'] = {
    ofCampaign: (...of) => this.#ports.waiting.ofCampaign(...of) + this.#underWay.ofCampaign(...of),
    ofNumber: (...of) => this.#ports.waiting.ofNumber(...of) + this.#underWay.ofNumber(...of),
    ofAccount: (...of) => this.#ports.waiting.ofAccount(...of) + this.#underWay.ofAccount(...of),
  }

  constructor(ports: LimitedStagePorts) {
    this.#ports = ports
  }

  /** Those that may go on, in their order. Where no carrier limits any, it is the batch itself. @param nowMs switch time */
  take<P extends Routed>(batch: readonly P[], nowMs: number): readonly P[] {
    if (!this.#ports.isOn()) return batch
    const going: P[] = []
    for (const routed of batch) {
      const next = this.#taken(routed, nowMs)
      if (next !== undefined) going.push(next)
    }
    return going
  }

  #taken<P extends Routed>(routed: P, nowMs: number): P | undefined {
    const { submission, account, network } = routed
    const { source, destination, chosenSender: sender, answer } = submission
    const limited = this.#ports.limitedOf({ message: { account: account.id, source, destination }, sender, network })
    if (limited === undefined) return routed
    if (limited === 'unregistered') {
      const unregistered = { number: source.value, campaign: '', carrier: 'unknown' }
      this.#ports.refused(unregistered, 'unregisteredSender')
      answer.refused(refuse('unregisteredSender', `${source.value} is in no campaign`).failure)
      return undefined
    }
    const validityMs = this.#ports.lifeMs(submission.validityMs, sender !== undefined)
    // Its carrier is found out, and it stands in a queue then.
    if (routed.isUndecided === true) return { ...routed, submission: withFound(submission, { validityMs }) }
    const segments = segmentsOf(submission.content)
    const { number, campaign, carrier } = limited
    const by: LimitedBy = { account: account.id, number, campaign, carrier }
    const dueInMs = Math.max(0, submission.scheduleMs)
    const dueMs = dueInMs === 0 ? 0 : nowMs + dueInMs
    const failure = this.#overflow(by, segments, { dueInMs, lifeMs: validityMs }, nowMs)
    if (failure !== undefined) {
      this.#ports.refused(limited, failure.reason)
      answer.refused(failure)
      return undefined
    }
    this.#underWay.add(by, 1, segments, dueMs)
    const counted = new CountedAnswer(answer, () => this.#underWay.remove(by, dueMs))
    return { ...routed, submission: withFound(submission, { limited, validityMs, answer: counted }) }
  }

  #overflow(by: LimitedBy, segments: number, { dueInMs, lifeMs }: Wait, nowMs: number): Failure | undefined {
    // One that is due on another day: nobody knows what that will have used.
    const today = this.#ports.dayLeft(by, nowMs)
    const day = today !== undefined && dueInMs >= today.ms ? undefined : today
    const { account, number, campaign, carrier } = by
    const to = `${campaign === '' ? number : `campaign ${campaign}`} to ${carrier}`
    if (day?.fails === true && day.room < segments)
      return { reason: 'dayCapReached', cause: `${to}: ${day.room} of ${day.cap} are left of the day` }
    // Those ahead go on leaving until it is due; what is due when its life is over does not go before it.
    const untilMs = dueInMs + lifeMs
    for (const queue of this.#ports.queuesOf(by)) {
      const ahead = aheadIn(queue, by, this.#waiting, nowMs + untilMs)
      const isOfAccount = queue.of === 'account'
      // The day is one brand's, and those ahead in an account may be others'.
      const waitsFor = day?.fails === true || isOfAccount ? undefined : day
      if (canDrain(queue.perSecond, ahead, segments, untilMs, waitsFor)) continue
      // What waits there waits for something else, such as midnight, and takes no turn from this one.
      if (isOfAccount && this.#ports.isFree(account, nowMs)) continue
      const where = isOfAccount ? `account ${account}` : to
      return { reason: 'queueOverflow', cause: `${where}: ${ahead} segments wait at ${queue.perSecond} a second` }
    }
    return undefined
  }
}

/** How long a message is not due yet, and may wait from then on. */
interface Wait {
  readonly dueInMs: number
  readonly lifeMs: number
}

/** Of one on its way to the store. */
class CountedAnswer implements SubmissionAnswer {
  readonly #answer: SubmissionAnswer
  readonly #onAnswered: () => void

  constructor(answer: SubmissionAnswer, onAnswered: () => void) {
    this.#answer = answer
    this.#onAnswered = onAnswered
  }

  accepted(id: MessageId): void {
    this.#onAnswered()
    this.#answer.accepted(id)
  }

  refused(failure: Failure): void {
    this.#onAnswered()
    this.#answer.refused(failure)
  }

  withheld(): void {
    this.#answer.withheld()
  }

  readmitted(): void {
    this.#answer.readmitted()
  }
}
