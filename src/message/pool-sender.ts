// The number of a pool that sends a message, and the pack that it was chosen for. Types only.

export interface PoolSender {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  /** UUID of the powerpack. */
  readonly pack: string
}
