// Who is known by the address that a request comes from: a peer that a connection leads to, or an account whose address is enough.

import type { Snapshot } from '../../directory/snapshot.js'
import type { SipSource } from './ingress.js'

export type Trusted = Extract<SipSource, { readonly kind: 'trusted' }>

/** Addresses that are kept in mind; beyond them all are looked up anew. */
const REMEMBERED_MAX = 10_000

/** Looks addresses up once for each directory: that costs more than a digest. */
export class TrustedAddresses {
  readonly #link: object
  readonly #known = new Map<string, Trusted | undefined>()
  #directory: Snapshot | undefined

  /** @param link what all messages of such peers share: none of them waits for parts */
  constructor(link: object) {
    this.#link = link
  }

  /** Undefined for who must prove who he is. */
  at(address: string, directory: Snapshot): Trusted | undefined {
    if (this.#directory !== directory || this.#known.size >= REMEMBERED_MAX) {
      this.#directory = directory
      this.#known.clear()
    }
    if (this.#known.has(address)) return this.#known.get(address)
    const trusted = this.#find(address, directory)
    this.#known.set(address, trusted)
    return trusted
  }

  #find(address: string, directory: Snapshot): Trusted | undefined {
    const connection = directory.connectionByAddress(address)
    if (connection?.active === true && connection.direction !== 'to') {
      const { id, vendor } = connection
      return { kind: 'trusted', sender: { kind: 'vendor', vendor, connection: id }, link: this.#link }
    }
    const account = directory.accountByAddress(address)
    if (account === undefined) return undefined
    return { kind: 'trusted', sender: { kind: 'account', account: account.id }, link: this.#link }
  }
}
