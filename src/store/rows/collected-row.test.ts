import { expect, it } from 'vitest'
import type { CollectedPart, PartPayer } from '../../message/collected-part.js'
import { accountId, collectedOf } from '../conformance-rows.suite.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readCollected, writeCollected } from './collected-row.js'

function written(part: CollectedPart): Uint8Array {
  const out = new ByteWriter(1024)
  writeCollected(out, part)
  return Uint8Array.from(out.buffer.subarray(0, out.position))
}

const plain = collectedOf(1)
const asWritten: PartPayer = {
  ...{ account: accountId('acme'), customer: 'c', direction: 'mo' },
  ...{ source: plain.source, destination: plain.destination },
}
const translated: PartPayer = { ...asWritten, destination: { ...plain.destination, value: '33123' } }

it.each<[string, PartPayer | undefined]>([
  ['nobody', undefined],
  ['who pays for what is as it was written', asWritten],
  ['who pays for what was translated', translated],
])('a part of %s is read as it was', (_, payer) => {
  const part = { ...plain, payer }
  expect(readCollected(new ByteReader().over(written(part), 0), part.id)).toEqual(part)
})

it('numbers stand in the row once where nobody translated them', () => {
  const size = (payer: CollectedPart['payer']): number => written({ ...plain, payer }).length
  expect(size(asWritten) - size(undefined)).toBeLessThan(16)
  expect(size(translated)).toBeGreaterThan(size(asWritten) + plain.source.value.length)
})
