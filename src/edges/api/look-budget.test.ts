import { expect, it, onTestFinished } from 'vitest'
import { ApiRig, main, other } from './server-rig.suite.js'
import { LookBudgets, LookedTooMuch } from './look-budget.js'
import { pageWhere } from './page.js'

function waitOf(look: () => void): number {
  try {
    look()
    return 0
  } catch (error) {
    if (error instanceof LookedTooMuch) return error.waitMs
    throw error
  }
}

it('is used up by lists, and whole again after its window', () => {
  const budgets = new LookBudgets({ rows: 1_000, windowMs: 60_000 }, 10)
  const take = (rows: number, nowMs: number): number => waitOf(() => budgets.take('a', rows, nowMs))
  expect([take(999, 0), take(500, 0), take(1, 0)]).toEqual([0, 0, 89_940])
  expect(waitOf(() => budgets.take('b', 1, 0))).toBe(0)
  // What was owed is paid first.
  expect(take(1, 29_940)).toBe(60_000)
  expect(take(1, 30_001)).toBe(0)
  expect([take(1_000, 1e9), take(1, 1e9)]).toEqual([0, 60_000])
})

it('has no end where that is said, and forgets who has not looked for longest', () => {
  const none = new LookBudgets({ rows: 0, windowMs: 60_000 }, 10)
  expect(waitOf(() => none.take('a', 1e12, 0)) + waitOf(() => none.take('a', 1, 0))).toBe(0)
  const few = new LookBudgets({ rows: 10, windowMs: 60_000 }, 2)
  for (const account of ['a', 'b', 'a', 'c']) waitOf(() => few.take(account, 10, 0))
  expect(['a', 'b'].map((account) => waitOf(() => few.take(account, 1, 0)) > 0)).toEqual([true, false])
})

it('is what lists and searches of numbers live on, each account on its own', async () => {
  const rig = await new ApiRig({ looks: { rows: 50, windowMs: 60_000 } }).start()
  onTestFinished(() => rig.stop())
  const numbers = Array.from({ length: 30 }, (_, n) => String(14155550100 + n))
  await rig.stock(numbers, { account: main.account })
  await rig.stock(numbers.map((number) => number.replace('1415', '1510')))
  const list = (path = '/Number/', as = main) => rig.call('GET', path, { as })
  expect([(await list()).status, (await list('/PhoneNumber/?country_iso=US')).status]).toEqual([200, 200])
  const refused = await list()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '72'])
  expect(refused.body['error']).toContain('too many numbers')
  expect((await list('/PhoneNumber/?country_iso=US')).status).toBe(429)
  // What looks through nothing goes on, and so do others.
  expect((await list(`/Number/${numbers[0]}/`)).status).toBe(200)
  expect((await list('/PhoneNumber/?country_iso=US', other)).status).toBe(200)
  rig.nowMs += 72_000
  expect((await list()).status).toBe(200)
})

it('ends a list that is too long where it is used up', async () => {
  const budgets = new LookBudgets({ rows: 10_000, windowMs: 60_000 }, 10)
  let looked = 0
  const isWanted = (): boolean => ++looked > 0
  const page = pageWhere(new Array(1_000_000).fill(0), isWanted, { look: (rows) => budgets.take('a', rows, 0) })
  await expect(page).rejects.toThrow(LookedTooMuch)
  expect(looked).toBeLessThanOrEqual(16_000)
})
