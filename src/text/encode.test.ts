import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nationalLanguages, type Alphabet } from './alphabet.js'
import { USER_DATA_OCTETS, type Cutting } from './cut.js'
import { peerCoding } from './data-coding.js'
import { decodeContent, decodeUserData, openContent, type PeerText } from './decode.js'
import { chooseForm, encodeText, type EncodeOptions, type EncodedText } from './encode.js'
import { fitsUserData, userDataOctets } from './segment.js'
import { concatenationOf } from './udh.js'

const peerWith = (defaultAlphabet: Alphabet): PeerText => ({ coding: peerCoding({ table: 'smpp', defaultAlphabet }) })
const gsmPeer = peerWith('gsm7')
const cuttings: readonly Cutting[] = ['udh8', 'udh16', 'sar', 'whole']
const everyLanguage = Object.values(nationalLanguages)
const udh8 = { cutting: 'udh8', reference: 7 } as const

/** Text of the segments as a receiver that joins octets before decoding has it. */
function received(encoded: EncodedText, peer: PeerText): string {
  if (encoded.kind !== 'encoded') throw new Error(encoded.kind)
  const parts = encoded.segments.map(({ octets, udhi }) => {
    const opened = openContent({ dataCoding: encoded.dataCoding, udhi, octets }, peer)
    if (opened.kind !== 'opened') throw new Error(opened.kind)
    return opened
  })
  const [first] = parts
  if (first === undefined) throw new Error('no segment')
  const joined = Uint8Array.from(Buffer.concat(parts.map(({ userData }) => userData)))
  return decodeUserData(joined, first.coding.alphabet, first.shifts) ?? 'binary'
}

const someText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'binary-ascii', maxLength: 600 }),
  fc.string({ unit: fc.constantFrom('a', '€', '[', '\r', '@', 'é', 'Ω', '\n'), maxLength: 600 }),
  fc.string({ unit: fc.constantFrom('ş', 'ğ', 'a', 'İ', ' '), maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('न', 'म', 'स्', 'ते', ' ', 'A', '।'), maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('👨‍👩‍👧‍👦', '😀', '👍🏽', '🇩🇪', 'e\u0301', 'x'), maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('п', 'р', 'ш', 'א', 'ת', 'q'), maxLength: 400 }),
)

