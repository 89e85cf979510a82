// What a message costs and whose money that is: fixed at acceptance, kept with the message until it is over. Types only; the rules
// are those of money/.

import type { Address } from './address.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from './ids.js'

/** The price of one unit as it was when it was fixed: later changes of tariff or exchange do not touch it. */
export interface Price {
  /** Of the tariff. */
  readonly currency: string
  /** In micro-units of that currency. */
  readonly ownMicros: number
  /** Units of the base currency for one of it, as text. */
  readonly exchange: string
  /** In micro-units of the base currency. */
  readonly baseMicros: number
}

/** Through whom a message has left, as far as it has. */
export interface Sent {
  readonly vendor: VendorId
  readonly connection: ConnectionId
  /** Those that the vendor has taken: what it will ask money for. */
  readonly segments: number
  /** What it asks for one; undefined where no tariff says so. */
  readonly price: Price | undefined
  /** Wall time in ms of the last of them. */
  readonly atMs: number
}

export interface Bill {
  /** Who pays. */
  readonly customer: string
  /** The policy that it went by, '' for none. */
  readonly policy: string
  readonly price: Price
  /** Of the whole message. Its parts share them. */
  readonly units: number
  /** UTC day, since 1970-01-01, in which it counts for the limits of its account. */
  readonly day: number
  /** The money is held until it is charged or given back; nothing leaves these two. */
  readonly state: 'held' | 'charged' | 'released'
  /** Mobile country and network code of the phone, '' where they are not known. */
  readonly mcc: string
  readonly mnc: string
  /** What becomes of the money where the report that it waits for never comes; undefined where it waits for none. */
  readonly onSilence: 'charge' | 'release' | undefined
  readonly sent: Sent | undefined
}

/**
 * A change of what is written in the books, in micro-units of the base currency. What is held or charged comes out of the balance:
 * balance + held + charged = paid in.
 */
export interface Move {
  readonly customer: string
  /** Whose use of the day it is. */
  readonly account: AccountId
  /** The day in which it counts. */
  readonly day: number
  readonly heldMicros: number
  readonly chargedMicros: number
  readonly units: number
}

/** The call detail records of one message: that of the only part, in its pieces, or the lines of several, ASCII with line ends. */
export type CallRecords = CallRecord | string

/** What one line says of its message, and what it has in common with many. Put together by money/record-line.ts. */
export interface CallRecord {
  readonly id: MessageId
  readonly of: RecordedMessage
  readonly terms: RecordTerms
}

/** What lines say of messages themselves. */
export interface RecordedMessage {
  readonly source: Pick<Address, 'value'>
  readonly destination: Pick<Address, 'value'>
  /** Wall time, ms. */
  readonly acceptedAtMs: number
}

/** What messages have in common that ended alike in one turn: often the same object. */
export interface RecordTerms {
  /** Wall times, ms; `sentAtMs` is -1 for what never left. */
  readonly sentAtMs: number
  readonly doneAtMs: number
  /** How the line ends: ASCII with its line end. */
  readonly tail: string
}

/** Money that a customer paid in (above 0), or an adjustment either way. */
export interface Payment {
  readonly customer: string
  /** Given by whoever books it: the same again changes nothing. Unique for its customer. */
  readonly reference: string
  readonly micros: number
  readonly note: string
  /** Wall time, ms. */
  readonly atMs: number
}

/** What the store has in its books of a customer. */
export interface CustomerBooks {
  readonly customer: string
  readonly heldMicros: number
  readonly chargedMicros: number
  readonly paidInMicros: number
}

/** What an account used in a day of the money of one customer. */
export interface DayBooks {
  readonly account: AccountId
  readonly customer: string
  readonly day: number
  readonly units: number
  readonly heldMicros: number
  readonly chargedMicros: number
}
