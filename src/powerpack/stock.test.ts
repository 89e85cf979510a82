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
    rig.done(judgeImport(book, wishes, takes, { wallMs: 1000, nowMs: 5000 }))
  const at = () => book.numbers.get(number)
  return { rig, book, take, at }
}

describe('numbers that come in by a sheet', () => {
  it('are new, changed, or as they were, which writes nothing', () => {
    const { rig, book, take, at } = rigOf()
    expect(take([line({ details: { region: 'CA' } })])).toEqual({ added: 1, changed: 0, unchanged: 0, faults: [] })
    expect(at()).toMatchObject({ account: NOBODY, sms: true, ownedAtMs: 1000, details: { region: 'CA' } })
    expect(judgeImport(book, [line()], 'all', { wallMs: 2000, nowMs: 5000 })).toMatchObject({
      rows: [],
      value: { unchanged: 1 },
    })
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

  it('join the pool that is named, or whose powerpack is, for its account; again is no change', () => {
    const { rig, book, take, at } = rigOf()
    rig.pack('p')
    const lines = [line({ pool: 'pool-p' }), line({ number: '14155550101', pool: 'p', sms: false, mms: true })]
    expect(take(lines, 'none')).toMatchObject({ added: 2, faults: [] })
    expect(book.numbers.size).toBe(0)
    expect(take(lines)).toMatchObject({ added: 2 })
    expect(at()).toMatchObject({ account: 'acme', pool: 'pool-p', joinedAtMs: 5001, service: 'sms', details: { source: 'stock' } }) // prettier-ignore
    expect(book.numbers.get('14155550101')?.service).toBe('mms')
    expect(rig.packs.book.pool('pool-p')?.size).toBe(2)
    expect(rig.rebuilt().book.pool('pool-p')?.size).toBe(2)
    expect(take([...lines, line({ number: '14155550102' })])).toMatchObject({ added: 1, changed: 0, unchanged: 2 })
    // Without a pool it stays where it is.
    take([line()])
    expect(at()?.pool).toBe('pool-p')
    // The stock's own, and an account's that is in no pool.
    take([line({ number: '14155550102', pool: 'p' })])
    take([line({ number: '14155550103', account: acme })])
    take([line({ number: '14155550103', pool: 'p' })])
    expect(rig.packs.book.pool('pool-p')?.size).toBe(4)
  })

  it('do not join what is no pool, is another account’s, has no place, or while they are in another', () => {
    const { rig, take } = rigOf()
    rig.pack('p', ['18005550100'])
    rig.pack('q', [number])
    const tollfree = (digits: string, pool: string): NumberImport => line({ number: digits, type: 'tollfree', pool })
    const short = (digits: string, country: string): NumberImport =>
      line({ number: digits, type: 'shortcode', country, pool: 'q' })
    const lines = [
      line({ pool: 'p' }),
      line({ number: '14155550101', pool: 'r' }),
      line({ number: '14155550102', pool: 'p', account: 'other' as AccountId }),
      tollfree('18005550101', 'p'),
      tollfree('18005550102', 'q'),
      tollfree('18005550103', 'q'),
      ...[short('12345', 'US'), short('12346', 'US'), short('12347', 'CA'), short('12348', 'DE')],
      line({ number: '447700900123', country: 'GB', pool: 'q' }),
    ]
    const { faults } = take(lines, 'good')
    expect(faults.map((fault) => `${fault.number} ${fault.why}`)).toEqual([
      `${number} inAnotherPool`,
      '14155550101 noPool',
      '14155550102 notItsPool',
      '18005550101 noPlace',
      '18005550103 noPlace',
      '12346 noPlace',
      '12348 noPlace',
      '447700900123 noPlace',
    ])
    expect(rig.packs.book.pool('pool-q')?.size).toBe(4)
  })
})
