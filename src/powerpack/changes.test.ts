import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import type { Judged } from './change.js'
import {
  judgeGivingUp,
  judgeJoining,
  judgeLeaving,
  judgeNumberChange,
  judgeOwning,
  judgeQuarantine,
  judgeRelease,
  judgeReplacement,
} from './number-changes.js'
import { judgeNewPack, judgePackChange, judgePackEnd, PACKS_MAX, type PackWish } from './pack-changes.js'
import { defaultPriority, readPack } from './pack.js'
import { readNumber } from './owned-number.js'
import { account, noonMs, owned, Rig } from './rig.suite.js'

const number = '14155550101'

/** Why not, and by which field; '' where it is allowed. */
function why(judged: Judged<unknown>): string {
  return judged.kind === 'refused' ? `${judged.reason} ${judged.field}`.trim() : ''
}

describe('a powerpack', () => {
  function made(wish: PackWish, uuid = 'new'): Judged<unknown> {
    const rig = new Rig()
    rig.pack('p', [], { name: 'taken' })
    return judgeNewPack(rig.packs.book, { uuid, pool: `pool-${uuid}`, account, wish }, noonMs)
  }

  it('has sticky sender, local connect and the usual priorities, where nothing is said', () => {
    const rig = new Rig()
    expect(rig.pack('p', [], { name: 'Support' })).toEqual({
      ...{ uuid: 'p', pool: 'pool-p', account, name: 'Support', stickySender: true, localConnect: true },
      ...{ applicationType: '', applicationId: '', priority: defaultPriority, operators: {} },
      ...{ createdAtMs: noonMs, stickySinceMs: 0, history: [] },
    })
    expect(defaultPriority).toEqual({
      US: { sms: ['shortcode', 'tollfree', 'longcode'], mms: ['shortcode', 'tollfree', 'longcode'] },
      CA: { sms: ['shortcode', 'longcode', 'tollfree'], mms: ['shortcode', 'longcode', 'tollfree'] },
    })
  })

  it.each<[string, PackWish, string]>([
    ['with a name', { name: 'x' }, ''],
    ['with no name', {}, 'invalid name'],
    ['with a name of spaces', { name: ' ' }, 'invalid name'],
    ['with a name too long', { name: 'x'.repeat(256) }, 'invalid name'],
    ['with a name that another has', { name: 'taken' }, 'nameTaken name'],
    ['with an application and its type', { name: 'x', applicationId: '1', applicationType: 'xml' }, ''],
    [
      'with an application of a long name',
      { name: 'x', applicationId: 'x'.repeat(256), applicationType: 'xml' },
      'invalid application_id',
    ],
    ['with an application of no type', { name: 'x', applicationId: '1' }, 'invalid application_type'],
    [
      'with a type that has two turns',
      { name: 'x', priority: [{ country: 'US', service: 'sms', types: ['tollfree', 'tollfree', null] }] },
      'invalid number_priority',
    ],
    [
      'with a country of no pools',
      { name: 'x', priority: [{ country: 'GB' as 'US', service: 'sms', types: [] }] },
      'invalid number_priority',
    ],
    ['with an operator of no type', { name: 'x', operators: { att: 'fax' as 'tollfree' } }, 'invalid operators'],
  ])('%s', (_, wish, expected) => {
    expect(why(made(wish))).toBe(expected)
  })

  it('is made once', () => {
    expect(why(made({ name: 'x' }, 'p'))).toBe('invalid uuid')
  })

  it('is one of so many of an account', () => {
    const rig = new Rig()
    const first = rig.pack('p')
    for (let i = 1; i < PACKS_MAX; i++)
      rig.packs.book.putPack({ ...first, uuid: `p${i}`, pool: `pool-p${i}`, name: `p${i}` })
    const one = { uuid: 'new', pool: 'pool-new', account, wish: { name: 'new' } }
    expect(why(judgeNewPack(rig.packs.book, one, noonMs))).toBe('noRoom')
    expect(why(judgeNewPack(rig.packs.book, { ...one, account: 'other' as AccountId }, noonMs))).toBe('')
  })

  it('changes what is said and nothing else, at once', () => {
    const rig = new Rig()
    const pack = rig.pack('p', [], { name: 'x' })
    const types = ['longcode', null, 'shortcode'] as const
    const wish: PackWish = { localConnect: false, priority: [{ country: 'CA', service: 'sms', types }] }
    const changed = rig.done(judgePackChange(rig.packs.book, 'p', wish, rig.nowMs))
    expect(changed).toEqual({
      ...pack,
      localConnect: false,
      priority: { ...defaultPriority, CA: { ...defaultPriority.CA, sms: ['longcode', 'shortcode'] } },
    })
    expect(rig.packs.book.pack('p')).toBe(changed)
    expect(rig.rebuilt().book.pack('p')).toEqual(changed)
    expect(why(judgePackChange(rig.packs.book, 'p', { name: 'x' }, rig.nowMs))).toBe('')
    expect(why(judgePackChange(rig.packs.book, 'none', { name: 'x' }, rig.nowMs))).toBe('unknownPack uuid')
  })

  it('changes nothing before its rows are durable', () => {
    const rig = new Rig()
    const pack = rig.pack('p')
    judgePackChange(rig.packs.book, 'p', { name: 'other' }, rig.nowMs)
    judgePackEnd(rig.packs.book, 'p', true)
    expect(rig.packs.book.pack('p')).toBe(pack)
  })

  it('goes with its pool; its numbers stay owned', () => {
    const rig = new Rig()
    rig.pack('p', [number, '444444'])
    rig.done(judgePackEnd(rig.packs.book, 'p', false))
    for (const packs of [rig.packs, rig.rebuilt()]) {
      expect([packs.book.pack('p'), packs.book.pool('pool-p'), packs.book.packsOf(account)]).toEqual([
        undefined,
        undefined,
        [],
      ])
      expect([...packs.book.numbers.ownedBy(account)].map((row) => [row.number, row.pool])).toEqual([
        [number, ''],
        ['444444', ''],
      ])
    }
    expect(why(judgePackEnd(rig.packs.book, 'p', false))).toBe('unknownPack uuid')
  })

  it('goes with its numbers, where they are given up', () => {
    const rig = new Rig()
    rig.pack('p', [number, '444444'])
    rig.send('p', '14155559999')
    rig.done(judgePackEnd(rig.packs.book, 'p', true))
    expect([...rig.packs.book.numbers.ownedBy(account)]).toEqual([])
    expect([rig.rows('number'), rig.rows('sent')]).toEqual([[], []])
  })
})

