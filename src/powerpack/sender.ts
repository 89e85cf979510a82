// What is asked of powerpacks for one message, and what they say: the number that sends it, or why none does. Types and codes only.
import type { AccountId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { UsCarrier } from '../phone/us-carrier.js'
import type { NoNumber } from './choose.js'
import type { NumberType, Service } from './number-type.js'

export interface SenderWanted {
  /** UUID of the powerpack. */
  readonly pack: string
  /** E.164 without `+`. */
  readonly destination: string
  readonly service: Service
  /** What it counts for in the day of the number. */
  readonly segments: number
  readonly carrier: UsCarrier
  /** Whether the queue of a number has room; all have where nobody is asked. */
  readonly hasRoom?: (number: string) => boolean
}

/** A message whose source is a number that its sender named. */
export interface NamedSender extends Pick<SenderWanted, 'destination' | 'segments'> {
  readonly number: string
  /** Whose message it is. */
  readonly account: AccountId
}

/** The number is counted and remembered already; `Powerpacks.undo` takes it back. */
export interface Chosen {
  readonly kind: 'chosen'
  readonly number: string
  readonly type: NumberType
  /** Whether the phone had its last message from it. */
  readonly isSticky: boolean
  /** What must be kept in the same step as the message. */
  readonly kept: readonly KeptRow[]
  readonly mark: ChoiceMark
}

/** What it takes to undo a choice. */
export interface ChoiceMark {
  readonly pack: string
  readonly destination: string
  readonly segments: number
  readonly day: number
  /** When the phone was last written to by this; -1 where that is not remembered. */
  readonly lastMs: number
  readonly before: { readonly number: number; readonly lastMs: number } | undefined
}

export type NoSenderReason = NoNumber | 'unknownPack' | 'invalidDestination' | 'countryBarred' | 'optedOut'

export interface NoSender {
  readonly kind: 'none'
  readonly reason: NoSenderReason
  /** The API's code of the reason. */
  readonly code: number
}

/** The API's codes: 40 and up are errors of the message, 200 and up are those of what may not be sent. */
export const noSenderCodes: Readonly<Record<NoSenderReason, number>> = {
  invalidDestination: 50,
  unknownPack: 90,
  noNumber: 90,
  optedOut: 200,
  tollFreeToCanada: 201,
  queuesFull: 300,
  countryBarred: 450,
}

/** Whether a number that was chosen before may send for its pack now. */
export type SenderStanding = 'usable' | 'gone' | 'optedOut'
