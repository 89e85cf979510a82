import { describe, expect, it } from 'vitest'
import type { Bill } from '../../message/bill.js'
import { billOf } from '../conformance-rows.suite.js'
import { readBill, writeBill } from './bill-row.js'
import { ByteReader, ByteWriter } from './bytes.js'

const rowOf = (...hex: string[]) => Buffer.from(hex.join(''), 'hex')
const read = (row: Uint8Array): Bill => readBill(new ByteReader().over(row, 0))

function written(bill: Bill): Buffer {
  const out = new ByteWriter(16)
  writeBill(out, bill)
  return Buffer.from(out.buffer.subarray(0, out.position))
}

/** Octets that the programs with rows of version 3 wrote. */
const early = {
  whole: rowOf(
    '3802000000f44c00000200000000009956febc7842460000000461636d6506646972656374033233340231350000000000f9',
    'e54000000000802be8400345555203312e310176027631000000000070c740000000000070c740035553440131',
  ),
  notSent: rowOf(
    '0102000000f44c0000260000000461636d650664697265637400000000000000f9e54000000000802be8400345555203312e',
    '31',
  ),
  withoutPrice: rowOf(
    '1402000000f44c00000200000000009956febc7842300000000461636d6506646972656374033233340231350000000000f9',
    'e54000000000802be8400345555203312e310176027631',
  ),
}

describe('a bill in a row', () => {
  it('takes few octets where it says what most say', () => {
    const price = { currency: 'EUR', ownMicros: 45_000, exchange: '1', baseMicros: 45_000 }
    const usual = billOf({ price, mcc: '', mnc: '', onSilence: undefined, sent: undefined, units: 1 })
    expect(read(written(usual))).toEqual(usual)
    expect(written(usual).length).toBe(26)
  })

  it('comes back as it is, whatever it has', () => {
    const sent = billOf().sent!
    const bills = [
      billOf(),
      billOf({ mcc: '' }),
      billOf({ mnc: '' }),
      billOf({ sent: undefined, state: 'released' }),
      billOf({ sent: { ...sent, price: undefined, segments: 300 }, onSilence: 'charge' }),
      billOf({ units: 2 ** 31 - 1, day: -1 }),
      ...[0, 1, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -0, -1, 0.5].map((ownMicros) =>
        billOf({ price: { currency: 'EUR', ownMicros, exchange: '1', baseMicros: ownMicros } }),
      ),
    ]
    for (const bill of bills) expect(read(written(bill))).toEqual(bill)
  })

  it('is read from rows of version 3 as it was meant', () => {
    const { sent } = billOf()
    const bills = [
      billOf(),
      billOf({ mcc: '', mnc: '', state: 'charged', onSilence: undefined, sent: undefined }),
      billOf({ onSilence: 'charge', sent: { ...sent!, price: undefined } }),
    ]
    expect([early.whole, early.notSent, early.withoutPrice].map(read)).toEqual(bills)
  })
})
