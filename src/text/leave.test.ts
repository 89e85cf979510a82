import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import { nationalLanguages } from './alphabet.js'
import { encodePlain } from './charsets.js'
import { peerCoding, readDataCoding, type PeerCodingOptions } from './data-coding.js'
import { decodeContent, decodeUserData, type WireContent } from './decode.js'
import { encodeText } from './encode.js'
import { encodeGsm7 } from './gsm7.js'
import { leave, leavesUntouched, type CannotLeave, type Leaving, type Target } from './leave.js'
import { standardText } from './standard.js'

const targetWith = (options: Partial<PeerCodingOptions> = {}, more: Partial<Target> = {}): Target => ({
  text: { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', ...options }) },
  longMessage: 'udh8',
  languages: [],
  transliterate: false,
  ...more,
})
const usual = targetWith()
/** UCS-2 is read as octets. */
const withoutUcs2 = new Map([[8, 'binary'] as const])

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const septets = (text: string): WireContent => {
  const octets = encodeGsm7(text)
  if (octets === undefined) throw new Error(`not GSM 7 bit: ${text}`)
  return { dataCoding: 0, udhi: false, octets }
}
const wide = (text: string): WireContent => ({
  dataCoding: 8,
  udhi: false,
  octets: encodePlain(text, 'ucs2') ?? hex(''),
})
const raw = (dataCoding: number, octets: string | Uint8Array, udhi = false): WireContent => ({
  dataCoding,
  udhi,
  octets: typeof octets === 'string' ? hex(octets) : octets,
})
const long = 'The quick brown fox jumps over the lazy dog. '.repeat(9)

function leaving(made: Leaving | CannotLeave): Leaving {
  if (made.kind !== 'leaving') throw new Error(made.why)
  return made
}
const sent = (content: WireContent, target = usual, shape: 'whole' | 'udh8' | 'udh16' | 'sar' = 'whole') =>
  leaving(leave(content, shape, 0xabcd, target))
const why = (content: WireContent, target = usual) => leave(content, 'whole', 1, target)
const headers = ({ segments }: Leaving) =>
  segments.map(({ udhi, octets }) =>
    udhi ? Buffer.from(octets.subarray(0, 1 + (octets[0] ?? 0))).toString('hex') : '',
  )

/** What the peer reads of all segments, as it comes, by parts. */
const texts = ({ dataCoding, segments }: Leaving, { text }: Target) =>
  segments.map(({ udhi, octets }) => {
    const decoded = decodeContent({ dataCoding, udhi, octets }, text)
    return decoded.kind === 'text' ? decoded.text : decoded.kind
  })

describe('a content that means the same to the peer', () => {
  it.each([
    ['160 septets', true, septets('a'.repeat(160))],
    ['161 septets', false, septets('a'.repeat(161))],
    ['70 units', true, wide('я'.repeat(70))],
    ['71 units', false, wide('я'.repeat(71))],
    ['140 octets', true, raw(4, new Uint8Array(140))],
    ['flash', true, raw(0x10, '6869')],
    ['a reserved value', true, raw(0x0b, '6869')],
    ['one with a header', false, raw(0, '0500030102016869', true)],
  ])('of %s goes untouched without a look: %s', (_, untouched, content) => {
    expect(leavesUntouched(content, usual)).toBe(untouched)
    if (untouched) expect(sent(content).segments).toEqual([{ udhi: false, octets: content.octets, sar: undefined }])
  })

  it('goes whole where the peer takes payloads, unless replacing characters may pay', () => {
    expect(leavesUntouched(septets(long), targetWith({}, { longMessage: 'payload' }))).toBe(true)
    expect(leavesUntouched(septets(long), targetWith({}, { longMessage: 'payload', transliterate: true }))).toBe(false)
  })

  it('is never untouched where it means something else', () => {
    const latin = targetWith({ defaultAlphabet: 'latin1' })
    expect(leavesUntouched(septets('@'), latin)).toBe(false)
    expect(sent(septets('@é'), latin)).toMatchObject({ dataCoding: 0, segments: [{ octets: hex('40e9') }] })
    const packed = targetWith({ defaultAlphabet: 'gsm7Packed' })
    expect(sent(septets('hellohello'), packed).segments[0]?.octets).toEqual(Buffer.from('e8329bfd4697d9ec37', 'hex'))
    const little = targetWith({ alphabets: new Map([[8, 'ucs2le']]) })
    expect(sent(wide('я'), little)).toMatchObject({ dataCoding: 8, segments: [{ octets: Buffer.from('4f04', 'hex') }] })
  })
})

describe('a long message', () => {
  it('has the header that the peer wants', () => {
    const eight = sent(septets(long), usual)
    expect(headers(eight)).toEqual(['050003cd0301', '050003cd0302', '050003cd0303'])
    const sixteen = sent(septets(long), targetWith({}, { longMessage: 'udh16' }))
    expect(headers(sixteen)).toEqual(['060804abcd0301', '060804abcd0302', '060804abcd0303'])
    expect(texts(eight, usual).join('')).toBe(long)
    expect(texts(sixteen, usual).join('')).toBe(long)
  })

  it('has SAR numbers and no header, or none where it fits alone', () => {
    const made = sent(septets(long), targetWith({}, { longMessage: 'sar' }))
    expect(made.segments.map(({ udhi, sar }) => [udhi, sar])).toEqual(
      [1, 2, 3].map((part) => [false, { reference: 0xabcd, total: 3, part }]),
    )
    expect(texts(made, usual).join('')).toBe(long)
    const latin = targetWith({ defaultAlphabet: 'latin1' }, { longMessage: 'sar' })
    expect(sent(septets('hi'), latin).segments).toMatchObject([{ udhi: false, sar: undefined }])
  })

  it('is one payload however long', () => {
    const target = targetWith({ defaultAlphabet: 'latin1' }, { longMessage: 'payload' })
    const made = sent(septets(long.repeat(20)), target)
    expect(made.segments).toHaveLength(1)
    expect(texts(made, target)).toEqual([long.repeat(20)])
  })

  it.each([
    ['whole', 1, false],
    ['udh8', 3, true],
    ['udh16', 3, true],
    ['sar', 3, false],
  ] as const)('goes as it came: %s', (shape, count, udhi) => {
    const made = sent(septets(long), targetWith({}, { longMessage: 'asReceived' }), shape)
    expect(made.segments).toHaveLength(count)
    expect(made.segments[0]?.udhi).toBe(udhi)
    expect(made.segments[0]?.sar?.total).toBe(shape === 'sar' ? 3 : undefined)
  })

  it('of 190 Latin characters makes two', () => {
    expect(sent(septets('x'.repeat(190))).segments.map(({ octets }) => octets.length)).toEqual([159, 6 + 37])
  })

  it('is encoded anew where GSM 7 bit has all of it', () => {
    expect(sent(wide('plain '.repeat(20)))).toMatchObject({ dataCoding: 0, segments: [{ udhi: false }] })
    // Latin-1 goes over the air as UCS-2 where it is not GSM 7 bit.
    const made = sent(raw(3, new Uint8Array(141).fill(0xea)))
    expect(made.dataCoding).toBe(8)
    expect(made.segments).toHaveLength(3)
  })

  it('makes as many segments as npm sms-segments-calculator says', () => {
    const unit = fc.constantFrom('a', '€', 'é', '\n', 'я', '😀', '👍🏽', 'e\u0301', '中')
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' }),
      fc.string({ unit, maxLength: 400, size: 'max' }),
      fc.string({ unit: fc.constantFrom('a', '€', 'é', '\n', '\f'), maxLength: 600, size: 'max' }),
    )
    fc.assert(
      fc.property(text, (said) => {
        const theirs = new SegmentedMessage(said).segmentsCount
        expect(sent(wide(said)).segments).toHaveLength(theirs)
        if (encodeGsm7(said) !== undefined) expect(sent(septets(said)).segments).toHaveLength(theirs)
      }),
      { numRuns: 150 },
    )
  })

  it('of more than 255 segments does not leave', () => {
    expect(sent(septets('a'.repeat(153 * 255))).segments).toHaveLength(255)
    expect(why(septets('a'.repeat(153 * 255 + 1)))).toEqual({
      kind: 'cannotLeave',
      why: 'it makes more than 255 segments',
    })
    expect(why(wide('я'.repeat(67 * 255 + 1)))).toMatchObject({ why: 'it makes more than 255 segments' })
  })
})

