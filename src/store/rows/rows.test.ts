import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../message/delivery.js'
import {
  arbitraryAwaiting,
  arbitraryCollected,
  arbitraryGroup,
  arbitraryMo,
  arbitraryParked,
  arbitraryReceipt,
  arbitrarySegment,
} from '../conformance-arbitrary.suite.js'
import { collectedOf, segment, segmentUnderWay, twoParts } from '../conformance-rows.suite.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readCollected, writeCollected } from './collected-row.js'
import { readDelivery, writeDelivery } from './delivery-row.js'
import { readGroup, writeGroup } from './group-row.js'
import {
  behindDue,
  behindPrefix,
  lanePrefix,
  readDeliveryKey,
  readMessageKey,
  readVendorKey,
  writeDeliveryKey,
  writeMessageKey,
  writeVendorKey,
} from './keys.js'
import { expiryOf, ROW_VERSION } from './row-head.js'
import { readAwaiting, readParked, writeAwaiting, writeParked } from './vendor-row.js'

/** The plain segment as version 1 wrote it. */
const V1_SEGMENT =
  '01010000ea6efebc784200000000000000000000020000000276310276320000000101ffffffff00008056febc78420000ea6efebc7842' +
  '10303030303030303130303030303030310461636d6505000441636d6501010c3434373730303930303132330011596f757220636f6465' +
  '2069732031323334010000000014000003010203'

/** Writes behind some other octets into a buffer that must grow; gives the row's own octets. */
function rowOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(16)
  out.text('before')
  const start = out.position
  write(out)
  return Uint8Array.from(out.buffer.subarray(start, out.position))
}

const reader = (row: Uint8Array) => new ByteReader().over(row, 0)
const deliveryRow = (delivery: Delivery) => rowOf((out) => writeDelivery(out, delivery))

function deliveryBack(delivery: Delivery): Delivery {
  return readDelivery(reader(deliveryRow(delivery)), delivery)
}

describe('rows', () => {
  it('give every delivery back', () => {
    fc.assert(
      fc.property(fc.oneof(arbitrarySegment, arbitraryReceipt, arbitraryMo), (delivery) => {
        expect(deliveryBack(delivery)).toEqual(delivery)
        expect(expiryOf(deliveryRow(delivery))).toBe(delivery.expiresAtMs)
      }),
      { numRuns: 300 },
    )
  })

  it('give every awaited segment and parked receipt back', () => {
    fc.assert(
      fc.property(arbitraryAwaiting, arbitraryParked, (awaiting, parked) => {
        const awaitingRow = rowOf((out) => writeAwaiting(out, awaiting))
        expect(readAwaiting(reader(awaitingRow), awaiting.vendor, awaiting.vendorMessageId)).toEqual(awaiting)
        expect(expiryOf(awaitingRow)).toBe(awaiting.expiresAtMs)
        const parkedRow = rowOf((out) => writeParked(out, parked))
        expect(readParked(reader(parkedRow), parked.vendor, parked.vendorMessageId)).toEqual(parked)
        expect(expiryOf(parkedRow)).toBe(parked.expiresAtMs)
      }),
    )
  })

  it('give every group and collected part back', () => {
    fc.assert(
      fc.property(arbitraryGroup, arbitraryCollected, (group, part) => {
        const groupRow = rowOf((out) => writeGroup(out, group))
        expect(readGroup(reader(groupRow), group.id)).toEqual(group)
        expect(expiryOf(groupRow)).toBe(group.expiresAtMs)
        const partRow = rowOf((out) => writeCollected(out, part))
        expect(readCollected(reader(partRow), part.id)).toEqual(part)
        expect(expiryOf(partRow)).toBe(part.deadlineMs)
      }),
    )
  })

  it('of a message in one piece have no octet more for parts and progress', () => {
    const { message } = segment(1)
    const plain = deliveryRow(segment(1)).length
    expect(plain).toBe(V1_SEGMENT.length / 2)
    expect(deliveryRow(segment(1, { message: { ...message, shape: 'sar' } }))).toHaveLength(plain)
    const twoIds = 2 * (1 + 16 + 1 + 4)
    expect(deliveryRow(segment(1, { message: { ...message, parts: twoParts } }))).toHaveLength(plain + 4 + twoIds)
  })

  it('keep no content, 64 KB of it, many parameters and texts of every length and width', () => {
    const { message } = segment(1)
    for (const size of [0, 1, 47, 48, 253, 254, 255, 256, 65_536]) {
      const octets = Uint8Array.from({ length: size }, (_, i) => i)
      const tlvs = Array.from({ length: 200 }, (_, tag) => ({ tag, value: octets.subarray(0, tag) }))
      for (const serviceType of ['x'.repeat(size), 'é'.repeat(size), 'x'.repeat(size) + '\ud800']) {
        const delivery = segment(1, {
          message: { ...message, serviceType, content: { ...message.content, octets }, tlvs },
        })
        const back = deliveryBack(delivery)
        if (back.kind !== 'segment') throw new Error('a segment became a receipt')
        expect(back.message.serviceType === serviceType).toBe(true)
        expect(Buffer.compare(back.message.content.octets, octets)).toBe(0)
        expect(back.message.tlvs.map((tlv) => tlv.value.length)).toEqual(tlvs.map((tlv) => tlv.value.length))
      }
    }
  })

  it('are copies: changing the memory they were read from changes nothing', () => {
    const row = deliveryRow(segment(1))
    const back = readDelivery(reader(row), segment(1))
    row.fill(0xff)
    expect(back).toEqual(segment(1))
  })

  it('of a newer version are refused by name', () => {
    const row = deliveryRow(segment(1))
    row[0] = ROW_VERSION + 1
    expect(() => readDelivery(reader(row), segment(1))).toThrow(/format version 5.*only 1 to 4/)
    row[0] = 0
    expect(() => readDelivery(reader(row), segment(1))).toThrow(/format version 0/)
  })

  it('of another kind are refused', () => {
    const part = rowOf((out) => writeCollected(out, collectedOf(1)))
    expect(() => readDelivery(reader(part), segment(1))).toThrow(/kind 8/)
    expect(() => readGroup(reader(part), collectedOf(1).id)).toThrow(/kind 7 was expected, it has kind 8/)
    const group = deliveryRow(segmentUnderWay(1))
    expect(() => readCollected(reader(group), collectedOf(1).id)).toThrow(/kind 8 was expected, it has kind 1/)
  })
})

