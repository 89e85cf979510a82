// The SIP users who have a phone, as destinations: made when the first registers, given up when the last is gone and nothing is
// under way any more. Holds no bindings: those are the location's.

import type { Destination } from '../../delivery/destination.js'
import type { AccountId } from '../../message/ids.js'
import { SipUser } from './sip-user.js'
import { sipUserId, type SipUserPorts, type SipUserSettings } from './sip-user-ports.js'

export interface SipUsersPorts extends SipUserPorts {
  /** The dispatcher's `add`, `remove` and `changed`. */
  readonly added: (destination: Destination) => void
  readonly removed: (destinationId: string) => void
  readonly changed: (destinationId: string) => void
}

export class SipUsers {
  readonly #ports: SipUsersPorts
  readonly #settings: SipUserSettings
  readonly #users = new Map<AccountId, SipUser>()
  /** What all users share. */
  readonly #userPorts: SipUserPorts

  constructor(ports: SipUsersPorts, settings: SipUserSettings) {
    this.#ports = ports
    this.#userPorts = { ...ports, hasRoom: (id) => this.#hasRoom(id) }
    this.#settings = settings
  }

  /** Users who have a phone, or had one when what is under way left. */
  get size(): number {
    return this.#users.size
  }

  /** He has his first phone, or lost his last. */
  reachable(account: AccountId, is: boolean): void {
    const known = this.#users.get(account)
    if (known === undefined) {
      if (is) this.#add(account)
      return
    }
    // He may have another name since, and a phone by that: what ended was the old one's.
    known.reachable(is || this.#hasPhone(account))
    this.#ports.changed(known.id)
    this.#giveUp(known)
  }

  /** A phone of his registered, for the first time or again. */
  registered(account: AccountId): void {
    this.#users.get(account)?.registered()
  }

  #hasPhone(account: AccountId): boolean {
    const { nameOf, phonesOf, nowMs } = this.#ports
    const name = nameOf(account)
    return name !== undefined && phonesOf(name.aor, nowMs()).length > 0
  }

  #add(account: AccountId): void {
    const user = new SipUser(account, this.#userPorts, this.#settings)
    this.#users.set(account, user)
    this.#ports.added(user)
    user.reachable(true)
    this.#ports.changed(user.id)
  }

  /** Something of his has ended. */
  #hasRoom(id: string): void {
    const user = this.#users.get(id.slice(ID_PREFIX) as AccountId)
    if (user === undefined || this.#giveUp(user)) return
    this.#ports.hasRoom(id)
  }

  #giveUp(user: SipUser): boolean {
    if (user.up || !user.isIdle) return false
    this.#users.delete(user.account)
    this.#ports.removed(user.id)
    return true
  }
}

const ID_PREFIX = sipUserId('' as AccountId).length