describe('any text, through any alphabet and any cutting', () => {
  const peers: readonly (readonly [Alphabet, PeerText])[] = (
    ['gsm7', 'gsm7Packed', 'latin1', 'cyrillic', 'hebrew', 'ascii', 'ucs2', 'ucs2le', 'utf8'] as const
  ).map((alphabet) => [alphabet, peerWith(alphabet)] as const)

  it.each(peers)('comes out of a peer whose default is %s as it went in', (_, peer) => {
    const languages = fc.subarray(everyLanguage, { maxLength: 3 })
    fc.assert(
      fc.property(
        someText,
        fc.constantFrom(...cuttings),
        languages,
        fc.nat(65_535),
        (text, cutting, allowed, reference) => {
          const encoded = encodeText(text, peer, { cutting, reference, languages: allowed })
          if (encoded.kind !== 'encoded') {
            // UCS-2 has whatever the peer's own alphabet lacks.
            return expect(encoded).toMatchObject({ kind: 'unsegmentable', why: 'tooManySegments' })
          }
          expect(received(encoded, peer)).toBe(text)
          encoded.segments.forEach(({ octets, udhi, part, total }, i) => {
            expect([part, total]).toEqual([i + 1, encoded.segments.length])
            if (cutting === 'whole') return
            const { alphabet } = encoded.form
            const onAir =
              cutting === 'sar' && total > 1
                ? userDataOctets(octets, udhi, { alphabet }, true)
                : userDataOctets(octets, udhi, { alphabet })
            expect(onAir).toBeLessThanOrEqual(USER_DATA_OCTETS)
          })
        },
      ),
      { numRuns: 150 },
    )
  })

  it('goes from peer to peer without loss, each of its own alphabet', () => {
    const chain = fc.array(fc.tuple(fc.constantFrom(...peers), fc.constantFrom(...cuttings)), {
      minLength: 2,
      maxLength: 6,
    })
    fc.assert(
      fc.property(someText, chain, (text, links) => {
        let carried = text
        for (const [[, peer], cutting] of links) {
          const encoded = encodeText(carried, peer, { cutting, reference: 1, languages: everyLanguage })
          if (encoded.kind !== 'encoded') return
          carried = received(encoded, peer)
        }
        expect(carried).toBe(text)
      }),
      { numRuns: 100 },
    )
  })

  it('splits no surrogate pair and no escape pair, and is readable part by part', () => {
    fc.assert(
      fc.property(someText, fc.constantFrom('udh8', 'udh16', 'sar'), (text, cutting: Cutting) => {
        fc.pre(!/[\ud800-\udfff]/u.test(text))
        for (const peer of [gsmPeer, peerWith('gsm7Packed')]) {
          const encoded = encodeText(text, peer, { cutting, reference: 1, languages: [nationalLanguages.turkish] })
          if (encoded.kind !== 'encoded') return
          const parts = encoded.segments.map(({ octets, udhi }) => {
            const decoded = decodeContent({ dataCoding: encoded.dataCoding, udhi, octets }, peer)
            return decoded.kind === 'text' ? decoded.text : decoded.kind
          })
          expect(parts.join('')).toBe(text)
          for (const part of parts) expect(/[\ud800-\udfff]/u.test(part)).toBe(false)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the form of a text', () => {
  const gsmOrUcs2 = ['gsm7', 'ucs2'] as const

  it('is GSM 7 bit where that has all characters, else the next alphabet', () => {
    const latin = { alphabets: ['gsm7', 'latin1', 'ucs2'], cutting: 'udh8' } as const
    expect(chooseForm('naïve', latin)).toMatchObject({ form: { alphabet: 'latin1' } })
    expect(chooseForm('{€}', latin)).toMatchObject({ form: { alphabet: 'gsm7' } })
    expect(chooseForm('naïve', { ...latin, alphabets: gsmOrUcs2 })).toMatchObject({ form: { alphabet: 'ucs2' } })
  })

  it('uses national tables only where allowed and where they save segments', () => {
    const text = 'İstanbul’da şiir'.replace('’', "'").repeat(8)
    const options = { alphabets: gsmOrUcs2, cutting: 'udh8' } as const
    expect(chooseForm(text, options)).toMatchObject({ form: { alphabet: 'ucs2' }, segments: 2 })
    expect(chooseForm(text, { ...options, languages: [nationalLanguages.turkish] })).toMatchObject({
      form: { alphabet: 'gsm7', shifts: { locking: 0, single: 1 } },
      segments: 1,
    })
    const short = text.slice(0, 60)
    expect(chooseForm(short, { ...options, languages: everyLanguage })).toMatchObject({ form: { alphabet: 'ucs2' } })
  })

  it('leaves national tables out of SAR parts, which must have no header', () => {
    const text = 'şiir '.repeat(60)
    const sar = { alphabets: gsmOrUcs2, cutting: 'sar', languages: [nationalLanguages.turkish] } as const
    expect(chooseForm(text, sar)).toMatchObject({ form: { alphabet: 'ucs2' } })
    expect(chooseForm(text.slice(0, 100), sar)).toMatchObject({ form: { alphabet: 'gsm7' }, segments: 1 })
  })

  it('that no alphabet gives names the first character of the one that goes furthest', () => {
    const options = { alphabets: ['ascii', 'latin1'], cutting: 'udh8' } as const
    expect(chooseForm('aé😀', options)).toEqual({ kind: 'unencodable', character: '😀', position: 2 })
  })
})

describe('what leaves', () => {
  const encode = (text: string, options: Partial<EncodeOptions> = {}, peer = gsmPeer) =>
    encodeText(text, peer, { ...udh8, ...options })

  it('is one segment without a header where it fits', () => {
    expect(encode('hi')).toEqual({
      kind: 'encoded',
      form: { alphabet: 'gsm7', shifts: { locking: 0, single: 0 } },
      dataCoding: 0,
      segments: [{ part: 1, total: 1, udhi: false, octets: Buffer.of(0x68, 0x69) }],
    })
    expect(encode('')).toMatchObject({ segments: [{ octets: Buffer.alloc(0) }] })
  })

  it('carries the concatenation and the tables in its header', () => {
    const long = encode('ş'.repeat(200), { languages: [nationalLanguages.turkish], reference: 0x1ff, cutting: 'udh16' })
    if (long.kind !== 'encoded') throw new Error(long.kind)
    const [first] = long.segments
    if (first === undefined) throw new Error('no segment')
    expect(Buffer.from(first.octets.subarray(0, 11)).toString('hex')).toBe('09080401ff0201250101' + '1d')
    const opened = openContent({ dataCoding: long.dataCoding, ...first }, gsmPeer)
    expect(opened.kind === 'opened' && concatenationOf(opened.elements)).toMatchObject({
      bits: 16,
      reference: 0x1ff,
      total: 2,
    })
    // 140 octets less 10 of header: 148 septets.
    expect(first.octets).toHaveLength(10 + 148)
    expect(fitsUserData(first.octets, true, { alphabet: 'gsm7' })).toBe(true)
  })

  it('carries a class, or is refused where the peer has no value for it', () => {
    expect(encode('hi', { messageClass: 0 })).toMatchObject({ dataCoding: 0x10 })
    expect(encode('привет', { messageClass: 0 })).toMatchObject({ dataCoding: 0x18 })
    const waiting = { what: 'voicemail', active: true, store: false } as const
    expect(encode('привет', { waiting, alphabets: ['ucs2'] })).toEqual({ kind: 'noDataCoding' })
  })

  it('names what it can not say', () => {
    const peer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7' }) }
    expect(encode('a б', { alphabets: ['gsm7'] }, peer)).toEqual({ kind: 'unencodable', character: 'б', position: 2 })
  })

  it('has at most 255 segments', () => {
    expect(encode('a'.repeat(153 * 255))).toMatchObject({ kind: 'encoded' })
    expect(encode('a'.repeat(153 * 255 + 1))).toEqual({ kind: 'unsegmentable', why: 'tooManySegments' })
    expect(encode('a'.repeat(60_000), { cutting: 'whole' })).toMatchObject({ segments: [{ total: 1 }] })
  })

  it('has ports in each segment, but not with SAR', () => {
    const ports = { kind: 'ports', bits: 16, destination: 5000, originator: 0 } as const
    const cut = encode('a'.repeat(200), { elements: [ports] })
    if (cut.kind !== 'encoded') throw new Error(cut.kind)
    for (const segment of cut.segments) {
      const opened = openContent({ dataCoding: 0, ...segment }, gsmPeer)
      expect(opened).toMatchObject({ elements: [{ kind: 'concatenation' }, ports] })
    }
    expect(encode('a'.repeat(200), { elements: [ports], cutting: 'sar' })).toEqual({
      kind: 'unsegmentable',
      why: 'headerWithSar',
    })
    const huge = { kind: 'other', id: 0x70, value: new Uint8Array(139) } as const
    expect(encode('hello', { elements: [huge] })).toEqual({ kind: 'unsegmentable', why: 'noRoom' })
  })

  it('packed keeps a carriage return at the end of an octet', () => {
    const peer = peerWith('gsm7Packed')
    for (const length of [7, 8, 15, 16, 159, 160, 161, 305, 306]) {
      const text = `${'a'.repeat(length - 1)}\r`
      expect(received(encode(text, {}, peer), peer)).toBe(text)
      expect(received(encode(`${text.slice(1, -1)}@`, {}, peer), peer)).toBe(`${text.slice(1, -1)}@`)
    }
  })
})

describe('what comes in', () => {
  it('is refused when compressed, malformed when its header is', () => {
    const gsm = { coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' }) }
    const octets = Uint8Array.of(5, 0, 3)
    expect(decodeContent({ dataCoding: 0x20, udhi: false, octets }, gsm)).toEqual({
      kind: 'refused',
      why: 'compressed',
    })
    expect(decodeContent({ dataCoding: 0, udhi: true, octets }, gsm)).toEqual({
      kind: 'malformed',
      why: 'headerPastEnd',
    })
  })

  it('is binary with its header taken apart, opaque codings as they came', () => {
    const octets = Uint8Array.from(Buffer.from('0605040b8423f0deadbeef', 'hex'))
    expect(decodeContent({ dataCoding: 4, udhi: true, octets }, gsmPeer)).toMatchObject({
      kind: 'binary',
      octets: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      elements: [{ kind: 'ports', destination: 2948, originator: 9200 }],
    })
    expect(decodeContent({ dataCoding: 10, udhi: false, octets }, gsmPeer)).toMatchObject({ kind: 'binary', octets })
  })

  it('is read with the tables that its header names', () => {
    const octets = Uint8Array.of(3, 0x24, 1, 1, 0x1b, 0x73)
    expect(decodeContent({ dataCoding: 0, udhi: true, octets }, gsmPeer)).toMatchObject({ text: 'ş' })
    // UCS-2 has no use for them.
    const wide = Uint8Array.of(3, 0x24, 1, 1, 0x01, 0x5f)
    expect(decodeContent({ dataCoding: 8, udhi: true, octets: wide }, gsmPeer)).toMatchObject({ text: 'ş' })
  })

  it('of any octets is a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(255), fc.boolean(), (octets, dataCoding, udhi) => {
        for (const peer of [gsmPeer, peerWith('gsm7Packed'), peerWith('utf8')]) {
          expect(decodeContent({ octets, dataCoding, udhi }, peer)).toHaveProperty('kind')
          expect(userDataOctets(octets, udhi, { alphabet: 'gsm7' })).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})
