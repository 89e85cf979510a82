import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallRecord, CallRecords, RecordTerms } from '../../message/bill.js'
import type { MessageId } from '../../message/ids.js'
import { recordText } from '../../money/record-line.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readRecords, writeRecords } from './record-block.js'

const writer = new ByteWriter(16)

function written(records: readonly CallRecords[]): Buffer {
  writer.position = 0
  writeRecords(writer, records)
  return Buffer.from(writer.buffer.subarray(0, writer.position))
}

function read(block: Uint8Array): string {
  const out = new ByteWriter(16)
  readRecords(new ByteReader(), block, out)
  return out.buffer.toString('latin1', 0, out.position)
}

const time = fc.oneof(
  fc.constantFrom(-1, 0, 1_800_000_000_000, 1_800_000_000_000.75, 999_999_999, 1e9, 100_000_000_000, 8.64e15),
  fc.nat(2 ** 31 - 1),
)
const few = fc.constantFrom('Acme', 'Ac"me', '12025550100')
const address = fc
  .oneof(
    few,
    fc.stringMatching(/^[0-9]{1,3}$/),
    fc.stringMatching(/^[0-9]{11,12}$/),
    fc.stringMatching(/^[ -~]{1,2}$/),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  .map((value) => ({ value }))
const terms: fc.Arbitrary<RecordTerms> = fc.record({
  sentAtMs: time,
  doneAtMs: time,
  tail: fc.oneof(
    fc.constantFrom('', ',"a":1}\n', ',"b":2}\n'),
    fc.nat(400).map((n) => `,"n":${n}}\n`),
  ),
})
const record: fc.Arbitrary<CallRecord> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{16}$/).map((id) => id as MessageId),
  of: fc.record({ source: address, destination: address, acceptedAtMs: time }),
  terms,
})
/** As they come: many that have all but themselves in common. */
const run: fc.Arbitrary<CallRecord[]> = fc
  .tuple(terms, time, fc.array(record, { maxLength: 20 }))
  .map(([shared, acceptedAtMs, records]) =>
    records.map((one) => ({ ...one, of: { ...one.of, acceptedAtMs }, terms: shared })),
  )
const line = fc.stringMatching(/^[ -~]{0,40}$/)

it('a block gives back its lines whole and in order, however many ends they have', () => {
  const one = fc.oneof(fc.tuple(record), fc.tuple(line), run)
  const records = fc.array(one, { maxLength: 200, size: 'max' }).map((runs) => runs.flat())
  fc.assert(
    fc.property(records, (these: readonly CallRecords[]) => {
      expect(read(written(these))).toBe(these.map(recordText).join(''))
    }),
    { numRuns: 50 },
  )
})

it('writes an end and times that many lines share once', () => {
  const [one] = fc.sample(record, 1)
  const tail = 'e'.repeat(300)
  const { of, terms: its } = one!
  const shared = { ...its, tail }
  const records = Array.from({ length: 100 }, (_, n) => {
    const own = { ...of, source: { value: `${n}` }, destination: { value: '1' } }
    return { ...one!, of: own, terms: shared }
  })
  expect(written(records).length).toBeLessThan(350 + 100 * 30)
})

it('remembers a number of ends, and writes out those of further lines', () => {
  const [one] = fc.sample(record, 1)
  const records = Array.from({ length: 700 }, (_, n) => ({
    ...one!,
    terms: { ...one!.terms, tail: `${n % 300}\n` },
  }))
  expect(read(written(records))).toBe(records.map(recordText).join(''))
})

it('does not take anything else for a block', () => {
  expect(() => read(Buffer.from('{"n":1}\n{"n":2}\n'))).toThrow('no block of records')
})
