// The shape of the directory file: the one source of its checks, its defaults and the TypeScript types. No behaviour here.

import { type Static, Type } from '@sinclair/typebox'
import {
  amount,
  CIDR_EXPECTED,
  columnsOf,
  Currency,
  flag,
  Id,
  octets,
  oneOf,
  strict,
  whole,
  YEAR_MS,
} from './columns.js'
import { ApiRow } from './api-columns.js'
import { DialingRow } from './dialing-columns.js'
import { SipPeerRow, SipUserRow } from './sip-columns.js'
import { BrandRow, CampaignRow, CarrierOverridesRow, NetworkTlvRow } from './tendlc-columns.js'
import { multipartRow, textColumns } from './text-columns.js'
import { CustomerRow, ExchangeRateRow, PlanRow, ProductRow, TariffRow } from './trade-rows.js'

export { CustomerRow, ExchangeRateRow, PlanRow, ProductRow, RateRow, TariffRow } from './trade-rows.js'

export const bindKinds = ['transmitter', 'receiver', 'transceiver'] as const

/** What an entry of `allowedDestinations` may be. */
const DESTINATION_EXPECTED = 'a country as two capital letters such as GB, or leading digits such as 447'
/** Who binds to us, registers, uses the HTTP API, or several of these. */
export const AccountRow = Type.Object(
  {
    id: Id,
    /** SMPP 3.4 §5.2.1: at most 15 octets and a NUL. Without one, which only with sip or api may be, nobody binds. */
    systemId: Type.Optional(octets(15, { min: 1 })),
    /** `scrypt$N$r$p$salt$hash`, see password.ts. Needed with a systemId unless `ipOnly`. */
    password: Type.Optional(Type.String({ expected: 'a hash made by `smswitch hash-password`' })),
    /** What may register. */
    sip: Type.Optional(SipUserRow),
    /** Who uses the HTTP API as this account. */
    api: Type.Optional(ApiRow),
    /** The domain that its SMPP messages take when a policy is looked for; of its SIP user, and the realm of its secrets. */
    domain: Type.String({ minLength: 1, maxLength: 253, default: 'sms.local', expected: 'a domain name' }),
    active: flag(true),
    /** Binds of all kinds together. */
    maxBinds: whole(1, 10_000, 10),
    bindModes: Type.Array(oneOf(bindKinds, 'transceiver'), {
      minItems: 1,
      maxItems: 3,
      default: [...bindKinds],
      expected: `a list of ${bindKinds.join(', ')}`,
    }),
    /** How fast its messages leave, over all connections together; 0 for no limit. What is faster waits. */
    messagesPerSecond: Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      expected: 'a rate from 0 (no limit)',
    }),
    /** How many receipts are kept for it while none can be delivered; left out: the setting for all accounts. */
    maxReceipts: Type.Optional(whole(1, 100_000_000)),
    /** How many messages from phones wait for it at most; left out: the setting for all accounts. */
    maxMo: Type.Optional(whole(1, 100_000_000)),
    /** What a phone sends to one of these is the account's: digits in E.164 without `+`, short codes too. */
    numbers: Type.Array(
      Type.String({ pattern: '^[0-9]{1,15}$', expected: 'a number: 1–15 digits without +, such as 12025550123' }),
      { default: [], expected: 'a list of numbers' },
    ),
    /** Who pays for its messages, at the prices of its product: both or none of the two. Without them nothing is charged. */
    customer: Type.Optional(Id),
    product: Type.Optional(Id),
    /** How it writes numbers; what is left out is as its product says. */
    dialing: Type.Optional(DialingRow),
    /** In a day of UTC. */
    limits: Type.Optional(
      Type.Object(
        { messagesPerDay: Type.Optional(whole(1, 1_000_000_000)), spendPerDay: Type.Optional(amount()) },
        { ...strict, expected: '{ messagesPerDay, spendPerDay }' },
      ),
    ),
    /** What it may send as: whole addresses with `*` and `?`; none: anything. */
    allowedSources: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[\\x20-\\x7e]{1,40}$',
          expected: 'a sender, in which * stands for any characters and ? for one',
        }),
        { maxItems: 10_000, expected: 'a list of senders, which may hold * and ?' },
      ),
    ),
    /** Where it may send to: countries (ISO 3166-1) and leading digits; none: anywhere. */
    allowedDestinations: Type.Optional(
      Type.Array(Type.String({ pattern: '^([A-Z]{2}|[0-9]{1,15})$', expected: DESTINATION_EXPECTED }), {
        maxItems: 10_000,
        expected: 'a list of countries and leading digits',
      }),
    ),
    /** Whence it may come; none: from anywhere. */
    addresses: Type.Optional(
      Type.Array(Type.String({ maxLength: 50, expected: CIDR_EXPECTED }), {
        maxItems: 1000,
        expected: 'a list of IP addresses and ranges',
      }),
    ),
    /** Its address alone says who it is; no password is asked for. */
    ipOnly: Type.Optional(Type.Boolean({ expected: 'true or false' })),
    multipart: multipartRow({ ack: 'withheld', incomplete: 'fail' }),
    ...textColumns('asReceived'),
  },
  columnsOf('an account'),
)

