// What a vendor's TLV says of the network of a phone: read by the row of its connection. Pure.

import type { NetworkTlvRow } from '../../directory/tendlc-columns.js'
import { findTlv, type Tlv } from '../../smpp/index.js'
import type { Carrier } from '../../tendlc/carriers.js'

/** Longer than any name of a row: what is longer is none of them. */
const SAID_MAX = 65
/**
 * MCC and MNC, with one sign between them or none. Of the countries whose phones limits are kept for (ITU-T E.212); their MNCs have three
 * digits. Other codes, such as zeros, are how vendors write that they don't know.
 */
const codes = /^(31[0-6]|330|332|534|535|544)[-.,;:/_ ]?(\d{3})$/

export class NetworkTlv {
  readonly #tag: number
  readonly #mncTag: number | undefined
  readonly #names: ReadonlyMap<string, Carrier>

  constructor({ tag, mncTag, names }: NetworkTlvRow) {
    this.#tag = Number(tag)
    this.#mncTag = mncTag === undefined ? undefined : Number(mncTag)
    this.#names = new Map(Object.entries(names).map(([name, carrier]) => [name.toLowerCase(), carrier]))
  }

  /** What the TLV says, or both of them, one after the other; '' where it is not there or empty. At most 130 characters. */
  saidIn(tlvs: readonly Tlv[]): string {
    const said = textOf(findTlv(tlvs, this.#tag))
    return said === '' || this.#mncTag === undefined ? said : said + textOf(findTlv(tlvs, this.#mncTag))
  }

  /** MCC and MNC in one, or a carrier; undefined where nobody knows what is meant. */
  networkOf(said: string): string | undefined {
    const carrier = this.#names.get(said.toLowerCase())
    if (carrier !== undefined) return carrier
    const found = codes.exec(said)
    return found === null ? undefined : found[1]! + found[2]!
  }
}

function textOf(tlv: Tlv | undefined): string {
  if (tlv === undefined) return ''
  const { value } = tlv
  const nul = value.indexOf(0)
  return value
    .toString('utf8', 0, Math.min(nul < 0 ? value.length : nul, SAID_MAX * 4))
    .trim()
    .slice(0, SAID_MAX)
}
