// The one message for every door: what the sender asked for, read-only. What the switch decides stands beside it, never in it.

import type { Address, Addresses } from './address.js'
import type { AccountId, MessageId } from './ids.js'
import type { MessagePart, ReceiptRequest } from './receipt.js'

/** A tagged parameter kept byte for byte, in the order it came. */
export interface Tlv {
  readonly tag: number
  readonly value: Uint8Array
}

/** Always in the switch's own coding, whatever its sender's: see text/standard. */
export interface Content {
  /** SMPP 3.4 §5.2.19. */
  readonly dataCoding: number
  /** The octets begin with a user data header. */
  readonly udhi: boolean
  readonly octets: Uint8Array
}

/** How a message is cut in pieces: marked by a user data header with an 8- or 16-bit reference, by SAR parameters, or not at all. */
export type Shape = 'whole' | 'udh8' | 'udh16' | 'sar'

export interface Message {
  readonly id: MessageId
  /** mt: towards the phone; mo: from the phone. */
  readonly direction: 'mt' | 'mo'
  /** mt: who sent it and whom it is reported to; mo: whom it goes to. */
  readonly account: AccountId
  /** In the switch's own form: international numbers are E.164 without `+`. */
  readonly source: Address
  readonly destination: Address
  /** As its sender wrote them, where that differs: so its receipts name them. */
  readonly asSent: Addresses | undefined
  readonly content: Content
  /** How it came. */
  readonly shape: Shape
  /** The pieces it came in, in their order; empty where it came in one, whose id and request are the message's own. */
  readonly parts: readonly MessagePart[]
  readonly serviceType: string
  readonly protocolId: number
  readonly priority: number
  readonly replyPath: boolean
  readonly receiptRequest: ReceiptRequest
  /** Parameters that pass through, vendor-specific ones included; never those that `content` was made of. */
  readonly tlvs: readonly Tlv[]
  /** The sender's own reference, echoed in receipts (SMPP 3.4 §5.3.2.17); -1 for none. */
  readonly userMessageReference: number
  /** Wall time of acceptance in ms since 1970: for dates that people read. */
  readonly acceptedAtMs: number
  /** Switch time (anchored, not wall) in ms after which it must not be tried any more. */
  readonly expiresAtMs: number
}
