import { expect, it } from 'vitest'
import { ownOctets } from './own-octets.js'

const shared = Buffer.from('0102030405060708090a', 'hex')

it('keeps nothing of the memory that the octets came in', () => {
  const content = { dataCoding: 8, udhi: true, octets: shared.subarray(2, 6) }
  const own = ownOctets({ content, tlvs: [] })
  expect(own).toEqual({ content, tlvs: [] })
  expect(own.content.octets.buffer.byteLength).toBe(4)
})

it('has parameters in the same memory, and no more of it than octets', () => {
  const content = { dataCoding: 0, udhi: false, octets: shared.subarray(0, 3) }
  const tlvs = [
    { tag: 0x1400, value: shared.subarray(3, 5) },
    { tag: 0x1401, value: shared.subarray(5, 5) },
    { tag: 5, value: shared.subarray(9, 10) },
  ]
  const own = ownOctets({ content, tlvs })
  expect(own).toEqual({ content, tlvs })
  const buffers = [own.content.octets, ...own.tlvs.map(({ value }) => value)].map(({ buffer }) => buffer)
  expect(new Set(buffers).size).toBe(1)
  expect(buffers[0]!.byteLength).toBe(6)
})
