import { expect, it } from 'vitest'
import { RecentKeys } from './recent-keys.js'

it('remembers the newest, and never more than it was told to', () => {
  const keys = new RecentKeys(10)
  for (let i = 0; i < 1000; i++) {
    keys.add(`${i}`)
    expect(keys.size).toBeLessThanOrEqual(10)
    for (let back = 0; back < Math.min(5, i + 1); back++) expect(keys.has(`${i - back}`)).toBe(true)
    expect(keys.has(`${i - 10}`)).toBe(false)
  }
})
