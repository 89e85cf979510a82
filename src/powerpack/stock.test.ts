import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { owned, Rig } from './rig.suite.js'
import { judgeImport, NOBODY, type NumberImport } from './stock.js'

const number = '14155550100'
const acme = 'acme' as AccountId
const line = (more: Partial<NumberImport> = {}): NumberImport => ({
  ...{ number, type: 'longcode', country: 'US', details: {} },
  ...more,
})

const rigOf = () => {
  const rig = new Rig()
  const { book } = rig.packs
  const take = (wishes: readonly NumberImport[], takes: 'all' | 'good' | 'none' = 'all') =>
    rig.done(judgeImport(book, wishes, takes, 1000))
  const at = () => book.numbers.get(number)
  return { rig, book, take, at }
}

describe('numbers that come in by a sheet', () => {
  it('are new, changed, or as they were, which writes nothing', () => {
    const { rig, book, take, at } = rigOf()
    expect(take([line({ details: { region: 'CA' } })])).toEqual({ added: 1, changed: 0, unchanged: 0, faults: [] })
    expect(at()).toMatchObject({ account: NOBODY, sms: true, ownedAtMs: 1000, details: { region: 'CA' } })
    expect(judgeImport(book, [line()], 'all', 2000)).toMatchObject({ rows: [], value: { unchanged: 1 } })
    expect(take([line({ mms: true, details: { region: '', city: 'Oakland' } })])).toMatchObject({ changed: 1 })
    expect(at()).toMatchObject({ mms: true, ownedAtMs: 1000, details: { city: 'Oakland' } })
    expect(rig.rebuilt().book.numbers.get(number)).toEqual(at())
  })

  it('go to an account, and stay with who rents them from the stock', () => {
    const { take, at } = rigOf()
    take([line()])
    take([line({ account: acme })])
    expect(at()).toMatchObject({ account: acme, details: { source: 'stock' } })
    take([line({ account: NOBODY, perSecond: 5 })])
    expect(at()).toMatchObject({ account: acme, perSecond: 5 })
  })

  it('of another account are told, and with one of them nothing is taken, unless the good ones are wanted', () => {
    const { rig, book, take, at } = rigOf()
    const good = '14155550101'
    take([line({ account: acme })])
    const both = [line({ account: 'other' as AccountId }), line({ number: good })]
    const faults = [{ number, why: 'taken', account: acme }]
    expect(take(both)).toMatchObject({ added: 1, faults })
    expect(book.numbers.size).toBe(1)
    expect(take(both, 'none')).toMatchObject({ added: 1, faults })
    expect(rig.rows('number')).toHaveLength(1)
    take(both, 'good')
    expect([at()?.account, book.numbers.get(good)?.account]).toEqual([acme, NOBODY])
  })

  it("are not taken from an account that has them from a carrier of its own, and not marked as the operator's", () => {
    const { rig, take, at } = rigOf()
    rig.pack('p', [owned(number)])
    expect(take([line({ account: NOBODY })])).toMatchObject({ faults: [{ why: 'taken' }] })
    expect(take([line({ voice: true })])).toMatchObject({ changed: 1, faults: [] })
    expect(at()).toMatchObject({ pool: 'pool-p', voice: true, details: {} })
  })

  it('stay in their pools, and must go on fitting there', () => {
    const { rig, take, at } = rigOf()
    rig.pack('p', [owned(number, { mms: true })])
    expect(take([line({ account: acme, sms: false })])).toMatchObject({ faults: [{ number, why: 'pooled' }] })
    take([line({ account: acme, perSecond: 3 })])
    expect(at()).toMatchObject({ pool: 'pool-p', perSecond: 3, sms: true, details: { source: 'stock' } })
  })
})
