// Where a message goes that is accepted already: once its network is found out, or when its route is gone. By the directory of
// that moment; pure.

import type { Policy, Route, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Price } from '../../message/bill.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { FailureReason } from '../../message/failure.js'
import type { MobileNetwork } from '../../phone/network.js'
import type { CandidatePorts } from '../candidates/candidates.js'
import { isFailure, onFailureOf } from './carrier.js'
import type { NetworkResult } from './carrier-ports.js'

export interface LaterRoute {
  readonly route: Route
  readonly failover: SegmentDelivery['failover']
}

/** See delivery: it goes, is asked about again, or is over. */
export type LaterDecision =
  | {
      readonly kind: 'goes'
      readonly to: LaterRoute
      readonly network: MobileNetwork | undefined
      readonly price: Price | undefined
    }
  | { readonly kind: 'later'; readonly dueMs: number }
  | { readonly kind: 'over'; readonly reason: FailureReason }

export interface DecideInput {
  /** Switch time, ms, of the next asking where the policy wants one. */
  readonly againMs: number
  readonly wallMs: number
}

/** The policy that covers a message by now, with its account; undefined where one of them is gone. */
export function policyNow(
  directory: Snapshot,
  { message }: Pick<SegmentDelivery, 'message'>,
): { readonly account: SendingAccount; readonly policy: Policy } | undefined {
  const account = directory.account(message.account)
  const policy = account && directory.policyFor(account.domain, message.destination.value)
  return account === undefined || policy === undefined ? undefined : { account, policy }
}

/** What becomes of it. Failures are judged by the policy, as they are before a message is accepted. */
export function decideLater(
  directory: Snapshot,
  delivery: SegmentDelivery,
  result: NetworkResult,
  ports: CandidatePorts,
  { againMs, wallMs }: DecideInput,
): LaterDecision {
  const found = policyNow(directory, delivery)
  if (found === undefined) return { kind: 'over', reason: 'noPolicy' }
  const { account, policy } = found
  if (isFailure(result)) {
    const onFailure = onFailureOf(policy)
    if (onFailure === 'retry') return { kind: 'later', dueMs: againMs }
    if (onFailure === 'refuse') return { kind: 'over', reason: 'networkUnknown' }
  }
  const network = result.kind === 'network' ? result.network : undefined
  const called = delivery.message.destination.value
  const ranked = directory.routeFor(policy, called, account, wallMs, network, ports.chance())
  if (ranked.length === 0) return { kind: 'over', reason: 'noRoute' }
  const route = (): LaterRoute => ({ route: ports.placed(ranked, directory), failover: policy.failover })
  // What another customer pays is no price of this message: what was held stays.
  if (delivery.bill === undefined || delivery.bill.customer !== account.customer)
    return { kind: 'goes', to: route(), network, price: undefined }
  const offer = directory.customerPrice(account, called, network, wallMs)
  if (offer === undefined || offer.forbidden) return { kind: 'over', reason: 'noPrice' }
  return { kind: 'goes', to: route(), network, price: offer.price }
}

/** Where a message goes when the connections that it was routed to are gone; undefined for nowhere. */
export function routeAgain(
  directory: Snapshot,
  delivery: SegmentDelivery,
  network: MobileNetwork | undefined,
  ports: CandidatePorts,
  wallMs: number,
): LaterRoute | undefined {
  const found = policyNow(directory, delivery)
  if (found === undefined) return undefined
  const { account, policy } = found
  const called = delivery.message.destination.value
  const ranked = directory.routeFor(policy, called, account, wallMs, network, ports.chance())
  return ranked.length === 0 ? undefined : { route: ports.placed(ranked, directory), failover: policy.failover }
}
