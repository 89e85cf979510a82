// What a SIP user asks of the rest of the switch, and how it is set. Types and small facts only.

import type { NotifyResult } from '../../delivery/notices.js'
import type { EsmeDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import type { Binding, BoundFlow, Flow, SipEndpoint } from '../../sip/index.js'
import type { Meaning } from './outcomes.js'
import type { UserName } from './egress.js'

export interface SipUserPorts {
  /** Undefined where the account is gone or has no SIP user any more. */
  readonly nameOf: (account: AccountId) => UserName | undefined
  /** Whether an account has that SIP user in that domain. */
  readonly isUser: (user: string, domain: string) => boolean
  /** Those that are registered now, best first, each with the ways to it. @param nowMs switch time */
  readonly phonesOf: (aor: string, nowMs: number) => readonly (readonly Binding[])[]
  /** Undefined for a connection that is over. */
  readonly flowOf: (bound: BoundFlow) => Flow | undefined
  readonly request: SipEndpoint['request']
  /** Its connection is over. */
  readonly lost: (binding: Binding) => void
  /** What became of it. */
  readonly notified: (delivery: EsmeDelivery, result: NotifyResult, more: false) => unknown
  readonly hasRoom: (destinationId: string) => void
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly events: SipUserEvents
}

/** For counters and the log. */
export interface SipUserEvents {
  /** A request ended, by the kind of flow that it went over. */
  answered(kind: Flow['kind'], meaning: Meaning['kind']): void
  /** It can't be put in a MESSAGE, now or ever. */
  cannotSend(delivery: EsmeDelivery, why: string): void
  /** A receipt for which nobody asked by SIP is dropped. */
  notTold(delivery: EsmeDelivery): void
  /** A phone that is behind is not sent what another phone has. */
  passedOver(account: AccountId): void
}

export interface SipUserSettings {
  /** Longest request in one datagram (RFC 3428 §8). */
  readonly udpMaxBytes: number
  /** What is longer, where there is no other way. */
  readonly largeOnUdp: 'split' | 'send'
  /** Of one message. */
  readonly maxPieces: number
  /** How long a phone that was not reached is left alone unless it registers or says when; doubled each time, up to the other. */
  readonly restMs: number
  readonly maxRestMs: number
}

export const defaultSipUserSettings: SipUserSettings = {
  udpMaxBytes: 1300,
  largeOnUdp: 'split',
  maxPieces: 20,
  restMs: 60_000,
  maxRestMs: 900_000,
}

/** As lanes name it. */
export function sipUserId(account: AccountId): string {
  return `a:${account}`
}