describe('a number', () => {
  it.each([
    ['of another type than its digits say', owned(number, { type: 'tollfree' }), 'invalid number'],
    ['of no shape', owned('0123456789', { type: 'longcode' }), 'invalid number'],
    ['of no service', owned(number, { sms: false }), 'invalid number'],
    ['of a rate below zero', owned(number, { perSecond: -1 }), 'invalid per_second'],
    ['of too many details', owned(number, { details: { note: 'x'.repeat(5000) } }), 'invalid number'],
    ['of the world', owned('447700900123', { country: 'GB' }), ''],
  ])('%s', (_, row, expected) => {
    expect(why(judgeOwning(new Rig().packs.book, [row]))).toBe(expected)
  })

  it('is owned by one account', () => {
    const rig = new Rig()
    rig.done(judgeOwning(rig.packs.book, [owned(number)]))
    expect(why(judgeOwning(rig.packs.book, [owned(number, { account: 'other' as AccountId })]))).toBe('owned number')
  })

  it('is one of so many of its owner', () => {
    const rig = new Rig()
    const all = ['14155550101', '14155550102', '14155550103'].map((each) => owned(each))
    expect(why(judgeOwning(rig.packs.book, all, 2))).toBe('noRoom number')
    rig.done(judgeOwning(rig.packs.book, all.slice(0, 2), 2))
    expect(why(judgeOwning(rig.packs.book, all.slice(0, 2), 2))).toBe('')
    expect(why(judgeOwning(rig.packs.book, all.slice(2), 2))).toBe('noRoom number')
  })

  it('stays in its pool when its owner has it again, with what is said now', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    const before = rig.packs.book.numbers.get(number)!
    rig.done(judgeOwning(rig.packs.book, [owned(number, { voice: true, ownedAtMs: 1 })]))
    expect(rig.packs.book.numbers.get(number)).toEqual({ ...before, voice: true })
  })

  it('changes where its owner says so', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    expect(rig.packs.perSecond(number)).toBe(1)
    rig.done(judgeNumberChange(rig.packs.book, number, { perSecond: 5, details: { alias: 'desk', sms: 'yes' } }))
    expect([rig.packs, rig.rebuilt()].map((packs) => packs.perSecond(number))).toEqual([5, 5])
    expect(rig.rebuilt().book.numbers.get(number)?.details).toEqual({ alias: 'desk', sms: 'yes' })
    expect(why(judgeNumberChange(rig.packs.book, '1', {}))).toBe('unknownNumber number')
    expect(why(judgeNumberChange(rig.packs.book, number, { sms: false }))).toBe('invalid number')
  })

  it('has the rate of its type', () => {
    const rig = new Rig()
    rig.pack('p', [number, '18005550101', '444444'])
    expect([number, '18005550101', '444444', '15'].map((one) => rig.packs.perSecond(one))).toEqual([1, 3, 100, 1])
  })
})

