// Many small byte strings in few large buffers: for what is kept for a while in great number. A buffer is freed with its last user.

/** Where the octets of one `put` lie. */
export interface SlabPlace {
  /** The buffer; whoever keeps it keeps all that lies in it. */
  chunk: Buffer
  at: number
  length: number
}

export class ByteSlab {
  readonly #chunkBytes: number
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  /** @param chunkBytes octets per buffer; longer strings get one of their own */
  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes
  }

  /** Copies the octets and writes into `place` where they are: no allocation per string. */
  put(bytes: Uint8Array, place: SlabPlace): void {
    const { length } = bytes
    if (this.#at + length > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, length))
      this.#at = 0
    }
    this.#chunk.set(bytes, this.#at)
    place.chunk = this.#chunk
    place.at = this.#at
    place.length = length
    this.#at += length
  }
}
