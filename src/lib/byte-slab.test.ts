// What was put in is found again, and chunks are as large as said.
import { describe, expect, it } from 'vitest'
import { ByteSlab, type SlabPlace } from './byte-slab.js'

const nowhere = (): SlabPlace => ({ chunk: Buffer.alloc(0), at: 0, length: 0 })
const read = ({ chunk, at, length }: SlabPlace) => chunk.toString('latin1', at, at + length)

describe('a slab', () => {
  it('keeps strings apart and starts a new chunk when one is full', () => {
    const slab = new ByteSlab(10)
    const texts = ['abcd', 'efgh', 'ijkl', 'a long one of its own', '', 'x']
    const places = texts.map((text) => {
      const place = nowhere()
      slab.put(Buffer.from(text), place)
      return place
    })
    expect(places.map(read)).toEqual(texts)
    expect(places[0]?.chunk).toBe(places[1]?.chunk)
    expect(places[2]?.chunk).not.toBe(places[1]?.chunk)
    expect(places.map(({ chunk }) => chunk.length)).toEqual([10, 10, 10, 21, 21, 10])
  })
})
