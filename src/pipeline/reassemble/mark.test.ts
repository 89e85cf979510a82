import { describe, expect, it } from 'vitest'
import type { Alphabet } from '../../text/alphabet.js'
import { peerCoding } from '../../text/data-coding.js'
import type { PeerText } from '../../text/decode.js'
import { standardText } from '../../text/standard.js'
import type { SarMark } from '../stage.js'
import { readMark } from './mark.js'

const MAX_PARTS = 200

interface Case {
  readonly header?: string
  readonly text?: number
  readonly dataCoding?: number
  readonly sar?: Partial<SarMark>
  readonly strict?: boolean
  readonly peer?: PeerText
  /** In place of `text`. */
  readonly octets?: Uint8Array
}

const withAlphabet = (defaultAlphabet: Alphabet, alphabets: ReadonlyMap<number, Alphabet> = new Map()): PeerText => ({
  coding: peerCoding({ table: 'smpp', defaultAlphabet, alphabets }),
})

/** What is read of user data of `text` octets. */
function read(given: Case): string {
  const { header, text = 1, dataCoding = 0, sar, strict = false, peer = standardText } = given
  const octets = Buffer.concat([Buffer.from(header ?? '', 'hex'), given.octets ?? Buffer.alloc(text, 0x41)])
  const mark = sar === undefined ? undefined : { reference: 258, total: 2, part: 1, ...sar }
  const marked = readMark({ dataCoding, udhi: header !== undefined, octets }, mark, peer, MAX_PARTS, strict)
  switch (marked.kind) {
    case 'part': {
      const { shape, reference, total, part } = marked.mark
      return `${shape} ${reference}: ${part} of ${total}`
    }
    case 'invalid':
      return `${marked.failure.reason}: ${marked.failure.cause}`
    case 'message':
    case 'onlyPart':
      return marked.kind
  }
}

const concatenation = (total: number, part: number) => `05000307${Buffer.of(total, part).toString('hex')}`

describe('what a submission says of itself', () => {
  it.each<[string, Case, string]>([
    ['nothing', {}, 'message'],
    ['an 8-bit reference', { header: '0500030a0302' }, 'udh8 10: 2 of 3'],
    ['a 16-bit reference', { header: '06080401020302' }, 'udh16 258: 2 of 3'],
    ['of several concatenations the last counts', { header: '0b0003010201080409080202' }, 'udh16 2312: 2 of 2'],
    ['a table beside it', { header: '080003070201240101' }, 'udh8 7: 1 of 2'],
    ['SAR', { sar: {} }, 'sar 258: 1 of 2'],
    ['SAR of octets that are no text', { sar: {}, dataCoding: 4 }, 'sar 258: 1 of 2'],
    ['SAR with a reserved data_coding', { sar: {}, dataCoding: 0x0b }, 'sar 258: 1 of 2'],
    ['part 1 of 1', { header: concatenation(1, 1) }, 'onlyPart'],
    ['SAR part 1 of 1', { sar: { total: 1 } }, 'onlyPart'],
    ['a table alone', { header: '03240101' }, 'message'],
    ['an empty header', { header: '00' }, 'message'],
    ['ports beside it', { header: '0b0003070201050400010002' }, 'message'],
    ['ports alone', { header: '06050400010002' }, 'message'],
    ['an unknown element beside it', { header: '080003070201700141' }, 'message'],
    ['a concatenation of a wrong length', { header: '04000207 02'.replace(' ', '') }, 'message'],
    ['octets that are no text', { header: concatenation(2, 1), dataCoding: 4 }, 'message'],
    ['a class of octets', { header: concatenation(2, 1), dataCoding: 0xf5 }, 'message'],
    ['a reserved data_coding', { header: concatenation(2, 1), dataCoding: 0x0b }, 'message'],
    ['UCS-2', { header: concatenation(2, 1), dataCoding: 8, text: 2 }, 'udh8 7: 1 of 2'],
    ['the most parts', { header: concatenation(MAX_PARTS, MAX_PARTS) }, 'udh8 7: 200 of 200'],
  ])('%s', (_, given, expected) => {
    expect(read(given)).toBe(expected)
  })
})

