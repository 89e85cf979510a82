import { beforeEach, describe, expect, it } from 'vitest'
import { AccountSides } from './account-sides.js'
import { FakeDestination } from './delivery/rig.suite.js'
import { moOf, receiptOf } from './edges/sip/sip-user-rig.suite.js'
import type { EsmeDelivery, MoDelivery } from './message/delivery.js'

const sipEcho = '["m","sip:1@x",""]'

class FakeApi extends FakeDestination {
  wanted: readonly string[] = []

  wants({ id }: MoDelivery): boolean {
    return this.wanted.includes(id)
  }
}

let all: AccountSides
let api: FakeApi
let sip: FakeDestination
let esme: FakeDestination
let hasOthers: boolean

beforeEach(() => {
  hasOthers = true
  all = new AccountSides('a:bob', () => hasOthers)
  all.sides.sip = sip = new FakeDestination('a:bob', 1)
  all.sides.esme = esme = new FakeDestination('a:bob', 2)
  api = new FakeApi('a:bob', 4)
})

function where(delivery: EsmeDelivery): string {
  const result = all.send(delivery, 0)
  if (result !== 'sent') return result
  const has = ({ underWay }: FakeDestination): boolean => underWay.some(({ id }) => id === delivery.id)
  return has(api) ? 'api' : has(sip) ? 'sip' : 'esme'
}

describe('an account that binds and registers', () => {
  it('gets messages on its phones, and notifications of what it sent from there', () => {
    sip.window = 9
    expect([where(moOf('1')), where(receiptOf('2', sipEcho))]).toEqual(['sip', 'sip'])
  })

  it('gets receipts over the bind that asked for them, and the rest of what that has begun', () => {
    expect([where(receiptOf('1', undefined)), where({ ...moOf('2'), taken: 1 })]).toEqual(['esme', 'esme'])
  })

  it('gets messages where anybody is, and receipts where their message came from or later', () => {
    sip.up = false
    expect([where(moOf('1')), where(receiptOf('2', sipEcho))]).toEqual(['esme', 'later'])
    sip.up = true
    esme.up = false
    expect([where(receiptOf('3', undefined)), where({ ...moOf('4'), taken: 1 })]).toEqual(['later', 'sip'])
  })

  it('is not looked at without end for what waits for a side that is not there', () => {
    esme.up = false
    expect([where(receiptOf('1', undefined)), all.room(0)]).toEqual(['later', 1])
    sip.roomAtMs = () => 0
    expect(all.roomAtMs(0)).toBeGreaterThan(1000)
    sip.roomAtMs = () => 500
    expect(all.roomAtMs(0)).toBe(500)
    expect(where(moOf('2'))).toBe('sip')
    sip.roomAtMs = () => 0
    expect(all.roomAtMs(0)).toBe(0)
  })

  it('nor for what waits for room on one side while another has some', () => {
    esme.window = 0
    sip.roomAtMs = () => 0
    expect([where(receiptOf('1', undefined)), all.room(0)]).toEqual(['later', 1])
    expect(all.roomAtMs(0)).toBeGreaterThan(1000)
    esme.send = () => 'full'
    esme.window = 1
    expect(where(receiptOf('1', undefined))).toBe('later')
    expect(all.roomAtMs(0)).toBeGreaterThan(1000)
  })

  it('holds up nothing behind what waits for one of the two', () => {
    expect([where(moOf('1')), where(moOf('2')), where(receiptOf('3', undefined))]).toEqual(['sip', 'later', 'esme'])
    expect(all.room(0)).toBe(1)
  })

  it('has the room and the times of those that are up', () => {
    expect([all.up, all.room(0), all.roomAtMs(0), all.isEmpty]).toEqual([true, 3, Infinity, false])
    all.sides.sip = undefined
    expect([all.up, all.room(0)]).toEqual([true, 2])
    all.sides.esme = undefined
    expect([all.up, all.room(0), all.roomAtMs(0), where(moOf('1'))]).toEqual([false, 0, Infinity, 'later'])
    expect(all.isEmpty).toBe(true)
  })
})

describe('an account that has the API as well', () => {
  beforeEach(() => void (all.sides.api = api))

  it('is told by each of its sides of what came from there', () => {
    const echoes = ['api', sipEcho, undefined]
    expect(echoes.map((echo, i) => where(receiptOf(String(i), echo)))).toEqual(['api', 'sip', 'esme'])
    all.sides.api = undefined
    expect(where(receiptOf('4', 'api'))).toBe('later')
  })

  it('gets messages from phones by it where their number is for that, and else never while it may have another side', () => {
    api.wanted = ['1', '2']
    expect([where(moOf('1')), where({ ...moOf('2'), taken: 1 }), where(moOf('3'))]).toEqual(['api', 'esme', 'sip'])
    sip.up = false
    esme.up = false
    expect([all.up, where(moOf('4'))]).toEqual([true, 'later'])
    hasOthers = false
    expect([where(moOf('4')), where({ ...moOf('5'), taken: 1 })]).toEqual(['api', 'api'])
  })

  it('is not looked at without end for messages that wait for a phone or a bind', () => {
    sip.up = false
    esme.up = false
    api.roomAtMs = () => 0
    expect([where(moOf('1')), all.room(0), all.roomAtMs(0) > 1000]).toEqual(['later', 4, true])
    expect([where(receiptOf('2', 'api')), all.roomAtMs(0)]).toEqual(['api', 0])
  })
})
