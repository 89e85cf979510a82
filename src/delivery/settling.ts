// The money of messages while they are delivered: what the vendor has of them and for how much, and the records of their ends. When
// money moves is decided in money/settle.ts. Knows no directory: it is asked through ports.

import type { Bill, Move, Price, CallRecords, Sent } from '../message/bill.js'
import type { CollectedPart } from '../message/collected-part.js'
import type { MoDelivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'
import type { CdrLines } from '../money/cdr.js'
import { isSamePrice, released, takenLast, takenOne, type SettleTerms } from '../money/settle.js'
import type { Booking } from '../store/contracts/unit.js'
import type { ConnectionRules } from './connection-rules.js'
import type { Money, Report } from './ending.js'

export interface MoneyPorts {
  readonly cdr: CdrLines
  /** A move is durable: the live books follow. */
  readonly moved: (move: Move) => void
  /** What a vendor asks for one segment now; undefined where no tariff says so. `network` with empty codes where it is not known. */
  readonly vendorPrice: (
    connection: ConnectionId,
    called: string,
    network: Pick<Bill, 'mcc' | 'mnc'>,
    wallMs: number,
  ) => Price | undefined
}

export class Settling {
  readonly #ports: MoneyPorts
  readonly #wallMs: () => number
  #lastFirst: Sent | undefined

  constructor(ports: MoneyPorts, wallMs: () => number) {
    this.#ports = ports
    this.#wallMs = wallMs
  }

  moved(move: Move): void {
    this.#ports.moved(move)
  }

  /** What the vendor has of it when it has taken one more; undefined where nobody pays. The price of the first stands for all. */
  sentOf({ bill, message }: SegmentDelivery, { id, vendor }: ConnectionRules): Sent | undefined {
    if (bill === undefined) return undefined
    const atMs = this.#wallMs()
    const { sent } = bill
    if (sent !== undefined && sent.connection === id)
      return { vendor, connection: id, segments: sent.segments + 1, price: sent.price, atMs }
    const price = this.#ports.vendorPrice(id, message.destination.value, bill, atMs)
    return this.#first(vendor, id, price, atMs)
  }

  /** The very object that was given last, where it says the same. */
  #first(vendor: Sent['vendor'], connection: ConnectionId, price: Price | undefined, atMs: number): Sent {
    const last = this.#lastFirst
    if (
      last !== undefined &&
      last.atMs === atMs &&
      last.connection === connection &&
      last.vendor === vendor &&
      isSamePrice(last.price, price)
    )
      return last
    return (this.#lastFirst = { vendor, connection, segments: 1, price, atMs })
  }

  /** One that was sent and never answered is known to be with its vendor after all. */
  takenUnanswered(delivery: SegmentDelivery, rules: ConnectionRules): SegmentDelivery {
    const sent = this.sentOf(delivery, rules)
    if (delivery.bill === undefined || sent === undefined) return delivery
    return { ...delivery, bill: takenOne(delivery.bill, sent) }
  }

  /** The records of a message's end; undefined for what is no end. */
  recordsOf({ message }: SegmentDelivery, { bill, end }: Money): CallRecords | undefined {
    if (end === undefined) return undefined
    return this.#ports.cdr.ofMessage(message, bill, end.state, end.error, this.#wallMs())
  }

  /** Those of a message from a phone; undefined where nobody pays. */
  recordsOfMo({ message, bill }: MoDelivery, { state, error }: Report): CallRecords | undefined {
    return bill === undefined ? undefined : this.#ports.cdr.ofMessage(message, bill, state, error, this.#wallMs())
  }

  /**
   * The end of a message from one account of ours to another: charged if that has all of it, else given back. Undefined where
   * nobody pays.
   * @param isTaken so is its last piece
   */
  ofOnNet({ message, bill, taken }: MoDelivery, isTaken: boolean, { state, error }: Report): Booking | undefined {
    if (bill === undefined) return undefined
    const { account } = message
    const atMs = this.#wallMs()
    const pieces = isTaken ? taken + 1 : taken
    const sent = pieces === 0 ? undefined : { ...nobody, segments: pieces, price: undefined, atMs }
    const settled = isTaken
      ? takenLast(bill, account, sent, onNetTerms, false)
      : released(sent === undefined ? bill : takenOne(bill, sent), account)
    return { move: settled.move, cdr: this.#ports.cdr.ofMessage(message, settled.bill, state, error, atMs) }
  }

  /** Those of parts that never came to be a message; undefined where nobody would have paid. */
  recordsOfParts(parts: readonly CollectedPart[], state: MessageState, error: string): CallRecords | undefined {
    let lines = ''
    for (const part of parts) {
      const { payer } = part
      if (payer !== undefined) lines += this.#ports.cdr.ofPart(part, payer, state, error, this.#wallMs())
    }
    return lines === '' ? undefined : lines
  }
}

/** No vendor has what stays in the network. */
const nobody = { vendor: '' as VendorId, connection: '' as ConnectionId }
const onNetTerms: SettleTerms = { settleOn: 'answer', receiptTimeoutMs: 0, onReceiptTimeout: 'charge' }
