import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallRecord, CallRecords, RecordTerms } from '../../message/bill.js'
import type { MessageId } from '../../message/ids.js'
import { recordText } from '../../money/record-line.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { RecordBlocks } from './record-block.js'
import { readRecords } from './record-lines.js'

const writer = new ByteWriter(16)

/** Of one commit, behind those of another. */
function written(records: readonly CallRecords[]): Buffer[] {
  const blocks = new RecordBlocks(writer)
  const ends: number[] = []
  writer.position = 0
  blocks.add('of another\n', ends)
  blocks.end(ends)
  for (const one of records) blocks.add(one, ends)
  blocks.end(ends)
  const octets = Buffer.from(writer.buffer.subarray(0, writer.position))
  return Array.from({ length: ends.length / 2 - 1 }, (_, n) => octets.subarray(ends[2 * n + 2], ends[2 * n + 3]))
}

function read(blocks: readonly Uint8Array[]): string {
  const out = new ByteWriter(16)
  for (const block of blocks) readRecords(new ByteReader(), block, out)
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
/** Of one sender, with ids that count up. */
const counted: fc.Arbitrary<CallRecord[]> = fc
  .tuple(terms, address, time, fc.nat(2 ** 32 - 1), fc.array(address, { maxLength: 40 }), few)
  .map(([shared, source, acceptedAtMs, first, destinations, own]) =>
    destinations.map(({ value }, n) => ({
      id: `01000002${((first + n) % 2 ** 32).toString(16).padStart(8, '0')}` as MessageId,
      of: { source, destination: { value: n % 3 === 0 ? value : `${own}${n % 10}` }, acceptedAtMs },
      terms: shared,
    })),
  )
const line = fc.stringMatching(/^[ -~]{0,40}$/)

it('a block gives back its lines whole and in order, however many ends they have', () => {
  const one = fc.oneof(fc.tuple(record), fc.tuple(line), run, counted)
  const records = fc.array(one, { maxLength: 200, size: 'max' }).map((runs) => runs.flat())
  fc.assert(
    fc.property(records, (these: readonly CallRecords[]) => {
      expect(read(written(these))).toBe(these.map(recordText).join(''))
    }),
    { numRuns: 50 },
  )
})

const [one] = fc.sample(record, 1)
const manyAlike = (tail: string): CallRecord[] => {
  const shared = { ...one!.terms, tail }
  return Array.from({ length: 1000 }, (_, n) => ({
    id: `0100000200000${n.toString(16).padStart(3, '0')}` as MessageId,
    of: { source: { value: 'Acme' }, destination: { value: `${49_151_000 + n}` }, acceptedAtMs: 1_800_000_000_000 },
    terms: shared,
  }))
}

it('writes what many lines share once', () => {
  const [block, ...others] = written(manyAlike('e'.repeat(300)).slice(0, 300))
  expect(others).toEqual([])
  expect(block!.length).toBeLessThan(400 + 300 * 11)
})

it('keeps blocks to a page of the store', () => {
  const blocks = written(manyAlike('e'.repeat(300)))
  expect(blocks.length).toBe(4)
  for (const { length } of blocks) expect(length).toBeLessThanOrEqual(4000)
})

it('remembers a number of ends, and writes out those of further lines', () => {
  const records = Array.from({ length: 700 }, (_, n) => ({
    ...one!,
    terms: { ...one!.terms, tail: `${n % 300}\n` },
  }))
  expect(read(written(records))).toBe(records.map(recordText).join(''))
})

it('does not take anything else for a block', () => {
  expect(() => read([Buffer.from('{"n":1}\n{"n":2}\n')])).toThrow('no block of records')
})
