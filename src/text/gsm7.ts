// Text in GSM 7 bit under a pair of tables (3GPP TS 23.038 clauses 6.2.1 to 6.2.1.2.5), one septet in each octet.
import { noShifts, type Shifts } from './alphabet.js'
import { ESCAPE, NO_SEPTET, afterEscape, lockingTable, singleShiftEncoding } from './gsm7-tables.js'

const SPACE = 0x20
/** A short message fits; a longer one (message_payload) gets an array of its own. */
const SCRATCH_UNITS = 1024
const scratch = new Uint16Array(SCRATCH_UNITS)
const scratchOctets = Buffer.from(scratch.buffer)

/** Text of septets. An octet above 0x7F becomes U+FFFD, an escape at the end a space. */
export function decodeGsm7(septets: Uint8Array, shifts: Shifts = noShifts): string {
  const { decode } = lockingTable(shifts.locking)
  const { length } = septets
  const fits = length <= SCRATCH_UNITS
  const units = fits ? scratch : new Uint16Array(length)
  let count = 0
  for (let i = 0; i < length; i++) {
    const septet = septets[i] ?? 0
    if (septet !== ESCAPE) units[count++] = decode[septet] ?? SPACE
    else if (++i < length) units[count++] = afterEscape(shifts.locking, shifts.single)[septets[i] ?? 0] ?? SPACE
    else units[count++] = SPACE
  }
  const octets = fits ? scratchOctets : Buffer.from(units.buffer)
  // utf16le is the order of the machine for all that Node runs on; a typed array has that order.
  return octets.toString('utf16le', 0, count * 2)
}

/** Septets that one UTF-16 unit needs under the tables: 1, 2 with its escape, or 0 when it has none. */
export function septetsOf(unit: number, locking: Uint8Array, single: Uint8Array): 0 | 1 | 2 {
  if (locking[unit] !== NO_SEPTET) return 1
  return single[unit] === NO_SEPTET ? 0 : 2
}

/** How many septets a text needs; or -1 - the position of the first UTF-16 unit that has no septet. */
export function countSeptets(text: string, shifts: Shifts = noShifts): number {
  return countSeptetsOf(text, lockingTable(shifts.locking).encode, singleShiftEncoding(shifts.single), 0, text.length)
}

function countSeptetsOf(text: string, encode: Uint8Array, single: Uint8Array, from: number, to: number): number {
  let count = to - from
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (encode[unit] !== NO_SEPTET) continue
    if (single[unit] === NO_SEPTET) return -1 - i
    count++
  }
  return count
}

/** Septets of `text` from `from` to before `to`; undefined when a character has none. */
export function encodeGsm7(
  text: string,
  shifts: Shifts = noShifts,
  from = 0,
  to: number = text.length,
): Uint8Array | undefined {
  const { encode } = lockingTable(shifts.locking)
  const single = singleShiftEncoding(shifts.single)
  const needed = countSeptetsOf(text, encode, single, from, to)
  if (needed < 0) return undefined
  const septets = Buffer.allocUnsafe(needed)
  let count = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    let septet = encode[unit] ?? NO_SEPTET
    if (septet === NO_SEPTET) {
      septets[count++] = ESCAPE
      septet = single[unit] ?? NO_SEPTET
    }
    septets[count++] = septet
  }
  return septets
}
