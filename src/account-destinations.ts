// The destination of each account, whichever edges serve it: the API, phones that are registered, receivers that are bound, or several as
// one where an account may have several: then some of what comes for it is for one side only, also while that is not there.
// Belongs to the composition root.

import { AccountSides, type SideName, type Sides } from './account-sides.js'
import type { Dispatcher } from './delivery/dispatcher.js'
import { sipUserId } from './edges/sip/sip-user-ports.js'
import type { AccountId } from './message/ids.js'

/** All that there is of an account that may have no more: the dispatcher has it as it is. */
interface Only {
  readonly putInto: (all: AccountSides) => void
}

export class AccountDestinations {
  readonly #dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>
  readonly #nowMs: () => number
  readonly #mayHaveSeveral: (account: AccountId) => boolean
  readonly #only = new Map<string, Only>()
  readonly #several = new Map<string, AccountSides>()

  /**
   * @param nowMs switch time
   * @param mayHaveSeveral whether an account has at least two of: the API, a name to register with, a system id to bind with
   */
  constructor(
    dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>,
    nowMs: () => number,
    mayHaveSeveral: (account: AccountId) => boolean,
  ) {
    this.#dispatcher = dispatcher
    this.#nowMs = nowMs
    this.#mayHaveSeveral = mayHaveSeveral
  }

  add<Name extends SideName>(name: Name, side: NonNullable<Sides[Name]>): void {
    const { id } = side
    const several = this.#several.get(id)
    if (several !== undefined) {
      several.sides[name] = side
      return this.#dispatcher.changed(id, this.#nowMs())
    }
    const only = this.#only.get(id)
    const account = id.slice(ID_PREFIX) as AccountId
    if (only === undefined && !this.#mayHaveSeveral(account)) {
      this.#only.set(id, { putInto: (all) => void (all.sides[name] = side) })
      return this.#dispatcher.add(side)
    }
    const all = new AccountSides(id, () => this.#mayHaveSeveral(account))
    only?.putInto(all)
    all.sides[name] = side
    if (this.#only.delete(id)) this.#dispatcher.remove(id, this.#nowMs())
    this.#several.set(id, all)
    this.#dispatcher.add(all)
    this.#dispatcher.changed(id, this.#nowMs())
  }

  remove(name: SideName, id: string): void {
    const several = this.#several.get(id)
    if (several !== undefined) {
      several.sides[name] = undefined
      if (!several.isEmpty) return this.#dispatcher.changed(id, this.#nowMs())
    }
    this.#several.delete(id)
    this.#only.delete(id)
    this.#dispatcher.remove(id, this.#nowMs())
  }
}

const ID_PREFIX = sipUserId('' as AccountId).length
