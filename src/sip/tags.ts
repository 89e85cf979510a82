// To tags for our answers: different between requests, not secret (there are no dialogs here). Chance is an argument.

export interface Tags {
  /** One that no other has. */
  next(): string
  /** The same for the same text, so that an answer without memory has the same each time. RFC 3261 §8.2.7. */
  of(text: string): string
}

/** @param random fills an array with octets, so that two processes differ */
export function tagSource(random: (into: Uint8Array) => void): Tags {
  const salt = new Uint32Array(2)
  random(new Uint8Array(salt.buffer))
  const [saltA = 0, saltB = 0] = salt
  const prefix = saltA.toString(36)
  let count = 0
  return {
    next: () => `${prefix}-${(count++).toString(36)}`,
    of(text) {
      // Two words of the kind of FNV-1a.
      let a = saltA
      let b = saltB
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i)
        a = Math.imul(a ^ code, 0x01000193)
        b = Math.imul(b ^ code, 0x85ebca6b)
        b ^= b >>> 13
      }
      return (a >>> 0).toString(36) + (b >>> 0).toString(36)
    },
  }
}
