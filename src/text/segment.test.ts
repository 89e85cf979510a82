import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import { nationalLanguages, noShifts } from './alphabet.js'
import { roomFor, type Cutting } from './cut.js'
import { readDataCoding, peerCoding } from './data-coding.js'
import { decodeContent } from './decode.js'
import { chooseForm, segmentCount } from './encode.js'
import { plainForm, type TextAlphabet } from './form.js'
import { fitsUserData, segmentOctets, segmentText, userDataOctets } from './segment.js'

const gsm = { alphabets: ['gsm7', 'ucs2'] } as const
const smppPeer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7' }) }

/** Texts of the segments. */
function pieces(text: string, alphabet: TextAlphabet, cutting: Cutting = 'udh8'): readonly string[] {
  const cut = segmentText(text, plainForm(alphabet), { cutting, reference: 1 })
  if (cut.kind !== 'segments') throw new Error(cut.kind)
  const dataCoding = alphabet === 'gsm7' ? 0 : 8
  return cut.segments.map(({ octets, udhi }) => {
    const decoded = decodeContent({ dataCoding, udhi, octets }, smppPeer)
    return decoded.kind === 'text' ? decoded.text : decoded.kind
  })
}

describe('room in a segment', () => {
  it.each([
    ['gsm7', 'udh8', 160, 153],
    ['gsm7', 'udh16', 160, 152],
    ['gsm7', 'sar', 160, 153],
    ['ucs2', 'udh8', 140, 134],
    ['ucs2', 'udh16', 140, 132],
    ['latin1', 'udh8', 140, 134],
    ['utf8', 'udh16', 140, 133],
  ] as const)('of %s in %s is %i alone, %i in each', (alphabet, cutting, alone, each) => {
    expect(roomFor(plainForm(alphabet), cutting, 0)).toMatchObject({ alone, each })
  })

  it.each([
    [{ locking: 0, single: 1 }, 155, 149, 148],
    [{ locking: 1, single: 0 }, 155, 149, 148],
    [{ locking: 1, single: 1 }, 152, 146, 145],
  ])('less the tables %o is %i alone, %i and %i in each', (shifts, alone, udh8, udh16) => {
    const elementOctets = (shifts.locking > 0 ? 3 : 0) + (shifts.single > 0 ? 3 : 0)
    expect(roomFor({ alphabet: 'gsm7', shifts }, 'udh8', elementOctets)).toMatchObject({ alone, each: udh8 })
    expect(roomFor({ alphabet: 'gsm7', shifts }, 'udh16', elementOctets)).toMatchObject({ alone, each: udh16 })
  })

  it.each([
    ['a', 160, 1, 161, 2],
    ['a', 306, 2, 307, 3],
    ['€', 80, 1, 81, 2],
    // 153 septets hold 76 escape pairs.
    ['€', 152, 2, 153, 3],
    ['я', 70, 1, 71, 2],
    ['я', 134, 2, 135, 3],
    ['😀', 35, 1, 36, 2],
    // 67 units hold 33 pairs.
    ['😀', 66, 2, 67, 3],
  ])('%s: %i make %i, %i make %i', (character, fits, fewer, over, more) => {
    expect(segmentCount(character.repeat(fits))).toBe(fewer)
    expect(segmentCount(character.repeat(over))).toBe(more)
  })

  it.each([
    ['udh16', 'a', 304, 2, 305, 3],
    ['udh16', 'я', 132, 2, 133, 3],
    ['sar', 'a', 306, 2, 307, 3],
    ['whole', 'я', 5000, 1, 6000, 1],
  ] as const)('by %s %s: %i make %i, %i make %i', (cutting, character, fits, fewer, over, more) => {
    expect(segmentCount(character.repeat(fits), { ...gsm, cutting })).toBe(fewer)
    expect(segmentCount(character.repeat(over), { ...gsm, cutting })).toBe(more)
  })

  it('counts as many as it builds', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.string({ maxLength: 900 }))
    const languages = fc.subarray(Object.values(nationalLanguages), { maxLength: 2 })
    fc.assert(
      fc.property(text, fc.constantFrom('udh8', 'udh16', 'sar'), languages, (any, cutting: Cutting, allowed) => {
        const chosen = chooseForm(any, { ...gsm, cutting, languages: allowed })
        if (chosen.kind !== 'form') throw new Error(chosen.character)
        const built = segmentText(any, chosen.form, { cutting, reference: 1 })
        expect(built.kind === 'segments' && built.segments.length).toBe(chosen.segments)
        expect(segmentCount(any, { ...gsm, cutting, languages: allowed })).toBe(chosen.segments)
      }),
    )
  })
})

