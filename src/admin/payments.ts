// Payments booked once: the desk through which money comes into the books while the switch runs. Knows no HTTP.
import type { Payment } from '../message/bill.js'
import type { Books } from '../money/books.js'
import type { BooksStore } from '../store/contracts/books.js'
import type { Recorder } from '../store/contracts/recorder.js'

export interface PaymentPorts {
  /** The live books: what is durable goes in there too. */
  readonly books: Books
  readonly store: BooksStore
  readonly recorder: Pick<Recorder, 'offer'>
  readonly wallMs: () => number
}

export type NewPayment = Pick<Payment, 'customer' | 'reference' | 'micros' | 'note'>

export type PaymentResult =
  | { readonly kind: 'booked'; readonly payment: Payment }
  /** The same was booked before: nothing has changed. */
  | { readonly kind: 'known'; readonly payment: Payment }
  /** Another payment has this reference. */
  | { readonly kind: 'otherPayment'; readonly payment: Payment }
  /** The sums would not be exact any more. */
  | { readonly kind: 'tooLarge' }

export class PaymentDesk {
  readonly #ports: PaymentPorts
  #last: Promise<unknown> = Promise.resolve()

  constructor(ports: PaymentPorts) {
    this.#ports = ports
  }

  /** Resolves once it is durable. Rejects with a StoreError, and then nothing was booked. One after the other: two may have one reference. */
  book(payment: NewPayment): Promise<PaymentResult> {
    const turn = this.#last.then(() => this.#book(payment))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #book(asked: NewPayment): Promise<PaymentResult> {
    const { books, store, recorder, wallMs } = this.#ports
    const { customer, reference, micros, note } = asked
    const before = await store.findPayment(customer, reference)
    if (before !== undefined)
      return { kind: before.micros === micros && before.note === note ? 'known' : 'otherPayment', payment: before }
    if (!books.takes(customer, micros)) return { kind: 'tooLarge' }
    const payment: Payment = { customer, reference, micros, note, atMs: wallMs() }
    await new Promise<void>((resolve, reject) => {
      const durable = (): void => {
        // In the same turn as it is on disk: nobody sees one without the other.
        books.paid(customer, micros)
        resolve()
      }
      recorder.offer({ kind: 'paid', payment }, { durable, refused: (_, error) => reject(error) })
    })
    return { kind: 'booked', payment }
  }
}
