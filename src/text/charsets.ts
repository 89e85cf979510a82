// Alphabets of one octet a character, and UTF-16 and UTF-8, without GSM. Text in, octets out, and back; no headers.

const REPLACEMENT = 0xfffd
const NOT_THERE = 0x100

/** An alphabet whose first half is ASCII, by code points of all 256 octets and octets by code point. */
interface EightBit {
  readonly decode: Uint16Array
  readonly encode: ReadonlyMap<number, number>
}

function eightBit(codes: (octet: number) => number): EightBit {
  const decode = new Uint16Array(256)
  const encode = new Map<number, number>()
  for (let octet = 0; octet < 256; octet++) {
    const code = codes(octet)
    decode[octet] = code
    if (code !== REPLACEMENT) encode.set(code, octet)
  }
  return { decode, encode }
}

const ascii = eightBit((octet) => (octet < 0x80 ? octet : REPLACEMENT))
const latin1 = eightBit((octet) => octet)

/** ISO/IEC 8859-5. */
const cyrillic = eightBit((octet) => {
  if (octet <= 0xa0 || octet === 0xad) return octet
  if (octet === 0xf0) return 0x2116
  if (octet === 0xfd) return 0xa7
  return 0x0401 + octet - 0xa1
})

/** ISO/IEC 8859-8. */
const hebrew = eightBit((octet) => {
  if (octet === 0xaa) return 0xd7
  if (octet === 0xba) return 0xf7
  if (octet === 0xdf) return 0x2017
  if (octet >= 0xe0 && octet <= 0xfa) return 0x05d0 + octet - 0xe0
  if (octet === 0xfd || octet === 0xfe) return 0x200e + octet - 0xfd
  return octet === 0xa1 || octet > 0xbe ? REPLACEMENT : octet
})

const eightBits = { ascii, latin1, cyrillic, hebrew } as const

/** An alphabet that needs no tables in a header. */
export type PlainAlphabet = keyof typeof eightBits | 'ucs2' | 'ucs2le' | 'utf8'

/** Whether an octet is anything in an alphabet of one octet a character. */
export function hasCharacter(octet: number, alphabet: keyof typeof eightBits): boolean {
  return eightBits[alphabet].decode[octet] !== REPLACEMENT
}

/** Text of octets. What has no character becomes U+FFFD; half a UTF-16 unit at the end too. Lone surrogates stay. */
export function decodePlain(octets: Uint8Array, alphabet: PlainAlphabet): string {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.length)
  switch (alphabet) {
    case 'latin1':
      return buffer.toString('latin1')
    case 'utf8':
      return buffer.toString('utf8')
    case 'ucs2': {
      const even = octets.length & ~1
      // Node swaps in place: on a copy.
      const text = Buffer.from(buffer.subarray(0, even)).swap16().toString('utf16le')
      return even === octets.length ? text : `${text}\ufffd`
    }
    case 'ucs2le':
      return octets.length % 2 === 0 ? buffer.toString('utf16le') : `${buffer.toString('utf16le')}\ufffd`
    case 'ascii':
    case 'cyrillic':
    case 'hebrew': {
      const { decode } = eightBits[alphabet]
      const units = Uint16Array.from(octets, (octet) => decode[octet] ?? REPLACEMENT)
      return Buffer.from(units.buffer).toString('utf16le')
    }
  }
}

/** UTF-16 the other way round, on a copy. Half a unit at the end stays. */
export function swappedUnits(octets: Uint8Array): Uint8Array {
  const copy = Buffer.from(octets)
  copy.subarray(0, octets.length & ~1).swap16()
  return copy
}

/** Octets of `text` from `from` to before `to`; undefined when a character has none. */
export function encodePlain(
  text: string,
  alphabet: PlainAlphabet,
  from = 0,
  to: number = text.length,
): Uint8Array | undefined {
  const part = from === 0 && to === text.length ? text : text.slice(from, to)
  if (alphabet === 'ucs2') return Buffer.from(part, 'utf16le').swap16()
  if (alphabet === 'ucs2le') return Buffer.from(part, 'utf16le')
  // A lone surrogate has no UTF-8; encoding it would change it.
  if (alphabet === 'utf8') return hasLoneSurrogate(part) ? undefined : Buffer.from(part, 'utf8')
  const { encode } = eightBits[alphabet]
  const octets = new Uint8Array(part.length)
  for (let i = 0; i < part.length; i++) {
    const octet = encode.get(part.charCodeAt(i))
    if (octet === undefined) return undefined
    octets[i] = octet
  }
  return octets
}

function hasLoneSurrogate(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0
    if (code > 0xffff) i++
    else if (code >= 0xd800 && code <= 0xdfff) return true
  }
  return false
}

/** Octets of the code point at `at` in `text`: undefined when it has none. A surrogate pair is one code point. */
export function plainOctetsOf(text: string, at: number, alphabet: PlainAlphabet): number | undefined {
  const code = text.codePointAt(at) ?? 0
  if (alphabet === 'ucs2' || alphabet === 'ucs2le') return code > 0xffff ? 4 : 2
  if (alphabet === 'utf8') {
    if (code >= 0xd800 && code <= 0xdfff) return undefined
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return (eightBits[alphabet].encode.get(code) ?? NOT_THERE) === NOT_THERE ? undefined : 1
}
