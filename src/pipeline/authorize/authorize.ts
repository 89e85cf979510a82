// Stage 9: what it costs, and that the customer has it. The money of all units is reserved in one step; the message is not durable
// yet, so whoever refuses it from here on gives the money back.

import type { Product, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Bill, Price } from '../../message/bill.js'
import type { Failure, FailureReason } from '../../message/failure.js'
import { costOf } from '../../money/amount.js'
import type { Books, NotReserved, Payer } from '../../money/books.js'
import { dayOf } from '../../money/day-use.js'
import type { Offer } from '../../money/price-list.js'
import { customerUnits } from '../../money/units.js'
import { mobileCountriesOf } from '../../phone/country-networks.js'
import type { MobileNetwork } from '../../phone/network.js'
import type { Owned } from '../owner/owner.js'
import { refuse, type Authorized, type Routed } from '../stage.js'
import type { BillMemory } from './bill-memory.js'

export interface AuthorizePorts {
  readonly books: Books
  readonly bills: BillMemory
  readonly authorized: AuthorizeEvents
}

/** Called on the hot path: must be cheap. */
export interface AuthorizeEvents {
  /** Its price is reserved; the store may still refuse it. */
  onReserved(): void
  onRefused(reason: FailureReason): void
}

/** Towards phones. */
const SERVICE = 'sms'
/** What a vendor charges for messages from phones, where it charges for them: a rate of this word in its tariff. */
const MO_WORD = 'MO'

export type Refusal = ReturnType<typeof refuse>
export type KeepsCurrency = Pick<Books, 'currency'>

/**
 * Those that may go on, in their order; what is refused is answered. Where nobody pays it is the batch itself.
 * @param wallMs for prices and days
 */
export function authorize(
  batch: readonly Routed[],
  directory: Snapshot,
  ports: AuthorizePorts,
  wallMs: number,
): readonly Authorized[] {
  for (let i = 0; i < batch.length; i++)
    if (batch[i]!.account.customer !== undefined) return authorizeAll(batch, directory, ports, wallMs)
  return batch
}

function authorizeAll(
  batch: readonly Routed[],
  directory: Snapshot,
  ports: AuthorizePorts,
  wallMs: number,
): readonly Authorized[] {
  const going: Authorized[] = []
  const notInBooks = whyNotInBooks(ports.books, directory)
  // Neighbours are mostly of one account.
  let account: SendingAccount | undefined
  let paying: Paying | Refusal | undefined
  for (const routed of batch) {
    if (routed.account !== account) {
      ;({ account } = routed)
      paying = payingFor(account, SERVICE, directory, wallMs)
    }
    if (paying === undefined) {
      going.push(routed)
      continue
    }
    const outcome = notInBooks ?? ('kind' in paying ? paying : authorizeOne(routed, paying, directory, ports, wallMs))
    if (!('kind' in outcome)) going.push(outcome)
    else {
      ports.authorized.onRefused(outcome.failure.reason)
      routed.submission.answer.refused(outcome.failure)
    }
  }
  return going
}

/** Who pays for what an account sends, and may. */
export interface Paying {
  readonly payer: Payer
  readonly product: string
}

/** Undefined where nobody pays. @param service that its product must have */
export function payingFor(
  { id, customer, product: productId }: SendingAccount,
  service: Product['services'][number],
  directory: Snapshot,
  wallMs: number,
): Paying | Refusal | undefined {
  if (customer === undefined) return undefined
  const who = directory.customer(customer)
  if (who === undefined) return refuse('customerBlocked', `customer ${customer} is not in the directory`)
  const product = productId === undefined ? undefined : directory.product(productId)
  if (product?.services.includes(service) !== true)
    return refuse('notPermitted', `the product of account ${id} has no service ${service}`)
  const payer = { customer, creditMicros: directory.creditMicrosOf(who, wallMs), isBlocked: !who.active }
  return { payer, product: product.id }
}

