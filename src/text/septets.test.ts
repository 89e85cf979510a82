import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGsm7, encodeGsm7 } from './gsm7.js'
import { fillBitsAfter, packSeptets, packedLength, unpackSeptets } from './septets.js'

const toHex = (octets: Uint8Array) => Buffer.from(octets).toString('hex')
const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const septets = (text: string) => encodeGsm7(text) ?? new Uint8Array()

describe('packed septets', () => {
  it.each([
    ['hello', 'e8329bfd06'],
    ['hellohello', 'e8329bfd4697d9ec37'],
    ['Hello world', 'c8329bfd06dddf723619'],
    ['12345678', '31d98c56b3dd70'],
    ['', ''],
  ])('of "%s" are %s', (text, packed) => {
    expect(toHex(packSeptets(septets(text), 0, 'zero'))).toBe(packed)
    expect(decodeGsm7(unpackSeptets(fromHex(packed), 0, 'zero'))).toBe(text)
  })

  it('fill seven spare bits with a carriage return or zeros, and take them for no septet', () => {
    expect(toHex(packSeptets(septets('1234567'), 0, 'cr'))).toBe('31d98c56b3dd1a')
    expect(toHex(packSeptets(septets('1234567'), 0, 'zero'))).toBe('31d98c56b3dd00')
    expect(decodeGsm7(unpackSeptets(fromHex('31d98c56b3dd1a'), 0, 'cr'))).toBe('1234567')
    expect(decodeGsm7(unpackSeptets(fromHex('31d98c56b3dd00'), 0, 'zero'))).toBe('1234567')
    expect(decodeGsm7(unpackSeptets(fromHex('31d98c56b3dd00'), 0, 'cr'))).toBe('1234567@')
  })

  it('begin on a septet border after a header (TS 23.040 clause 9.2.3.24)', () => {
    expect([0, 4, 6, 7, 9, 12].map(fillBitsAfter)).toEqual([0, 3, 1, 0, 5, 2])
    // 05 00 03 CC 02 01, one fill bit, then "hello".
    expect(toHex(packSeptets(septets('hello'), 1, 'cr'))).toBe('d06536fb0d')
    expect(packedLength(153, 1)).toBe(134)
    expect(packedLength(152, 0)).toBe(133)
    expect(packedLength(160, 0)).toBe(140)
  })

  it('come out as they went in', () => {
    const values = fc.uint8Array({ max: 127, maxLength: 200 })
    fc.assert(
      fc.property(values, fc.nat(6), (wanted, fillBits) => {
        const octets = packSeptets(wanted, fillBits, 'cr')
        expect(octets).toHaveLength(packedLength(wanted.length, fillBits))
        const got = unpackSeptets(octets, fillBits, 'cr')
        // A carriage return in the last bits is for who packs text to avoid.
        const isPadding = wanted.at(-1) === 0x0d && (wanted.length * 7 + fillBits) % 8 === 0
        expect(toHex(got)).toBe(toHex(isPadding ? wanted.subarray(0, -1) : wanted))
      }),
    )
  })

  it('of any octets are read without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(6), (octets, fillBits) => {
        expect(unpackSeptets(octets, fillBits, 'cr').every((septet) => septet < 128)).toBe(true)
      }),
    )
  })
})
