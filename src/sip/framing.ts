// Chunks of a stream to whole messages, by Content-Length. Reads no header but that one; parse.ts reads what it cuts.
import { sipLimits, type SipLimits } from './limits.js'
import { decimal, isBlank, trimmed } from './tokens.js'

/**
 * `message`: one lies at bytes[start, end). `ping`: two line ends between messages (RFC 5626 §3.5.1), to be answered with
 * one. `more`: nothing whole yet. A FramingFault: where the next message starts is unknown for good; close.
 */
export type FramingStep = 'message' | 'ping' | 'more' | FramingFault

export interface FramingFault {
  readonly kind: 'lost'
  readonly status: 400 | 413 | 513
  readonly why: string
  /** The head as far as it is known, so that its sender can be told before the connection closes. May be no message. */
  readonly head: Buffer
}

/**
 * A message that lies within one chunk is handed on as a view of it; one spread over chunks is collected in a buffer that
 * grows by what really came. No octet is searched twice, however thin the trickle. RFC 3261 §18.3.
 */
export class SipFramer {
  bytes: Buffer = empty
  start = 0
  end = 0
  readonly #limits: SipLimits
  /** What came and is not handed on yet: #held octets at #at of it; a view of the chunk, or a buffer of our own. */
  #kept: Buffer = empty
  #at = 0
  #held = 0
  #isOwn = false
  /** Octets of #kept behind #at without an empty line in them, for sure. */
  #searched = 0
  /** Octets of the message that #kept starts with; 0 while its head is not whole. */
  #size = 0
  #isHalfPing = false
  #lost: FramingFault | null = null

  constructor(limits: SipLimits = sipLimits) {
    this.#limits = limits
  }

  /** Whether a message has begun and not ended: what a slow peer is given a time for. */
  get isWithinMessage(): boolean {
    return this.#held > 0
  }

