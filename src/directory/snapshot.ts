// What the rest of the switch sees of the directory: one immutable value, swapped whole on a change. Types only.

import type { AccountId, ConnectionId, VendorId } from '../message/ids.js'
import type { RouteQuestion, RoutingPlan, Standing } from '../money/candidates.js'
import type { DayLimits } from '../money/day-use.js'
import type { Offer } from '../money/price-list.js'
import type { ProfitGuarantee } from '../money/profit.js'
import type { MobileNetwork } from '../phone/network.js'
import type { DigestHash } from '../sip/index.js'
import type { PeerText } from '../text/decode.js'
import type { Target } from '../text/leave.js'
import type { AddressRange } from '../lib/cidr.js'
import type { Dialing } from './dialing.js'
import type { AccountRow, ConnectionRow, PolicyRow } from './schema.js'
import type { SipPeerRow, SipUserRow } from './sip-columns.js'
import type { TenDlc } from './tendlc.js'
import type { MultipartRow, textColumns } from './text-columns.js'
import type { CustomerRow, ProductRow } from './trade-rows.js'

/** A peer's texts: what the columns of its row come to. Peers that code alike share one `text`. */
export interface PeerTexts {
  /** How it codes what it sends us. */
  readonly text: PeerText
  /** How texts leave to it. */
  readonly leaving: Target
  /** How its messages in parts are taken. */
  readonly multipart: MultipartRow
}

type TextColumn = keyof ReturnType<typeof textColumns> | 'multipart'

type Trading = 'dialing' | 'limits' | 'allowedSources' | 'allowedDestinations' | 'addresses' | 'ipOnly'
type Owned = 'id' | 'password' | 'bindModes' | 'numbers' | 'sip' | 'api'

/** Who binds to us, registers, uses the HTTP API, or several of these. */
export interface Account extends PeerTexts, Readonly<Omit<AccountRow, Owned | Trading | TextColumn>> {
  readonly id: AccountId
  /** A hash, see password.ts; '' for none, which no password is right for. */
  readonly password: string
  readonly bindModes: readonly AccountRow['bindModes'][number][]
  /** Digits only. No other account has any of them. */
  readonly numbers: readonly string[]
  /** What may register as `sip:user@domain`, `domain` being the account's, in lower case. */
  readonly sip?: SipUserRow
  /** Who uses the HTTP API as this account. Its token is not here: see apiAccount. */
  readonly api?: ApiUser
}

export interface ApiUser {
  readonly authId: string
  /** Of a sub-account: the id of its main account. */
  readonly main?: AccountId
}

/** Whose secret it is: what a digest server asks for. */
export interface SipSecret {
  /** H(user:realm:password) in lower-case hex. */
  readonly ha1: string
  readonly account: SendingAccount
}

/** An account that may use the API. */
export interface ApiAccount {
  /** 20 characters: MA… of a main account, SA… of a sub-account. */
  readonly authId: string
  readonly token: string
  /** Has the packs, numbers and applications that are made with it; those of a sub-account are not those of its main account. */
  readonly account: AccountId
  /** Of a sub-account: the auth id of its main account, whose token opens it too. */
  readonly main?: string | undefined
  /** Whence it may come; left out or empty for anywhere. */
  readonly addresses?: readonly AddressRange[] | undefined
}

/** What the requests to its applications are signed with. */
export interface ApiTokens {
  readonly token: string
  /** Of its main account; the same where it is one. */
  readonly mainToken: string
}

/** An account with all that decides about its messages. */
export interface SendingAccount extends Account {
  /** How it writes numbers: its own rules, else its product's. */
  readonly dialing: Dialing
  readonly limits: DayLimits
  /** Whether it may send as this address; undefined where it may send as anything. */
  readonly allowsSource: ((source: string) => boolean) | undefined
  /** Whether it may send to this number without `+`; undefined where it may send anywhere. */
  readonly allowsDestination: ((called: string) => boolean) | undefined
  /** Whence it may come; empty for anywhere. */
  readonly addresses: readonly AddressRange[]
  /** Its address alone says who it is. */
  readonly ipOnly: boolean
}

/** Who pays. */
export interface Customer extends Readonly<Omit<CustomerRow, 'creditLimit' | 'currency'>> {
  /** How far below 0 the balance may go, in micro-units of `currency`: 0 for prepaid ones. */
  readonly creditLimitMicros: number
  readonly currency: string
}

/** What an account may use. */
export interface Product extends Readonly<Pick<ProductRow, 'id' | 'tariff'>> {
  readonly services: readonly ProductRow['services'][number][]
}

