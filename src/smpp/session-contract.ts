// What a session and its owner agree on: options, the transport it writes to, the handlers it calls. No behaviour.
import type { CloseFault, NackFault } from './pdu/fault.js'
import type {
  AnsweredCommand,
  BindCommand,
  Command,
  Fields,
  PduInput,
  PduOf,
  RequestCommand,
  ResponseCommand,
  Tlv,
} from './pdu/spec.js'
import type { Role } from './session-state.js'
import type { TimerLimits } from './timers.js'

type HousekeepingCommand = BindCommand | 'outbind' | 'unbind' | 'enquire_link'

/** Requests that the owner sees; the session answers the rest itself. */
export type AppCommand = Exclude<RequestCommand, HousekeepingCommand>
export type AppRequest = PduOf<AppCommand>
export type BindRequest = PduOf<BindCommand>
export type ResponsePdu = PduOf<ResponseCommand>

/** Enough of a request to answer it. */
export interface Answerable<C extends AnsweredCommand> {
  readonly command: C
  readonly sequence: number
}
export type ResponseFields<C extends AnsweredCommand> = Omit<PduInput<`${C}_resp`>, 'command' | 'status'>

/** What an accepted bind is answered with. Without `tlvs`: sc_interface_version, for a peer of 3.4 or later. */
export type BindAnswer = Partial<Fields<'bind_transceiver_resp'>> & { readonly tlvs?: readonly Tlv[] }

export interface SessionOptions extends Partial<TimerLimits> {
  readonly role: Role
  /** Requests of ours that may be unanswered. Default 10. */
  readonly windowSize?: number
  /** Requests of the peer that we may leave unanswered before we stop reading. Default 1000. */
  readonly receiveWindow?: number
  /** What bind responses tell and binds ask. Default 0x34. */
  readonly interfaceVersion?: number
  /** Longest PDU taken. Default 70 KiB: a message_payload of 64 KiB and its head. */
  readonly maxPduBytes?: number
  /** Timed-out requests remembered for a late response, oldest forgotten first. Default 1000. */
  readonly lateMemory?: number
  /** First sequence number sent. Default 1. */
  readonly firstSequence?: number
}

/** The stream below, as the session needs it. */
export interface Transport {
  /** Sends bytes that the session never touches again; false when more waits than it likes: `drained` comes later. */
  write(bytes: Buffer): boolean
  /** Output has begun to wait: call `session.flush()` before the turn ends. Not called again until then. */
  wake(): void
  /** Stop and resume reading. */
  pause(): void
  resume(): void
  /** Close once all that was written has gone out. */
  end(): void
  /** Close at once. */
  destroy(): void
}

export type CloseWhy =
  | 'closedByOwner'
  | 'unbound'
  | 'bindRefused'
  | 'peerClosed'
  | 'transportError'
  | 'connectTimeout'
  | 'framingLost'
  | 'sessionInitTimeout'
  | 'enquireLinkTimeout'
  | 'inactivity'
  | 'unbindTimeout'
  | 'writeStall'
  | 'handlerError'

/**
 * What the session calls; never two at once. They may call any method of the session. One that throws closes the
 * session with `handlerError`. `C` is what the owner attaches to its requests.
 */
export interface SessionHandlers<C> {
  /** A peer asks to bind (smsc). Answer now or later with acceptBind or rejectBind. Absent: refused. */
  onBind?(request: BindRequest): void
  /** Our bind was accepted (esme). */
  onBound?(response: ResponsePdu): void
  /** Our bind was refused (esme); onClose follows. */
  onBindRefused?(response: ResponsePdu): void
  /** The message centre asks us to bind (esme): call `bind`. */
  onOutbind?(pdu: PduOf<'outbind'>): void
  /** A legal request. Each but alert_notification must be answered once, by respond. */
  onRequest(request: AppRequest): void
  /** The answer to a request of ours; generic_nack, too. */
  onResponse(response: ResponsePdu, context: C, sentAtMs: number): void
  /** An answer to a request that onUnanswered has given back as timed out. */
  onLateResponse?(response: ResponsePdu, context: C, sentAtMs: number): void
  /** Requests that will get no onResponse, oldest first; each is given back exactly once. */
  onUnanswered(contexts: readonly C[], why: 'timeout' | 'closed'): void
  /** There is room in the window again: `windowFree` rose from 0. */
  onWindow?(): void
  /** All PDUs of one read have been handed over: decide on them as one batch. */
  onReadEnd?(): void
  /** The session is over; last call but for none. `error` is what a handler or the transport threw, or the fault. */
  onClose(why: CloseWhy, error?: unknown): void
  /** Counts PDUs: on the hot path. `status` is command_status. */
  onPdu?(direction: 'in' | 'out', command: Command, status: number): void
  /** Received bytes that were refused; for the log. */
  onFault?(fault: NackFault | CloseFault): void
}
