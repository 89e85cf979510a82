// The groups of segments as they are now: what is recorded and not durable yet goes before what the store says. Decides nothing
// about reports; see group.ts.

import type { SegmentGroup } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import type { Store } from '../store/contracts/store.js'
import type { Readings } from './readings.js'

/** What is recorded last of a group. `then` undefined: it is over. */
export interface GroupChange {
  readonly id: MessageId
  readonly then: SegmentGroup | undefined
}

export interface SegmentGroupsPorts {
  readonly store: Pick<Store, 'findGroups'>
  /** A user of a group threw: a bug of ours. */
  onBug?(error: unknown): void
}

export class SegmentGroups {
  readonly #ports: SegmentGroupsPorts
  readonly #readings: Readings
  readonly #changes = new Map<MessageId, GroupChange>()

  /** @param readings those under way, shared with the owner of the rows that name groups */
  constructor(ports: SegmentGroupsPorts, readings: Readings) {
    this.#ports = ports
    this.#readings = readings
  }

  /** What was recorded last, as far as it is known without the store. */
  known(id: MessageId): GroupChange | undefined {
    return this.#changes.get(id)
  }

  /** A change is recorded. */
  change(change: GroupChange): void {
    this.#changes.set(change.id, change)
  }

  /** A change is durable. */
  changed(id: MessageId, then: SegmentGroup | undefined): void {
    const change = this.#changes.get(id)
    if (change !== undefined && change.then === then) this.#readings.leave(this.#changes, id, change)
  }

  /**
   * Calls `use` with a group as it is now, undefined where it is over: at once where that is known without the store, else
   * before the promise resolves. `failed` is called where the store can't be read.
   */
  find(id: MessageId, use: (group: SegmentGroup | undefined) => void, failed: () => void): Promise<void> | undefined {
    const change = this.#changes.get(id)
    if (change !== undefined) {
      use(change.then)
      return undefined
    }
    const end = this.#readings.begin()
    return this.#ports.store
      .findGroups([id])
      .then(
        ([read]) => {
          const changed = this.#changes.get(id)
          use(changed === undefined ? read : changed.then)
        },
        () => failed(),
      )
      .catch((error: unknown) => this.#ports.onBug?.(error))
      .finally(end)
  }
}