/** Which categories of routes are used, in which order, and what must be left of the customer's price. */
export interface Plan {
  readonly id: string
  readonly plan: RoutingPlan
  readonly profit: ProfitGuarantee | undefined
}

/** The n-th resend comes `n * stepMs` after the n-th failure, at most `max` of them. */
export interface ResendSchedule {
  readonly stepMs: number
  readonly max: number
}

type Resolved =
  'id' | 'port' | 'systemId' | 'password' | 'passwordEnv' | 'passwordFile' | 'permanentCodes' | 'resend' | 'sip'
type Terms =
  'type' | 'direction' | 'capacity' | 'weight' | 'adaptive' | 'settleOn' | 'receiptTimeoutMs' | 'onReceiptTimeout'

/** One link to a vendor with everything that is decided per connection. */
export interface Connection
  extends PeerTexts, Readonly<Omit<ConnectionRow, Resolved | Terms | TextColumn | 'translations'>> {
  readonly id: ConnectionId
  readonly vendor: VendorId
  /** 0 where the SRV records of a SIP peer say it. */
  readonly port: number
  /** '' for a SIP peer. */
  readonly systemId: string
  /** In clear, '' for a SIP peer that needs none; from whichever of password, passwordEnv and passwordFile was given. */
  readonly password: string
  /** command_status values (of a SIP peer: statuses) that no resend can mend, beyond those permanent everywhere. */
  readonly permanentCodes: ReadonlySet<number>
  readonly resend: ResendSchedule
}

/** What a connection to a SIP peer has beside the rest. */
export interface SipPeer {
  readonly transport: SipPeerRow['transport']
  /** Of the Request-URI and To. */
  readonly domain: string
  /** Of From; undefined: where the request leaves from. */
  readonly fromDomain: string | undefined
  /** Numbers in E.164 are written with a `+`, and marked as numbers. */
  readonly plus: boolean
  readonly userPhone: boolean
  /** It is asked whether it is there. */
  readonly ping: boolean
  /** Whom we say we are where it challenges us; undefined: nobody. */
  readonly username: string | undefined
  /** Whence its messages come; empty where none do. */
  readonly addresses: readonly AddressRange[]
}

/** A connection with all that decides about routes over it and the money for them. */
export interface RoutedConnection extends Connection, Readonly<Pick<ConnectionRow, Terms>> {
  /** There for `type: sip`, and only then. */
  readonly sip?: SipPeer
  /** How the vendor writes numbers: in is from it. */
  readonly dialing: Dialing
}

/** Who has a product has prices. */
export interface Buyer {
  readonly product?: string | undefined
}

/** Whose message it is. Without an id it is taken for one that no connection brings. */
export interface Routing extends Buyer {
  readonly id?: AccountId
}

/** Best first, at most MAX_ROUTE. */
export type Route = readonly ConnectionId[]

/** A domain service policy. */
export interface Policy {
  readonly id: string
  readonly priority: number
  readonly transport: PolicyRow['transport']
  readonly failover: PolicyRow['routing']['failover']
  /** The connections it may use, undefined for all. */
  readonly connections: readonly ConnectionId[] | undefined
  readonly match: Readonly<PolicyRow['match']>
  readonly plan: Plan | undefined
  /** Characters for one charge, 0 for segments. See customerUnits. */
  readonly billingUnit: number
  /** Undefined where the network of the number is not asked for. */
  readonly hlr: Readonly<NonNullable<PolicyRow['hlr']>> | undefined
}

/** What is only unwise in an object, in words for the person who wrote it. */
export interface DirectoryWarning {
  readonly kind: string
  readonly id: string
  /** Such as `numbers`. */
  readonly path: string
  readonly value?: unknown
  /** What would be wise. */
  readonly expected: string
}

