import { describe, expect, it } from 'vitest'
import { dataCodingFor, peerCoding, readDataCoding, type DataCoding, type PeerCodingOptions } from './data-coding.js'

const smpp = peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7' })
const gsm = peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const coding = (more: object) => ({ kind: 'coding', ...more })
const gsmClass = (value: number) => ({ messageClass: value & 3 })

function line(value: number, read: DataCoding): string {
  const name = `0x${value.toString(16).padStart(2, '0')}`
  if (read.kind === 'refused') return `${name} refused ${read.why}`
  const { alphabet, messageClass, waiting, autoDelete } = read
  const words = [
    name,
    alphabet,
    messageClass !== undefined && `class ${messageClass}`,
    waiting && `waiting ${waiting.what} ${waiting.active ? 'on' : 'off'} ${waiting.store ? 'store' : 'discard'}`,
    autoDelete && 'auto-delete',
  ]
  return words.filter(Boolean).join(' ')
}

describe.each([
  ['smpp', smpp],
  ['gsm0338', gsm],
] as const)('all 256 values by the table %s', (_, peer) => {
  it('are as listed', () => {
    expect(peer.byValue).toHaveLength(256)
    expect(`\n${peer.byValue.map((read, value) => line(value, read)).join('\n')}\n`).toMatchSnapshot()
  })

  it('have message waiting at 0xC0 to 0xEF (TS 23.038 clause 4)', () => {
    const what = ['voicemail', 'fax', 'email', 'other']
    for (const value of range(0xc0, 0xef)) {
      expect(readDataCoding(value, peer)).toEqual(
        coding({
          alphabet: value < 0xe0 ? 'gsm7' : 'ucs2',
          waiting: { what: what[value & 3], active: (value & 8) !== 0, store: value >= 0xd0 },
        }),
      )
    }
  })

  it('have a class and two alphabets at 0xF0 to 0xFF', () => {
    for (const value of range(0xf0, 0xff)) {
      const alphabet = (value & 4) === 0 ? 'gsm7' : 'binary'
      expect(readDataCoding(value, peer)).toEqual(coding({ alphabet, ...gsmClass(value) }))
    }
  })

  it('have a class and three alphabets at 0x10 to 0x1B, flash at 0x10 and 0x18', () => {
    const alphabets = ['gsm7', 'binary', 'ucs2', 'gsm7']
    for (const value of range(0x10, 0x1f)) {
      expect(readDataCoding(value, peer)).toEqual(coding({ alphabet: alphabets[(value >> 2) & 3], ...gsmClass(value) }))
    }
    expect(readDataCoding(0x10, peer)).toMatchObject({ alphabet: 'gsm7', messageClass: 0 })
    expect(readDataCoding(0x18, peer)).toMatchObject({ alphabet: 'ucs2', messageClass: 0 })
  })
})

describe('the table of SMPP 3.4 §5.2.19', () => {
  it('has its fourteen alphabets', () => {
    const alphabets = range(0, 14).map((value) => {
      const read = readDataCoding(value, smpp)
      return read.kind === 'coding' ? read.alphabet : read.why
    })
    expect(alphabets).toEqual([
      'gsm7',
      'ascii',
      'binary',
      'latin1',
      'binary',
      'jis',
      'cyrillic',
      'hebrew',
      'ucs2',
      'pictogram',
      'iso2022jp',
      'reserved',
      'reserved',
      'extendedJis',
      'ksc5601',
    ])
  })

  it('reserves 0x0F and 0x20 to 0xBF', () => {
    for (const value of [0x0f, ...range(0x20, 0xbf)]) {
      expect(readDataCoding(value, smpp)).toEqual({ kind: 'refused', why: 'reserved' })
    }
  })
})

describe('the coding groups of 3GPP TS 23.038 clause 4', () => {
  it('have GSM 7 bit, octets and UCS-2 at 0x00 to 0x0B, whatever the two low bits, and no class', () => {
    const alphabets = ['gsm7', 'binary', 'ucs2', 'gsm7']
    for (const value of range(0x00, 0x0f)) {
      expect(readDataCoding(value, gsm)).toEqual(coding({ alphabet: alphabets[value >> 2] }))
    }
  })

  it('refuse what is compressed', () => {
    for (const value of [...range(0x20, 0x3f), ...range(0x60, 0x7f)]) {
      expect(readDataCoding(value, gsm)).toEqual({ kind: 'refused', why: 'compressed' })
    }
  })

  it('mark 0x40 to 0x5F for automatic deletion, else as 0x00 to 0x1F', () => {
    for (const value of range(0x40, 0x5f)) {
      expect(readDataCoding(value, gsm)).toEqual({ ...readDataCoding(value & 0x1f, gsm), autoDelete: true })
    }
  })

  it('take reserved groups for the default alphabet', () => {
    for (const value of range(0x80, 0xbf)) expect(readDataCoding(value, gsm)).toEqual(coding({ alphabet: 'gsm7' }))
  })
})

