// Text that keeps nothing else alive: for what is cut out of a larger text and outlives it.

const scratch = Buffer.allocUnsafeSlow(1024)

/**
 * The same text in memory of its own. Engines keep a piece of a text as a reference to the whole, and a sum of texts as one to
 * its parts: a key of 60 characters in a map can hold the kilobyte that it came from for as long as the map lives.
 * Half a surrogate pair, which no UTF-8 can hold, becomes U+FFFD.
 */
export function ownText(text: string): string {
  // A character is three octets at most; longer texts are rare, and may have a buffer each.
  if (text.length * 3 > scratch.length) return Buffer.from(text).toString()
  return scratch.toString('utf8', 0, scratch.write(text, 0, 'utf8'))
}
