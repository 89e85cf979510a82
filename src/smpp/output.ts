// A session's way out: PDUs are collected and written in one piece a turn, or sooner when a piece is large. Knows whether
// the peer reads what we write.
import { encode } from './pdu/encode.js'
import type { PduInput } from './pdu/spec.js'
import type { Transport } from './session-contract.js'
import { Writer } from './writer.js'

/** More than this is not kept for the end of the turn: the transport must be able to say that it is too much. */
const pieceBytes = 64 * 1024

export class Output {
  readonly #transport: Transport
  readonly #writer = new Writer()
  #awake = false
  #congested = false

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The transport holds more than it likes, and has not drained since. */
  get congested(): boolean {
    return this.#congested
  }

  /** Appends a PDU. Throws EncodeError, and then has appended nothing. */
  append(pdu: PduInput, sequence: number): void {
    encode(this.#writer, pdu, sequence)
    if (this.#writer.pending >= pieceBytes) this.#write()
    else if (!this.#awake) {
      this.#awake = true
      this.#transport.wake()
    }
  }

  flush(): void {
    this.#awake = false
    if (this.#writer.pending > 0) this.#write()
  }

  drained(): void {
    this.#congested = false
  }

  #write(): void {
    if (!this.#transport.write(this.#writer.take())) this.#congested = true
  }
}