/** How TON and NPI of an address are chosen when it leaves: by what the address looks like, untouched, or fixed. */
const AddressRuleRow = Type.Union(
  [
    Type.Literal('byShape'),
    Type.Literal('asReceived'),
    Type.Object({ ton: whole(0, 255), npi: whole(0, 255) }, strict),
  ],
  { default: 'byShape', expected: 'byShape, asReceived or { ton: 0-255, npi: 0-255 }' },
)
export type AddressRule = Readonly<Static<typeof AddressRuleRow>>

export const idForms = ['asIs', 'hex', 'decimal', 'auto'] as const

/** The form that message ids have in this vendor's receipts, relative to its submit_sm_resp. */
const ReceiptIdsRow = Type.Object(
  {
    /** hex: hex in receipts, decimal in responses; decimal: the other way round; auto: learnt from what matches. */
    form: oneOf(idForms, 'asIs'),
    lowerCase: flag(false),
    stripLeadingZeros: flag(false),
  },
  { ...strict, default: {}, expected: '{ form, lowerCase, stripLeadingZeros }' },
)
export type ReceiptIdRule = Readonly<Static<typeof ReceiptIdsRow>>

/** One link to a vendor. Units are in the names; SMPP 3.4 §5.2 limits the texts. What SIP has no use for is in sip-peers.ts. */
export const ConnectionRow = Type.Object(
  {
    id: Id,
    type: oneOf(['smpp', 'sip'], 'smpp'),
    /** Which way messages go: `from` the vendor only, and it is no route; `to` it only, and what it sends is refused. */
    direction: oneOf(['to', 'from', 'both'], 'both'),
    host: Type.String({ minLength: 1, maxLength: 253, expected: 'a host name or IP address' }),
    /** Left out: 2775, and for SIP what its SRV records say (RFC 3263). */
    port: Type.Optional(whole(1, 65_535)),
    /** With `type: sip`. */
    sip: Type.Optional(SipPeerRow),
    active: flag(true),
    bindMode: oneOf(['transceiver', 'transmitterReceiver'], 'transceiver'),
    /** Binds kept up; with `transmitterReceiver`, pairs of them. */
    binds: whole(1, 1_000, 1),
    /** Requests of ours unanswered at a time, per bind. */
    window: whole(1, 100_000, 10),
    /** For the whole connection; 0 for no limit. */
    messagesPerSecond: Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      expected: 'a rate from 0 (no limit)',
    }),
    /** Needed for SMPP. */
    systemId: Type.Optional(octets(15, { min: 1 })),
    /** Exactly one of `password`, `passwordEnv` (name of a variable) and `passwordFile` (its first line); for SIP with a username. */
    password: Type.Optional(octets(64)),
    passwordEnv: Type.Optional(octets(255, { min: 1 })),
    passwordFile: Type.Optional(octets(4096, { min: 1 })),
    systemType: octets(12, { default: '' }),
    addressRange: octets(40, { default: '' }),
    addressTon: whole(0, 255, 0),
    addressNpi: whole(0, 255, 0),
    interfaceVersion: Type.Union([Type.Literal(0x34), Type.Literal(0x50)], {
      default: 0x34,
      expected: '0x34 or 0x50',
    }),
    sourceAddress: AddressRuleRow,
    destinationAddress: AddressRuleRow,
    /** Set in every submit_sm; '' leaves the sender's. */
    serviceType: octets(5, { default: '' }),
    requestReceipt: oneOf(['asAsked', 'always', 'never'], 'asAsked'),
    /** What happens to a message that was sent and never answered. */
    onUnanswered: oneOf(['resend', 'waitReceipt', 'fail'], 'resend'),
    /** On ESME_RTHROTTLED and ESME_RMSGQFUL: a resend like any other, or the lane waits and no try is spent. */
    onThrottle: oneOf(['resend', 'pauseLane'], 'resend'),
    receiptIds: ReceiptIdsRow,
    /** Where its receipts name the network of the phone; left out: nowhere. */
    networkTlv: Type.Optional(NetworkTlvRow),
    /** Answers of this vendor that a resend cannot mend, beside those that are permanent everywhere. */
    permanentCodes: Type.Array(
      Type.Union([Type.String(), Type.Integer({ minimum: 1, maximum: 0xffff_ffff })], {
        expected: 'a status name such as ESME_RINVSRCTON or a number such as 0x400',
      }),
      { maxItems: 1000, default: [], expected: 'a list of status names or numbers' },
    ),
    /** The n-th resend comes n * stepMs after the n-th failure; left out: the settings for all connections. */
    resend: Type.Optional(
      Type.Object(
        { stepMs: Type.Optional(whole(1, YEAR_MS)), max: Type.Optional(whole(0, 10_000)) },
        { ...strict, expected: '{ stepMs, max }' },
      ),
    ),
    /** How validity_period is written, recomputed at each attempt. */
    validity: oneOf(['absolute', 'relative', 'omit'], 'relative'),
    /** What it sends us in parts. */
    multipart: multipartRow({ ack: 'early', incomplete: 'sendAsReceived' }),
    ...textColumns('udh8'),
    /** Of which segments of one message the vendor reports: the message is told by all of them, or by that one. */
    segmentReceipts: oneOf(['all', 'first', 'last'], 'all'),
    /** With `onUnanswered: waitReceipt`: how long the receipt may take. */
    waitReceiptMs: whole(1, YEAR_MS, 600_000),
    /** What the vendor charges; without a rate for a number, the connection is no route to it. */
    tariff: Id,
    /** The peer is a customer too: what it delivers to a number of no account is sent on as a message of this account. */
    account: Type.Optional(Id),
    /** How the vendor writes numbers: in is from it, out is to it. */
    translations: Type.Optional(DialingRow),
    /** Messages a second at which it counts as full, and others come first; 0 for never. */
    capacity: Type.Number({ minimum: 0, maximum: 1_000_000, default: 0, expected: 'a rate from 0 (never full)' }),
    /** Its share among equal routes, times that of the rate. */
    weight: whole(0, 1000, 1),
    /** Of its attempts in a window so many in a hundred must be taken, or others come first for a while; left out: never. */
    adaptive: Type.Optional(
      Type.Object(
        {
          leastPercent: whole(1, 100),
          attempts: whole(1, 1_000_000, 20),
          windowMs: whole(1000, YEAR_MS, 60_000),
          pauseMs: whole(1000, YEAR_MS, 60_000),
        },
        { ...strict, expected: '{ leastPercent, attempts, windowMs, pauseMs }' },
      ),
    ),
    /** When a message is charged: the vendor has taken it, or says that it is delivered. */
    settleOn: oneOf(['answer', 'receipt'], 'answer'),
    /** With `settleOn: receipt`: how long the receipt may take, and what becomes of the money then. */
    receiptTimeoutMs: whole(1, YEAR_MS, 86_400_000 * 3),
    onReceiptTimeout: oneOf(['charge', 'release'], 'charge'),
  },
  columnsOf('a connection'),
)

