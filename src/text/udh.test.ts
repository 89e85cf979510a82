import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatenationOf, readUdh, shiftsOf, udhOctets, writeUdh, type InformationElement } from './udh.js'

const octets = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const toHex = (value: Uint8Array) => Buffer.from(value).toString('hex')

const u8 = fc.nat(255)
const u16 = fc.nat(65_535)
const element: fc.Arbitrary<InformationElement> = fc.oneof(
  fc.record({
    kind: fc.constant('concatenation' as const),
    bits: fc.constant(8 as const),
    reference: u8,
    total: u8,
    part: u8,
  }),
  fc.record({
    kind: fc.constant('concatenation' as const),
    bits: fc.constant(16 as const),
    reference: u16,
    total: u8,
    part: u8,
  }),
  fc.record({ kind: fc.constant('ports' as const), bits: fc.constant(8 as const), destination: u8, originator: u8 }),
  fc.record({ kind: fc.constant('ports' as const), bits: fc.constant(16 as const), destination: u16, originator: u16 }),
  fc.record({ kind: fc.constant('singleShift' as const), language: u8 }),
  fc.record({ kind: fc.constant('lockingShift' as const), language: u8 }),
  fc.record({
    kind: fc.constant('other' as const),
    id: fc.constantFrom(0x01, 0x0a, 0x70, 0xff),
    value: fc.uint8Array({ maxLength: 20 }),
  }),
)

describe('user data headers', () => {
  it.each([
    ['05 00 03 2a 03 01', { kind: 'concatenation', bits: 8, reference: 0x2a, total: 3, part: 1 }],
    ['06 08 04 12 34 03 02', { kind: 'concatenation', bits: 16, reference: 0x1234, total: 3, part: 2 }],
    ['04 04 02 f0 f1', { kind: 'ports', bits: 8, destination: 0xf0, originator: 0xf1 }],
    ['06 05 04 0b 84 23 f0', { kind: 'ports', bits: 16, destination: 2948, originator: 9200 }],
    ['03 24 01 01', { kind: 'singleShift', language: 1 }],
    ['03 25 01 06', { kind: 'lockingShift', language: 6 }],
    ['02 70 00', { kind: 'other', id: 0x70, value: new Uint8Array() }],
  ] as const)('%s is read and written', (header, wanted) => {
    const read = readUdh(octets(`${header} 68 69`))
    expect(read).toEqual({ kind: 'udh', elements: [wanted], octets: octets(header).length })
    expect(toHex(writeUdh([wanted]))).toBe(toHex(octets(header)))
  })

  it('keep all elements in their order', () => {
    const header = octets('0e 05 04 0b 84 23 f0 00 03 07 02 01 70 01 aa')
    const read = readUdh(header)
    expect(read.kind === 'udh' && read.elements.map(({ kind }) => kind)).toEqual(['ports', 'concatenation', 'other'])
    expect(read.kind === 'udh' && toHex(writeUdh(read.elements))).toBe(toHex(header))
  })

  it.each([
    ['', 'empty'],
    ['05 00 03 01', 'headerPastEnd'],
    ['ff', 'headerPastEnd'],
    ['04 00 03 01 02', 'elementPastHeader'],
    ['01 00', 'elementPastHeader'],
    ['02 00 ff', 'elementPastHeader'],
  ])('"%s" is malformed: %s', (header, why) => {
    expect(readUdh(octets(header))).toEqual({ kind: 'malformed', why })
  })

  it('take a known element of a wrong length for an unknown one', () => {
    const read = readUdh(octets('04 00 02 01 02'))
    expect(read.kind === 'udh' && read.elements).toEqual([{ kind: 'other', id: 0, value: octets('01 02') }])
  })

  it('of no element are no octet, and may be empty on the way in', () => {
    expect(writeUdh([])).toHaveLength(0)
    expect(readUdh(octets('00 61'))).toEqual({ kind: 'udh', elements: [], octets: 1 })
  })

  it('mean the last of several elements of a kind (TS 23.040 clause 9.2.3.24)', () => {
    const read = readUdh(octets('11 00 03 01 02 01 08 04 00 09 03 02 24 01 01 24 01 02'))
    if (read.kind !== 'udh') throw new Error(read.why)
    expect(concatenationOf(read.elements)).toMatchObject({ bits: 16, reference: 9 })
    expect(shiftsOf(read.elements)).toEqual({ locking: 0, single: 2 })
    expect(concatenationOf([])).toBeUndefined()
  })

  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 8 }), (elements) => {
        const written = writeUdh(elements)
        expect(written).toHaveLength(udhOctets(elements))
        expect(readUdh(written)).toEqual({ kind: 'udh', elements, octets: written.length })
      }),
    )
  })

  it('of any octets are a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        const read = readUdh(any)
        if (read.kind === 'udh') expect(read.octets).toBeLessThanOrEqual(any.length)
      }),
    )
  })

  it('too long to write are a mistake of the caller', () => {
    const long = { kind: 'other', id: 1, value: new Uint8Array(254) } as const
    expect(() => writeUdh([long])).toThrow(RangeError)
  })
})