function authorizeOne(
  routed: Routed,
  { payer, product }: Paying,
  directory: Snapshot,
  { books, bills, authorized }: AuthorizePorts,
  wallMs: number,
): Authorized | Refusal {
  const { submission, account, assembly, policy, network, isUndecided = false, route } = routed
  const { customer } = payer
  const offer = unitOffer(account, product, submission.destination.value, network, isUndecided, directory, wallMs)
  if ('kind' in offer) return offer
  const { length } = assembly.parts
  const units = customerUnits(submission.content, length === 0 ? 1 : length, policy.billingUnit)
  const move = books.reserve(payer, account, costOf(offer.priceMicros, units), units, wallMs)
  if (typeof move === 'string') return refusal(move, account, customer)
  authorized.onReserved()
  const bill = bills.billFor(account.id, customer, policy.id, offer, units, move.day, network)
  return { submission, account, assembly, policy, network, isUndecided, route, bill, move }
}

/** Amounts of the directory mean something else in books of another currency. */
export function whyNotInBooks({ currency }: KeepsCurrency, directory: Snapshot): Refusal | undefined {
  if (currency === undefined || currency === directory.currency) return undefined
  return refuse('systemError', `the books are in ${currency}, the directory is in ${directory.currency}`)
}

/**
 * Why a message to there is refused whatever sums are in the books; undefined for one that is not, and where nobody pays.
 * @param isUndecided its network is not known, and will be
 */
export function whyNotAuthorized(
  account: SendingAccount,
  called: string,
  isUndecided: boolean,
  directory: Snapshot,
  books: KeepsCurrency,
  wallMs: number,
): Failure | undefined {
  const paying = payingFor(account, SERVICE, directory, wallMs)
  if (paying === undefined) return undefined
  const notInBooks = whyNotInBooks(books, directory)
  if (notInBooks !== undefined) return notInBooks.failure
  if ('kind' in paying) return paying.failure
  const offer = unitOffer(account, paying.product, called, undefined, isUndecided, directory, wallMs)
  if ('kind' in offer) return offer.failure
  return paying.payer.isBlocked ? refusal('blocked', account, paying.payer.customer).failure : undefined
}

/** What the account pays for one unit. */
function unitOffer(
  account: SendingAccount,
  product: string,
  called: string,
  network: MobileNetwork | undefined,
  isUndecided: boolean,
  directory: Snapshot,
  wallMs: number,
): Offer | Refusal {
  // What it can come to at most: what is too much is given back when the network is known.
  const offer = isUndecided
    ? directory.customerDearestPrice(account, called, mobileCountriesOf(called), wallMs)
    : directory.customerPrice(account, called, network, wallMs)
  if (offer !== undefined && !offer.forbidden) return offer
  return refuse('noPrice', `product ${product} ${offer === undefined ? 'has no rate for' : 'forbids'} ${called}`)
}

export function refusal(why: NotReserved, { id }: SendingAccount, customer: string): Refusal {
  switch (why) {
    case 'blocked':
      return refuse('customerBlocked', `customer ${customer} is not active`)
    case 'insufficient':
      return refuse('insufficientFunds', `the balance of customer ${customer} does not cover it`)
    case 'tooLarge':
      return refuse('insufficientFunds', `no sum of customer ${customer} can be so large`)
    case 'daySpend':
      return refuse('dayLimit', `account ${id} has spent what it may today`)
    case 'dayUnits':
      return refuse('dayLimit', `account ${id} has sent what it may today`)
  }
}

/**
 * The bill of a message from a phone: free for whoever has the number, with what the vendor asks for. Undefined where no customer
 * has it.
 */
export function moBill(
  { submission, assembly, account }: Owned,
  directory: Snapshot,
  wallMs: number,
): Bill | undefined {
  const { sender } = submission
  if (account.customer === undefined || sender.kind !== 'vendor') return undefined
  const { vendor, connection } = sender
  const offer = directory.vendorWordPrice(connection, MO_WORD, wallMs)
  const segments = Math.max(1, assembly.parts.length)
  return {
    customer: account.customer,
    policy: '',
    price: freeIn(directory.currency),
    units: segments,
    day: dayOf(wallMs),
    state: 'charged',
    mcc: '',
    mnc: '',
    onSilence: undefined,
    sent: { vendor, connection, segments, price: priceOf(offer), atMs: wallMs },
  }
}

function priceOf(offer: Offer | undefined): Price | undefined {
  return offer === undefined || offer.forbidden ? undefined : offer.price
}

function freeIn(currency: string): Bill['price'] {
  return { currency, ownMicros: 0, exchange: '1', baseMicros: 0 }
}
