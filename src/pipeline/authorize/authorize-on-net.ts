// What a message costs that stays in the network, and that its sender has it: one price for all of them, a rate of a word of its own.

import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Failure } from '../../message/failure.js'
import { costOf } from '../../money/amount.js'
import { ON_NET_WORD } from '../../money/destination.js'
import type { Offer } from '../../money/price-list.js'
import { customerUnits } from '../../money/units.js'
import type { AuthorizedOnNet, OnNet } from '../on-net/on-net.js'
import { refuse } from '../stage.js'
import {
  payingFor,
  refusal,
  whyNotInBooks,
  type AuthorizePorts,
  type KeepsCurrency,
  type Paying,
  type Refusal,
} from './authorize.js'

const SERVICE = 'im'

/**
 * Those that may go on, in their order; what is refused is answered. Where nobody pays a message goes on as it is.
 * @param wallMs for prices and days
 */
export function authorizeOnNet(
  batch: readonly OnNet[],
  directory: Snapshot,
  ports: AuthorizePorts,
  wallMs: number,
): readonly AuthorizedOnNet[] {
  const going: AuthorizedOnNet[] = []
  for (const message of batch) {
    const paying = payingFor(message.account, SERVICE, directory, wallMs)
    if (paying === undefined) {
      going.push(message)
      continue
    }
    const outcome =
      whyNotInBooks(ports.books, directory) ??
      ('kind' in paying ? paying : authorizeOne(message, paying, directory, ports, wallMs))
    if (!('kind' in outcome)) going.push(outcome)
    else {
      ports.authorized.onRefused(outcome.failure.reason)
      message.submission.answer.refused(outcome.failure)
    }
  }
  return going
}

function authorizeOne(
  message: OnNet,
  { payer, product }: Paying,
  directory: Snapshot,
  { books, bills, authorized }: AuthorizePorts,
  wallMs: number,
): AuthorizedOnNet | Refusal {
  const { submission, account, assembly, policy } = message
  const offer = unitOffer(account, product, directory, wallMs)
  if ('kind' in offer) return offer
  const units = customerUnits(submission.content, Math.max(1, assembly.parts.length), policy.billingUnit)
  const move = books.reserve(payer, account, costOf(offer.priceMicros, units), units, wallMs)
  if (typeof move === 'string') return refusal(move, account, payer.customer)
  authorized.onReserved()
  const bill = bills.billFor(account.id, payer.customer, policy.id, offer, units, move.day, undefined)
  return { submission, account, assembly, policy, target: message.target, bill, move }
}

/** As whyNotAuthorized, for what stays in the network. */
export function whyNotAuthorizedOnNet(
  account: SendingAccount,
  directory: Snapshot,
  books: KeepsCurrency,
  wallMs: number,
): Failure | undefined {
  const paying = payingFor(account, SERVICE, directory, wallMs)
  if (paying === undefined) return undefined
  const notInBooks = whyNotInBooks(books, directory)
  if (notInBooks !== undefined) return notInBooks.failure
  if ('kind' in paying) return paying.failure
  const offer = unitOffer(account, paying.product, directory, wallMs)
  if ('kind' in offer) return offer.failure
  return paying.payer.isBlocked ? refusal('blocked', account, paying.payer.customer).failure : undefined
}

function unitOffer(account: SendingAccount, product: string, directory: Snapshot, wallMs: number): Offer | Refusal {
  const offer = directory.customerWordPrice(account, ON_NET_WORD, wallMs)
  if (offer !== undefined && !offer.forbidden) return offer
  return refuse('noPrice', `product ${product} ${offer === undefined ? 'has no rate for' : 'forbids'} ${ON_NET_WORD}`)
}
