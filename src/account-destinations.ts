// The destination of each account, whichever edges serve it: receivers that are bound, phones that are registered, or both as one.
// Belongs to the composition root.

import type { Destination } from './delivery/destination.js'
import type { Dispatcher } from './delivery/dispatcher.js'
import { SipUserOrEsme } from './edges/sip/sip-user-or-esme.js'

type Side = 'sip' | 'esme'

export class AccountDestinations {
  readonly #dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>
  readonly #nowMs: () => number
  readonly #sides: Readonly<Record<Side, Map<string, Destination>>> = { sip: new Map(), esme: new Map() }
  readonly #both = new Map<string, SipUserOrEsme>()

  /** @param nowMs switch time */
  constructor(dispatcher: Pick<Dispatcher, 'add' | 'remove' | 'changed'>, nowMs: () => number) {
    this.#dispatcher = dispatcher
    this.#nowMs = nowMs
  }

  add(side: Side, destination: Destination): void {
    const { id } = destination
    this.#sides[side].set(id, destination)
    const other = this.#sides[side === 'sip' ? 'esme' : 'sip'].get(id)
    let both = this.#both.get(id)
    if (both === undefined) {
      if (other === undefined) return this.#dispatcher.add(destination)
      both = new SipUserOrEsme(id)
      both[side === 'sip' ? 'esme' : 'sip'] = other
      this.#both.set(id, both)
      this.#dispatcher.remove(id, this.#nowMs())
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
    this.#dispatcher.changed(id, this.#nowMs())
  }
}
