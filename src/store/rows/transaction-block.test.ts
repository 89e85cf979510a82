import { describe, expect, it } from 'vitest'
import { messageId, transactionOf } from '../conformance-rows.suite.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readBindings, writeBindings } from './registration-row.js'
import { expiryOf } from './row-head.js'
import { blocksThrough, readTransactions, writeBlockKey, writeTransactions } from './transaction-block.js'

const block = { transactions: [transactionOf(1, 7.5), transactionOf(2, 6)], ids: [messageId(1), messageId(2)] }

function rowOf(): Buffer {
  const out = new ByteWriter(16)
  writeTransactions(out, block)
  return Buffer.from(out.buffer.subarray(0, out.position))
}

function keyAt(expiresAtMs: number, of: Uint8Array): Buffer {
  const out = new ByteWriter(16)
  writeBlockKey(out, expiresAtMs, of)
  return Buffer.from(out.buffer.subarray(0, out.position))
}

describe('a block of transactions', () => {
  it('is read as it was written, and says when all of it is over', () => {
    expect(readTransactions(new ByteReader().over(rowOf(), 0))).toEqual(
      block.transactions.map((transaction, i) => ({ ...transaction, id: block.ids[i] })),
    )
    expect(expiryOf(rowOf())).toBe(7.5)
  })

  it('has the same key whenever it is the same, and lies in the order of time', () => {
    expect(keyAt(7.5, rowOf())).toEqual(keyAt(7.5, rowOf()))
    expect(keyAt(7.5, rowOf())).not.toEqual(keyAt(7.5, Buffer.concat([rowOf(), Buffer.of(0)])))
    const behind = (throughMs: number, expiresAtMs: number) =>
      Buffer.compare(blocksThrough(throughMs), keyAt(expiresAtMs, rowOf())) > 0
    expect([behind(7, 7.5), behind(7.9, 7.5), behind(8, 7.5), behind(8, 8), behind(2 ** 48 - 1, 2 ** 48 - 1)]).toEqual([
      ...[false, false, true, true, true],
    ])
  })
})

/** Octets that the first program with these rows wrote. They have not changed since, but for the version. */
const written = {
  transactions: [
    '030c0000000000001e4002000000207a39684734624b2d31203139322e302e322e312035303630204d4553534147451030303030303030',
    '3130303030303030310000000000001e40207a39684734624b2d32203139322e302e322e312035303630204d4553534147451030303030',
    '3030303130303030303030320000000000001840',
  ].join(''),
  registration: '030d1f5b7b22636f6e74616374223a227369703a61403139322e302e322e31227d5d',
}

describe('rows of version 3', () => {
  it('are blocks of transactions', () => {
    expect(rowOf().toString('hex')).toBe(written.transactions.replace(/^03/, '04'))
    expect(readTransactions(new ByteReader().over(Buffer.from(written.transactions, 'hex'), 0))).toHaveLength(2)
  })

  it('are registrations', () => {
    const out = new ByteWriter(16)
    writeBindings(out, '[{"contact":"sip:a@192.0.2.1"}]')
    expect(out.buffer.toString('hex', 0, out.position)).toBe(written.registration.replace(/^03/, '04'))
    expect(readBindings(new ByteReader().over(Buffer.from(written.registration, 'hex'), 0))).toBe(
      '[{"contact":"sip:a@192.0.2.1"}]',
    )
  })

  it('of another kind or version are refused', () => {
    expect(() => readBindings(new ByteReader().over(rowOf(), 0))).toThrow(/kind 13/)
    expect(() => readTransactions(new ByteReader().over(Buffer.of(99, 12), 0))).toThrow(/version 99/)
  })
})
