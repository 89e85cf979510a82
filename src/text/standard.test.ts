import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpaque, type Alphabet } from './alphabet.js'
import { dataCodingFor, peerCoding, readDataCoding, type PeerCodingOptions } from './data-coding.js'
import { decodeContent, type PeerText, type WireContent } from './decode.js'
import { encodeText } from './encode.js'
import { standardText, toStandard } from './standard.js'
import { readUdh } from './udh.js'

const peerWith = (options: Partial<PeerCodingOptions>, packedEnd: PeerText['packedEnd'] = 'cr'): PeerText => ({
  coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', ...options }),
  packedEnd,
})
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const content = (dataCoding: number, octets: string, udhi = false): WireContent => ({
  dataCoding,
  udhi,
  octets: hex(octets),
})

/** In the standard coding; a refusal fails the test. */
function standard(from: WireContent, peer: PeerText): WireContent {
  const to = toStandard(from, peer)
  if ('kind' in to) throw new Error(to.kind)
  return to
}

const asHex = (from: WireContent, peer: PeerText) => {
  const { dataCoding, octets } = standard(from, peer)
  return [dataCoding, Buffer.from(octets).toString('hex')]
}

describe('a content in the standard coding', () => {
  it('is the same object where it means the same', () => {
    const gsm = peerWith({ table: 'gsm0338' })
    for (const dataCoding of [0, 4, 8, 0x10, 0x18, 0xc8, 0xe0, 0xf0, 0xf5]) {
      const from = content(dataCoding, '6869')
      expect(toStandard(from, standardText)).toBe(from)
      expect(toStandard(from, gsm)).toBe(from)
    }
    const withHeader = content(0, '0500030102016869', true)
    expect(toStandard(withHeader, gsm)).toBe(withHeader)
  })

  it('has septets unpacked, header kept and fill bits gone', () => {
    const peer = peerWith({ defaultAlphabet: 'gsm7Packed' })
    // "hellohello" is the example of many a manual.
    expect(asHex(content(0, 'e8329bfd4697d9ec37'), peer)).toEqual([0, '68656c6c6f68656c6c6f'])
    const part = encodeText('a'.repeat(200), peer, { cutting: 'udh8', reference: 0x55 })
    if (part.kind !== 'encoded') throw new Error(part.kind)
    const [first] = part.segments
    const { octets } = standard({ dataCoding: 0, udhi: true, octets: first?.octets ?? hex('') }, peer)
    expect(Buffer.from(octets).toString('latin1')).toBe(`\x05\x00\x03\x55\x02\x01${'a'.repeat(153)}`)
  })

  it('has UTF-16 the right way round, without touching what came', () => {
    const peer = peerWith({ alphabets: new Map([[8, 'ucs2le']]) })
    const from = content(8, '3f04400438043204350442')
    expect(asHex(from, peer)).toEqual([8, '043f044004380432043542'])
    expect(Buffer.from(from.octets).toString('hex')).toBe('3f04400438043204350442')
  })

  it.each([
    ['latin1', 0x00, 'e9', 3, 'e9'],
    ['ascii', 0x00, '40', 1, '40'],
    ['cyrillic', 0x00, 'd0', 6, 'd0'],
    ['binary', 0x00, 'ff00', 4, 'ff00'],
    // Flash in Latin-1 has no value: é is in GSM 7 bit, ê is not.
    ['latin1', 0x10, 'e9', 0x10, '05'],
    ['latin1', 0x10, 'ea', 0x18, '00ea'],
    ['utf8', 0x00, 'c3a9e282ac', 0, '051b65'],
    ['utf8', 0x00, 'f09f9880', 8, 'd83dde00'],
    // Voicemail waiting, to be dropped: UCS-2 has only the one that is stored.
    ['utf8', 0xc8, '61', 0xc8, '61'],
    ['utf8', 0xc8, 'd0b1', 0xe8, '0431'],
  ] as const)('of %s at 0x%s', (defaultAlphabet, dataCoding, octets, wanted, standardOctets) => {
    expect(asHex(content(dataCoding, octets), peerWith({ defaultAlphabet }))).toEqual([wanted, standardOctets])
  })

  it('is plain where only the table of GSM has the value', () => {
    const peer = peerWith({ table: 'gsm0338' })
    expect(asHex(content(0x80, '61'), peer)).toEqual([0, '61'])
    // Deleted once read: SMPP's table has nothing that says so.
    expect(asHex(content(0x58, '0431'), peer)).toEqual([0x18, '0431'])
    expect(asHex(content(0x03, '61'), peer)).toEqual([0, '61'])
  })

  it('keeps no octets as septets that the tables of its header would change', () => {
    const peer = peerWith({ defaultAlphabet: 'utf8' })
    expect(asHex(content(0, '0324010161', true), peer)).toEqual([8, '032401010061'])
  })

  it('passes as it is where the value is reserved', () => {
    const from = content(0x0b, '6162')
    expect(toStandard(from, peerWith({ defaultAlphabet: 'latin1' }))).toBe(from)
  })

  it('is refused when compressed, or when its header is malformed', () => {
    expect(toStandard(content(0x20, '61'), peerWith({ table: 'gsm0338' }))).toEqual({
      kind: 'refused',
      why: 'compressed',
    })
    for (const peer of [standardText, peerWith({ defaultAlphabet: 'latin1' })]) {
      expect(toStandard(content(0, '050003', true), peer)).toEqual({ kind: 'malformed', why: 'headerPastEnd' })
      expect(toStandard(content(0, '', true), peer)).toEqual({ kind: 'malformed', why: 'empty' })
    }
  })
})

