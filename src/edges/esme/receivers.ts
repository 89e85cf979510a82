// The receivers that one account has bound: where its receipts go. One destination per account, whatever its number of binds.

import type { Destination } from '../../delivery/destination.js'
import type { Delivery, ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import { messageStates } from '../../message/state.js'
import { formatReceipt, stateForVersion } from '../../receipts/appendix-b.js'
import { makeTlv, type PduInput, type Session, type Tlv } from '../../smpp/index.js'

/** SMPP 3.4 §5.2.12: message type "SMSC delivery receipt". */
const ESM_RECEIPT = 0x04
/** SMPP 3.4 §5.2.12: message type "intermediate delivery notification". */
const ESM_INTERMEDIATE = 0x20

export function receiversId(account: AccountId): string {
  return `a:${account}`
}

/** A session that takes deliver_sm, with the version its peer speaks. */
interface Receiver {
  readonly session: Session<ReceiptDelivery>
  readonly version: number
}

export class Receivers implements Destination {
  readonly id: string
  readonly #monotonicMs: () => number
  readonly #receivers: Receiver[] = []
  #next = 0

  constructor(account: AccountId, monotonicMs: () => number) {
    this.id = receiversId(account)
    this.#monotonicMs = monotonicMs
  }

  get up(): boolean {
    return this.#receivers.length > 0
  }

  get count(): number {
    return this.#receivers.length
  }

  /** @param version interface_version of its bind */
  add(session: Session<ReceiptDelivery>, version: number): void {
    this.#receivers.push({ session, version })
  }

  /** False when it was none of ours. */
  remove(session: Session<ReceiptDelivery>): boolean {
    const index = this.#receivers.findIndex((receiver) => receiver.session === session)
    if (index < 0) return false
    this.#receivers.splice(index, 1)
    return true
  }

  room(): number {
    let room = 0
    for (const { session } of this.#receivers) room += session.windowFree
    return room
  }

  /** Only an answer makes room, never time. */
  roomAtMs(): number {
    return Infinity
  }

  send(delivery: Delivery): boolean {
    if (delivery.kind !== 'receipt') return false
    for (let tries = this.#receivers.length; tries > 0; tries--) {
      this.#next = (this.#next + 1) % this.#receivers.length
      const { session, version } = this.#receivers[this.#next]!
      if (session.windowFree > 0 && session.request(deliverSm(delivery, version), delivery, this.#monotonicMs()) !== 0)
        return true
    }
    return false
  }
}

/** A receipt as deliver_sm (SMPP 3.4 §4.6.1, Appendix B): text for old peers, TLVs for the others. Addresses change places. */
function deliverSm({ receipt }: ReceiptDelivery, version: number): PduInput<'deliver_sm'> {
  const { origin } = receipt
  const { code, final } = messageStates[stateForVersion(receipt.state, version)]
  const tlvs: Tlv[] = [makeTlv('receipted_message_id', origin.messageId), makeTlv('message_state', code)]
  if (origin.userMessageReference >= 0) tlvs.push(makeTlv('user_message_reference', origin.userMessageReference))
  return {
    command: 'deliver_sm',
    source_addr_ton: origin.destination.ton,
    source_addr_npi: origin.destination.npi,
    source_addr: origin.destination.value,
    dest_addr_ton: origin.source.ton,
    dest_addr_npi: origin.source.npi,
    destination_addr: origin.source.value,
    esm_class: final ? ESM_RECEIPT : ESM_INTERMEDIATE,
    short_message: Buffer.from(formatReceipt(receipt, version), 'latin1'),
    tlvs,
  }
}
