import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpaque, type Alphabet } from './alphabet.js'
import { characterlessAt, nameCharacterless } from './characterless.js'
import { swappedUnits } from './charsets.js'
import { octetCuts } from './cut-octets.js'
import { hasCanonicalEscapes } from './cut-septets.js'
import { peerCoding, type PeerCodingOptions } from './data-coding.js'
import { decodeUserData, openContent, type OpenedContent, type PeerText, type WireContent } from './decode.js'
import { leave, type Leaving, type LongMessage, type Target } from './leave.js'
import { standardText } from './standard.js'

const hex = (octets: string) => Uint8Array.from(Buffer.from(octets, 'hex'))
const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const longMessages = ['payload', 'udh8', 'udh16', 'sar', 'asReceived'] as const

const targetWith = (options: Partial<PeerCodingOptions>, more: Partial<Target> = {}): Target => ({
  text: { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', ...options }) },
  longMessage: 'udh8',
  languages: [],
  transliterate: false,
  ...more,
})
const same = (more: Partial<Target> = {}) => targetWith({}, more)
const content = (dataCoding: number, octets: Uint8Array, udhi = false): WireContent => ({ dataCoding, udhi, octets })

function sent(from: WireContent, target: Target): Leaving {
  const made = leave(from, 'udh8', 0xabcd, target)
  if (made.kind !== 'leaving') throw new Error(made.why)
  return made
}

/** Everything after the segments' headers, septets unpacked, as the peer reads it. */
function arrived({ dataCoding, segments }: Leaving, peer: PeerText): OpenedContent {
  const opened = segments.map(({ udhi, octets }) => {
    const one = openContent({ dataCoding, udhi, octets }, peer)
    if (one.kind !== 'opened') throw new Error(one.kind)
    return one
  })
  const [first] = opened
  if (first === undefined) throw new Error('no segment')
  return { ...first, userData: Buffer.concat(opened.map(({ userData }) => userData)) }
}

const lengths = ({ segments }: Leaving) => segments.map(({ udhi, octets }) => octets.length - (udhi ? 6 : 0))

describe('an octet without a character', () => {
  it.each([
    ['gsm7', '61621b65', -1, ''],
    ['gsm7', '6162e962', 2, 'octet 0xe9 at 2'],
    ['gsm7', '1be9', 1, 'octet 0xe9 at 1'],
    ['ascii', '7f80', 1, 'octet 0x80 at 1'],
    ['latin1', '80ff', -1, ''],
    ['cyrillic', 'a0ff', -1, ''],
    ['hebrew', 'e0fae0a1', 3, 'octet 0xa1 at 3'],
    ['ucs2', '0061d83dde00', -1, ''],
    ['ucs2', '0061d83d0061', 2, 'octets 0xd83d at 2'],
    ['ucs2', '0061de000061', 2, 'octets 0xde00 at 2'],
    ['ucs2', 'd83dd83dde00', 0, 'octets 0xd83d at 0'],
    ['ucs2', '0061d83d', 2, 'octets 0xd83d at 2'],
    ['ucs2', '006100', 2, 'octet 0x00 at 2'],
    ['ucs2le', '61003dd800de', -1, ''],
    ['ucs2le', '3dd86100', 0, 'octets 0x3dd8 at 0'],
    ['binary', 'ff', -1, ''],
  ] as const)('of %s in %s is at %i', (alphabet, octets, at, name) => {
    const userData = hex(octets)
    expect(characterlessAt(userData, alphabet)).toBe(at)
    if (at >= 0) expect(nameCharacterless(userData, alphabet, at)).toBe(name)
  })

  it('is what decoding makes U+FFFD or a lone surrogate of', () => {
    const alphabet = fc.constantFrom<Alphabet>('gsm7', 'ascii', 'latin1', 'cyrillic', 'hebrew', 'ucs2', 'ucs2le')
    fc.assert(
      fc.property(anyOctets, alphabet, (octets, which) => {
        const lacks = /\ufffd|\p{Surrogate}/u.test(decodeUserData(octets, which) ?? '')
        // UCS-2 has U+FFFD itself.
        if (!which.startsWith('ucs2') || !lacks) expect(characterlessAt(octets, which) >= 0).toBe(lacks)
      }),
      { numRuns: 500 },
    )
  })
})

describe('octets that are cut as they are', () => {
  it('keep an escape with what it escapes', () => {
    const a = 'a'.repeat(3)
    expect(octetCuts(latin(`${a}\x1bebcd`), 'gsm7', 4)).toEqual([3, 7, 8])
    expect(octetCuts(latin(`aa\x1b\x1bbcde`), 'gsm7', 4)).toEqual([4, 8])
    expect(octetCuts(latin('\x1b'.repeat(9)), 'gsm7', 5)).toEqual([4, 9])
    // The escape at the very end has nothing to stay with.
    expect(octetCuts(latin(`${a}aa\x1b`), 'gsm7', 4)).toEqual([4, 6])
  })

  it('keep a surrogate pair together, and nothing else', () => {
    expect(octetCuts(hex('0061d83dde000062'), 'ucs2', 4)).toEqual([2, 6, 8])
    expect(octetCuts(hex('61003dd800de6200'), 'ucs2le', 4)).toEqual([2, 6, 8])
    expect(octetCuts(hex('0061d83d0062de00'), 'ucs2', 4)).toEqual([4, 8])
    expect(octetCuts(hex('0061d83dde000062'), 'binary', 4)).toEqual([4, 8])
  })
})

describe('a text in another alphabet than its data_coding says', () => {
  // What a client sends that takes 0 for Latin-1: two parts of 144 octets.
  const creme = latin('Café à la crème '.repeat(18))

  it('leaves octet for octet in as many segments as its octets need', () => {
    const made = sent(content(0, creme), same())
    expect(made.dataCoding).toBe(0)
    expect(lengths(made)).toEqual([153, 135])
    expect(arrived(made, standardText).userData).toEqual(Buffer.from(creme))
    expect(sent(content(0, creme), same({ languages: [1, 3], transliterate: true }))).toEqual(made)
  })

  it('of ASCII, Hebrew, or broken UTF-16 does so too', () => {
    const ascii = sent(content(1, creme), same())
    expect([ascii.dataCoding, lengths(ascii)]).toEqual([1, [134, 134, 20]])
    const hebrew = sent(content(7, latin('\xa1'.repeat(141))), same())
    expect([hebrew.dataCoding, lengths(hebrew)]).toEqual([7, [134, 7]])
    // An emoji cut in two by the client, and an emoji where the switch would cut.
    const emoji = hex(`d83d${'0061'.repeat(65)}d83dde00${'0061'.repeat(10)}00`)
    const wide = sent(content(8, emoji), same())
    expect([wide.dataCoding, lengths(wide)]).toEqual([8, [132, 25]])
    expect(arrived(wide, standardText).userData).toEqual(Buffer.from(emoji))
  })

  it('keeps the header that it came with', () => {
    const turkish = content(0, Buffer.concat([hex('03240101'), creme]), true)
    const made = sent(turkish, same())
    expect(made.segments.map(({ octets }) => Buffer.from(octets.subarray(0, 9)).toString('hex'))).toEqual([
      '080003cd0201240101',
      '080003cd0202240101',
    ])
    expect(arrived(made, standardText).userData).toEqual(Buffer.from(creme))
  })

  it('does not leave to a peer that has no value for its alphabet, and the octet is named', () => {
    const toPacked = leave(content(0, latin('Caf\xe9')), 'whole', 1, targetWith({ defaultAlphabet: 'gsm7Packed' }))
    expect(toPacked).toEqual({
      kind: 'cannotLeave',
      why: 'gsm7 has no character for octet 0xe9 at 3, and the peer has no data_coding for gsm7',
    })
    const withoutUcs2 = targetWith({ alphabets: new Map([[8, 'binary']]) })
    expect(leave(content(8, hex('0061d83d')), 'whole', 1, withoutUcs2)).toMatchObject({
      why: 'ucs2 has no character for octets 0xd83d at 2, and the peer has no data_coding for ucs2',
    })
    const aPart = content(1, Buffer.concat([hex('050003420201'), creme]), true)
    expect(leave(aPart, 'whole', 1, same())).toMatchObject({ why: 'a part of a message is too long' })
  })

  it('leaves under another value that means the same, UTF-16 either way round', () => {
    const moved = targetWith({ defaultAlphabet: 'latin1', alphabets: new Map([[3, 'gsm7']]) })
    expect(sent(content(0, creme), moved)).toMatchObject({ dataCoding: 3, segments: { length: 2 } })
    const little = targetWith({ alphabets: new Map([[8, 'ucs2le']]) })
    expect(sent(content(8, hex('0061d83d7f')), little).segments[0]?.octets).toEqual(Buffer.from('61003dd87f', 'hex'))
  })
})

const octet = fc.nat(255)
const bytes = (one: fc.Arbitrary<number>, maxLength = 700) =>
  fc.array(one, { maxLength, size: 'max' }).map((list) => Uint8Array.from(list))
/** Noise, septets with escapes in a row, and UTF-16 with halves of pairs. */
const anyOctets = fc.oneof(
  bytes(octet),
  bytes(fc.nat(0x7f)),
  bytes(fc.constantFrom(0x1b, 0x1b, 0x65, 0x61, 0x0d)),
  bytes(fc.constantFrom(0x1b, 0x61, 0x61, 0x61, 0xe9)),
  bytes(fc.constantFrom(0xd83d, 0xde00, 0x0061, 0x0430, 0xfffd), 300).map((units) =>
    Uint8Array.from(Array.from(units).flatMap((unit) => [unit >> 8, unit & 0xff])),
  ),
)
const anyTarget = (text: fc.Arbitrary<PeerText>): fc.Arbitrary<Target> =>
  fc.record({
    text,
    longMessage: fc.constantFrom<LongMessage>(...longMessages),
    languages: fc.constantFrom([], [], [1, 3]),
    transliterate: fc.boolean(),
  })

describe('any octets of any data_coding', () => {
  const values = fc.oneof(fc.constantFrom(0, 1, 3, 6, 7, 8, 4, 0x10, 0x18, 0xc8, 0xe8), octet)
  const shapes = fc.constantFrom('whole' as const, 'udh8' as const, 'udh16' as const, 'sar' as const)

  it('come out octet for octet at a peer of the same coding, or as the same text', () => {
    let exact = 0
    fc.assert(
      fc.property(values, anyOctets, shapes, anyTarget(fc.constant(standardText)), (value, octets, shape, target) => {
        const from = content(value, octets)
        const made = leave(from, shape, 0xbeef, target)
        const opened = openContent(from, standardText)
        if (made.kind === 'cannotLeave') {
          expect(opened.kind).toBe('refused')
          expect(octets.length).toBeGreaterThan(140)
          return
        }
        if (opened.kind !== 'opened') {
          expect(made.segments).toEqual([{ udhi: false, octets, sar: undefined }])
          return
        }
        const there = arrived(made, standardText)
        const { alphabet } = opened.coding
        if (isText(octets, alphabet) && (alphabet !== 'gsm7' || hasCanonicalEscapes(octets))) {
          if (made.transliterated === 0) expect(textOf(there)).toBe(textOf(opened))
          return
        }
        expect(there.coding).toEqual(opened.coding)
        expect(Buffer.from(there.userData)).toEqual(Buffer.from(octets))
        exact++
      }),
      { numRuns: 1000 },
    )
    expect(exact).toBeGreaterThan(200)
  })

  const otherPeer = fc
    .record({
      table: fc.constantFrom('smpp' as const, 'gsm0338' as const),
      defaultAlphabet: fc.constantFrom<Alphabet>('gsm7', 'gsm7Packed', 'latin1', 'ascii', 'hebrew', 'ucs2', 'utf8'),
      alphabets: fc.constantFrom<ReadonlyMap<number, Alphabet>>(
        new Map(),
        new Map([[3, 'gsm7']]),
        new Map([[8, 'ucs2le']]),
        new Map([[8, 'binary']]),
      ),
    })
    .map((options): PeerText => ({ coding: peerCoding(options) }))

  it('are the same text at any other peer, the same octets, or can not leave', () => {
    fc.assert(
      fc.property(values, anyOctets, shapes, anyTarget(otherPeer), (value, octets, shape, target) => {
        const from = content(value, octets)
        const opened = openContent(from, standardText)
        const made = leave(from, shape, 0xbeef, target)
        if (made.kind === 'cannotLeave' || opened.kind !== 'opened') return
        const there = arrived(made, target.text)
        const { alphabet } = opened.coding
        if (isText(octets, alphabet)) {
          if (made.transliterated === 0) expect(textOf(there)).toBe(textOf(opened))
          return
        }
        const isTurned = alphabet === 'ucs2' && there.coding.alphabet === 'ucs2le'
        expect(there.coding.alphabet).toBe(isTurned ? 'ucs2le' : alphabet)
        expect(Buffer.from(there.userData)).toEqual(Buffer.from(isTurned ? swappedUnits(octets) : octets))
      }),
      { numRuns: 1000 },
    )
  })

  function isText(octets: Uint8Array, alphabet: Alphabet): boolean {
    return !isOpaque(alphabet) && characterlessAt(octets, alphabet) < 0
  }

  function textOf({ userData, coding, shifts }: OpenedContent): string | undefined {
    return decodeUserData(Uint8Array.from(userData), coding.alphabet, shifts)
  }
})