describe('any octets of any peer', () => {
  const alphabets: readonly Alphabet[] = [
    ...(['gsm7', 'gsm7Packed', 'ascii', 'latin1', 'cyrillic', 'hebrew', 'ucs2', 'ucs2le', 'utf8'] as const),
    ...(['binary', 'ksc5601'] as const),
  ]
  const anyPeer = fc
    .record({
      table: fc.constantFrom('smpp' as const, 'gsm0338' as const),
      defaultAlphabet: fc.constantFrom(...alphabets),
      alphabets: fc.array(fc.tuple(fc.nat(255), fc.constantFrom(...alphabets)), { maxLength: 5 }),
    })
    .map(({ alphabets: map, ...options }) => peerWith({ ...options, alphabets: new Map(map) }))

  it('mean in the standard coding what they meant', () => {
    fc.assert(
      fc.property(anyPeer, fc.nat(255), fc.uint8Array({ maxLength: 200 }), (peer, dataCoding, octets) => {
        const from = { dataCoding, udhi: false, octets }
        const read = decodeContent(from, peer)
        const to = toStandard(from, peer)
        if (read.kind === 'refused' && read.why === 'compressed') {
          expect(to).toEqual(read)
          return
        }
        if ('kind' in to) throw new Error(to.kind)
        const reread = decodeContent(to, standardText)
        if (read.kind === 'text') expect(reread).toMatchObject({ kind: 'text', text: read.text })
        else if (read.kind === 'binary') expect(reread).toMatchObject({ kind: 'binary', octets: read.octets })
        else expect(to).toBe(from)
      }),
      { numRuns: 1000 },
    )
  })

  it('keep class and indication', () => {
    fc.assert(
      fc.property(anyPeer, fc.nat(255), (peer, dataCoding) => {
        const read = readDataCoding(dataCoding, peer.coding)
        fc.pre(read.kind === 'coding' && !isOpaque(read.alphabet))
        const { messageClass, waiting } = read
        const to = standard({ dataCoding, udhi: false, octets: hex('00610062') }, peer)
        const reread = readDataCoding(to.dataCoding, standardText.coding)
        expect(reread).toMatchObject({
          ...(messageClass !== undefined && { messageClass }),
          ...(waiting !== undefined && { waiting: { what: waiting.what, active: waiting.active } }),
        })
      }),
      { numRuns: 1000 },
    )
  })

  it('keep their header', () => {
    const header = '0804c3d40201'
    fc.assert(
      fc.property(anyPeer, fc.nat(255), fc.uint8Array({ maxLength: 130 }), (peer, dataCoding, data) => {
        const octets = Uint8Array.from([6, ...hex(header), ...data])
        const to = toStandard({ dataCoding, udhi: true, octets }, peer)
        if ('kind' in to) {
          expect(to).toEqual({ kind: 'refused', why: 'compressed' })
          return
        }
        expect(to.udhi).toBe(true)
        expect(readUdh(to.octets)).toMatchObject({ elements: [{ reference: 0xc3d4, total: 2, part: 1 }] })
      }),
      { numRuns: 500 },
    )
  })

  it('find a value for every alphabet that a text may have', () => {
    for (const alphabet of alphabets.filter((one) => !['gsm7Packed', 'ucs2le', 'utf8'].includes(one))) {
      expect(dataCodingFor(alphabet, standardText.coding)).toBeDefined()
    }
  })
})