describe('a peer', () => {
  it('says what 0 means, and with it all values of the default alphabet', () => {
    const peer = peerCoding({ table: 'smpp', defaultAlphabet: 'latin1' })
    for (const value of [0, 0x10, 0xc8, 0xf0]) expect(readDataCoding(value, peer)).toMatchObject({ alphabet: 'latin1' })
    expect(readDataCoding(8, peer)).toMatchObject({ alphabet: 'ucs2' })
  })

  it('says what single values mean, reserved ones too, classes kept', () => {
    const alphabets = new Map([
      [0xf0, 'latin1'],
      [0x55, 'utf8'],
    ] as const)
    const peer = peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', alphabets })
    expect(readDataCoding(0xf0, peer)).toEqual(coding({ alphabet: 'latin1', messageClass: 0 }))
    expect(readDataCoding(0x55, peer)).toEqual(coding({ alphabet: 'utf8' }))
    expect(dataCodingFor('utf8', peer)).toBe(0x55)
  })

  it.each([
    ['gsm7', {}, 0x00, 0x00],
    ['binary', {}, 0x04, 0x04],
    ['ucs2', {}, 0x08, 0x08],
    ['ascii', {}, 0x01, undefined],
    ['latin1', {}, 0x03, undefined],
    ['cyrillic', {}, 0x06, undefined],
    ['hebrew', {}, 0x07, undefined],
    ['ksc5601', {}, 0x0e, undefined],
    ['utf8', {}, undefined, undefined],
    ['gsm7', { messageClass: 0 }, 0x10, 0x10],
    ['gsm7', { messageClass: 2 }, 0x12, 0x12],
    ['binary', { messageClass: 1 }, 0x15, 0x15],
    ['ucs2', { messageClass: 0 }, 0x18, 0x18],
    ['gsm7', { waiting: { what: 'voicemail', active: true, store: false } }, 0xc8, 0xc8],
    ['gsm7', { waiting: { what: 'fax', active: false, store: true } }, 0xd1, 0xd1],
    ['ucs2', { waiting: { what: 'email', active: true, store: true } }, 0xea, 0xea],
    ['ucs2', { waiting: { what: 'email', active: true, store: false } }, undefined, undefined],
  ] as const)('is sent %s with %o as %s, or by GSM %s', (alphabet, wanted, bySmpp, byGsm) => {
    expect(dataCodingFor(alphabet, smpp, wanted)).toBe(bySmpp)
    expect(dataCodingFor(alphabet, gsm, wanted)).toBe(byGsm)
  })

  it('gets a class as 0xF0 where it wants that, UCS-2 with one as 0x18 all the same', () => {
    const peer = peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', classGroup: 'class' })
    expect(dataCodingFor('gsm7', peer, { messageClass: 0 })).toBe(0xf0)
    expect(dataCodingFor('binary', peer, { messageClass: 1 })).toBe(0xf5)
    expect(dataCodingFor('ucs2', peer, { messageClass: 0 })).toBe(0x18)
    expect(dataCodingFor('gsm7', peer)).toBe(0)
  })

  it('whose default is Latin-1 has no value for GSM 7 bit', () => {
    const peer = peerCoding({ table: 'smpp', defaultAlphabet: 'latin1' })
    expect(dataCodingFor('latin1', peer)).toBe(0)
    expect(dataCodingFor('gsm7', peer)).toBeUndefined()
  })

  it('reads each value that is chosen as what it was chosen for', () => {
    const options: readonly PeerCodingOptions[] = [
      { table: 'smpp', defaultAlphabet: 'gsm7' },
      { table: 'smpp', defaultAlphabet: 'gsm7Packed', classGroup: 'class' },
      { table: 'gsm0338', defaultAlphabet: 'ucs2' },
      { table: 'gsm0338', defaultAlphabet: 'utf8', alphabets: new Map([[1, 'ascii']]) },
    ]
    for (const peer of options.map(peerCoding)) {
      for (const read of peer.byValue) {
        if (read.kind === 'refused' || read.autoDelete === true) continue
        const value = dataCodingFor(read.alphabet, peer, read)
        expect(value !== undefined && readDataCoding(value, peer)).toEqual(read)
      }
    }
  })
})
