// A part of a message that was acknowledged before the message was whole: everything that came with it, kept until it is.

import type { Address, Addresses } from './address.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from './ids.js'
import type { Content, Message, Shape, Tlv } from './message.js'
import type { ReceiptRequest } from './receipt.js'

/** Who hands us messages. */
export type Sender =
  | { readonly kind: 'account'; readonly account: AccountId }
  | { readonly kind: 'vendor'; readonly vendor: VendorId; readonly connection: ConnectionId }

/** A part's place in its set (3GPP TS 23.040 clause 9.2.3.24.1; SMPP 3.4 §5.3.2.22–24). */
export interface PartMark {
  readonly shape: Exclude<Shape, 'whole'>
  readonly reference: number
  /** 1–255. */
  readonly total: number
  /** 1 to total. */
  readonly part: number
}

/** Who pays for the message of a part, by the directory that the part came with; its addresses in our form. */
export interface PartPayer extends Addresses {
  /** Who sends it, or has the number. */
  readonly account: AccountId
  readonly customer: string
  readonly direction: Message['direction']
}

export interface CollectedPart {
  /** The part's own, by which its sender knows it. */
  readonly id: MessageId
  readonly sender: Sender
  readonly mark: PartMark
  readonly source: Address
  readonly destination: Address
  readonly domain: string
  /** As it came, header and all, in its sender's own coding: characters may be cut between it and the next. */
  readonly content: Content
  readonly serviceType: string
  readonly protocolId: number
  readonly priority: number
  readonly replyPath: boolean
  readonly receiptRequest: ReceiptRequest
  readonly tlvs: readonly Tlv[]
  readonly userMessageReference: number
  /** Wall time of its arrival, ms since 1970. */
  readonly acceptedAtMs: number
  /** Switch time, ms: not to be tried before; no later than its arrival where nothing was asked. */
  readonly dueMs: number
  /** Switch time, ms; -1 where its sender left it to us. */
  readonly validUntilMs: number
  /** Switch time, ms, by which its set must be whole. */
  readonly deadlineMs: number
  /** For its record, should it never be in a message; undefined where nobody pays. */
  readonly payer: PartPayer | undefined
}
