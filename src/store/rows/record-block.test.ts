import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RecordText } from '../../message/bill.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readRecords, writeRecords } from './record-block.js'

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function written(records: readonly RecordText[]): Uint8Array {
  const out = new ByteWriter(16)
  writeRecords(out, records)
  return out.buffer.subarray(0, out.position)
}

it('a block gives back its lines whole and in order, however many ends they have', () => {
  const tail = fc.oneof(
    fc.constantFrom('', ',"a":1}\n', ',"b":2}\n'),
    fc.nat(400).map((n) => `,"n":${n}}\n`),
  )
  const record = fc.record({ lines: fc.stringMatching(/^[ -~]{0,40}$/), tail })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 600, size: 'max' }), (records) => {
      const read = readRecords(new ByteReader(), written(records))
      expect(latin1(read)).toBe(records.map(({ lines, tail: end }) => lines + end).join(''))
    }),
  )
})

it('writes an end that many lines share once', () => {
  const end = 'e'.repeat(300)
  const records = Array.from({ length: 100 }, (_, n) => ({ lines: `line ${n}`, tail: end }))
  expect(written(records).length).toBeLessThan(300 + 100 * 20)
})

it('reads a block of lines as they are', () => {
  const lines = Buffer.from('{"n":1}\n{"n":2}\n')
  expect(latin1(readRecords(new ByteReader(), lines))).toBe(lines.toString('latin1'))
})
