// Stage 6: which network a number belongs to, where the policy asks. What is known goes on at once; the rest waits a moment, holds
// up nobody, and is accepted then before the answer is there. It knows no provider and no timer.

import type { Policy, Snapshot } from '../../directory/snapshot.js'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import { refuse, type Located, type Permitted, type SubmissionAnswer } from '../stage.js'
import type { CarrierPorts, NetworkResult, Networks } from './carrier-ports.js'

export interface CarrierOptions {
  /** How long a message waits for the answer before it goes on without it, ms. */
  readonly waitMs: number
}

/** With the directory that it came with. */
interface Waiting {
  readonly permitted: Permitted
  readonly directory: Snapshot
}

/** Owns those who wait. Every message that is taken goes on, in the end, or is refused; those to one number in their order. */
export class Carrier {
  readonly #ports: CarrierPorts
  readonly #options: CarrierOptions
  /** Those who wait, by who is asked and by number, in the order in which they came. */
  readonly #waitingFor = new WeakMap<Networks, Map<string, Waiting[]>>()
  #waiting = 0
  #isStopped = false

  constructor(ports: CarrierPorts, options: CarrierOptions) {
    this.#ports = ports
    this.#options = options
  }

  /** For gauges: messages that wait for their answer and have none yet from us either. */
  get waiting(): number {
    return this.#waiting
  }

  /** From now on what is not known is accepted as it is: whoever starts next finds it out. */
  stop(): void {
    this.#isStopped = true
  }

  /**
   * Those that may go on now, in their order. What is refused is answered; what waits goes to the port, a moment later. Where no
   * policy asks, it is the batch itself.
   */
  take(batch: readonly Permitted[], directory: Snapshot): readonly Located[] {
    for (let i = 0; i < batch.length; i++) if (batch[i]!.policy.hlr !== undefined) return this.#sort(batch, directory)
    return batch
  }

  #sort(batch: readonly Permitted[], directory: Snapshot): readonly Located[] {
    const going: Located[] = []
    const asked = new Map<Networks, string[]>()
    for (const permitted of batch) {
      const networks = permitted.policy.hlr === undefined ? undefined : this.#ports.networksFor(permitted.policy)
      if (networks === undefined) {
        going.push(permitted)
        continue
      }
      const number = permitted.submission.destination.value
      const before = this.#waitingFor.get(networks)?.get(number)
      // Whatever is known by now: it goes behind those to the same number.
      if (before !== undefined) {
        before.push({ permitted, directory })
        this.#waiting++
        continue
      }
      // The same where one of them was accepted already: whatever is known goes by the desk, in its turn.
      if (this.#ports.undecided.has(permitted.account.id, number)) {
        this.#undecided(permitted, going)
        continue
      }
      const result = networks.known(number)
      if (result !== undefined) this.#decided(permitted, result, going)
      else if (this.#isStopped) this.#undecided(permitted, going)
      else {
        this.#waits(networks, number, { permitted, directory })
        const numbers = asked.get(networks)
        if (numbers === undefined) asked.set(networks, [number])
        else numbers.push(number)
      }
    }
    for (const [networks, numbers] of asked) this.#ask(networks, numbers)
    return going
  }

