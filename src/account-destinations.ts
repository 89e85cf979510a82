// The destination of each account, whichever edges serve it: receivers that are bound, phones that are registered, or both as one
// where an account may have both: then some of what comes for it is for one side only, also while that is not there.
// Belongs to the composition root.

import type { Destination } from './delivery/destination.js'
import type { Dispatcher } from './delivery/dispatcher.js'
import { SipUserOrEsme } from './edges/sip/sip-user-or-esme.js'
import { sipUserId } from './edges/sip/sip-user-ports.js'
import type { AccountId } from './message/ids.js'

type Side = 'sip' | 'esme'

export class AccountDestinations {
  readonly #dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>
  readonly #nowMs: () => number
  readonly #mayHaveBoth: (account: AccountId) => boolean
  readonly #sides: Readonly<Record<Side, Map<string, Destination>>> = { sip: new Map(), esme: new Map() }
  readonly #both = new Map<string, SipUserOrEsme>()

  /**
   * @param nowMs switch time
   * @param mayHaveBoth whether an account may bind and register
   */
  constructor(
    dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>,
    nowMs: () => number,
    mayHaveBoth: (account: AccountId) => boolean,
  ) {
    this.#dispatcher = dispatcher
    this.#nowMs = nowMs
    this.#mayHaveBoth = mayHaveBoth
  }

  add(side: Side, destination: Destination): void {
    const { id } = destination
    this.#sides[side].set(id, destination)
    const other = this.#sides[side === 'sip' ? 'esme' : 'sip'].get(id)
    let both = this.#both.get(id)
    if (both === undefined) {
      if (other === undefined && !this.#mayHaveBoth(id.slice(ID_PREFIX) as AccountId))
        return this.#dispatcher.add(destination)
      both = new SipUserOrEsme(id)
      both[side === 'sip' ? 'esme' : 'sip'] = other
      this.#both.set(id, both)
      if (other !== undefined) this.#dispatcher.remove(id, this.#nowMs())
      this.#dispatcher.add(both)
    }
    both[side] = destination
    this.#dispatcher.changed(id, this.#nowMs())
  }

  remove(side: Side, id: string): void {
    this.#sides[side].delete(id)
    const both = this.#both.get(id)
    if (both === undefined) return this.#dispatcher.remove(id, this.#nowMs())
    both[side] = undefined
    if (both.sip !== undefined || both.esme !== undefined) return this.#dispatcher.changed(id, this.#nowMs())
    this.#both.delete(id)
    this.#dispatcher.remove(id, this.#nowMs())
  }
}

const ID_PREFIX = sipUserId('' as AccountId).length
