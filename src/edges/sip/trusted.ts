// Who is known by the address that a request comes from: a peer that a connection leads to, or an account whose address is enough.

import type { Snapshot } from '../../directory/snapshot.js'
import type { FlowKind } from '../../sip/index.js'
import type { SipSource } from './ingress.js'

export type Trusted = Extract<SipSource, { readonly kind: 'trusted' }>

/** Anybody can write an address into a datagram; nobody has a connection without it, or a handshake of TLS behind another's back. */
const proofs = { udp: 0, tcp: 1, tls: 2 } as const

interface Known {
  readonly trusted: Trusted
  /** How well the address has to be proved. */
  readonly proof: number
}

/** Addresses that are kept in mind; beyond them all are looked up anew. */
const REMEMBERED_MAX = 10_000

/** Looks addresses up once for each directory: that costs more than a digest. */
export class TrustedAddresses {
  readonly #link: object
  readonly #known = new Map<string, Known | undefined>()
  #directory: Snapshot | undefined

  /** @param link what all messages of such peers share: none of them waits for parts */
  constructor(link: object) {
    this.#link = link
  }

  /** Undefined for who must prove who he is. @param over what the request came by */
  at(address: string, over: FlowKind, directory: Snapshot): Trusted | undefined {
    // Behind a WebSocket is a browser, which any page may have open it.
    if (over === 'ws' || over === 'wss') return undefined
    const known = this.#at(address, directory)
    return known === undefined || known.proof > proofs[over] ? undefined : known.trusted
  }

  #at(address: string, directory: Snapshot): Known | undefined {
    if (this.#directory !== directory || this.#known.size >= REMEMBERED_MAX) {
      this.#directory = directory
      this.#known.clear()
    }
    if (this.#known.has(address)) return this.#known.get(address)
    const known = this.#find(address, directory)
    this.#known.set(address, known)
    return known
  }

  #find(address: string, directory: Snapshot): Known | undefined {
    const connection = directory.connectionByAddress(address)
    if (connection?.active === true && connection.direction !== 'to') {
      const { id, vendor, sip } = connection
      const sender = { kind: 'vendor', vendor, connection: id } as const
      return { trusted: { kind: 'trusted', sender, link: this.#link }, proof: proofs[sip?.transport ?? 'udp'] }
    }
    const account = directory.accountByAddress(address)
    if (account === undefined) return undefined
    const sender = { kind: 'account', account: account.id } as const
    // Who only binds never said that datagrams are his.
    const proof = account.sip === undefined ? proofs.tcp : proofs.udp
    return { trusted: { kind: 'trusted', sender, link: this.#link }, proof }
  }
}
