// What stands in many rows in the same octets, decoded once. A bounded table: what is new takes the place of what was there.

interface Known<Value> {
  readonly octets: Uint8Array
  readonly value: Value
}

const PLACES = 1024

export class Repeated<Value> {
  readonly #known = new Array<Known<Value> | undefined>(PLACES).fill(undefined)

  /** The value of these octets, by `decode` where they are not known; callers share it. */
  of(buffer: Uint8Array, start: number, length: number, decode: () => Value): Value {
    let hash = length
    // Not each of them: what differs mostly does so in more than one.
    for (let i = start + length - 1; i >= start; i -= 3) hash = Math.imul(hash, 31) + buffer[i]!
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1)
    const known = this.#known[place]
    if (known !== undefined && isSame(known.octets, buffer, start, length)) return known.value
    const octets = new Uint8Array(length)
    octets.set(buffer.subarray(start, start + length))
    const value = decode()
    this.#known[place] = { octets, value }
    return value
  }
}

function isSame(octets: Uint8Array, buffer: Uint8Array, start: number, length: number): boolean {
  if (octets.length !== length) return false
  for (let i = 0; i < length; i++) if (octets[i] !== buffer[start + i]) return false
  return true
}
