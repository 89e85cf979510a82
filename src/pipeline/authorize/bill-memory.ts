// Bills of messages that cost the same are one object, as long as nothing has become of them: stores write it out once. Memory only.

import type { Bill } from '../../message/bill.js'
import type { AccountId } from '../../message/ids.js'
import type { Offer } from '../../money/price-list.js'
import { isSamePrice } from '../../money/settle.js'
import type { MobileNetwork } from '../../phone/network.js'

/** Rates whose last bill is remembered, of one account. */
const RATES_MAX = 1000
const ACCOUNTS_MAX = 10_000

export class BillMemory {
  readonly #byAccount = new Map<AccountId, Map<number, Bill>>()
  /** What was given last: of neighbours mostly the same. */
  #last: { readonly account: AccountId; readonly row: number; readonly bill: Bill } | undefined

  /** The bill of a message that was just reserved. */
  billFor(
    account: AccountId,
    customer: string,
    policy: string,
    offer: Offer,
    units: number,
    day: number,
    network: MobileNetwork | undefined,
  ): Bill {
    const last = this.#last
    const isLikeLast = last !== undefined && last.row === offer.row && last.account === account
    if (isLikeLast && isFor(last.bill, customer, policy, offer, units, day, network)) return last.bill
    let byRow = this.#byAccount.get(account)
    if (byRow === undefined) {
      if (this.#byAccount.size >= ACCOUNTS_MAX) this.#byAccount.clear()
      this.#byAccount.set(account, (byRow = new Map<number, Bill>()))
    }
    const known = byRow.get(offer.row)
    if (known !== undefined && isFor(known, customer, policy, offer, units, day, network)) {
      this.#last = { account, row: offer.row, bill: known }
      return known
    }
    if (known === undefined && byRow.size >= RATES_MAX) byRow.clear()
    const bill: Bill = {
      customer,
      policy,
      price: offer.price,
      units,
      day,
      state: 'held',
      mcc: network?.mcc ?? '',
      mnc: network?.mnc ?? '',
      onSilence: undefined,
      sent: undefined,
    }
    byRow.set(offer.row, bill)
    return bill
  }
}

function isFor(
  bill: Bill,
  customer: string,
  policy: string,
  offer: Offer,
  units: number,
  day: number,
  network: MobileNetwork | undefined,
): boolean {
  return (
    bill.units === units &&
    bill.day === day &&
    bill.policy === policy &&
    bill.customer === customer &&
    isSamePrice(bill.price, offer.price) &&
    bill.mcc === (network?.mcc ?? '') &&
    bill.mnc === (network?.mnc ?? '')
  )
}
