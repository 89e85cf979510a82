import { describe, expect, it } from 'vitest'
import { decodePlain, encodePlain, plainOctetsOf, type PlainAlphabet } from './charsets.js'

const all = Uint8Array.from({ length: 256 }, (_, octet) => octet)

describe('alphabets of one octet', () => {
  // An implementation that others wrote; what it has no character for it decodes as U+FFFD.
  it.each([
    ['cyrillic', 'iso-8859-5'],
    ['hebrew', 'iso-8859-8'],
  ] as const)('%s is %s as ICU has it', (alphabet, label) => {
    expect(decodePlain(all, alphabet)).toBe(new TextDecoder(label).decode(all))
  })

  it('Latin-1 is its code points, ASCII its lower half', () => {
    expect(decodePlain(all, 'latin1')).toBe(String.fromCharCode(...all))
    expect(decodePlain(all, 'ascii')).toBe(String.fromCharCode(...all.subarray(0, 128)) + '\ufffd'.repeat(128))
  })

  it.each(['ascii', 'latin1', 'cyrillic', 'hebrew'] as const)(
    '%s encodes what it decodes, cell by cell',
    (alphabet) => {
      for (const octet of all) {
        const text = decodePlain(Uint8Array.of(octet), alphabet)
        if (text !== '\ufffd') expect(encodePlain(text, alphabet)).toEqual(Uint8Array.of(octet))
      }
      expect(encodePlain('\ufffd', alphabet)).toBeUndefined()
      expect(encodePlain('日', alphabet)).toBeUndefined()
      expect(plainOctetsOf('a', 0, alphabet)).toBe(1)
      expect(plainOctetsOf('日', 0, alphabet)).toBeUndefined()
    },
  )
})

describe('Unicode', () => {
  it('is big-endian, or little-endian for peers that have it so', () => {
    expect(encodePlain('Aя😀', 'ucs2')).toEqual(Buffer.from('0041044fd83dde00', 'hex'))
    expect(encodePlain('Aя', 'ucs2le')).toEqual(Buffer.from('41004f04', 'hex'))
    expect(decodePlain(Buffer.from('0041044fd83dde00', 'hex'), 'ucs2')).toBe('Aя😀')
  })

  it('leaves its octets as they were', () => {
    const octets = Uint8Array.of(0, 0x41)
    decodePlain(octets, 'ucs2')
    expect(octets).toEqual(Uint8Array.of(0, 0x41))
  })

  it('keeps lone surrogates in UTF-16 and has none in UTF-8', () => {
    expect(decodePlain(encodePlain('a\ud83d', 'ucs2') ?? all, 'ucs2')).toBe('a\ud83d')
    expect(encodePlain('a\ud83d', 'utf8')).toBeUndefined()
    expect(encodePlain('😀', 'utf8')).toEqual(Buffer.from('😀'))
  })

  it.each(['ucs2', 'ucs2le'] as const)('shows half a unit at the end of %s as U+FFFD', (alphabet: PlainAlphabet) => {
    expect(decodePlain(Uint8Array.of(0x41), alphabet)).toBe('\ufffd')
    expect(decodePlain(new Uint8Array(), alphabet)).toBe('')
  })
})
