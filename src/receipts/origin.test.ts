import { describe, expect, it } from 'vitest'
import type { DeliveryId, LaneKey, MessageId, VendorId, ConnectionId } from '../message/ids.js'
import { combinedRequest, receiptRequestOf, type MessagePart } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { collectedOf, segment } from '../store/conformance-rows.suite.js'
import { originOf, originOfPart, originOfSegment, receiptDeliveries } from './origin.js'

const part = (n: number, asked: number): MessagePart => ({
  id: `part${n}` as MessageId,
  receiptRequest: receiptRequestOf(asked),
  userMessageReference: n,
})

function messageOf(parts: readonly MessagePart[], asked = 1) {
  const { message } = segment(1)
  const receiptRequest =
    parts.length === 0 ? receiptRequestOf(asked) : combinedRequest(parts.map((one) => one.receiptRequest))
  return { ...message, parts, receiptRequest }
}

function told(message: ReturnType<typeof messageOf>, state: MessageState): readonly string[] {
  let made = 0
  const place = () => ({ lane: 'e:acme' as LaneKey, id: `d${made++}` as DeliveryId, nowMs: 5, maxAgeMs: 10 })
  return receiptDeliveries(originOf(message), state, '011', 7, place).map(({ id, dueMs, expiresAtMs, receipt }) => {
    const { origin, error, doneAtMs } = receipt
    expect([dueMs, expiresAtMs, error, doneAtMs, origin.parts.length]).toEqual([5, 15, '011', 7, 0])
    return `${id}: ${origin.messageId} ${receipt.state} ${origin.userMessageReference}`
  })
}

describe('receipts of a message', () => {
  it('that came in one piece: its own, where it asked', () => {
    const { id, userMessageReference } = messageOf([])
    expect(told(messageOf([]), 'DELIVERED')).toEqual([`d0: ${id} DELIVERED ${userMessageReference}`])
    expect(told(messageOf([], 0), 'DELIVERED')).toEqual([])
    expect(told(messageOf([], 2), 'DELIVERED')).toEqual([])
  })

  it('that came in parts: one for each part that asked, with its id and its reference', () => {
    const message = messageOf([part(1, 1), part(2, 0), part(3, 2), part(4, 0x11)])
    expect(told(message, 'DELIVERED')).toEqual(['d0: part1 DELIVERED 1', 'd1: part4 DELIVERED 4'])
    expect(told(message, 'REJECTED')).toEqual(['d0: part1 REJECTED 1', 'd1: part3 REJECTED 3', 'd2: part4 REJECTED 4'])
    expect(told(message, 'ENROUTE')).toEqual(['d0: part4 ENROUTE 4'])
    expect(told(messageOf([part(1, 0), part(2, 0)]), 'DELIVERED')).toEqual([])
  })
})

it('a segment of several is kept without the parts: they are with its group', () => {
  const message = messageOf([part(1, 1), part(2, 1)])
  expect(originOfSegment(message)).toEqual({ ...originOf(message), parts: [] })
  expect(originOf(message).parts).toBe(message.parts)
})

it('a part that never became a message is reported under its own id; vendors are told nothing', () => {
  const collected = collectedOf(3)
  expect(originOfPart(collected)).toMatchObject({
    messageId: collected.id,
    account: 'acme',
    request: collected.receiptRequest,
    userMessageReference: 7,
    parts: [],
  })
  const sender = { kind: 'vendor', vendor: 'v' as VendorId, connection: 'c' as ConnectionId } as const
  expect(originOfPart(collectedOf(3, { sender }))).toBeUndefined()
})
