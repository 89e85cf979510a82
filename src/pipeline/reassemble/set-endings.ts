// How sets end that go nowhere as a whole: who is told what, what is abandoned, what goes by itself. First what is recorded, then who is told.

import type { CollectedPart } from '../../message/collected-part.js'
import type { Failure } from '../../message/failure.js'
import type { Collector } from './collector.js'
import type { LoneParts } from './lone-parts.js'
import { heldParts, NO_ERROR, type Fate, type HeldPart, type PartSet } from './part-set.js'
import { rulesOfTheGone, type ReassemblyPorts } from './reassembly-contract.js'
import { tell, type DueAnswer } from './set-answer.js'
import type { WaitingLinks } from './waiting-links.js'

export const ANOTHER_MESSAGE = 'its reference was used for another message'

type EndingPorts = Pick<ReassemblyPorts, 'abandon' | 'rulesOf' | 'events'>

export class SetEndings {
  readonly #ports: EndingPorts
  readonly #collector: Collector
  readonly #links: WaitingLinks
  readonly #lone: LoneParts

  constructor(ports: EndingPorts, collector: Collector, links: WaitingLinks, lone: LoneParts) {
    this.#ports = ports
    this.#collector = collector
    this.#links = links
    this.#lone = lone
  }

  /** The set is over without a whole: its time is, or its reference serves another message. */
  incomplete(set: PartSet, why: string): void {
    this.#collector.take(set)
    const cause = `${set.present} of ${set.total} parts came: ${why}`
    const due = this.withheldOf(set, { reason: 'incompleteMessage', cause })
    const { multipart } = this.#ports.rulesOf(set.sender) ?? rulesOfTheGone
    const goes = multipart.incomplete === 'sendAsReceived' && set.present > 0
    this.#ports.events.onOutcome(set.kind, goes ? 'sentAsReceived' : 'incomplete')
    this.acknowledgedOf(
      set,
      goes ? { kind: 'asReceived' } : { kind: 'abandoned', state: 'UNDELIVERABLE', reason: 'incompleteMessage' },
    )
    tell(due)
  }

  /**
   * Takes the withheld parts out of a set, with what their senders are to be told: the failure, or each its own id. In the
   * order they came in.
   */
  withheldOf(set: PartSet, failure: Failure | undefined): DueAnswer[] {
    const due: DueAnswer[] = []
    const withheld = heldParts(set).filter(({ standing }) => standing === 'withheld')
    withheld.sort((a, b) => (a.part.id < b.part.id ? -1 : 1))
    for (const held of withheld) {
      this.#links.forget(held)
      this.#collector.remove(held)
      due.push({ waiters: held.waiters, says: failure ?? held.part.id })
    }
    return due
  }

  /** Ends what was acknowledged of a set that was taken, now or once the store has it. */
  acknowledgedOf(set: PartSet, fate: Fate): void {
    const stored: CollectedPart[] = []
    for (const held of heldParts(set)) {
      held.set = undefined
      if (held.standing === 'stored') stored.push(held.part)
      else if (held.standing === 'storing') held.fate = fate
    }
    this.meet(fate, stored)
  }

  /** What is to become of stored parts becomes of them. */
  meet(fate: Fate, parts: readonly CollectedPart[]): void {
    if (parts.length === 0) return
    if (fate.kind === 'abandoned') {
      this.#ports.abandon(parts, fate.state, NO_ERROR, fate.reason)
      return
    }
    this.#lone.go(parts)
  }

  /** A withheld part leaves its set for a reason of its own. */
  leaves(held: HeldPart, outcome: 'refused' | 'dropped'): void {
    const kind = held.set?.kind
    this.#links.forget(held)
    if (this.#collector.remove(held) && kind !== undefined) this.#ports.events.onOutcome(kind, outcome)
  }
}
