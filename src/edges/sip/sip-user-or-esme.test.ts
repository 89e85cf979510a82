import { beforeEach, describe, expect, it } from 'vitest'
import { FakeDestination } from '../../delivery/rig.suite.js'
import type { EsmeDelivery } from '../../message/delivery.js'
import { SipUserOrEsme } from './sip-user-or-esme.js'
import { moOf, receiptOf } from './sip-user-rig.suite.js'

describe('an account that binds and registers', () => {
  let both: SipUserOrEsme
  let sip: FakeDestination
  let esme: FakeDestination
  beforeEach(() => {
    both = new SipUserOrEsme('a:bob')
    both.sip = sip = new FakeDestination('a:bob', 1)
    both.esme = esme = new FakeDestination('a:bob', 2)
  })

  function where(delivery: EsmeDelivery): string {
    const result = both.send(delivery, 0)
    if (result !== 'sent') return result
    return sip.underWay.some(({ id }) => id === delivery.id) ? 'sip' : 'esme'
  }

  it('gets messages on its phones, and notifications of what it sent from there', () => {
    sip.window = 9
    expect([where(moOf('1')), where(receiptOf('2', '["m","sip:1@x",""]'))]).toEqual(['sip', 'sip'])
  })

  it('gets receipts over the bind that asked for them, and the rest of what that has begun', () => {
    expect([where(receiptOf('1', undefined)), where({ ...moOf('2'), taken: 1 })]).toEqual(['esme', 'esme'])
  })

  it('gets messages where anybody is, and receipts where their message came from or later', () => {
    sip.up = false
    expect([where(moOf('1')), where(receiptOf('2', '["m","sip:1@x",""]'))]).toEqual(['esme', 'later'])
    sip.up = true
    esme.up = false
    expect([where(receiptOf('3', undefined)), where({ ...moOf('4'), taken: 1 })]).toEqual(['later', 'sip'])
  })

  it('is not looked at without end for what waits for a side that is not there', () => {
    esme.up = false
    expect([where(receiptOf('1', undefined)), both.room(0)]).toEqual(['later', 1])
    sip.roomAtMs = () => 0
    expect(both.roomAtMs(0)).toBeGreaterThan(1000)
    sip.roomAtMs = () => 500
    expect(both.roomAtMs(0)).toBe(500)
    expect(where(moOf('2'))).toBe('sip')
    sip.roomAtMs = () => 0
    expect(both.roomAtMs(0)).toBe(0)
  })

  it('holds up nothing behind what waits for one of the two', () => {
    expect([where(moOf('1')), where(moOf('2')), where(receiptOf('3', undefined))]).toEqual(['sip', 'later', 'esme'])
    expect(both.room(0)).toBe(1)
  })

  it('has the room and the times of those that are up', () => {
    expect([both.up, both.room(0), both.roomAtMs(0)]).toEqual([true, 3, Infinity])
    both.sip = undefined
    expect([both.up, both.room(0)]).toEqual([true, 2])
    both.esme = undefined
    expect([both.up, both.room(0), both.roomAtMs(0), where(moOf('1'))]).toEqual([false, 0, Infinity, 'later'])
  })
})