export const VendorRow = Type.Object(
  {
    id: Id,
    name: Type.Optional(Type.String({ maxLength: 200, expected: 'a name' })),
    connections: Type.Array(ConnectionRow, { default: [], expected: 'a list of connections' }),
  },
  columnsOf('a vendor'),
)

export const PolicyRow = Type.Object(
  {
    id: Id,
    /** Higher comes first; equal ones in the order of the file. */
    priority: whole(0, 1_000_000, 0),
    /** All that is given must match. */
    match: Type.Object(
      {
        /** A domain, `*` for any run of characters; case does not count. */
        domain: Type.Optional(
          Type.String({
            pattern: '^[A-Za-z0-9.*_-]{1,253}$',
            expected: 'a domain name in which * stands for any characters',
          }),
        ),
        /** Digits: the called number begins with them. With `*` or `?`: the whole number looks like this. */
        called: Type.Optional(
          Type.String({ pattern: '^[0-9A-Za-z*?]{1,40}$', expected: 'leading digits, or a pattern with * and ?' }),
        ),
      },
      { ...strict, default: {}, expected: '{ domain, called }' },
    ),
    /** sip: to an account of ours, never to a vendor. */
    transport: oneOf(['smpp', 'sip'], 'smpp'),
    routing: Type.Object(
      {
        /** Only these; left out: every connection. */
        connections: Type.Optional(Type.Array(Id, { minItems: 1, expected: 'a list of connection ids' })),
        /** next: a temporary failure moves on to the next connection of the route instead of staying. */
        failover: oneOf(['none', 'next'], 'none'),
      },
      { ...strict, default: {}, expected: '{ connections, failover }' },
    ),
    /** Which categories of routes, in which order; left out: all, none before another. */
    plan: Type.Optional(Id),
    /** Characters for one charge of a message that came in one piece; 0: its segments are charged. */
    billingUnit: whole(0, 100_000, 0),
    /** Ask which network the number belongs to before price and routes are known. */
    hlr: Type.Optional(
      Type.Object(
        {
          /** Lookup providers by name, in their order; left out: all of the settings. */
          providers: Type.Optional(Type.Array(Id, { minItems: 1, expected: 'a list of names of lookup providers' })),
          /** prefix: price and route by the digits; refuse; retry: later, until the validity ends. */
          onFailure: oneOf(['prefix', 'refuse', 'retry'], 'prefix'),
        },
        { ...strict, expected: '{ providers, onFailure }' },
      ),
    ),
  },
  columnsOf('a policy'),
)