describe('a cut', () => {
  it('is before an escape pair that does not fit', () => {
    expect(pieces(`${'a'.repeat(152)}€${'b'.repeat(20)}`, 'gsm7')).toEqual(['a'.repeat(152), `€${'b'.repeat(20)}`])
  })

  it('is before a surrogate pair that does not fit', () => {
    expect(pieces(`${'я'.repeat(66)}😀${'я'.repeat(20)}`, 'ucs2')).toEqual(['я'.repeat(66), `😀${'я'.repeat(20)}`])
  })

  it.each([
    ['a family of emoji', '👨‍👩‍👧‍👦'],
    ['a skin tone', '👍🏽'],
    ['a flag', '🇩🇪'],
    ['combining marks', 'e\u0301\u0323'],
    ['a Hangul syllable', '\u1112\u1161\u11ab'],
    ['a Devanagari vowel sign', 'कि'],
  ])('is not within %s', (_, cluster) => {
    for (let before = 68 - cluster.length; before < 67; before++) {
      const rest = 'я'.repeat(20)
      expect(pieces(`${'я'.repeat(before)}${cluster}${rest}`, 'ucs2')).toEqual([
        'я'.repeat(before),
        `${cluster}${rest}`,
      ])
    }
  })

  it('is within a cluster that no segment could hold, but not within a pair', () => {
    const towering = `a${'\u0301'.repeat(150)}`
    expect(pieces(towering, 'ucs2').map(({ length }) => length)).toEqual([67, 67, 17])
    const chain = Array.from({ length: 40 }, () => '👨').join('\u200d')
    for (const piece of pieces(chain, 'ucs2')) expect(/[\ud800-\udfff]/u.test(piece)).toBe(false)
  })

  it('needs no segmenter between letters that never join', () => {
    const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
    // One of each script with all others: a unit joins by its class, not by what it is next to.
    const some = Array.from('aéΩяבعڀ–あカ中')
    const ranges: readonly (readonly [number, number])[] = [
      [0x20, 0x2ff],
      [0x370, 0x482],
      [0x48a, 0x556],
      [0x5d0, 0x5ea],
      [0x620, 0x64a],
      [0x671, 0x6d3],
      [0x2010, 0x2027],
      [0x3041, 0x3096],
      [0x30a1, 0x30fa],
      [0x4e00, 0x4eff],
      [0x9f00, 0x9fff],
    ]
    const joined: string[] = []
    for (const [first, last] of ranges) {
      for (let code = first; code <= last; code++) {
        const text = some.map((other) => `${other}${String.fromCharCode(code)}`).join('')
        if (Array.from(graphemes.segment(text)).length !== text.length) joined.push(code.toString(16))
      }
    }
    expect(joined).toEqual([])
  })

  it('is not within a syllable of a national table', () => {
    const shifts = { locking: nationalLanguages.hindi, single: 0 }
    const text = `${'a'.repeat(148)}कि${'a'.repeat(20)}`
    const cut = segmentText(text, { alphabet: 'gsm7', shifts }, { cutting: 'udh8', reference: 1 })
    expect(cut.kind === 'segments' && cut.segments.map(({ octets }) => octets.length - 9)).toEqual([148, 22])
  })
})

