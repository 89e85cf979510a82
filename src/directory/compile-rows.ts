// One row → its compiled, frozen form. Everything that can be decided once is decided here; no row knows another.

import type { AccountId, ConnectionId } from '../message/ids.js'
import { parseAmount } from '../money/amount.js'
import { routingPlan } from '../money/candidates.js'
import { rateDefaults, type Rate as MoneyRate } from '../money/tariff.js'
import { destinationsAllowed, sourcesAllowed } from './allowed.js'
import { mergeRanges, parseRange, type AddressRange } from './cidr.js'
import type { DialingOf } from './dialing.js'
import type { Rate, ResolvedConnection } from './resolve.js'
import type { AccountRow, PolicyRow } from './schema.js'
import type { SipPeerRow } from './sip-columns.js'
import type {
  Customer,
  Plan,
  Policy,
  Product,
  ResendSchedule,
  RoutedConnection,
  SendingAccount,
  SipPeer,
} from './snapshot.js'
import type { TextsOf } from './texts.js'
import type { CustomerRow, PlanRow, ProductRow } from './trade-rows.js'

/** What rows that say the same share. */
export interface Sharing {
  readonly textsOf: TextsOf
  readonly dialingOf: DialingOf
}

export function compileAccount(
  row: AccountRow,
  product: ProductRow | undefined,
  { textsOf, dialingOf }: Sharing,
): SendingAccount {
  const { text, longMessage, languages, transliterate, multipart, dialing, limits, ...rest } = row
  const { allowedSources, allowedDestinations, addresses, ipOnly, ...own } = rest
  if (own.sip !== undefined) Object.freeze(own.sip)
  return Object.freeze<SendingAccount>({
    ...own,
    ...textsOf({ text, longMessage, languages, transliterate, multipart }),
    id: row.id as AccountId,
    password: row.password ?? '',
    bindModes: Object.freeze([...new Set(row.bindModes)]),
    numbers: Object.freeze(row.numbers),
    dialing: dialingOf(dialing, product?.dialingRules),
    limits: Object.freeze({
      messages: limits?.messagesPerDay ?? 0,
      spentMicros: limits?.spendPerDay === undefined ? 0 : microsOf(limits.spendPerDay),
    }),
    allowsSource: sourcesAllowed(allowedSources ?? []),
    allowsDestination: destinationsAllowed(allowedDestinations ?? []),
    addresses: Object.freeze(mergeRanges((addresses ?? []).flatMap((address) => parseRange(address) ?? []))),
    ipOnly: ipOnly ?? false,
  })
}

export function compileConnection(
  row: ResolvedConnection,
  resend: ResendSchedule,
  { textsOf, dialingOf }: Sharing,
): RoutedConnection {
  const { text, longMessage, languages, transliterate, multipart, translations, sip, peers, ...rest } = row
  return Object.freeze<RoutedConnection>({
    ...rest,
    // SIP knows no segments.
    ...textsOf({
      ...{ text, languages, transliterate, multipart },
      longMessage: row.type === 'sip' ? 'payload' : longMessage,
    }),
    ...(row.type === 'sip' ? { sip: compilePeer(row.host, sip, peers) } : {}),
    sourceAddress: Object.freeze(row.sourceAddress),
    destinationAddress: Object.freeze(row.destinationAddress),
    receiptIds: Object.freeze(row.receiptIds),
    resend: Object.freeze({ stepMs: row.resend?.stepMs ?? resend.stepMs, max: row.resend?.max ?? resend.max }),
    dialing: dialingOf(translations),
  })
}

function compilePeer(host: string, row: SipPeerRow | undefined, addresses: readonly AddressRange[] = []): SipPeer {
  const { transport = 'udp', domain = host, username } = row ?? {}
  return Object.freeze<SipPeer>({ transport, domain, username, addresses: Object.freeze(addresses) })
}

export function compilePolicy(row: PolicyRow, plan: Plan | undefined): Policy {
  const { connections, failover } = row.routing
  return Object.freeze<Policy>({
    id: row.id,
    priority: row.priority,
    transport: row.transport,
    failover,
    connections: connections === undefined ? undefined : Object.freeze(connections as ConnectionId[]),
    match: Object.freeze(row.match),
    plan,
    billingUnit: row.billingUnit,
    hlr: row.hlr === undefined ? undefined : Object.freeze(row.hlr),
  })
}

export function compileCustomer(row: CustomerRow, baseCurrency: string): Customer {
  const { creditLimit, currency, ...rest } = row
  // What a prepaid customer has not paid in can't be spent, whatever limit is left over from other days.
  const creditLimitMicros = row.billing === 'postpaid' ? microsOf(creditLimit) : 0
  return Object.freeze<Customer>({ ...rest, creditLimitMicros, currency: currency ?? baseCurrency })
}

export function compileProduct({ id, tariff, services }: ProductRow): Product {
  return Object.freeze({ id, tariff, services: Object.freeze([...services]) })
}

export function compilePlan({ id, categories, profit }: PlanRow): Plan {
  return Object.freeze<Plan>({
    id,
    plan: routingPlan(categories),
    profit:
      profit === undefined
        ? undefined
        : Object.freeze({
            absoluteMicros: profit.absolute === undefined ? undefined : microsOf(profit.absolute),
            relativeBasisPoints: profit.relative === undefined ? undefined : Math.round(Number(profit.relative) * 100),
            both: profit.both,
          }),
  })
}

/** A rate as money takes it. */
export function compileRate({ prefix, price, ...terms }: Rate): MoneyRate {
  return { ...rateDefaults, ...terms, destination: prefix, priceMicros: price }
}

/** The form was checked by the schema. */
function microsOf(text: string): number {
  const micros = parseAmount(text)
  if (micros === undefined) throw new RangeError(`no amount: ${text}`)
  return micros
}
