// What the switch asks about a number and what it may be told. Values and roles only: no network, no time.

import type { MobileNetwork } from '../phone/network.js'

/** The number is known: its network decides the route and the price. */
export interface NetworkAnswer {
  readonly kind: 'network'
  /** The home network of today, that is, after porting. */
  readonly network: MobileNetwork
  /** undefined where the provider does not say. */
  readonly ported: boolean | undefined
  /** As of the moment of asking: a cached answer may be hours old. */
  readonly roaming: boolean | undefined
  /** As of the moment of asking. */
  readonly reachable: boolean | undefined
}

/** The provider answered, and what it says is that nobody knows. This is no failure. */
export interface UnknownAnswer {
  readonly kind: 'unknown'
  /** Why, for logs and for who explains a route. */
  readonly text: string
}

export type LookupAnswer = NetworkAnswer | UnknownAnswer

/**
 * timeout: no answer in time. refused: the provider answered and would not. unreachable: no connection, or a broken one, or
 * it is left alone after many failures. garbage: an answer that can't be read. overloaded: we ask too much already.
 */
export const lookupFailureKinds = ['timeout', 'refused', 'unreachable', 'garbage', 'overloaded'] as const
export type LookupFailureKind = (typeof lookupFailureKinds)[number]

/** No answer. What becomes of the message is the failure policy's choice. */
export interface LookupFailure {
  readonly kind: LookupFailureKind
  /** For logs. Holds no secret, no URL and no number. */
  readonly text: string
  /** Whom it speaks against: only the provider's own faults make the switch leave it alone for a while. */
  readonly faultOf: 'provider' | 'number' | 'switch'
}

export type LookupResult = LookupAnswer | LookupFailure

/** True for an answer, be it that the number is unknown; false for a failure. */
export function isAnswer(result: LookupResult): result is LookupAnswer {
  return result.kind === 'network' || result.kind === 'unknown'
}

/** A provider that is asked over a network. */
export interface AskedProvider {
  readonly kind: 'asked'
  /** For logs and metrics: an id of the directory. */
  readonly name: string
  /**
   * One request about an E.164 number without `+`. Never rejects: failures are values. Once `signal` is aborted it gives up
   * at once and leaves nothing open.
   */
  lookup(number: string, signal: AbortSignal): Promise<LookupResult>
  /** Drops its connections. */
  close(): void
}

/** A provider that has its answers at hand. */
export interface TableProvider {
  readonly kind: 'table'
  readonly name: string
  /** undefined: not in the table, the next provider is asked. */
  find(number: string): NetworkAnswer | undefined
}

export type LookupProvider = AskedProvider | TableProvider
