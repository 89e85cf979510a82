// The face of the SIP library: what the rest of the house may use of it.
export { addressOfRecord, isLive, reachable } from './binding.js'
export type { Binding, BoundFlow } from './binding.js'
export { cpimHeader, cpimNamespace, parseCpim, writeCpimAddress } from './cpim.js'
export { parseDate, writeDate } from './dates.js'
export { digestAlgorithms, digestLengths, ha1Of } from './digest.js'
export type { DigestHash } from './digest.js'
export { DigestClient } from './digest-client.js'
export { DigestServer } from './digest-server.js'
export { openEndpoint } from './endpoint.js'
export type { EndpointOptions, SipEndpoint } from './endpoint.js'
export { field, fields, mediaType, nameAddrs } from './fields.js'
export { flowKinds, hostPort, isReliable } from './flow.js'
export type { Flow, FlowKind } from './flow.js'
export { imdnMediaType, imdnNamespace, imdnRequest, imdnStatuses, parseImdn, writeImdnMessage } from './imdn.js'
export type { ImdnNotice, ImdnRequest, ImdnWish } from './imdn.js'
export type { Field, SipRequest } from './message.js'
export { Nonces } from './nonces.js'
export { param } from './params.js'
export { parseMessage } from './parse.js'
export { readParams } from './read-params.js'
export { register, registrarExtensions } from './registrar.js'
export type { RegistrarSettings } from './registrar.js'
export { refusalOf } from './request-checks.js'
export { decimal } from './tokens.js'
export { defaultTransactionOptions } from './transaction-contract.js'
export type {
  AnswerParts,
  ClientOutcome,
  ClientRequest,
  ServerTransaction,
  TransactionCounters,
} from './transaction-contract.js'
export { defaultTransactionTimers, lifetimeMs } from './transaction-timers.js'
export type { TransactionTimers } from './transaction-timers.js'
export { defaultTransportLimits } from './transport-contract.js'
export { escapedUser, parseUri } from './uri.js'
export type { SipUri } from './uri.js'
export { writeRequest } from './write.js'
