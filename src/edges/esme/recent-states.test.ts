import { describe, expect, it } from 'vitest'
import { createIdSource } from '../../message/id-source.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { Message } from '../../message/message.js'
import { receiptRequestOf, type MessagePart } from '../../message/receipt.js'
import { messageStates, type MessageState } from '../../message/state.js'
import { RecentStates } from './recent-states.js'

const acme = 'acme' as AccountId
const other = 'other' as AccountId

function partsOf(ids: readonly MessageId[]): readonly MessagePart[] {
  return ids.map((id) => ({ id, receiptRequest: receiptRequestOf(0), userMessageReference: -1 }))
}

function message(id: MessageId, partIds: readonly MessageId[] = [], direction: 'mt' | 'mo' = 'mt'): Message {
  return { id, direction, account: acme, parts: partsOf(partIds) } as unknown as Message
}

const source = (epoch = 1) => createIdSource(0, epoch, () => epoch + 1)
const enroute = { state: 'ENROUTE', error: '000', doneAtMs: -1 }

describe('the state of a message', () => {
  it('is ENROUTE from acceptance on, then what became of it', () => {
    const recent = new RecentStates(10)
    const id = source().next()
    expect(recent.stateOf(acme, id)).toBeUndefined()
    recent.accepted(message(id))
    expect(recent.stateOf(acme, id)).toEqual(enroute)
    recent.told(acme, id, [], 'UNDELIVERABLE', '1A', 1_767_225_600_123)
    expect(recent.stateOf(acme, id)).toEqual({ state: 'UNDELIVERABLE', error: '1A', doneAtMs: 1_767_225_600_123 })
  })

  it.each(Object.keys(messageStates) as MessageState[])('%s comes back as it was told', (state) => {
    const recent = new RecentStates(1)
    const id = source().next()
    recent.told(acme, id, [], state, '', 5)
    expect(recent.stateOf(acme, id)).toEqual({ state, error: '', doneAtMs: 5 })
  })

  it('is told to nobody else', () => {
    const recent = new RecentStates(10)
    const id = source().next()
    recent.accepted(message(id))
    expect(recent.stateOf(other, id)).toBeUndefined()
  })

  it('is that of the whole for each part', () => {
    const recent = new RecentStates(10)
    const ids = source()
    const parts = [ids.next(), ids.next(), ids.next()]
    recent.accepted(message(parts[0]!, parts))
    expect(parts.map((id) => recent.stateOf(acme, id))).toEqual([enroute, enroute, enroute])
    recent.told(acme, parts[0]!, partsOf(parts), 'DELIVERED', '000', 7)
    const delivered = { state: 'DELIVERED', error: '000', doneAtMs: 7 }
    expect(parts.map((id) => recent.stateOf(acme, id))).toEqual([delivered, delivered, delivered])
  })

  it('is not kept of messages from phones: nobody was given their ids', () => {
    const recent = new RecentStates(10)
    const id = source().next()
    recent.accepted(message(id, [], 'mo'))
    expect(recent.stateOf(acme, id)).toBeUndefined()
  })

  it.each([
    '',
    'x',
    '0000000100000000x',
    '000000010000000G',
    '000000010000000 ',
    'G000000100000000',
    '00000001000000AA',
  ])('is unknown for %j', (id) => {
    const recent = new RecentStates(10)
    recent.accepted(message('00000001000000aa' as MessageId))
    expect(recent.stateOf(acme, id)).toBeUndefined()
  })
})

describe('the bound', () => {
  it('keeps as many as were asked for with a receipt each, and forgets the oldest', () => {
    const recent = new RecentStates(100)
    const ids = source()
    const accepted = Array.from({ length: 250 }, () => {
      const id = ids.next()
      ids.nextDelivery()
      recent.accepted(message(id))
      return id
    })
    const known = accepted.filter((id) => recent.stateOf(acme, id) !== undefined)
    expect(known).toEqual(accepted.slice(-100))
  })

  it('does not mix up ids of two epochs', () => {
    const recent = new RecentStates(10)
    const [before, now] = [source(1).next(), source(2).next()]
    recent.accepted(message(now))
    // From before a restart, and the place is taken.
    recent.told(acme, before, [], 'DELIVERED', '000', 7)
    expect(recent.stateOf(acme, before)).toBeUndefined()
    expect(recent.stateOf(acme, now)).toEqual(enroute)
  })

  it('remembers what ended after a restart where there is place', () => {
    const recent = new RecentStates(10)
    const before = source(1).next()
    recent.told(acme, before, [], 'EXPIRED', '000', 7)
    expect(recent.stateOf(acme, before)).toEqual({ state: 'EXPIRED', error: '000', doneAtMs: 7 })
  })

  it('of 0 switches it off', () => {
    const recent = new RecentStates(0)
    const id = source().next()
    recent.accepted(message(id))
    recent.told(acme, id, [], 'DELIVERED', '000', 7)
    expect(recent.stateOf(acme, id)).toBeUndefined()
  })
})
