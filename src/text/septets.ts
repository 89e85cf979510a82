// Eight septets in seven octets and back (3GPP TS 23.038 clause 6.1.2.1), after fill bits. It knows no characters.

const CARRIAGE_RETURN = 0x0d

/** What stands in seven spare bits at the end, which would else read as one more septet. */
export type PackedEnd =
  /** A carriage return, as TS 23.038 clause 6.1.2.3.1 has it. */
  | 'cr'
  /** Zeros, which read as "@" by a peer that does not know the number of septets. */
  | 'zero'

/** Fill bits between a user data header and the first septet (TS 23.040 clause 9.2.3.24). `headerOctets` counts the length octet. */
export function fillBitsAfter(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7
}

/** Octets that `septets` need after `fillBits`. */
export function packedLength(septets: number, fillBits: number): number {
  return (septets * 7 + fillBits + 7) >> 3
}

/** Whether packing so many septets leaves exactly seven spare bits. */
export function leavesSpareSeptet(septets: number, fillBits: number): boolean {
  return ((septets + 1) * 7 + fillBits) % 8 === 0
}

/** The septet that fills seven spare bits. */
function spareSeptet(end: PackedEnd): number {
  return end === 'cr' ? CARRIAGE_RETURN : 0
}

/** Packs septets (one in each octet, the 8th bit ignored). Spare bits are zero, or a septet of `end`. */
export function packSeptets(septets: Uint8Array, fillBits: number, end: PackedEnd): Uint8Array {
  const count = septets.length
  const octets = Buffer.allocUnsafe(packedLength(count, fillBits))
  let bits = 0
  let pending = fillBits
  let at = 0
  for (let i = 0; i < count; i++) {
    bits |= ((septets[i] ?? 0) & 0x7f) << pending
    pending += 7
    if (pending >= 8) {
      octets[at++] = bits
      bits >>= 8
      pending -= 8
    }
  }
  if (at < octets.length) octets[at] = leavesSpareSeptet(count, fillBits) ? bits | (spareSeptet(end) << 1) : bits
  return octets
}

/**
 * Unpacks all septets of `octets`. The last one is left out where it begins in spare bits and is what `end` puts there:
 * SMPP carries octets, not a number of septets.
 */
export function unpackSeptets(octets: Uint8Array, fillBits: number, end: PackedEnd): Uint8Array {
  const total = octets.length * 8 - fillBits
  const count = total < 0 ? 0 : Math.floor(total / 7)
  const septets = Buffer.allocUnsafe(count)
  let bits = (octets[0] ?? 0) >> fillBits
  let ready = 8 - fillBits
  for (let i = 0, at = 1; i < count; i++) {
    if (ready < 7) {
      bits |= (octets[at++] ?? 0) << ready
      ready += 8
    }
    septets[i] = bits & 0x7f
    bits >>= 7
    ready -= 7
  }
  const endsFull = count > 0 && total % 7 === 0
  return endsFull && septets[count - 1] === spareSeptet(end) ? septets.subarray(0, count - 1) : septets
}
