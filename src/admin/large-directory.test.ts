// A change of a directory is felt by nobody else, printed. Bounds are far above what was measured: other work of the machine counts.
import { expect, it } from 'vitest'
import { felt, largeBook, largeObjects, ratesOf } from './large-directory.suite.js'

const size = { tariffs: 10, ratesPerTariff: 1000, accounts: 1000, connections: 50 }

it('a change of one object, of a tariff and of an account holds up the event loop for moments only', async () => {
  const book = await largeBook(largeObjects(size))
  const change = (kind: string, id: string, row: unknown) => felt(() => book.change({ changes: [{ kind, id, row }] }))
  const account = book.current().objects.get('accounts/a7')!.row as object
  // The first time also compiles the code.
  await change('policies', 'first', { id: 'first' })
  const all = {
    policy: await change('policies', 'second', { id: 'second', match: { called: '44' } }),
    account: await change('accounts', 'a7', { ...account, maxBinds: 3 }),
    tariff: await change('tariffs', 't3', { rates: ratesOf(99, 1000) }),
  }
  for (const [what, { tookMs, longestMs }] of Object.entries(all)) {
    console.log(
      `directory of 10,000 rates, ${what}: ${tookMs.toFixed(0)} ms, at most ${longestMs.toFixed(1)} ms at a time`,
    )
    expect(longestMs).toBeLessThan(250)
  }
  expect(book.current().revision).toBe(5)
})
