// A text cut in pieces of so many octets of UTF-8, where people would cut it: between words, else between what they see as one
// character. Put together again the pieces are the text. Pure.

/** A cut between words may leave this much of a piece unused, no more. */
const UNUSED = 0.3

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * @param most pieces
 * @returns undefined where more are needed, or where a piece has no room for a character
 */
export function piecesOf(text: string, maxOctets: number, most: number): readonly string[] | undefined {
  if (Buffer.byteLength(text) <= maxOctets) return [text]
  const pieces: string[] = []
  let piece = ''
  let octets = 0
  for (const unit of units(text, maxOctets)) {
    const more = Buffer.byteLength(unit)
    if (more > maxOctets) return undefined
    if (octets + more > maxOctets) {
      const cut = betweenWords(piece)
      pieces.push(piece.slice(0, cut))
      if (pieces.length >= most) return undefined
      piece = piece.slice(cut)
      octets = Buffer.byteLength(piece)
      // What went over to the next piece and the unit may not fit it together.
      if (octets + more > maxOctets) {
        pieces.push(piece)
        if (pieces.length >= most) return undefined
        piece = ''
        octets = 0
      }
    }
    piece += unit
    octets += more
  }
  pieces.push(piece)
  return pieces
}

/** What is not cut: graphemes, but for those that are made to be endless. */
function* units(text: string, maxOctets: number): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    if (Buffer.byteLength(segment) <= maxOctets) yield segment
    else yield* segment
  }
}

/** Behind the last blank, where that is not too far from the end; else at the end. */
function betweenWords(piece: string): number {
  for (let at = piece.length; at > piece.length * (1 - UNUSED); at--) {
    const code = piece.charCodeAt(at - 1)
    if (code === 0x20 || code === 0x0a || code === 0x3000) return at
  }
  return piece.length
}
