import { describe, expect, it } from 'vitest'
import type { Bill, Sent } from '../message/bill.js'
import type { AccountId, ConnectionId, VendorId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'
import { costOf, released, reported, repriced, silent, takenLast, takenOne, type SettleTerms } from './settle.js'

const a = 'a' as AccountId
const price = (baseMicros: number) => ({ currency: 'EUR', ownMicros: baseMicros, exchange: '1', baseMicros })
const held: Bill = {
  ...{ customer: 'c', policy: 'p', price: price(100), units: 3, day: 7, state: 'held', mcc: '', mnc: '' },
  ...{ onSilence: undefined, sent: undefined },
}
const sent = (segments: number): Sent => ({
  ...{ vendor: 'v' as VendorId, connection: 'v1' as ConnectionId, segments, price: price(40), atMs: 5 },
})
const onAnswer: SettleTerms = { settleOn: 'answer', receiptTimeoutMs: 1, onReceiptTimeout: 'release' }
const onReceipt: SettleTerms = { settleOn: 'receipt', receiptTimeoutMs: 1, onReceiptTimeout: 'release' }
const chargeMove = { customer: 'c', account: a, day: 7, heldMicros: -300, chargedMicros: 300, units: 0 }
const releaseMove = { ...chargeMove, chargedMicros: 0 }

describe('the last segment is taken', () => {
  it.each([
    ['on the answer, reported on', onAnswer, true, 'charged', undefined, chargeMove],
    ['on the answer, not reported on', onAnswer, false, 'charged', undefined, chargeMove],
    ['on the report, which is to come', onReceipt, true, 'held', 'release', undefined],
    ['on the report, and none will come', onReceipt, false, 'charged', undefined, chargeMove],
  ] as const)('%s', (_, terms, isReported, state, onSilence, move) => {
    const settled = takenLast(held, a, sent(3), terms, isReported)
    expect(settled).toEqual({ bill: { ...held, state, onSilence, sent: sent(3) }, move })
  })

  it('and moves nothing where the message is over already', () => {
    const over: Bill = { ...held, state: 'released' }
    expect(takenLast(over, a, sent(1), onAnswer, true)).toEqual({ bill: { ...over, sent: sent(1) }, move: undefined })
  })
})

const waiting = takenLast(held, a, sent(1), { ...onReceipt, onReceiptTimeout: 'charge' }, true).bill

describe('a report', () => {
  it.each<[MessageState, Bill['state']]>([
    ['DELIVERED', 'charged'],
    ['UNDELIVERABLE', 'released'],
    ['EXPIRED', 'released'],
    ['REJECTED', 'released'],
    ['DELETED', 'released'],
    ['UNKNOWN', 'released'],
  ])('that says %s makes of what is held: %s', (said, state) => {
    const { bill, move } = reported(waiting, a, said)
    expect(bill).toEqual({ ...waiting, state, onSilence: undefined })
    expect(move).toEqual(state === 'charged' ? chargeMove : releaseMove)
  })

  it.each([
    ['after the charge gives nothing back', 'charged', 'UNDELIVERABLE'],
    ['of delivery after a failure charges nothing', 'released', 'DELIVERED'],
    ['that comes twice charges once', 'charged', 'DELIVERED'],
  ] as const)('%s', (_, state, said) => {
    const over: Bill = { ...waiting, state, onSilence: undefined }
    const after = reported(over, a, said)
    expect(after).toEqual({ bill: over, move: undefined })
    expect(after.bill).toBe(over)
  })

  it('that never comes does what the connection says, charging where it says nothing', () => {
    expect(silent(waiting, a)).toMatchObject({ bill: { state: 'charged' }, move: chargeMove })
    expect(silent({ ...waiting, onSilence: 'release' }, a)).toMatchObject({
      bill: { state: 'released' },
      move: releaseMove,
    })
    expect(silent({ ...waiting, state: 'charged' }, a).move).toBeUndefined()
  })
})

describe('what ends otherwise', () => {
  it('is given back, once', () => {
    const once = released(takenOne(held, sent(1)), a)
    expect(once).toEqual({ bill: { ...held, state: 'released', sent: sent(1) }, move: releaseMove })
    expect(released(once.bill, a)).toEqual({ bill: once.bill, move: undefined })
  })

  it('moves nothing where it is free', () => {
    const free: Bill = { ...held, price: price(0) }
    expect(released(free, a)).toMatchObject({ bill: { state: 'released' }, move: undefined })
    expect(takenLast(free, a, sent(1), onAnswer, true)).toMatchObject({ bill: { state: 'charged' }, move: undefined })
  })
})

describe('what becomes known later', () => {
  const network = { mcc: '310', mnc: '410' }

  it('gives back what a lower price makes of the difference, and asks for no more', () => {
    const lower = repriced(held, a, price(60), network)
    expect(lower).toEqual({
      bill: { ...held, ...network, price: price(60) },
      move: { ...releaseMove, heldMicros: -120 },
    })
    expect(costOf(lower.bill)).toBe(180)
    expect(repriced(held, a, price(101), network)).toEqual({ bill: { ...held, ...network }, move: undefined })
    expect(repriced(held, a, undefined, undefined)).toEqual({ bill: held, move: undefined })
  })

  it('changes nothing once something has left or is settled', () => {
    for (const bill of [takenOne(held, sent(1)), released(held, a).bill])
      expect(repriced(bill, a, price(1), network)).toEqual({ bill, move: undefined })
  })
})
