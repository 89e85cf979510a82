// Stage 6: which network a number belongs to, where the policy asks. What is known goes on at once; the rest waits a moment, holds
// up nobody, and is accepted then before the answer is there. It knows no provider and no timer.

import type { Policy, Snapshot } from '../../directory/snapshot.js'
import { refuse, type Located, type Permitted } from '../stage.js'
import type { CarrierPorts, NetworkResult, Networks } from './carrier-ports.js'

export interface CarrierOptions {
  /** How long a message waits for the answer before it goes on without it, ms. */
  readonly waitMs: number
}

/** Owns those who wait. Every message that is taken goes on, in the end, or is refused. */
export class Carrier {
  readonly #ports: CarrierPorts
  readonly #options: CarrierOptions
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
    const waiting = new Map<Networks, Permitted[]>()
    for (const permitted of batch) {
      const networks = permitted.policy.hlr === undefined ? undefined : this.#ports.networksFor(permitted.policy)
      if (networks === undefined) {
        going.push(permitted)
        continue
      }
      const result = networks.known(permitted.submission.destination.value)
      if (result !== undefined) this.#decided(permitted, result, going)
      else if (this.#isStopped) this.#undecided(permitted, going)
      else {
        const others = waiting.get(networks)
        if (others === undefined) waiting.set(networks, [permitted])
        else others.push(permitted)
      }
    }
    for (const [networks, those] of waiting) this.#wait(networks, those, directory)
    return going
  }

  #wait(networks: Networks, batch: readonly Permitted[], directory: Snapshot): void {
    this.#waiting += batch.length
    const numbers = batch.map(({ submission }) => submission.destination.value)
    networks.within(numbers, this.#options.waitMs, {
      inTime: (found) => {
        this.#waiting -= batch.length
        const going: Located[] = []
        for (const permitted of batch) {
          const result = found.get(permitted.submission.destination.value)
          // What fails while the switch stops says nothing about the number.
          if (result === undefined || (this.#isStopped && isFailure(result))) this.#undecided(permitted, going)
          else this.#decided(permitted, result, going)
        }
        if (going.length > 0) this.#ports.proceed(going, directory)
      },
      // It is asked for again once it is accepted, and is known then or joins the question that is out.
      later: () => undefined,
    })
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
      going.push(located(permitted, undefined, true))
    } else if (onFailureOf(permitted.policy) === 'prefix') {
      events.onLocated('prefix')
      going.push(permitted)
    } else this.#refuse(permitted, `account ${permitted.account.id} has as many undecided messages as it may`)
  }

  #refuse({ submission }: Permitted, cause: string): void {
    this.#ports.events.onLocated('refused')
    submission.answer.refused(refuse('networkUnknown', cause).failure)
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