describe('keys', () => {
  it('sort as (lane, due, id) does, and read back', () => {
    const place = fc.record({
      lane: fc.constantFrom('a', 'a\u0001', 'ab', 'b', 'ж'),
      dueMs: fc.oneof(fc.nat(300), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 47, 2 ** 48 - 1)),
      id: fc.nat(20).map((n) => segment(n).id),
    })
    const keyOf = (of: { lane: string; dueMs: number; id: string }) =>
      rowOf((out) => writeDeliveryKey(out, { ...segment(1), ...of } as Delivery))
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(readDeliveryKey(keyOf(a))).toEqual(a)
        if (a.lane !== b.lane) return
        const order = a.dueMs - b.dueMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
        expect(Buffer.compare(keyOf(a), keyOf(b))).toBe(Math.sign(order))
      }),
    )
  })

  it('of a lane lie between its prefix and what is behind it', () => {
    const prefix = lanePrefix(segment(1).lane)
    const key = rowOf((out) => writeDeliveryKey(out, segment(1, { dueMs: 2 ** 48 - 1 })))
    expect(Buffer.compare(prefix, key)).toBe(-1)
    expect(Buffer.compare(key, behindPrefix(prefix))).toBe(-1)
    expect(behindDue(prefix, Infinity)).toEqual(behindPrefix(prefix))
    expect(Buffer.compare(behindDue(prefix, 2 ** 48 - 2), key)).toBe(-1)
  })

  it('of messages are their ids, and refuse what no message has', () => {
    const { id } = collectedOf(1)
    expect(readMessageKey(rowOf((out) => writeMessageKey(out, id)))).toBe(id)
    for (const bad of ['', '\0', 'ж', 'x'.repeat(65)])
      expect(() => writeMessageKey(new ByteWriter(16), bad as typeof id)).toThrow(RangeError)
  })

  it('of vendor ids keep NUL and every character of the id', () => {
    for (const id of ['', '0', 'a\0b', 'ж', 'x'.repeat(64)])
      expect(readVendorKey(rowOf((out) => writeVendorKey(out, 'vendor', id)))).toEqual({
        vendor: 'vendor',
        vendorMessageId: id,
      })
  })
})
