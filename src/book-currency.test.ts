import { expect, it } from 'vitest'
import { BookCurrency, settleCurrency } from './book-currency.js'
import type { Snapshot } from './directory/snapshot.js'
import { Books } from './money/books.js'
import { MemoryStore } from './store/memory/memory-store.js'

const inCurrency = (currency: string) => ({ currency }) as Snapshot
const booksIn = (currency: string, paidInMicros = 0) =>
  new Books([{ customer: 'c', heldMicros: 0, chargedMicros: 0, paidInMicros }], [], { currency })

it('is kept from the first start on, and another is refused while there is money', async () => {
  const { books } = new MemoryStore()
  await settleCurrency(booksIn('USD'), books)
  await settleCurrency(booksIn('EUR'), books)
  await settleCurrency(booksIn('EUR', 5), books)
  expect(await books.currency()).toBe('EUR')
  await expect(settleCurrency(booksIn('JPY', 5), books)).rejects.toThrow(
    'the directory has the base currency JPY, and the books of customers are in EUR: set it back to EUR',
  )
  expect(await books.currency()).toBe('EUR')
})

it('of money that an early program left is that of the directory', async () => {
  const { books } = new MemoryStore()
  await settleCurrency(booksIn('EUR', 5), books)
  expect(await books.currency()).toBe('EUR')
})

it('changes with the directory while there is no money, and no longer', async () => {
  const store = new MemoryStore()
  const books = booksIn('EUR')
  await settleCurrency(books, store.books)
  const ofBooks = new BookCurrency(books, store.books)
  expect(ofBooks.expected(inCurrency('JPY'))).toBeUndefined()
  expect(ofBooks.follow(inCurrency('JPY'))).toBe(true)
  expect(books.currency).toBe('JPY')
  books.paid('c', 1)
  expect(ofBooks.expected(inCurrency('JPY'))).toBeUndefined()
  expect(ofBooks.expected(inCurrency('EUR'))).toContain('JPY')
  expect(ofBooks.follow(inCurrency('EUR'))).toBe(false)
  expect(books.currency).toBe('JPY')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await store.books.currency()).toBe('JPY')
})

it('is kept again where the store failed', async () => {
  const store = new MemoryStore()
  const books = booksIn('EUR')
  await settleCurrency(books, store.books)
  const ofBooks = new BookCurrency(books, store.books)
  store.failNext('full')
  ofBooks.follow(inCurrency('JPY'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(await store.books.currency()).toBe('EUR')
  ofBooks.keep()
  await new Promise((resolve) => setImmediate(resolve))
  expect(await store.books.currency()).toBe('JPY')
})