  /** Gives the next chunk; only when `next` has said `more`. */
  push(chunk: Buffer): void {
    if (this.#lost !== null) return
    if (this.#held === 0) {
      this.#kept = chunk
      this.#at = 0
      this.#held = chunk.length
      this.#isOwn = false
      return
    }
    this.#makeRoom(chunk.length)
    chunk.copy(this.#kept, this.#at + this.#held)
    this.#held += chunk.length
  }

  next(): FramingStep {
    if (this.#lost !== null) return this.#lost
    if (this.#size === 0) {
      if (this.#skipLineEnds()) return 'ping'
      if (this.#held === 0) return this.#letGo()
      const size = this.#findSize()
      if (typeof size !== 'number') return (this.#lost = this.#forget(size))
      if (size === 0) return 'more'
      this.#size = size
    }
    if (this.#held < this.#size) return 'more'
    this.bytes = this.#kept
    this.start = this.#at
    this.end = this.#at += this.#size
    this.#held -= this.#size
    this.#size = this.#searched = 0
    this.#isHalfPing = false
    if (this.#isOwn) this.#giveAway()
    return 'message'
  }

  /** Line ends before a message: each second is a ping, one is the answer to ours or padding (RFC 3261 §7.5). */
  #skipLineEnds(): boolean {
    while (this.#held >= 2 && this.#kept[this.#at] === cr && this.#kept[this.#at + 1] === lf) {
      this.#at += 2
      this.#held -= 2
      this.#searched = 0
      // Counted, not looked for: a ping may come in two chunks.
      this.#isHalfPing = !this.#isHalfPing
      if (!this.#isHalfPing) return true
    }
    return false
  }

  /** The octets of the message that is first, 0 if its head is not whole, or why that will never be known. */
  #findSize(): number | Omit<FramingFault, 'kind' | 'head'> {
    const { headBytes, bodyBytes } = this.#limits
    const from = this.#at + Math.max(0, this.#searched - emptyLine.length + 1)
    // A buffer of our own is longer than what it holds.
    const within = this.#isOwn ? this.#kept.subarray(0, this.#at + this.#held) : this.#kept
    const found = within.indexOf(emptyLine, from)
    const headSize = found < 0 ? this.#held : found + emptyLine.length - this.#at
    if (headSize > headBytes) return { status: 513, why: 'Message Too Large' }
    if (found < 0) {
      this.#searched = this.#held
      return 0
    }
    const length = contentLength(this.#kept.toString('latin1', this.#at, found))
    // RFC 3261 §20.14: on a stream it must be there.
    if (length === 'none') return { status: 400, why: 'Missing Content-Length' }
    if (length === 'bad') return { status: 400, why: 'Malformed Content-Length' }
    if (length > bodyBytes) return { status: 413, why: 'Request Entity Too Large' }
    return headSize + length
  }

  /** Room for `more` octets behind what is held, in a buffer of our own. */
  #makeRoom(more: number): void {
    const need = this.#held + more
    if (this.#isOwn && this.#at + need <= this.#kept.length) return
    // Twice what came, so that a trickle is not copied over and over; no more than what will come.
    const expected = this.#size > 0 ? this.#size : this.#limits.headBytes
    const grown = Buffer.allocUnsafeSlow(Math.max(need, firstRoom, Math.min(this.#held * 2, expected)))
    this.#kept.copy(grown, 0, this.#at, this.#at + this.#held)
    this.#kept = grown
    this.#at = 0
    this.#isOwn = true
  }

  /** What was handed on must not be written over: the rest moves on as a view that ends where it ends. */
  #giveAway(): void {
    this.#kept = this.#kept.subarray(0, this.#at + this.#held)
    this.#isOwn = false
  }

  /** Do not keep a chunk alive while the peer is silent. */
  #letGo(): 'more' {
    this.#kept = this.bytes = empty
    this.#at = this.start = this.end = 0
    this.#isOwn = false
    return 'more'
  }

  #forget(fault: Omit<FramingFault, 'kind' | 'head'>): FramingFault {
    const most = Math.min(this.#held, this.#limits.headBytes)
    const head = Buffer.from(this.#kept.subarray(this.#at, this.#at + most))
    this.#held = 0
    this.#letGo()
    return { kind: 'lost', ...fault, head }
  }
}

/** The one Content-Length of a head; `bad` if there are two, or one that is no length. */
function contentLength(head: string): number | 'none' | 'bad' {
  let length: number | 'none' = 'none'
  for (let at = head.indexOf('\r\n'); at >= 0; at = head.indexOf('\r\n', at + 2)) {
    const start = at + 2
    const initial = head.charCodeAt(start) | 32
    // Most lines start with another letter; `c` and `l` are those of the name and of its compact form.
    if (initial !== 99 && initial !== 108) continue
    const colon = head.indexOf(':', start)
    if (colon < 0) continue
    let nameEnd = colon
    while (nameEnd > start && isBlank(head.charCodeAt(nameEnd - 1))) nameEnd--
    const name = nameEnd - start === 1 ? 'l' : head.slice(start, Math.min(nameEnd, start + 15)).toLowerCase()
    if (name !== 'content-length' && !(name === 'l' && initial === 108)) continue
    if (length !== 'none') return 'bad'
    length = decimal(valueAt(head, colon + 1), Number.MAX_SAFE_INTEGER)
    if (length < 0) return 'bad'
  }
  return length
}

/** The value of a field, its folds undone. */
function valueAt(head: string, from: number): string {
  let end = head.indexOf('\r\n', from)
  while (end >= 0 && isBlank(head.charCodeAt(end + 2))) end = head.indexOf('\r\n', end + 2)
  const lines = head.slice(from, end < 0 ? head.length : end).split('\r\n')
  return trimmed(lines.map((each) => trimmed(each)).join(' '))
}

const empty = Buffer.alloc(0)
const emptyLine = Buffer.from('\r\n\r\n')
const cr = 13
const lf = 10
const firstRoom = 1024
