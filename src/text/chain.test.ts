// A text on its way: cut and coded by one peer, joined in the standard coding, cut and coded for the next, and so on.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nationalLanguages, type Alphabet } from './alphabet.js'
import { USER_DATA_OCTETS, type Cutting } from './cut.js'
import { dataCodingFor, peerCoding } from './data-coding.js'
import { decodeContent, decodeUserData, openContent, type PeerText, type WireContent } from './decode.js'
import { encodeText } from './encode.js'
import { measure, plainForm, type TextAlphabet } from './form.js'
import { encodeGsm7 } from './gsm7.js'
import { joinParts } from './join.js'
import { leave, leavesUntouched, type LongMessage, type Target } from './leave.js'
import { userDataOctets } from './segment.js'
import { fillBitsAfter, packSeptets } from './septets.js'
import { standardText, toStandard } from './standard.js'
import { concatenationOf } from './udh.js'

const textAlphabets = [
  ...(['gsm7', 'gsm7Packed', 'latin1', 'ascii', 'cyrillic', 'hebrew', 'ucs2', 'ucs2le', 'utf8'] as const),
] as const
const languages = fc.subarray(Object.values(nationalLanguages), { maxLength: 3 })

const anyPeer: fc.Arbitrary<PeerText> = fc
  .record({
    table: fc.constantFrom('smpp' as const, 'gsm0338' as const),
    defaultAlphabet: fc.constantFrom(...textAlphabets),
    classGroup: fc.constantFrom('general' as const, 'class' as const),
    // The usual ways in which peers differ; without UCS-2 some texts can't leave.
    alphabets: fc.constantFrom<ReadonlyMap<number, Alphabet>>(
      new Map(),
      new Map([[3, 'gsm7']]),
      new Map([[8, 'ucs2le']]),
      new Map([[1, 'gsm7Packed']]),
      new Map([[8, 'binary']]),
    ),
  })
  .map((options) => ({ coding: peerCoding(options) }))

const anyTarget: fc.Arbitrary<Target> = fc.record({
  text: anyPeer,
  longMessage: fc.constantFrom<LongMessage>('payload', 'udh8', 'udh16', 'sar', 'asReceived'),
  languages,
  transliterate: fc.constant(false),
})

const units = (...those: readonly string[]) =>
  fc.string({ unit: fc.constantFrom(...those), maxLength: 500, size: 'max' })
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' }),
  fc.string({ unit: 'binary', maxLength: 300, size: 'max' }),
  fc.string({ unit: 'binary-ascii', maxLength: 600, size: 'max' }),
  units('a', 'b', ' ', '€', '[', '\r', '\n', '@', 'é', 'Ω'),
  units('a', 'é', 'ê', 'ñ', 'û', '\u00a0'),
  units('ş', 'ğ', 'a', 'İ', ' ', '€'),
  units('न', 'म', 'स्', 'ते', ' ', 'A', '।'),
  units('👨‍👩‍👧‍👦', '😀', '👍🏽', '🇩🇪', 'e\u0301', 'x'),
  units('п', 'р', 'ш', 'א', 'ת', 'q'),
)

interface Wire {
  readonly shape: Cutting
  readonly contents: readonly WireContent[]
}

/** What a peer makes of a text by itself; undefined where it can't say it. */
function send(text: string, peer: PeerText, cutting: Cutting, allowed: readonly number[]): Wire | undefined {
  const encoded = encodeText(text, peer, { cutting, reference: 7, languages: allowed })
  if (encoded.kind !== 'encoded') return undefined
  const { dataCoding, segments } = encoded
  const contents = segments.map(({ udhi, octets }) => ({ dataCoding, udhi, octets }))
  return { shape: segments.length === 1 ? 'whole' : cutting, contents }
}

/** What the switch has of it: one content in the standard coding. */
function take({ contents, shape }: Wire, peer: PeerText): WireContent {
  const [only] = contents
  const isWhole = shape === 'whole' && only !== undefined
  const standard = isWhole ? toStandard(only, peer) : joinParts(contents, peer)
  if ('kind' in standard) throw new Error(standard.kind)
  if (isWhole && peer.coding.sameAsStandard[only.dataCoding] === 1) expect(standard).toBe(only)
  return standard
}

/** What a receiver reads that joins octets before it decodes. */
function read({ contents }: Wire, peer: PeerText): string {
  const opened = contents.map((content) => {
    const one = openContent(content, peer)
    if (one.kind !== 'opened') throw new Error(one.kind)
    return one
  })
  const [first] = opened
  if (first === undefined) throw new Error('no segment')
  const joined = Uint8Array.from(Buffer.concat(opened.map(({ userData }) => userData)))
  return decodeUserData(joined, first.coding.alphabet, first.shifts) ?? 'binary'
}

