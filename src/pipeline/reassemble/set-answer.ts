// Who hears of a set's and of a part's fate from the rest of the pipeline and from the store. Passes it on, decides nothing.

import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { UnitListener } from '../../store/contracts/recorder.js'
import type { StoreError } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import { storeFailure, type SubmissionAnswer } from '../stage.js'
import type { HeldPart, PartSet, Waiter } from './part-set.js'

/** What is told of a whole and of a part on its way to the store. */
export interface Verdicts {
  accepted(set: PartSet): void
  refused(set: PartSet, failure: Failure): void
  stored(held: HeldPart): void
  notStored(held: HeldPart, failure: Failure): void
}

/** Stands for all parts of a whole in the rest of the pipeline. */
export class SetAnswer implements SubmissionAnswer {
  readonly #verdicts: Verdicts
  readonly #set: PartSet

  constructor(verdicts: Verdicts, set: PartSet) {
    this.#verdicts = verdicts
    this.#set = set
  }

  accepted(): void {
    this.#verdicts.accepted(this.#set)
  }

  refused(failure: Failure): void {
    this.#verdicts.refused(this.#set, failure)
  }

  withheld(): void {}
  readmitted(): void {}
}

/** Waits for the store's word on one part. */
export class PartInStore implements UnitListener {
  readonly #verdicts: Verdicts
  readonly #held: HeldPart

  constructor(verdicts: Verdicts, held: HeldPart) {
    this.#verdicts = verdicts
    this.#held = held
  }

  durable(): void {
    this.#verdicts.stored(this.#held)
  }

  refused(_unit: Unit, error: StoreError): void {
    this.#verdicts.notStored(this.#held, storeFailure(error))
  }
}

/** An answer that is due. Kept apart from the changes that make it so: telling it may end a session, and come back here. */
export interface DueAnswer {
  readonly waiters: readonly Waiter[]
  readonly says: MessageId | Failure
}

/** Tells every waiter, also when one of them fails; throws the first failure when all have been told. */
export function tell(due: readonly DueAnswer[]): void {
  let firstError: unknown
  let hasFailed = false
  for (const { waiters, says } of due) {
    for (const { answer } of waiters) {
      try {
        if (typeof says === 'string') answer.accepted(says)
        else answer.refused(says)
      } catch (error) {
        if (!hasFailed) firstError = error
        hasFailed = true
      }
    }
  }
  if (hasFailed) throw firstError
}
