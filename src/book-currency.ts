// Keeps the books in one base currency: amounts never change their meaning, so it changes only while there are none. Belongs to the
// composition root.

import type { Snapshot } from './directory/snapshot.js'
import type { Books } from './money/books.js'
import type { BooksStore } from './store/contracts/books.js'

type KeepsCurrency = Pick<BooksStore, 'currency' | 'keepCurrency'>

/**
 * At the start, before anything is accepted.
 * @param books of the store, taken for amounts in the currency of the directory
 * @throws Error where the amounts are in another; StoreError
 */
export async function settleCurrency(books: Books, store: KeepsCurrency): Promise<void> {
  const { currency, isEmpty } = books
  const kept = await store.currency()
  if (currency === undefined || kept === currency) return
  if (kept !== undefined && !isEmpty)
    throw new Error(
      `the directory has the base currency ${currency}, and the books of customers are in ${kept}: ` +
        `set it back to ${kept}, or begin with an empty store`,
    )
  await store.keepCurrency(currency)
}

export class BookCurrency {
  readonly #books: Books
  readonly #store: KeepsCurrency
  /** As the store has it. */
  #kept: string | undefined
  #keeping = false

  /** @param books in the currency that the store keeps */
  constructor(books: Books, store: KeepsCurrency) {
    this.#books = books
    this.#store = store
    this.#kept = books.currency
  }

  /** What a directory is expected to have as its base currency; undefined where its own is right. */
  expected({ currency }: Snapshot): string | undefined {
    const { currency: own, isEmpty } = this.#books
    if (own === undefined || own === currency || isEmpty) return undefined
    return `${own}, in which the books of customers are; another needs an empty store`
  }

  /**
   * This directory is in force. What moves from now on is committed behind the currency.
   * @returns whether the books are in its currency
   */
  follow({ currency }: Snapshot): boolean {
    const books = this.#books
    if (books.currency === currency) return true
    if (!books.isEmpty) return false
    books.countIn(currency)
    this.keep()
    return true
  }

  /** Tries again what the store did not take; cheap where there is nothing to do. */
  keep(): void {
    const { currency } = this.#books
    if (this.#keeping || currency === undefined || currency === this.#kept) return
    this.#keeping = true
    this.#store.keepCurrency(currency).then(
      () => {
        this.#keeping = false
        this.#kept = currency
        this.keep()
      },
      () => {
        this.#keeping = false
      },
    )
  }
}