/** The wire after `leave`, or undefined where it rightly says that the peer lacks a character. */
function pass(content: WireContent, shape: Cutting, target: Target): Wire | undefined {
  const made = leave(content, shape, 0xbeef, target)
  if (made.kind === 'cannotLeave') {
    expectLack(content, made.why, target)
    return undefined
  }
  const { dataCoding, segments } = made
  if (leavesUntouched(content, target)) {
    expect(segments).toEqual([{ udhi: false, octets: content.octets, sar: undefined }])
  }
  expect(made.transliterated).toBe(0)
  const cutting = target.longMessage === 'asReceived' ? shape : target.longMessage
  segments.forEach(({ udhi, octets, sar }, i) => {
    const read = openContent({ dataCoding, udhi, octets }, target.text)
    if (read.kind !== 'opened') throw new Error(read.kind)
    const mark = concatenationOf(read.elements)
    const isCut = segments.length > 1
    const numbers = { total: segments.length, part: i + 1 }
    expect(mark !== undefined).toBe(isCut && cutting !== 'sar')
    expect(sar).toEqual(isCut && cutting === 'sar' ? { reference: 0xbeef, ...numbers } : undefined)
    if (mark !== undefined) {
      const reference = cutting === 'udh8' ? 0xef : 0xbeef
      expect(mark).toMatchObject({ bits: cutting === 'udh8' ? 8 : 16, reference, ...numbers })
    }
    if (cutting === 'payload' || cutting === 'whole') return
    expect(userDataOctets(octets, udhi, read.coding, sar !== undefined)).toBeLessThanOrEqual(USER_DATA_OCTETS)
  })
  if (cutting === 'payload' || cutting === 'whole') expect(segments).toHaveLength(1)
  const contents = segments.map(({ udhi, octets }) => ({ dataCoding, udhi, octets }))
  return { contents, shape: contents.length === 1 ? 'whole' : (cutting as Cutting) }
}

function expectLack(content: WireContent, why: string, { text: { coding } }: Target): void {
  const decoded = decodeContent(content, standardText)
  if (decoded.kind !== 'text') throw new Error(decoded.kind)
  const { text } = decoded
  const [, hex = '', at = ''] = /lack U\+([0-9A-F]{4,6}) at (\d+)$/.exec(why) ?? []
  expect(text.codePointAt(Number(at)), why).toBe(parseInt(hex, 16))
  const alphabets = ([coding.options.defaultAlphabet, 'ucs2', 'ucs2le'] as readonly TextAlphabet[]).filter(
    (alphabet) => dataCodingFor(alphabet, coding) !== undefined,
  )
  const lack = (what: string) => (alphabet: TextAlphabet) => measure(what, plainForm(alphabet)) < 0
  expect(alphabets.every(lack(text))).toBe(true)
  expect(alphabets.some(lack(String.fromCodePoint(parseInt(hex, 16))))).toBe(true)
}

describe('any text through any chain of peers', () => {
  const cutting = fc.constantFrom<Cutting>('udh8', 'udh16', 'sar', 'whole')

  it('comes out as it went in, or its lack is named', () => {
    let arrived = 0
    fc.assert(
      fc.property(anyText, anyPeer, cutting, languages, anyTarget, (text, peer, cut, allowed, target) => {
        const wire = send(text, peer, cut, allowed)
        fc.pre(wire !== undefined)
        if (wire === undefined) return
        const content = take(wire, peer)
        const decoded = decodeContent(content, standardText)
        expect(decoded.kind === 'text' && decoded.text).toBe(text)
        const next = pass(content, wire.shape, target)
        if (next === undefined) return
        expect(read(next, target.text)).toBe(text)
        arrived++
      }),
      { numRuns: 400 },
    )
    expect(arrived).toBeGreaterThan(100)
  })

  it('does so over several hops', () => {
    const hops = fc.array(anyTarget, { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(anyText, anyPeer, cutting, languages, hops, (text, peer, cut, allowed, targets) => {
        let wire = send(text, peer, cut, allowed)
        let from = peer
        fc.pre(wire !== undefined)
        for (const target of targets) {
          if (wire === undefined) return
          wire = pass(take(wire, from), wire.shape, target)
          from = target.text
        }
        if (wire !== undefined) expect(read(wire, from)).toBe(text)
      }),
      { numRuns: 120 },
    )
  })

  it('does so where the sender cuts anywhere, in the middle of a character too', () => {
    const blind = fc.constantFrom<TextAlphabet>(...textAlphabets)
    const long = fc.oneof(
      anyText,
      anyText.map((text) => text.repeat(3)),
    )
    let cutWithin = 0
    fc.assert(
      fc.property(long, blind, fc.integer({ min: 1, max: 134 }), anyTarget, (text, alphabet, size, target) => {
        const peer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: alphabet }) }
        const encoding = { cutting: 'whole', reference: 1, alphabets: [alphabet] } as const
        const whole = encodeText(text, peer, encoding)
        fc.pre(whole.kind === 'encoded')
        if (whole.kind !== 'encoded') return
        // Of packed septets each part packs its own.
        const isPacked = alphabet === 'gsm7Packed'
        const { octets } = isPacked ? { octets: encodeGsm7(text)! } : whole.segments[0]!
        const total = Math.max(1, Math.ceil(octets.length / size))
        fc.pre(total <= 255)
        const pieces = Array.from({ length: total }, (_, i) => octets.subarray(i * size, (i + 1) * size))
        // 3GPP TS 23.038 clause 6.1.2.3.1: there a carriage return is read as padding.
        fc.pre(
          !isPacked || pieces.every((piece) => piece.at(-1) !== 13 || (piece.length * 7 + fillBitsAfter(6)) % 8 > 0),
        )
        const contents = pieces.map((piece, i) => {
          const header = [5, 0, 3, 9, total, i + 1]
          return {
            dataCoding: whole.dataCoding,
            udhi: true,
            octets: Uint8Array.from([...header, ...(isPacked ? packSeptets(piece, fillBitsAfter(6), 'cr') : piece)]),
          }
        })
        if (alphabet === 'utf8' && contents.some(({ octets: part }) => (part[6]! & 0xc0) === 0x80)) cutWithin++
        const next = pass(take({ contents, shape: 'udh8' }, peer), 'udh8', target)
        if (next !== undefined) expect(read(next, target.text)).toBe(text)
      }),
      { numRuns: 300 },
    )
    expect(cutWithin).toBeGreaterThan(5)
  })
})
