// Credit limits in the base currency: each is converted once for each rate of exchange in force. It knows no balance.

import { AMOUNT_MAX } from '../money/amount.js'
import { rateAt, toBase } from '../money/exchange.js'
import type { Prices } from './prices.js'
import type { Customer } from './snapshot.js'

export class Credits {
  readonly #prices: Prices
  readonly #micros = new Map<Customer, number>()
  #period = -1

  constructor(prices: Prices) {
    this.#prices = prices
  }

  /** In micro-units, rounded to the next; 0 where the customer's currency is worth nothing yet. */
  of(customer: Customer, wallMs: number): number {
    if (customer.creditLimitMicros === 0) return 0
    this.#prices.moveTo(wallMs)
    if (this.#period !== this.#prices.period) {
      this.#micros.clear()
      this.#period = this.#prices.period
    }
    let micros = this.#micros.get(customer)
    if (micros === undefined) this.#micros.set(customer, (micros = this.#convert(customer)))
    return micros
  }

  #convert({ creditLimitMicros, currency }: Customer): number {
    const rate = rateAt(this.#prices.exchange, currency, this.#prices.atMs)
    if (rate === undefined) return 0
    // What is too large to be exact is more than all that can be held.
    const isExact = creditLimitMicros * (Number(rate.nanos) / 1e9) < AMOUNT_MAX * 0.999_999
    return isExact ? toBase(creditLimitMicros, rate) : AMOUNT_MAX
  }
}
