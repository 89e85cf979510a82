// How a text is cut for a SIP peer that takes it in pieces only. The cut follows from the text and the number of pieces alone, so
// that after a restart the rest fits what the peer has. Pure.

import { piecesOf } from './pieces.js'

/** Octets of the longest piece go up in steps of this, further up by doubling: one cut is found again among few. */
const STEP = 64
const FINE_UP_TO = 2048
const LONGEST = 1_048_576
/** No peer is that small. */
export const SMALLEST_PIECE = STEP

/**
 * How many pieces a text makes.
 * @param maxOctets of a piece; counted in steps
 * @param most pieces
 * @returns undefined where it can't be cut so
 */
export function countOfPieces(text: string, maxOctets: number, most: number): number | undefined {
  if (maxOctets < STEP) return undefined
  return piecesOf(text, stepBelow(maxOctets), most)?.length
}

/** The text in so many pieces, the same whenever it is asked for; undefined where it never makes as many. */
export function cutInto(text: string, total: number): readonly string[] | undefined {
  if (total === 1) return [text]
  // Shorter ones can't hold it.
  for (let octets = stepAbove(Math.ceil(Buffer.byteLength(text) / total)); octets <= LONGEST; octets = next(octets)) {
    const pieces = piecesOf(text, octets, total)
    if (pieces === undefined) continue
    return pieces.length === total ? pieces : undefined
  }
  return undefined
}

function next(octets: number): number {
  return octets < FINE_UP_TO ? octets + STEP : octets * 2
}

function stepBelow(octets: number): number {
  if (octets >= LONGEST) return LONGEST
  if (octets < FINE_UP_TO) return octets - (octets % STEP)
  return 2 ** Math.floor(Math.log2(octets))
}

function stepAbove(octets: number): number {
  const below = stepBelow(Math.max(STEP, octets))
  return below >= octets ? below : next(below)
}
