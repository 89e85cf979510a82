// The face of the SMPP library: what the rest of the house may use of it.
export { connect } from './client.js'
export type { ClientOptions } from './client.js'
export { Framer } from './framer.js'
export { decode } from './pdu/decode.js'
export { encode, EncodeError } from './pdu/encode.js'
export type { CloseFault, NackFault } from './pdu/fault.js'
export { answerTo, commandId, commandNames, pduTable } from './pdu/spec.js'
export type {
  AnsweredCommand,
  BindCommand,
  Command,
  Destination,
  Fields,
  Pdu,
  PduInput,
  PduOf,
  RequestCommand,
  ResponseCommand,
  Tlv,
  UnsuccessfulDelivery,
} from './pdu/spec.js'
export { findTlv, makeTlv, tlvBytes, tlvInt, tlvIssues, tlvName, tlvTag, tlvText } from './pdu/tlvs.js'
export type { IntTlvName, TextTlvName, TlvIssue, TlvName } from './pdu/tlvs.js'
export { listen } from './server.js'
export type { PeerAddress, ServerOptions, SmppServer } from './server.js'
export { Session } from './session.js'
export type {
  Answerable,
  AppCommand,
  AppRequest,
  BindRequest,
  CloseWhy,
  ResponseFields,
  ResponsePdu,
  SessionHandlers,
  SessionOptions,
  Transport,
} from './session-contract.js'
export type { Role, SessionState } from './session-state.js'
export { parseStatus, status, statusName } from './status.js'
export type { StatusName } from './status.js'
export { Ticker } from './ticker.js'
export { defaultTimers } from './timers.js'
export type { TimerLimits } from './timers.js'
export { Window } from './window.js'
export type { InFlight } from './window.js'
export { Writer } from './writer.js'
export { absoluteSmppTime, relativeSmppTime, smppTimeToMs } from './time.js'
