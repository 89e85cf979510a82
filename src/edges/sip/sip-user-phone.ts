// A phone of a user as far as something is under way to it or it is left alone, and which of his phones are one. Pure.

import type { DeliveryId } from '../../message/ids.js'
import { isReliable, type Binding } from '../../sip/index.js'
import type { Letter } from './egress.js'
import type { Fork } from './sip-user-fork.js'
import type { Progress } from './sip-user-leg.js'
import type { SipUserSettings } from './sip-user-ports.js'

/** A phone that something is under way to, or that is left alone for a while. */
export interface Phone {
  /** Of the way that was the best when it was first sent to. */
  readonly key: string
  pending: boolean
  /** In their order. */
  readonly behind: { readonly fork: Fork; readonly ways: readonly Binding[] }[]
  restsUntilMs: number
  /** How often in a row nobody was there. */
  rests: number
  refreshedAtMs: number
  /** A text of which it has some pieces. */
  begun: { readonly id: DeliveryId; readonly progress: Progress } | undefined
}

export function newPhone(key: string, refreshedAtMs: number): Phone {
  return { key, pending: false, behind: [], restsUntilMs: 0, rests: 0, refreshedAtMs, begun: undefined }
}

/** How long it is left alone now that nobody was there, once more: what it says, else longer each time. */
export function restMsOf(phone: Phone, retryAfterMs: number | undefined, settings: SipUserSettings): number {
  const { restMs, maxRestMs } = settings
  const ownMs = restMs * 2 ** Math.min(phone.rests++, 20)
  return Math.min(retryAfterMs ?? ownMs, maxRestMs)
}

/** A way to a phone. Phones that say which they are may have a new address with each registration. */
export function keyOf({ instance, contact }: Binding): string {
  return instance === '' ? contact : `${instance} ${contact}`
}

/** RFC 3428 §8: a phone that is registered over a connection as well is not sent there what a datagram is too small for. */
export function withoutDoubles(
  phones: readonly (readonly Binding[])[],
  { body }: Letter,
  { udpMaxBytes }: SipUserSettings,
): readonly (readonly Binding[])[] {
  if (phones.length === 1 || body.length <= udpMaxBytes) return phones
  const reliable = new Set(phones.flat().flatMap(({ flow, instance }) => (isReliable(flow.kind) ? [instance] : [])))
  reliable.delete('')
  return phones.filter((ways) => ways.some(({ flow, instance }) => isReliable(flow.kind) || !reliable.has(instance)))
}