describe('what is refused, and why', () => {
  it.each<[string, Case, string]>([
    ['a header and SAR', { header: concatenation(2, 1), sar: {} }, 'mixedConcatenation: '],
    ['any header and SAR', { header: '06050400010002', sar: {} }, 'mixedConcatenation: '],
    ['a malformed header and SAR', { header: 'ff', sar: {} }, 'mixedConcatenation: '],
    ['no header', { header: '', text: 0 }, 'invalidContent: the user data header is malformed: empty'],
    ['a header past the end', { header: '20' }, 'invalidContent: the user data header is malformed: headerPastEnd'],
    ['an element past the header', { header: '030003' }, 'invalidContent: the user data header is malformed: '],
    ['0 parts', { header: concatenation(0, 0) }, 'invalidConcatenation: a message of 0 parts'],
    ['part 0', { header: concatenation(2, 0) }, 'invalidConcatenation: part 0 of 2'],
    ['a part above the total', { header: concatenation(2, 3) }, 'invalidConcatenation: part 3 of 2'],
    ['part 2 of 1', { sar: { total: 1, part: 2 } }, 'invalidConcatenation: part 2 of 1'],
    [
      'a compressed text with SAR',
      { sar: {}, dataCoding: 0x20, peer: { coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' }) } },
      'unreadableText: data_coding 0x20 is compressed',
    ],
    ['255 parts', { header: concatenation(255, 1) }, 'invalidConcatenation: a message of 255 parts, the most is 200'],
  ])('%s', (_, given, expected) => {
    expect(read(given)).toContain(expected)
  })
})

describe('how much a part may carry', () => {
  const udh8 = concatenation(2, 1)
  it.each<[string, Case, boolean]>([
    ['153 septets after an 8-bit reference', { header: udh8, text: 153 }, true],
    ['154 septets', { header: udh8, text: 154 }, false],
    ['152 septets after a 16-bit reference', { header: '06080401020201', text: 152 }, true],
    ['153 septets after a 16-bit reference', { header: '06080401020201', text: 153 }, false],
    ['67 characters of UCS-2', { header: udh8, text: 134, dataCoding: 8 }, true],
    ['68 characters of UCS-2', { header: udh8, text: 136, dataCoding: 8 }, false],
    ['SAR counts the header that it becomes', { sar: {}, text: 153 }, true],
    ['154 septets with SAR', { sar: {}, text: 154 }, false],
    ['134 octets with SAR', { sar: {}, text: 134, dataCoding: 4 }, true],
    ['135 octets with SAR', { sar: {}, text: 135, dataCoding: 4 }, false],
    ['153 characters of Latin-1', { header: udh8, text: 153, dataCoding: 3 }, true],
    ['strict: 153 septets', { header: udh8, text: 153, strict: true }, true],
    ['strict: 63 characters of UCS-2', { header: udh8, text: 126, dataCoding: 8, strict: true }, true],
    ['strict: 64 characters of UCS-2', { header: udh8, text: 128, dataCoding: 8, strict: true }, false],
    ['strict: 64 characters with SAR', { sar: {}, text: 128, dataCoding: 8, strict: true }, false],
    ['a message of its own, whatever its size', { header: '03240101', text: 200 }, true],
  ])('%s', (_, given, fits) => {
    const found = read(given)
    if (fits) expect(found).not.toContain('invalid')
    else expect(found).toContain('invalidContent: part 1 of 2')
  })
})

describe('how much a part of a peer with another coding may carry', () => {
  const header = concatenation(2, 1)
  const utf8 = withAlphabet('utf8')
  const latin1 = withAlphabet('latin1')
  const le = withAlphabet('gsm7', new Map([[8, 'ucs2le']]))
  const packed = withAlphabet('gsm7Packed')
  it.each<[string, Case, boolean]>([
    [
      '134 octets of UTF-8, one of them no GSM character',
      { peer: utf8, octets: Buffer.from(`${'a'.repeat(132)}ł`) },
      true,
    ],
    [
      '134 octets of UTF-8 that begin within a character',
      { peer: utf8, octets: Buffer.from('łł'.repeat(34)).subarray(1, 135) },
      true,
    ],
    ['153 GSM characters in UTF-8', { peer: utf8, octets: Buffer.from('é'.repeat(153)) }, true],
    ['154 of them', { peer: utf8, octets: Buffer.from('é'.repeat(154)) }, false],
    ['67 characters of UCS-2 in UTF-8', { peer: utf8, octets: Buffer.from('한'.repeat(67)) }, true],
    ['68 of them', { peer: utf8, octets: Buffer.from('한'.repeat(68)) }, false],
    [
      '134 octets of Latin-1 of a class',
      { peer: latin1, dataCoding: 0x10, octets: Buffer.alloc(134, 'ç', 'latin1') },
      true,
    ],
    ['135 octets of them', { peer: latin1, dataCoding: 0x10, octets: Buffer.alloc(135, 'ç', 'latin1') }, false],
    ['133 octets of UTF-16 the wrong way round', { peer: le, dataCoding: 8, text: 133 }, true],
    ['135 octets of it', { peer: le, dataCoding: 8, text: 135 }, false],
    ['strict: 64 characters of it', { peer: le, dataCoding: 8, text: 128, strict: true }, false],
    ['153 packed septets', { peer: packed, text: 134 }, true],
    ['one octet more', { peer: packed, text: 135 }, false],
  ])('%s', (_, given, fits) => {
    const found = read({ header, ...given })
    if (fits) expect(found).toBe('udh8 7: 1 of 2')
    else expect(found).toContain('invalidContent: part 1 of 2')
  })

  it('what octets mean is asked of the peer: a header before such as are no text passes', () => {
    expect(read({ header, dataCoding: 8, peer: withAlphabet('gsm7', new Map([[8, 'binary']])) })).toBe('message')
    expect(read({ header, dataCoding: 4, peer: withAlphabet('gsm7', new Map([[4, 'ucs2']])) })).toBe('udh8 7: 1 of 2')
  })
})
