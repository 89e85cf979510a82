// The operator's own numbers and those of a provider as one source: his own come first.
import type { PoolBook } from '../../powerpack/pool-book.js'
import { NumbersUnavailable, type NumberSource } from './inventory.js'
import type { HttpInventory } from './inventory-http.js'
import { PAGE_MAX } from './page.js'

export function ownThenProvider(book: PoolBook, own: NumberSource, provider: HttpInventory): NumberSource {
  return {
    async find(wish, { limit = PAGE_MAX, offset = 0, look }) {
      const ours = await own.find(wish, { limit, offset, ...(look !== undefined && { look }) })
      const left = limit - ours.objects.length
      // Of a page that ours fill nobody else needs to be asked for more than whether there is any.
      if (left === 0) return { objects: ours.objects, total: ours.total + 1 }
      try {
        const theirs = await provider.find(wish, { limit: left, offset: Math.max(0, offset - ours.total) })
        return { objects: [...ours.objects, ...theirs.objects], total: ours.total + theirs.total }
      } catch (error) {
        if (error instanceof NumbersUnavailable && ours.total > 0) return ours
        throw error
      }
    },
    judgeRent: (account, number, details) =>
      (book.numbers.get(number) === undefined ? provider : own).judgeRent(account, number, details),
    judgeReturn: (number) =>
      (book.numbers.get(number)?.details['source'] === provider.source ? provider : own).judgeReturn(number),
  }
}
