// Nonces of digest authentication: made and recognised by a key alone, and a bounded memory of how far each one's count is.
// Knows nothing of users and passwords.
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface NonceOptions {
  /** 16 bytes or more. Nodes or runs that share it recognise each other's nonces, but not how often they were used. */
  readonly key: Uint8Array
  /** Random bytes, of a source that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array
  readonly lifetimeMs: number
  /** Nonces in use that are remembered, about 200 bytes each. */
  readonly most: number
  /**
   * Nonces made before it are stale: with a key that outlives the process this is its start, or a request of the last run
   * could be played back, whose count nobody remembers.
   */
  readonly notBeforeMs: number
}

/** How far a nonce in use was counted. Bit i of the 64 says whether `highest - i` was seen (RFC 7616 §3.4, nc). */
interface Use {
  readonly madeAtMs: number
  highest: number
  seen: number
  seenBefore: number
}

const WINDOW = 64
/** Clocks of nodes that share a key differ a little. */
const MOST_AHEAD_MS = 5000
const TIME_BYTES = 6
const RANDOM_BYTES = 6
const MAC_BYTES = 12
const BYTES = TIME_BYTES + RANDOM_BYTES + MAC_BYTES
const LENGTH = (BYTES * 4) / 3

/** As a count: the nonce is spent by this use. For responses without qop, which would be good for ever after. */
export const wholeNonce = Infinity

/**
 * A nonce is its time, some random bytes and a MAC of both, so that handing them out costs no memory. Only `use` remembers,
 * and it is called for requests whose password was right. A use forgotten for want of room makes all nonces up to its age
 * stale, unless they are remembered: nothing is ever accepted twice.
 */
export class Nonces {
  readonly #key: Uint8Array
  readonly #random: (bytes: number) => Uint8Array
  readonly #lifetimeMs: number
  readonly #most: number
  readonly #uses = new Map<string, Use>()
  #notBeforeMs: number

  constructor(options: NonceOptions) {
    if (options.key.length < 16) throw new RangeError('the key of nonces has 16 bytes or more')
    if (!(options.most >= 1)) throw new RangeError(`room for ${options.most} nonces`)
    this.#key = Uint8Array.from(options.key)
    this.#random = options.random
    this.#lifetimeMs = options.lifetimeMs
    this.#most = options.most
    this.#notBeforeMs = options.notBeforeMs
  }

  /** Nonces in use now. */
  get size(): number {
    return this.#uses.size
  }

  /** A new nonce: 32 characters that need no escape anywhere. */
  make(nowMs: number): string {
    const bytes = Buffer.alloc(BYTES)
    bytes.writeUIntBE(Math.floor(nowMs), 0, TIME_BYTES)
    bytes.set(this.#random(RANDOM_BYTES), TIME_BYTES)
    bytes.set(this.#mac(bytes), TIME_BYTES + RANDOM_BYTES)
    return bytes.toString('base64url')
  }

  /**
   * Counts a use; false if the nonce is not ours, too old, or was used with that count. Counts may come out of order by
   * up to 63. Call it last, when the response was right: nobody else may use up the counts of a nonce.
   *
   * @param count of the credentials, 1 and up, or `wholeNonce`
   */
  use(nonce: string, count: number, nowMs: number): boolean {
    const known = this.#uses.get(nonce)
    if (known !== undefined) {
      if (nowMs - known.madeAtMs <= this.#lifetimeMs) return counted(known, count)
      this.#uses.delete(nonce)
      return false
    }
    const madeAtMs = this.#madeAt(nonce)
    if (madeAtMs < this.#notBeforeMs || madeAtMs > nowMs + MOST_AHEAD_MS) return false
    if (nowMs - madeAtMs > this.#lifetimeMs || !(count >= 1)) return false
    this.#makeRoom(nowMs)
    // A copy: the text of a header is a view that keeps the whole message alive.
    const key = Buffer.from(nonce, 'latin1').toString('latin1')
    this.#uses.set(key, { madeAtMs, highest: count, seen: 1, seenBefore: 0 })
    return true
  }

  #makeRoom(nowMs: number): void {
    let looked = 0
    for (const [nonce, use] of this.#uses) {
      const isOver = nowMs - use.madeAtMs > this.#lifetimeMs
      if (!isOver && this.#uses.size < this.#most) return
      this.#uses.delete(nonce)
      if (!isOver) this.#notBeforeMs = Math.max(this.#notBeforeMs, use.madeAtMs + 1)
      // One comes and at most two go, so that the old are gone in time and no request pays for all.
      if (++looked === 2) return
    }
  }

  /** When it was made by the key; -1 if it was not. */
  #madeAt(nonce: string): number {
    if (nonce.length !== LENGTH) return -1
    const bytes = Buffer.from(nonce, 'base64url')
    if (bytes.length !== BYTES) return -1
    const isOurs = timingSafeEqual(this.#mac(bytes), bytes.subarray(TIME_BYTES + RANDOM_BYTES))
    // Node reads signs that are no base64url too: a nonce is taken in one spelling only.
    return isOurs && bytes.toString('base64url') === nonce ? bytes.readUIntBE(0, TIME_BYTES) : -1
  }

  #mac(bytes: Buffer): Buffer {
    const told = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES)
    return createHmac('sha256', this.#key).update(told).digest().subarray(0, MAC_BYTES)
  }
}

function counted(use: Use, count: number): boolean {
  if (count > use.highest) {
    const step = count - use.highest
    use.highest = count
    use.seenBefore = step < 32 ? (use.seenBefore << step) | (use.seen >>> (32 - step)) : shifted(use.seen, step - 32)
    use.seen = shifted(use.seen, step) | 1
    return true
  }
  const behind = use.highest - count
  // Written so that NaN, the distance of a spent nonce from itself, is too far.
  if (!(behind < WINDOW) || count < 1) return false
  const bit = 1 << (behind & 31)
  const word = behind < 32 ? use.seen : use.seenBefore
  if ((word & bit) !== 0) return false
  if (behind < 32) use.seen = word | bit
  else use.seenBefore = word | bit
  return true
}

/** `<<` takes its right side modulo 32. */
function shifted(word: number, by: number): number {
  return by < 32 ? word << by : 0
}
