// Cuts GSM 7 bit that stays GSM 7 bit as octets, each as it came: the usual long message, without its text.
import { SEGMENTS_MAX, roomFor, type Cutting } from './cut.js'
import { octetCuts } from './cut-octets.js'
import { plainForm } from './form.js'
import { ESCAPE, NO_SEPTET, afterEscape, lockingTable, singleShiftEncoding } from './gsm7-tables.js'
import type { Segment, Segmented } from './segment.js'

/** 1 for what an escape may be followed by, so that both come out of decoding and encoding as they went in. */
const canonicalAfterEscape = canonicalSeconds()

function canonicalSeconds(): Uint8Array {
  const flags = new Uint8Array(256)
  const { encode } = lockingTable(0)
  const single = singleShiftEncoding(0)
  const extension = afterEscape(0, 0)
  for (let octet = 0; octet < 0x80; octet++) {
    const code = extension[octet] ?? 0
    if (encode[code] === NO_SEPTET && single[code] === octet) flags[octet] = 1
  }
  return flags
}

const form = plainForm('gsm7')

/**
 * Segments of septets without a header. Where they are canonical, they are as if decoded and encoded; all others stay what they are
 * too: octets that are no septets, escapes to nowhere.
 */
export function cutSeptets(
  septets: Uint8Array,
  cutting: Exclude<Cutting, 'whole'>,
  reference: number,
): Exclude<Segmented, { kind: 'unencodable' }> {
  const room = roomFor(form, cutting, 0)
  if (septets.length <= room.alone) {
    return { kind: 'segments', segments: [{ part: 1, total: 1, udhi: false, octets: septets }] }
  }
  const ends = octetCuts(septets, 'gsm7', room.each)
  const total = ends.length
  if (total > SEGMENTS_MAX) return { kind: 'unsegmentable', why: 'tooManySegments' }
  const segments: Segment[] = []
  for (let from = 0, part = 1; part <= total; part++) {
    const to = ends[part - 1] ?? septets.length
    segments.push(oneOf(septets.subarray(from, to), cutting, reference, part, total))
    from = to
  }
  return { kind: 'segments', segments }
}

/** Whether escapes come out of decoding and encoding as they went in. Octets that are no septets are not looked at. */
export function hasCanonicalEscapes(septets: Uint8Array): boolean {
  for (let at = septets.indexOf(ESCAPE); at >= 0; at = septets.indexOf(ESCAPE, at + 2)) {
    if (canonicalAfterEscape[septets[at + 1] ?? 0xff] !== 1) return false
  }
  return true
}

/** The header is 3GPP TS 23.040 clause 9.2.3.24.1 or 9.2.3.24.8. */
function oneOf(
  data: Uint8Array,
  cutting: Exclude<Cutting, 'whole'>,
  reference: number,
  part: number,
  total: number,
): Segment {
  if (cutting === 'sar') return { part, total, udhi: false, octets: data }
  const header = cutting === 'udh8' ? 6 : 7
  const octets = Buffer.allocUnsafe(header + data.length)
  octets[0] = header - 1
  if (cutting === 'udh8') {
    octets[1] = 0x00
    octets[2] = 3
  } else {
    octets[1] = 0x08
    octets[2] = 4
    octets[3] = reference >> 8
  }
  octets[header - 3] = reference
  octets[header - 2] = total
  octets[header - 1] = part
  octets.set(data, header)
  return { part, total, udhi: true, octets }
}
