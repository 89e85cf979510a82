import { describe, expect, it } from 'vitest'
import {
  awaitingOf,
  collectedOf,
  groupOf,
  messageId,
  mo,
  receipt,
  segment,
  segmentUnderWay,
} from '../conformance-rows.suite.js'
import { ByteReader } from './bytes.js'
import { readCollected } from './collected-row.js'
import { readDelivery } from './delivery-row.js'
import { readGroup } from './group-row.js'
import { readAwaiting } from './vendor-row.js'

const rowOf = (...hex: string[]) => Buffer.from(hex.join(''), 'hex')
const reader = (row: Uint8Array) => new ByteReader().over(row, 0)

/** Octets that the last program with rows of version 2 wrote, of the examples of that time. */
const written = {
  segment: rowOf(
    '02010000ea6efebc784200000000000000000000020000000276310276320000000101ffffffff00008056febc78420000ea6efebc7842',
    '10303030303030303130303030303030310461636d6505000441636d6501010c3434373730303930303132330011596f757220636f6465',
    '2069732031323334010000000014000003010203',
  ),
  underWay: rowOf(
    '02010000ea6efebc784200000000070000000000010000000276310276310300000001000000000000000566697273743000000101ffff',
    'ffff00008056febc78420000ea6efebc784210303030303030303130303030303030310461636d6505000441636d6501010c3434373730',
    '303930303132330011596f757220636f646520697320313233340100000000140000030102030200000010303030303030303130303030',
    '303030310107000000103030303030303031303030303030303200ffffffff',
  ),
  receipt: rowOf(
    '020200005487febc784200000000020330303000409f56febc784210303030303030303130303030303030310461636d6505000441636d',
    '6501010c3434373730303930303132338100008056febc78420700000011596f757220636f646520697320313233340200000010303030',
    '303030303130303030303030310107000000103030303030303031303030303030303200ffffffff',
  ),
  mo: rowOf(
    '02050000ea6efebc784200000000010000000400000101ffffffff00008056febc78420000ea6efebc7842103030303030303031303030',
    '30303030310461636d6505000441636d6501010c3434373730303930303132330011596f757220636f6465206973203132333401000000',
    '0014000003010203',
  ),
  awaiting: rowOf(
    '0203000000000094c14002763110303030303030303130303030303030310461636d6505000441636d6501010c34343737303039303031',
    '32330100008056febc78420700000011596f757220636f64652069732031323334',
  ),
  awaitingInGroup: rowOf(
    '0206000000000094c140027631103030303030303031303030303030303110303030303030303130303030303030310461636d65050004',
    '41636d6501010c3434373730303930303132330100008056febc78420700000011596f757220636f64652069732031323334',
  ),
  group: rowOf(
    '0207000000000094c1400200000010303030303030303130303030303030310461636d6505000441636d6501010c343437373030393030',
    '3132338100008056febc78420700000011596f757220636f64652069732031323334020000001030303030303030313030303030303031',
    '0107000000103030303030303031303030303030303200ffffffff',
  ),
  collected: rowOf(
    '02080000000000c9ed400b000001010700000063000000030100008056febc78420000000000408f40000000000000f0bf0461636d6505',
    '000441636d6501010c3434373730303930303132330b6578616d706c652e636f6d000705000363030141010000000014000003010203',
  ),
}

describe('rows of version 2', () => {
  it('are messages that nobody pays for, under the addresses that their senders wrote', () => {
    const deliveries = [segment(1), segmentUnderWay(1, { failover: 'next' }), mo(3, { taken: 1 })] as const
    const rows = [written.segment, written.underWay, written.mo]
    expect(rows.map((row, i) => readDelivery(reader(row), deliveries[i]!))).toEqual(deliveries)
    for (const delivery of deliveries)
      expect(delivery).toMatchObject({ bill: undefined, message: { asSent: undefined } })
  })

  it('are receipts to those addresses', () => {
    const { origin } = groupOf(1)
    const told = receipt(2, { receipt: { ...receipt(2).receipt, origin } })
    expect(readDelivery(reader(written.receipt), told)).toEqual(told)
    expect(origin.asSent).toBeUndefined()
  })

  it('are awaited alone or in a group, without a bill', () => {
    const { vendor, vendorMessageId } = awaitingOf(1)
    expect(readAwaiting(reader(written.awaiting), vendor, vendorMessageId)).toEqual(awaitingOf(1))
    expect(readAwaiting(reader(written.awaitingInGroup), vendor, vendorMessageId)).toEqual(
      awaitingOf(1, { group: messageId(1) }),
    )
    expect(readGroup(reader(written.group), messageId(1))).toEqual(groupOf(1))
    expect([awaitingOf(1).bill, groupOf(1).bill]).toEqual([undefined, undefined])
  })

  it('are collected parts as ever', () => {
    expect(readCollected(reader(written.collected), messageId(1))).toEqual(collectedOf(1))
  })
})
