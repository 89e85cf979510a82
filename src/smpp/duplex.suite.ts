// A session without a socket: what it writes is read back as PDUs, what it asks of its transport is kept. Tests only.
import { decode } from './pdu/decode.js'
import { encode } from './pdu/encode.js'
import type { Command, Pdu, PduInput } from './pdu/spec.js'
import { Session } from './session.js'
import type { CloseWhy, SessionHandlers, SessionOptions } from './session-contract.js'
import { Writer } from './writer.js'

export function wire(pdu: PduInput, sequence: number): Buffer {
  const w = new Writer()
  encode(w, pdu, sequence)
  return w.take()
}

/** A session of ours and the far end as the test plays it. */
export class Duplex {
  readonly session: Session<string>
  /** What happened, in order, one word each: for assertions. */
  readonly events: string[] = []
  readonly requests: Pdu[] = []
  closedBy: CloseWhy | undefined
  error: unknown
  now = 0
  reading = true
  ended: 'end' | 'destroy' | undefined
  /** Whether the far end reads; otherwise `write` says that too much waits. */
  farEndReads = true
  #sent: Buffer[] = []

  constructor(
    options: SessionOptions,
    handlers: Partial<SessionHandlers<string>> = {},
    onWrite: (bytes: Buffer) => void = () => undefined,
  ) {
    this.session = new Session<string>(
      options,
      {
        write: (bytes) => {
          this.#sent.push(bytes)
          onWrite(bytes)
          return this.farEndReads
        },
        wake: () => undefined,
        pause: () => (this.reading = false),
        resume: () => (this.reading = true),
        end: () => (this.ended = 'end'),
        destroy: () => (this.ended = 'destroy'),
      },
      (session) => ({
        onBind: (bind) => void session.acceptBind(bind, { system_id: 'smsc' }),
        onBound: () => this.events.push('bound'),
        onBindRefused: (response) => this.events.push(`refused ${response.status}`),
        onRequest: (request) => this.requests.push(request),
        onResponse: (response, context) => this.events.push(`${response.command} ${response.status} ${context}`),
        onLateResponse: (response, context) => this.events.push(`late ${response.command} ${context}`),
        onUnanswered: (contexts, why) => this.events.push(`unanswered ${contexts.join(',')} ${why}`),
        onWindow: () => this.events.push('window'),
        onClose: (why, error) => {
          this.closedBy = why
          this.error = error
          this.events.push(`closed ${why}`)
        },
        ...handlers,
      }),
      this.now,
    )
  }

  /** The far end sends bytes or a PDU. */
  receive(...pdus: readonly (Buffer | readonly [PduInput, number])[]): void {
    this.session.receive(
      Buffer.concat(pdus.map((pdu) => (Buffer.isBuffer(pdu) ? pdu : wire(pdu[0], pdu[1])))),
      this.now,
    )
  }

  /** What the session has written since the last call. */
  sent(): readonly Pdu[] {
    this.session.flush()
    const bytes = Buffer.concat(this.#sent)
    this.#sent = []
    const pdus: Pdu[] = []
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
      const pdu = decode(bytes, at, at + bytes.readUInt32BE(at))
      if (pdu.command === 'fault') throw new Error(`we sent what we cannot read: ${pdu.why}`)
      pdus.push(pdu)
    }
    return pdus
  }

  /** The same as `command status sequence`. */
  sentBriefly(): readonly string[] {
    return this.sent().map(({ command, status, sequence }) => `${command} ${status} ${sequence}`)
  }

  tick(nowMs: number): void {
    this.now = nowMs
    this.session.tick(nowMs)
  }

  static smsc(
    options: Partial<SessionOptions> = {},
    handlers: Partial<SessionHandlers<string>> = {},
    onWrite: (bytes: Buffer) => void = () => undefined,
  ): Duplex {
    return new Duplex({ role: 'smsc', ...options }, handlers, onWrite)
  }

  /** A message centre's session with a bound ESME. */
  static bound(
    command: Command & `bind_${string}er` = 'bind_transceiver',
    options: Partial<SessionOptions> = {},
    handlers: Partial<SessionHandlers<string>> = {},
  ): Duplex {
    const duplex = Duplex.smsc(options, handlers)
    duplex.receive([{ command, system_id: 'esme', interface_version: 0x34 }, 1])
    duplex.sent()
    return duplex
  }
}
