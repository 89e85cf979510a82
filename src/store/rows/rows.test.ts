import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arbitraryAwaiting,
  arbitraryParked,
  arbitraryReceipt,
  arbitrarySegment,
  segment,
} from '../conformance-rows.suite.js'
import type { Delivery } from '../../message/delivery.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readDelivery, writeDelivery } from './delivery-row.js'
import {
  behindDue,
  behindPrefix,
  lanePrefix,
  readDeliveryKey,
  readVendorKey,
  writeDeliveryKey,
  writeVendorKey,
} from './keys.js'
import { expiryOf, ROW_VERSION } from './row-head.js'
import { readAwaiting, readParked, writeAwaiting, writeParked } from './vendor-row.js'

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
      fc.property(fc.oneof(arbitrarySegment, arbitraryReceipt), (delivery) => {
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
    expect(() => readDelivery(reader(row), segment(1))).toThrow(/format version 2.*only 1/)
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

  it('of vendor ids keep NUL and every character of the id', () => {
    for (const id of ['', '0', 'a\0b', 'ж', 'x'.repeat(64)])
      expect(readVendorKey(rowOf((out) => writeVendorKey(out, 'vendor', id)))).toEqual({
        vendor: 'vendor',
        vendorMessageId: id,
      })
  })
})