/** The compiled directory. Every lookup is a map or an index; nothing that it says ever changes but by time. */
export interface Snapshot {
  /** The base currency; ISO 4217's code for none where none was named. */
  readonly currency: string
  /** Brands and campaigns; undefined where there is no campaign. */
  readonly tenDlc?: TenDlc | undefined
  /** At most 1,000; left out for none. */
  readonly warnings?: readonly DirectoryWarning[] | undefined
  /** Also finds inactive accounts: the caller refuses those. */
  accountBySystemId(systemId: string): SendingAccount | undefined
  /** The account whose address alone says who it is; inactive ones too. */
  accountByAddress(ip: string): SendingAccount | undefined
  account(id: AccountId): SendingAccount | undefined
  accounts(): readonly SendingAccount[]
  /** Whose number this is, without a leading `+`. Also finds inactive accounts. */
  ownerOf(called: string): SendingAccount | undefined
  /** The account whose SIP user this is; inactive ones too. The case of the domain does not count, that of the user does. */
  sipAccount(user: string, domain: string): SendingAccount | undefined
  /** The secret of a SIP user in a realm, which is its account's domain; also finds inactive accounts. */
  sipSecret(user: string, realm: string, algorithm: DigestHash): SipSecret | undefined
  /**
   * The account that a message to `called` (no leading `+`) in `domain` stays with us for: whose number it is, else whose SIP user has
   * that name. Also finds inactive accounts, and ones that only bind.
   */
  onNetOf(called: string, domain: string): SendingAccount | undefined
  /** The domains that SIP users have, inactive ones included: in lower case, in the order of the file. */
  sipDomains(): readonly string[]
  /** Whether some SIP user has this domain, to the letter: asked with every request. */
  hasSipDomain(domain: string): boolean
  /**
   * Who may use the HTTP API with this auth id; inactive accounts are not found. The same object as long as the snapshot is the same.
   */
  apiAccount(authId: string): ApiAccount | undefined
  /** Those whose main account has this auth id, in the order of the file; inactive ones are left out. */
  apiSubAccountsOf(authId: string): readonly ApiAccount[]
  /** What requests to the applications of an account are signed with; also of an inactive account. */
  apiTokensOf(account: AccountId): ApiTokens | undefined
  /** The connection of type sip that messages from this address come over; inactive ones too. */
  connectionByAddress(ip: string): RoutedConnection | undefined
  /** Also finds inactive ones. */
  customer(id: string): Customer | undefined
  customers(): readonly Customer[]
  product(id: string): Product | undefined
  connection(id: ConnectionId): RoutedConnection | undefined
  /** In the order of the file, inactive ones included. */
  connections(): readonly RoutedConnection[]
  /** By priority, equal ones in the order of the file. */
  policies(): readonly Policy[]
  /** The policy with the highest priority that covers a message to `called` (no leading `+`) in `domain`. */
  policyFor(domain: string, called: string): Policy | undefined
  /**
   * The active connections that have a rate for `called`, by the policy's plan, then preference, then price; equal ones share by
   * weight. Equal routes are the same array object, so that a route can key a lane. Empty for no route. Links are taken to be up.
   * @param account whose price must leave the plan's profit; none is asked for where it has no product or is left out. Connections
   *   that bring its messages are no way for them
   * @param wallMs left out: the moment that was asked for last
   * @param network where it is known
   * @param chance from 0 to below 1: which of equal ones comes first; 0 is the order of the file
   */
  routeFor(
    policy: Policy,
    called: string,
    account?: Routing,
    wallMs?: number,
    network?: MobileNetwork,
    chance?: number,
  ): Route
  /** The route in which connections that have to stand back come last; the same array where none has to. */
  standBack(route: Route, standingOf: (connection: ConnectionId) => Standing): Route
  /** What routeFor decides by, with all connections of the policy, to explain it. Links are taken to be up. */
  routeQuestion(
    policy: Policy,
    called: string,
    account: Routing | undefined,
    wallMs: number,
    network: MobileNetwork | undefined,
  ): RouteQuestion
  /** What the connection's vendor charges for one unit to `called`, in millionths of the base currency, at the moment asked for last. */
  priceOf(connection: ConnectionId, called: string): number | undefined
  /** What the connection's vendor charges; undefined without a rate. It may be forbidden. */
  vendorPrice(
    connection: ConnectionId,
    called: string,
    network: MobileNetwork | undefined,
    wallMs: number,
  ): Offer | undefined
  /** What the connection's vendor charges for a symbolic destination such as MO; undefined without a rate of that very word. */
  vendorWordPrice(connection: ConnectionId, word: string, wallMs: number): Offer | undefined
  /** How far the customer's balance may go below 0, in micro-units of the base currency, at the exchange in force; 0 while there is none. */
  creditMicrosOf(customer: Customer, wallMs: number): number
  /** What the account's product says of a number; undefined without a product or a rate. It may be forbidden. */
  customerPrice(account: Buyer, called: string, network: MobileNetwork | undefined, wallMs: number): Offer | undefined
  /** The same for a symbolic destination such as ONNET. */
  customerWordPrice(account: Buyer, word: string, wallMs: number): Offer | undefined
  /** The highest that the number can come to cost once its network is known; see dearestOffer. */
  customerDearestPrice(
    account: Buyer,
    called: string,
    mccs: readonly string[] | undefined,
    wallMs: number,
  ): Offer | undefined
  /** Wall time in ms of the next change of any price after `wallMs`; Infinity for none. Routes change by themselves then. */
  nextChangeMs(wallMs: number): number
}
