import { describe, expect, it } from 'vitest'
import { RememberedTransactions } from './remembered-transactions.js'

const row = (key: string, expiresAtMs: number) => ({ key, id: `id of ${key}`, expiresAtMs })

describe('transactions of an earlier run', () => {
  it('are found until each is over', () => {
    const remembered = new RememberedTransactions([row('a', 100), row('b', 200.5)], 10)
    expect(remembered.find('a', 99)).toBe('id of a')
    expect(remembered.find('a', 100)).toBeUndefined()
    expect(remembered.find('b', 200)).toBe('id of b')
    expect(remembered.find('c', 0)).toBeUndefined()
  })

  it('take no memory once all are over, whether asked for or forgotten', () => {
    const asked = new RememberedTransactions([row('a', 100), row('b', 200)], 10)
    asked.find('x', 200)
    expect(asked.size).toBe(0)
    const forgotten = new RememberedTransactions([row('a', 100), row('b', 200)], 10)
    forgotten.forgetThrough(199)
    expect(forgotten.size).toBe(2)
    forgotten.forgetThrough(200)
    expect(forgotten.size).toBe(0)
  })
})

describe('what is kept', () => {
  it('is forgotten in steps, at the start too, and nothing is written while there is nothing', () => {
    const remembered = new RememberedTransactions<string>([], 10)
    expect(remembered.forgetThrough(0)).toBe(0)
    expect(remembered.forgetThrough(1_000)).toBeUndefined()
    for (let n = 0; n < 30; n++) remembered.kept(1_050 + n)
    expect(remembered.forgetThrough(1_049)).toBeUndefined()
    const told: number[] = []
    for (let now = 1_050; now < 2_000; now++) if (remembered.forgetThrough(now) !== undefined) told.push(now)
    // The last step is when the last is over.
    expect(told).toEqual([1_050, 1_060, 1_070, 1_079])
    remembered.kept(2_010.2)
    expect(remembered.forgetThrough(2_010.5)).toBeUndefined()
    expect(remembered.forgetThrough(2_011)).toBe(2_011)
  })

  it('by an earlier run goes as well', () => {
    const remembered = new RememberedTransactions([row('a', 100)], 10)
    expect(remembered.forgetThrough(50)).toBe(50)
    expect(remembered.forgetThrough(59)).toBeUndefined()
    let last = 0
    for (let now = 60; now < 200; now++) last = remembered.forgetThrough(now) ?? last
    expect(last).toBe(100)
  })
})
