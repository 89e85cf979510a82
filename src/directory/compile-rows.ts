// One row → its compiled, frozen form. Everything that can be decided once is decided here; no row knows another.

import type { AccountId, ConnectionId } from '../message/ids.js'
import { parseAmount } from '../money/amount.js'
import { routingPlan } from '../money/candidates.js'
import type { DayLimits } from '../money/day-use.js'
import { rateDefaults, type Rate as MoneyRate } from '../money/tariff.js'
import { destinationsAllowed, sourcesAllowed } from './allowed.js'
import { mergeRanges, parseRange, type AddressRange } from '../lib/cidr.js'
import type { ApiRow } from './api-columns.js'
import type { DialingOf } from './dialing.js'
import type { Rate, ResolvedConnection } from './resolve.js'
import { bindKinds, type AccountRow, type PolicyRow } from './schema.js'
import type { SipPeerRow } from './sip-columns.js'
import type {
  ApiUser,
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

// What most accounts have in common is kept once: there may be 100,000 of them.
const allModes = Object.freeze([...bindKinds])
const noLimits = Object.freeze({ messages: 0, spentMicros: 0 })
const anywhere: readonly AddressRange[] = Object.freeze([])

/**
 * Every field is written out, and what may be missing comes last and in one order: objects made by spreading are each of a shape of
 * their own to the engine, which takes twice the memory and makes every look at them slow.
 */
export function compileAccount(
  row: AccountRow,
  product: ProductRow | undefined,
  { textsOf, dialingOf }: Sharing,
): SendingAccount {
  const { systemId, sip, api, maxReceipts, maxMo, customer, product: productId, limits, addresses } = row
  const { text, leaving, multipart } = textsOf(row)
  const account: Written<SendingAccount> = {
    id: row.id as AccountId,
    password: row.password ?? '',
    domain: row.domain,
    active: row.active,
    maxBinds: row.maxBinds,
    bindModes: bindModesOf(row),
    messagesPerSecond: row.messagesPerSecond,
    numbers: Object.freeze(row.numbers),
    text,
    leaving,
    multipart,
    dialing: dialingOf(row.dialing, product?.dialingRules),
    limits: limits === undefined ? noLimits : compileLimits(limits),
    allowsSource: sourcesAllowed(row.allowedSources ?? []),
    allowsDestination: destinationsAllowed(row.allowedDestinations ?? []),
    addresses: addresses === undefined ? anywhere : Object.freeze(mergeRanges(rangesOf(addresses))),
    ipOnly: row.ipOnly ?? false,
  }
  if (systemId !== undefined) account.systemId = systemId
  if (customer !== undefined) account.customer = customer
  if (productId !== undefined) account.product = productId
  if (sip !== undefined) account.sip = Object.freeze(sip)
  if (api !== undefined) account.api = compileApiUser(api)
  if (maxReceipts !== undefined) account.maxReceipts = maxReceipts
  if (maxMo !== undefined) account.maxMo = maxMo
  return Object.freeze(account)
}

function compileApiUser({ authId, main }: ApiRow): ApiUser {
  return Object.freeze(main === undefined ? { authId } : { authId, main: main as AccountId })
}

type Written<T> = { -readonly [Field in keyof T]: T[Field] }

function bindModesOf({ bindModes }: AccountRow): readonly AccountRow['bindModes'][number][] {
  const modes = new Set(bindModes)
  return modes.size === allModes.length ? allModes : Object.freeze([...modes])
}

function compileLimits({ messagesPerDay, spendPerDay }: NonNullable<AccountRow['limits']>): DayLimits {
  return Object.freeze({
    messages: messagesPerDay ?? 0,
    spentMicros: spendPerDay === undefined ? 0 : microsOf(spendPerDay),
  })
}

function rangesOf(addresses: readonly string[]): AddressRange[] {
  return addresses.flatMap((address) => parseRange(address) ?? [])
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
  const { transport = 'udp', domain = host, fromDomain, plus = true, userPhone = false, ping = true } = row ?? {}
  return Object.freeze<SipPeer>({
    ...{ transport, domain, fromDomain, plus, userPhone, ping },
    username: row?.username,
    addresses: Object.freeze(addresses),
  })
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