describe('GSM 7 bit cut as octets', () => {
  const pieces = (...those: readonly (readonly number[])[]) =>
    fc
      .array(fc.oneof(fc.constantFrom(...those), fc.nat(0x1a).map(Array.of<number>), fc.constant([0x61])), {
        minLength: 161,
        maxLength: 600,
        size: 'max',
      })
      .map((list) => Uint8Array.from(list.flat()))
  const clean = pieces([0x1b, 0x65], [0x1b, 0x14], [0x1b, 0x0a], [0x7f])

  it('is as if decoded and encoded', () => {
    const cuttings = fc.constantFrom('udh8' as const, 'udh16' as const, 'sar' as const)
    fc.assert(
      fc.property(clean, cuttings, (octets, longMessage) => {
        const text = decodeUserData(octets, 'gsm7') ?? ''
        const target = targetWith({}, { longMessage })
        const encoded = encodeText(text, target.text, { cutting: longMessage, reference: 0xabcd })
        if (encoded.kind !== 'encoded') throw new Error(encoded.kind)
        const made = sent(raw(0, octets), target)
        expect(made.dataCoding).toBe(encoded.dataCoding)
        expect(made.segments.map((one) => [one.udhi, Buffer.from(one.octets).toString('hex')])).toEqual(
          encoded.segments.map((one) => [one.udhi, Buffer.from(one.octets).toString('hex')]),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('splits no escape pair', () => {
    const text = `${'a'.repeat(152)}€${'b'.repeat(20)}`
    expect(texts(sent(septets(text)), usual)).toEqual(['a'.repeat(152), `€${'b'.repeat(20)}`])
  })
})

describe('what the peer lacks', () => {
  const ascii = targetWith({ defaultAlphabet: 'ascii', alphabets: withoutUcs2 })

  it('is named', () => {
    expect(why(septets('ab€'), ascii)).toEqual({
      kind: 'cannotLeave',
      why: "the peer's alphabets lack U+20AC at 2",
    })
    expect(why(wide('😀'), ascii)).toMatchObject({ why: "the peer's alphabets lack U+1F600 at 0" })
  })

  it('is data_coding for octets or for a class', () => {
    const noBinary = targetWith({ alphabets: new Map([2, 4, 0x14, 0xf4].map((value) => [value, 'latin1'])) })
    expect(why(raw(4, 'ff'), noBinary)).toMatchObject({ why: 'the peer has no data_coding for binary' })
    const binaryOnly = targetWith({ defaultAlphabet: 'binary' })
    const waiting = raw(0xc8, '61')
    expect(sent(waiting, binaryOnly)).toMatchObject({ dataCoding: 0xe8, segments: [{ octets: Buffer.of(0, 0x61) }] })
    const opaque = targetWith({ defaultAlphabet: 'ksc5601', alphabets: withoutUcs2 })
    expect(why(septets('hi'), opaque)).toMatchObject({
      why: 'the peer has no data_coding for a text of this class or indication',
    })
  })

  it('is a meaning for a reserved value', () => {
    const same = raw(0x0b, new Uint8Array(141))
    expect(why(same)).toMatchObject({ why: 'data_coding 0x0b is reserved, and it is too long for one message' })
    expect(sent(same, targetWith({}, { longMessage: 'payload' })).segments).toHaveLength(1)
    expect(why(raw(0x0b, '61'), targetWith({ alphabets: new Map([[0x0b, 'utf8']]) }))).toMatchObject({
      why: 'data_coding 0x0b is reserved: the peer reads another coding',
    })
  })
})

describe('transliteration', () => {
  const quoted = `“${'quoted '.repeat(15)}”`

  it('is done where it makes fewer segments, and is counted', () => {
    const made = sent(wide(quoted), targetWith({}, { transliterate: true }))
    expect(made).toMatchObject({ dataCoding: 0, transliterated: 2 })
    expect(texts(made, usual)).toEqual([`"${'quoted '.repeat(15)}"`])
    expect(sent(wide(quoted)).segments).toHaveLength(2)
  })

  it('is not done where it saves nothing', () => {
    const target = targetWith({}, { transliterate: true })
    expect(sent(wide('“hi”'), target)).toMatchObject({ dataCoding: 8, transliterated: 0 })
    expect(sent(wide(`${quoted}б`), target)).toMatchObject({ dataCoding: 8, transliterated: 0 })
  })

  it('may fit an alphabet that has more than GSM 7 bit', () => {
    const said = `“${'привет '.repeat(15)}”`
    const cyrillic = targetWith({ defaultAlphabet: 'cyrillic' })
    expect(sent(wide(said), cyrillic).segments).toHaveLength(2)
    const made = sent(wide(said), { ...cyrillic, transliterate: true })
    expect(made).toMatchObject({ dataCoding: 0, transliterated: 2 })
    expect(texts(made, cyrillic)).toEqual([said.replaceAll(/[“”]/g, '"')])
  })

  it('is done where nothing else could be sent', () => {
    const only = targetWith({ alphabets: withoutUcs2 }, { transliterate: true })
    expect(sent(wide('“hi”'), only)).toMatchObject({ dataCoding: 0, transliterated: 2 })
    expect(why(wide('“б”'), only)).toMatchObject({ why: "the peer's alphabets lack U+201C at 0" })
  })

  it('is done for a payload that the peer will have to cut', () => {
    const target = targetWith({}, { transliterate: true, longMessage: 'payload' })
    expect(sent(wide(quoted), target)).toMatchObject({ dataCoding: 0, transliterated: 2, segments: [{ udhi: false }] })
    expect(sent(wide('б'.repeat(200)), target)).toMatchObject({ dataCoding: 8, transliterated: 0 })
  })
})

describe('national tables', () => {
  const turkish = 'Şişli için çağrı şimdi '.repeat(6)
  const { turkish: language } = nationalLanguages

  it('are used where they save segments and the peer knows them', () => {
    const made = sent(wide(turkish), targetWith({}, { languages: [language] }))
    expect(made.segments).toHaveLength(1)
    expect(texts(made, usual)).toEqual([turkish])
    expect(sent(wide(turkish)).segments).toHaveLength(3)
  })

  it('come off for a peer that has none', () => {
    const made = sent(raw(0, Buffer.concat([hex('03240101'), Buffer.of(0x1b, 0x73, 0x61)]), true))
    expect(made).toMatchObject({ dataCoding: 8, segments: [{ udhi: false }] })
    expect(texts(made, usual)).toEqual(['şa'])
  })

  it('are not used in SAR parts', () => {
    const target = targetWith({}, { languages: [language], longMessage: 'sar' })
    const made = sent(wide(turkish.repeat(2)), target)
    expect(made.segments.every(({ udhi, sar }) => !udhi && sar !== undefined)).toBe(true)
    expect(made.dataCoding).toBe(8)
  })
})

describe('a header of other elements', () => {
  const ports = '0504138c0000'
  const withPorts = (text: string) => raw(0, Buffer.concat([hex(`06${ports}`), septets(text).octets]), true)
  const part = (text: string) => raw(0, Buffer.concat([hex('050003420201'), septets(text).octets]), true)

  it('goes with its content untouched', () => {
    for (const content of [withPorts('hi'), part('a'.repeat(153)), raw(4, `06${ports}ff00`, true)]) {
      expect(sent(content).segments).toEqual([{ udhi: true, octets: content.octets, sar: undefined }])
      const sar = targetWith({}, { longMessage: 'sar' })
      expect(sent(content, sar).segments).toEqual([{ udhi: true, octets: content.octets, sar: undefined }])
    }
  })

  it('is kept where the text is encoded anew', () => {
    const latin = targetWith({ defaultAlphabet: 'latin1' })
    expect(sent(withPorts('@é'), latin).segments[0]?.octets).toEqual(Buffer.from(`06${ports}40e9`, 'hex'))
    expect(sent(part('@é'), latin).segments[0]?.octets).toEqual(Buffer.from('05000342020140e9', 'hex'))
    expect(headers(sent(withPorts('é'.repeat(140)), latin))).toEqual([`0b0003cd0201${ports}`, `0b0003cd0202${ports}`])
  })

  it('stops what can not go with it', () => {
    const sar = targetWith({ defaultAlphabet: 'latin1' }, { longMessage: 'sar' })
    expect(why(withPorts('a'.repeat(140)), sar)).toMatchObject({
      why: 'its user data header cannot go together with SAR parameters',
    })
    expect(why(part('a'.repeat(153)), targetWith({ defaultAlphabet: 'latin1' }))).toMatchObject({
      why: "a part of a message is too long in the peer's alphabet",
    })
    const full = Uint8Array.from([139, 0x70, 137, ...new Uint8Array(137), 0x61])
    expect(why(raw(0, full, true), targetWith({ defaultAlphabet: 'latin1' }))).toMatchObject({
      why: 'its user data header leaves no room',
    })
    expect(why(raw(0, '0500', true))).toMatchObject({ why: 'its user data header is malformed: headerPastEnd' })
  })
})

describe('octets', () => {
  const octets = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)
  const joined = ({ segments }: Leaving, headerOctets: number) =>
    Buffer.concat(segments.map((one) => one.octets.subarray(headerOctets)))

  it('are cut and never changed', () => {
    const cut = sent(raw(4, octets))
    expect(cut.segments.map((one) => one.octets.length)).toEqual([140, 140, 38])
    expect(joined(cut, 6)).toEqual(Buffer.from(octets))
    expect(joined(sent(raw(4, octets), targetWith({}, { longMessage: 'sar' })), 0)).toEqual(Buffer.from(octets))
    expect(sent(raw(4, octets), targetWith({}, { longMessage: 'payload', transliterate: true })).segments).toHaveLength(
      1,
    )
  })

  it('that are a part stay one', () => {
    const content = raw(4, Buffer.concat([hex('050003420201'), octets]), true)
    expect(why(content)).toMatchObject({ why: 'a part of a message is too long' })
    const fits = raw(4, Buffer.concat([hex('050003420201'), octets.subarray(0, 134)]), true)
    expect(sent(fits).segments).toEqual([{ udhi: true, octets: fits.octets, sar: undefined }])
  })
})

describe('class and indication', () => {
  const targets = [
    usual,
    targetWith({ table: 'gsm0338', classGroup: 'class' }),
    targetWith({ defaultAlphabet: 'latin1' }),
    targetWith({ defaultAlphabet: 'gsm7Packed', table: 'gsm0338' }),
    targetWith({ defaultAlphabet: 'ascii' }),
  ]

  it('reach every peer', () => {
    const text = fc.constantFrom('hi', 'héllo €', 'я', 'a'.repeat(200), 'я'.repeat(200))
    fc.assert(
      fc.property(fc.nat(255), text, fc.constantFrom(...targets), (dataCoding, said, target) => {
        const read = readDataCoding(dataCoding, standardText.coding)
        fc.pre(read.kind === 'coding' && (read.alphabet === 'gsm7' || read.alphabet === 'ucs2'))
        if (read.kind !== 'coding') return
        const octets = read.alphabet === 'ucs2' ? encodePlain(said, 'ucs2') : encodeGsm7(said)
        fc.pre(octets !== undefined)
        const made = sent(raw(dataCoding, octets ?? ''), target)
        const there = readDataCoding(made.dataCoding, target.text.coding)
        expect(there).toMatchObject({
          kind: 'coding',
          ...(read.messageClass !== undefined && { messageClass: read.messageClass }),
          ...(read.waiting !== undefined && { waiting: { what: read.waiting.what, active: read.waiting.active } }),
        })
        expect(texts(made, target).join('')).toBe(said)
      }),
      { numRuns: 500 },
    )
  })
})