describe('counts of npm sms-segments-calculator', () => {
  const theirs = (text: string): number => new SegmentedMessage(text).segmentsCount

  it('are ours for each character by itself', () => {
    const different: string[] = []
    for (let code = 1; code < 0x10000; code += code < 0x3000 ? 1 : 97) {
      const text = String.fromCharCode(code)
      const { encodingName } = new SegmentedMessage(text)
      const ours = chooseForm(text, { ...gsm, cutting: 'udh8' })
      const name = ours.kind === 'form' && ours.form.alphabet === 'gsm7' ? 'GSM-7' : 'UCS-2'
      if (encodingName !== name) different.push(code.toString(16))
    }
    expect(different).toEqual([])
  })

  it.each([
    ['GSM 7 bit with escapes', ['a', 'b', ' ', '€', '{', '\\', '\n']],
    ['line ends of both kinds', ['a', '\r\n', '\n', 'b']],
    ['Cyrillic', ['п', 'р', 'и', ' ', '€', '[']],
    ['emoji, alone, joined, toned, flags', ['😀', '👨‍👩‍👧‍👦', '👍🏽', '🇩🇪', 'a']],
    ['combining marks', ['e\u0301', 'a\u0308\u0323', 'x']],
    ['Devanagari with conjuncts', Array.from('नमस्ते क्षत्रिय ')],
    ['Hangul, Thai, Arabic, Hebrew, Chinese', ['한', 'สวั', 'กำ', 'مر', 'שָׁ', '中', ' ']],
  ])('are ours for %s', (_, units) => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...units), maxLength: 500 }), (text) => {
        expect(segmentCount(text)).toBe(theirs(text))
      }),
      { numRuns: 150 },
    )
  })

  // Each class in which counts differ, and why. Nothing else may.
  it.each([
    {
      what: 'a cluster longer than a segment: theirs overflows one segment, TP-User-Data has 140 octets (TS 23.040 clause 9.2.3.16)',
      text: `я${'\u0301'.repeat(199)}`,
      ours: 3,
      theirs: 2,
    },
    {
      what: 'emoji newer than the Unicode 10 of theirs, not cut in ours (UAX #29); TS 23.040 clause 9.2.3.24.1 leaves it free where to cut',
      text: `${'я'.repeat(65)}\u{1faf1}\u{1f3fd}${'я'.repeat(65)}`,
      ours: 3,
      theirs: 2,
    },
  ])('differ: $what', ({ text, ours, theirs: other }) => {
    expect(segmentCount(text)).toBe(ours)
    expect(theirs(text)).toBe(other)
  })

  it('have no national tables (TS 23.038 annex A), which save half of a Turkish text', () => {
    const text = 'Şişli’de şöyle'.replace('’', "'").repeat(8)
    expect(theirs(text)).toBe(2)
    expect(segmentCount(text)).toBe(2)
    expect(segmentCount(text, { ...gsm, cutting: 'udh8', languages: [nationalLanguages.turkish] })).toBe(1)
  })
})

describe('binary', () => {
  const octets = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)

  it('is cut at 140, 134 or 133 octets', () => {
    const lengths = (length: number, cutting: Cutting) => {
      const cut = segmentOctets(octets.subarray(0, length), 'binary', { cutting, reference: 1 })
      return cut.kind === 'segments' ? cut.segments.map((segment) => segment.octets.length) : cut.kind
    }
    expect(lengths(140, 'udh8')).toEqual([140])
    expect(lengths(141, 'udh8')).toEqual([140, 6 + 7])
    expect(lengths(300, 'udh16')).toEqual([140, 140, 7 + 34])
    expect(lengths(300, 'sar')).toEqual([134, 134, 32])
    expect(lengths(300, 'whole')).toEqual([300])
    expect(lengths(0, 'udh8')).toEqual([0])
  })
})

describe('a part on the air', () => {
  const coding = (value: number) => {
    const read = readDataCoding(value, smppPeer.coding)
    if (read.kind !== 'coding') throw new Error(read.why)
    return read
  }
  const withUdh = (length: number) => Uint8Array.of(5, 0, 3, 1, 2, 1, ...new Uint8Array(length).fill(0x61))

  it.each([
    // 159 octets as SMPP has them: six of header, 153 septets.
    ['GSM 7 bit with a header', withUdh(153), true, 0, false, 140],
    ['one septet more', withUdh(154), true, 0, false, 141],
    ['160 septets', new Uint8Array(160), false, 0, false, 140],
    ['SAR with 153 septets', new Uint8Array(153), false, 0, true, 140],
    ['SAR with 154 septets', new Uint8Array(154), false, 0, true, 141],
    ['UCS-2 with a header', withUdh(134), true, 8, false, 140],
    ['SAR in UCS-2', new Uint8Array(134), false, 8, true, 140],
    ['binary', new Uint8Array(141), false, 4, false, 141],
    ['Latin-1 that GSM 7 bit has', new Uint8Array(160).fill(0xe9), false, 3, false, 140],
    ['Latin-1 that it has not', new Uint8Array(141).fill(0xea), false, 3, false, 141],
    ['SAR with ports', withUdh(1), true, 4, true, 12],
  ] as const)('%s', (_, octets, udhi, value, sar, wanted) => {
    expect(userDataOctets(octets, udhi, coding(value), sar)).toBe(wanted)
    expect(fitsUserData(octets, udhi, coding(value), sar)).toBe(wanted <= 140)
  })

  it('packed is as long as it is', () => {
    const packed = segmentText('a'.repeat(200), plainForm('gsm7Packed'), { cutting: 'udh8', reference: 1 })
    if (packed.kind !== 'segments') throw new Error(packed.kind)
    for (const { octets, udhi } of packed.segments) {
      expect(userDataOctets(octets, udhi, { alphabet: 'gsm7Packed' })).toBe(octets.length)
    }
    expect(packed.segments[0]?.octets).toHaveLength(140)
  })

  it('has no tables by itself', () => {
    expect(plainForm('ucs2').shifts).toBe(noShifts)
  })
})
