import { describe, expect, it } from 'vitest'
import { awaitingOf, connectionId, parkedOf, receipt, segment } from '../conformance-rows.suite.js'
import { ByteReader } from './bytes.js'
import { readDelivery } from './delivery-row.js'
import { expiryOf } from './row-head.js'
import { readAwaiting, readParked } from './vendor-row.js'

const rowOf = (...hex: string[]) => Buffer.from(hex.join(''), 'hex')
const reader = (row: Uint8Array) => new ByteReader().over(row, 0)

/** Octets that the last program with rows of version 1 wrote, of the examples of that time. */
const written = {
  segment: rowOf(
    '01010000ea6efebc784200000000000000000000020000000276310276320000000101ffffffff00008056febc78420000ea6efebc7842',
    '10303030303030303130303030303030310461636d6505000441636d6501010c3434373730303930303132330011596f757220636f6465',
    '2069732031323334010000000014000003010203',
  ),
  /** Everything that its flags can say is said. */
  fullSegment: rowOf(
    '01010000ea6efebc78420300000001010000000276320200000002763102763207f50001014d00000000008056febc78420000ea6efebc',
    '784210303030303030303130303030303030310461636d6505000441636d6501010c3434373730303930303132330011596f757220636f',
    '64652069732031323334010000000014000003010203',
  ),
  receipt: rowOf(
    '010200005487febc784200000000020330303000409f56febc784210303030303030303130303030303030310461636d6505000441636d',
    '6501010c3434373730303930303132330100008056febc78420700000011596f757220636f64652069732031323334',
  ),
  awaiting: rowOf(
    '0103000000000094c14002763110303030303030303130303030303030310461636d6505000441636d6501010c34343737303039303031',
    '32330100008056febc78420700000011596f757220636f64652069732031323334',
  ),
  parked: rowOf('0104000000000094c1400276310503303131000000000000f0bf0c343437373030393030313233'),
}

describe('rows of version 1', () => {
  it('are segments of messages that came whole, of which nothing is known to have left', () => {
    const plain = segment(1)
    expect(readDelivery(reader(written.segment), plain)).toEqual(plain)
    expect(plain).toMatchObject({ progress: undefined, message: { shape: 'whole', parts: [] } })
    expect(expiryOf(written.segment)).toBe(plain.expiresAtMs)
  })

  it('keep all their flags', () => {
    const { message } = segment(1)
    const full = segment(1, {
      failover: 'next',
      hop: 1,
      failures: 3,
      unansweredBy: connectionId('v2'),
      message: {
        ...message,
        direction: 'mo',
        replyPath: true,
        content: { ...message.content, udhi: true, dataCoding: 245 },
        userMessageReference: 77,
      },
    })
    expect(readDelivery(reader(written.fullSegment), full)).toEqual(full)
  })

  it('are receipts of messages without parts', () => {
    expect(readDelivery(reader(written.receipt), receipt(2))).toEqual(receipt(2))
  })

  it('are awaited by themselves, in no group', () => {
    const { vendor, vendorMessageId } = awaitingOf(1)
    const awaiting = readAwaiting(reader(written.awaiting), vendor, vendorMessageId)
    expect(awaiting).toEqual(awaitingOf(1))
    expect(awaiting).toMatchObject({ group: '', origin: { parts: [] } })
  })

  it('are parked receipts as ever', () => {
    const { vendor, vendorMessageId } = parkedOf(1)
    expect(readParked(reader(written.parked), vendor, vendorMessageId)).toEqual(parkedOf(1))
  })
})