describe('a pool', () => {
  const ca = (digits: string) => owned(digits, { country: 'CA' })
  it.each([
    ['a second long code', [number], owned('14155550102'), ''],
    ['the same number again', [number], owned(number), ''],
    ['a second toll-free number', ['18005550101'], owned('18005550102'), 'noRoom number'],
    ['a second short code', ['444444'], owned('555555'), 'noRoom number'],
    ['a short code of the other country', ['444444'], ca('555555'), ''],
    ['a short code of elsewhere', [], owned('555555', { country: 'GB' }), 'invalid number'],
    ['a number of elsewhere', [], owned('447700900123', { country: 'GB' }), 'invalid number'],
    ['a number of Jamaica', [], owned('18765550100', { country: 'JM' }), 'invalid number'],
    ['a number that has only media', [], owned(number, { sms: false, mms: true }), 'invalid service'],
    ['a number of another account', [], owned(number, { account: 'other' as AccountId }), 'notYours number'],
  ])('takes %s', (_, there, row, expected) => {
    const rig = new Rig()
    rig.pack('p', there)
    rig.done(judgeOwning(rig.packs.book, [row]))
    expect(why(judgeJoining(rig.packs.book, 'pool-p', row.number, 'sms', rig.nowMs))).toBe(expected)
  })

  it('has numbers that are in no other', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    rig.pack('q')
    const { book } = rig.packs
    expect(why(judgeJoining(book, 'pool-q', number, 'sms', rig.nowMs))).toBe('inAnotherPool number')
    expect(why(judgeJoining(book, 'pool-z', number, 'sms', rig.nowMs))).toBe('unknownPool number_pool')
    expect(why(judgeJoining(book, 'pool-q', '14155550102', 'sms', rig.nowMs))).toBe('unknownNumber number')
    expect(why(judgeLeaving(book, 'pool-q', number, false))).toBe('inNoPool number')
    expect(why(judgeLeaving(book, 'pool-z', number, false))).toBe('unknownPool number_pool')
    expect(why(judgeLeaving(book, 'pool-q', '14155550102', false))).toBe('unknownNumber number')
    rig.done(judgeLeaving(book, 'pool-p', number, false))
    rig.done(judgeJoining(book, 'pool-q', number, 'sms', rig.nowMs))
    expect([rig.send('p', '14155559999'), rig.send('q', '14155559999')]).toEqual([90, number])
  })

  it('has all its numbers, used or not', () => {
    const rig = new Rig()
    const there = ['19995550101', '14155550102', '12125550103']
    rig.pack('p', there)
    rig.done(judgeQuarantine(rig.packs.book, there[1]!, 'why', rig.nowMs))
    for (const packs of [rig.packs, rig.rebuilt()])
      expect(new Set([...packs.book.pool('pool-p')!.numbers()].map((row) => row.number))).toEqual(new Set(there))
  })

  it('does not use what is in quarantine, and says so in its history', () => {
    const rig = new Rig()
    rig.pack('p', [number, '12125550101'])
    rig.done(judgeQuarantine(rig.packs.book, number, '60% of 50 delivered', rig.nowMs))
    expect(rig.packs.standing('p', number, '14155559999')).toBe('gone')
    expect(rig.send('p', '14155559999')).toBe('12125550101')
    expect(rig.packs.book.pool('pool-p')?.size).toBe(2)
    expect(why(judgeQuarantine(rig.packs.book, number, 'again', rig.nowMs))).toBe('inNoPool number')
    rig.done(judgeRelease(rig.packs.book, number, rig.nowMs))
    expect(why(judgeRelease(rig.packs.book, number, rig.nowMs))).toBe('inNoPool number')
    expect(rig.send('p', '14155559998')).toBe(number)
    expect(
      rig
        .rebuilt()
        .book.pack('p')
        ?.history.map(({ what, number, note }) => [what, number, note]),
    ).toEqual([
      ['quarantined', number, '60% of 50 delivered'],
      ['released', number, '60% of 50 delivered'],
    ])
  })

  it('keeps the last hundred lines of its history', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    for (let i = 0; i < 60; i++) {
      rig.done(judgeQuarantine(rig.packs.book, number, `${i}`, rig.nowMs))
      rig.done(judgeRelease(rig.packs.book, number, rig.nowMs))
    }
    const history = rig.packs.book.pack('p')!.history
    expect([history.length, history[0]?.note, history.at(-1)?.note]).toEqual([100, '10', '59'])
  })

  it('has another in the place of one that is replaced', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    rig.done(judgeOwning(rig.packs.book, [owned('14155550102'), owned('18005550101')]))
    expect(why(judgeReplacement(rig.packs.book, number, '18005550101', rig.nowMs))).toBe('invalid number')
    expect(why(judgeReplacement(rig.packs.book, '14155550102', number, rig.nowMs))).toBe('inNoPool number')
    expect(why(judgeReplacement(rig.packs.book, number, number, rig.nowMs))).toBe('inAnotherPool number')
    rig.done(judgeReplacement(rig.packs.book, number, '14155550102', rig.nowMs))
    expect(rig.send('p', '14155559999')).toBe('14155550102')
    expect(rig.packs.book.pack('p')?.history).toMatchObject([{ what: 'replaced', number, note: '14155550102' }])
    rig.done(judgeGivingUp(rig.packs.book, number))
    expect(why(judgeGivingUp(rig.packs.book, number))).toBe('unknownNumber number')
  })
})

describe('kept rows', () => {
  it.each(['', 'null', '7', '{', '{"name":"x"}'])('that cannot be read count for nothing: %s', (text) => {
    expect([readPack('p', text), readNumber(number, text)]).toEqual([undefined, undefined])
    const rig = new Rig()
    const packs = rig.rebuilt()
    for (const table of ['powerpack', 'number', 'sent', 'sticky', 'optout'] as const)
      expect([table, packs.load(table, [{ table, key: 'k', text }])]).toEqual([table, ['k']])
  })

  it('of a number whose pool is gone: it is in none', () => {
    const rig = new Rig()
    rig.pack('p', [number])
    rig.keep([{ table: 'powerpack', key: 'p', text: '' }])
    expect(rig.rebuilt().book.numbers.get(number)).toMatchObject({ pool: '', joinedAtMs: 0 })
  })
})