  #waits(networks: Networks, number: string, first: Waiting): void {
    const byNumber = this.#waitingFor.get(networks)
    if (byNumber === undefined) this.#waitingFor.set(networks, new Map([[number, [first]]]))
    else byNumber.set(number, [first])
    this.#waiting++
  }

  #ask(networks: Networks, numbers: readonly string[]): void {
    networks.within(numbers, this.#options.waitMs, {
      inTime: (number, result) =>
        this.#proceed(this.#take(networks, number), (permitted, going) => {
          // What fails while the switch stops says nothing about the number.
          if (this.#isStopped && isFailure(result)) this.#undecided(permitted, going)
          else this.#decided(permitted, result, going)
        }),
      // They are asked for again once they are accepted, and are known then or join the question that is out.
      late: (late) =>
        this.#proceed(
          late.flatMap((number) => this.#take(networks, number)),
          (permitted, going) => this.#undecided(permitted, going),
        ),
    })
  }

  /** Those who wait for this number wait no more. */
  #take(networks: Networks, number: string): readonly Waiting[] {
    const byNumber = this.#waitingFor.get(networks)
    const waiting = byNumber?.get(number) ?? []
    byNumber?.delete(number)
    this.#waiting -= waiting.length
    return waiting
  }

  /** In their order, each by its own directory. */
  #proceed(waiting: readonly Waiting[], decide: (permitted: Permitted, going: Located[]) => void): void {
    for (let at = 0; at < waiting.length;) {
      const { directory } = waiting[at]!
      const going: Located[] = []
      for (; waiting[at]?.directory === directory; at++) decide(waiting[at]!.permitted, going)
      if (going.length > 0) this.#ports.proceed(going, directory)
    }
  }

  #decided(permitted: Permitted, result: NetworkResult, going: Located[]): void {
    const { events } = this.#ports
    if (result.kind === 'network') {
      events.onLocated('network')
      going.push(located(permitted, result.network, false))
      return
    }
    if (result.kind === 'unknown') {
      events.onLocated('unknown')
      going.push(permitted)
      return
    }
    switch (onFailureOf(permitted.policy)) {
      case 'prefix':
        events.onLocated('prefix')
        going.push(permitted)
        return
      case 'refuse':
        return this.#refuse(permitted, result.text)
      case 'retry':
        return this.#undecided(permitted, going)
    }
  }

  /** Beyond the bound it is as if nobody answered, and nobody is asked again. */
  #undecided(permitted: Permitted, going: Located[]): void {
    const { events, undecidedRoom } = this.#ports
    if (undecidedRoom(permitted.account.id) > 0) {
      events.onLocated('late')
      going.push(this.#counted(permitted))
    } else if (onFailureOf(permitted.policy) === 'prefix') {
      events.onLocated('prefix')
      going.push(permitted)
    } else this.#refuse(permitted, `account ${permitted.account.id} has as many undecided messages as it may`)
  }

  /** From now on, and not only when the store has it: others may come meanwhile. */
  #counted(permitted: Permitted): Located {
    const { undecided } = this.#ports
    const { submission, account } = permitted
    const number = submission.destination.value
    undecided.add(account.id, number)
    const answer = new CountedAnswer(submission.answer, () => undecided.remove(account.id, number))
    return located({ ...permitted, submission: { ...submission, answer } }, undefined, true)
  }

  #refuse({ submission }: Permitted, cause: string): void {
    this.#ports.events.onLocated('refused')
    submission.answer.refused(refuse('networkUnknown', cause).failure)
  }
}

/** Of one that is accepted undecided: a refusal takes it out. */
class CountedAnswer implements SubmissionAnswer {
  readonly #answer: SubmissionAnswer
  readonly #onRefused: () => void

  constructor(answer: SubmissionAnswer, onRefused: () => void) {
    this.#answer = answer
    this.#onRefused = onRefused
  }

  accepted(id: MessageId): void {
    this.#answer.accepted(id)
  }

  refused(failure: Failure): void {
    this.#onRefused()
    this.#answer.refused(failure)
  }

  withheld(): void {
    this.#answer.withheld()
  }

  readmitted(): void {
    this.#answer.readmitted()
  }
}

function located(
  { submission, account, assembly, policy }: Permitted,
  network: Located['network'],
  isUndecided: boolean,
): Located {
  return { submission, account, assembly, policy, network, isUndecided }
}

export function onFailureOf({ hlr }: Policy): 'prefix' | 'refuse' | 'retry' {
  return hlr?.onFailure ?? 'prefix'
}

/** Nobody answered: neither with a network nor that there is none. */
export function isFailure(result: NetworkResult): boolean {
  return result.kind !== 'network' && result.kind !== 'unknown'
}