export const DirectoryFile = Type.Object(
  {
    accounts: Type.Array(AccountRow, { default: [], expected: 'a list of accounts' }),
    vendors: Type.Array(VendorRow, { default: [], expected: 'a list of vendors' }),
    tariffs: Type.Array(TariffRow, { default: [], expected: 'a list of tariffs' }),
    policies: Type.Array(PolicyRow, { default: [], expected: 'a list of policies' }),
    customers: Type.Optional(Type.Array(CustomerRow, { expected: 'a list of customers' })),
    products: Type.Optional(Type.Array(ProductRow, { expected: 'a list of products' })),
    plans: Type.Optional(Type.Array(PlanRow, { expected: 'a list of routing plans' })),
    /** The base currency: what prices are compared in, and amounts without a currency are in. */
    currency: Type.Optional(Currency),
    exchangeRates: Type.Optional(
      Type.Array(ExchangeRateRow, { expected: 'a list of { currency, effectiveFrom, rate }' }),
    ),
    brands: Type.Optional(Type.Array(BrandRow, { expected: 'a list of brands' })),
    campaigns: Type.Optional(Type.Array(CampaignRow, { expected: 'a list of campaigns' })),
    carrierOverrides: Type.Optional(CarrierOverridesRow),
  },
  { ...strict, expected: 'a mapping with accounts, vendors, tariffs and policies' },
)

export type AccountRow = Static<typeof AccountRow>
export type ConnectionRow = Static<typeof ConnectionRow>
export type VendorRow = Static<typeof VendorRow>
export type PolicyRow = Static<typeof PolicyRow>
/** A directory file after defaults were filled in. */
export type DirectoryFile = Static<typeof DirectoryFile>
