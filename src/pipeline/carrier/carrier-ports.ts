// What the carrier stage needs of whoever knows the networks of numbers, and of the rest of the switch. Types only.

import type { Policy, Snapshot } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import type { MobileNetwork } from '../../phone/network.js'
import type { Located } from '../stage.js'
import type { UndecidedNumbers } from './undecided-numbers.js'

/** What was found out about a number: its network; that nobody knows; or nothing. */
export type NetworkResult =
  | { readonly kind: 'network'; readonly network: MobileNetwork }
  | { readonly kind: 'unknown'; readonly text: string }
  | {
      readonly kind: 'timeout' | 'refused' | 'unreachable' | 'garbage' | 'overloaded'
      readonly text: string
    }

/** Those who are asked for one policy. Numbers are E.164 without `+`. */
export interface Networks {
  /** What is known without waiting; undefined: it must be asked for. */
  known(number: string): NetworkResult | undefined
  /**
   * Tells each number once: what is known of it as soon as it is, inside the call or later, or after `waitMs` that it is late.
   * What is late goes on being asked for.
   */
  within(
    numbers: Iterable<string>,
    waitMs: number,
    told: { inTime(number: string, result: NetworkResult): void; late(numbers: readonly string[]): void },
  ): void
}

export interface CarrierPorts {
  /** Undefined where lookups are switched off, or there is nobody to ask: the digits decide then. */
  readonly networksFor: (policy: Policy) => Networks | undefined
  /** How many more messages of an account may be accepted before their network is known. */
  readonly undecidedRoom: (account: AccountId) => number
  /** Takes on those that waited, by the directory that they came with. */
  readonly proceed: (batch: readonly Located[], directory: Snapshot) => void
  /** Those that are accepted undecided are put in here; whoever decides on one, or ends it, takes it out. */
  readonly undecided: UndecidedNumbers
  readonly events: CarrierEvents
}

/** How it ended for one message whose policy asks. `late`: accepted before its network is known. */
export type LocatedOutcome = 'network' | 'unknown' | 'prefix' | 'refused' | 'late'

export interface CarrierEvents {
  onLocated(outcome: LocatedOutcome): void
}
