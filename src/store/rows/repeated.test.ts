import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.js'
import { Repeated } from './repeated.js'

/** Rows of a length, a text, and an octet behind it. */
function rowOf(text: string, behind: number): Uint8Array {
  const out = new ByteWriter(16)
  out.int32(text.length + 1)
  out.text(text)
  out.byte(behind)
  return Uint8Array.from(out.buffer.subarray(0, out.position))
}

describe('Repeated', () => {
  it('decodes the same octets once, and reads on behind them either way', () => {
    const known = new Repeated<{ readonly text: string }>()
    const reader = new ByteReader()
    let decoded = 0
    const read = (row: Uint8Array) => {
      const value = reader.over(row, 0).repeated(known, reader.int32(), (from) => {
        decoded++
        return { text: from.text() }
      })
      return { value, behind: reader.byte() }
    }
    const first = read(rowOf('acme', 1))
    const second = read(rowOf('acme', 2))
    expect(second.value).toBe(first.value)
    expect([first.behind, second.behind, decoded]).toEqual([1, 2, 1])
  })

  it('tells apart what shares a place, however many there are, and keeps copies', () => {
    const known = new Repeated<string>()
    const reader = new ByteReader()
    const read = (row: Uint8Array) => reader.over(row, 0).repeated(known, reader.int32(), (from) => from.text())
    for (let round = 0; round < 2; round++)
      for (let n = 0; n < 5_000; n++) {
        const row = rowOf(`text ${n}`, 0)
        expect(read(row)).toBe(`text ${n}`)
        row.fill(0xff)
      }
  })
})
