// What can be wrong with received bytes, as values: answer it and go on, or close because framing is lost. Nothing else.
import type { Command, ResponseCommand } from './spec.js'

/** The header is whole: the peer is answered and the session goes on. */
export interface NackFault {
  readonly command: 'fault'
  readonly kind: 'nack'
  /** The response to send with `status` and `sequence`; null when it was a response, which is never answered. */
  readonly answer: ResponseCommand | null
  readonly status: number
  readonly sequence: number
  /** The command that was received; null when its id is unknown. */
  readonly received: Command | null
  readonly why: string
}

/** command_length cannot be true: where the next PDU starts is unknown (SMPP 3.4 §3.2, §5.1.1). */
export interface CloseFault {
  readonly command: 'fault'
  readonly kind: 'close'
  readonly status: number
  readonly why: string
}
