// Every metric: name, kind, labels, meaning. The one source of /metrics and docs/metrics.md. Data only.
import { geometricBounds } from '../lib/histogram.js'
import { apiCounters, apiGauges, apiHistograms } from './api-metrics.js'
import { tenDlcCounters, tenDlcGauges } from './tendlc-metrics.js'

/** A count that only grows; by its labels, or a single one where there are none. */
export interface CounterSpec {
  readonly kind: 'counter'
  readonly name: string
  readonly labels: readonly string[]
  /** What a label may say, where that is known beforehand: anything else does not compile. */
  readonly values?: Readonly<Record<string, readonly string[]>>
  readonly help: string
}

/** A value read at each scrape from whoever registered for it. */
export interface GaugeSpec {
  readonly kind: 'gauge'
  readonly name: string
  readonly labels: readonly string[]
  readonly help: string
}

/** Values counted in buckets, in seconds. */
export interface HistogramSpec {
  readonly kind: 'histogram'
  readonly name: string
  readonly labels: readonly []
  readonly help: string
  readonly bounds: readonly number[]
}

// 0.1 ms … 52 s by doubling: fine enough for a p99 of some milliseconds, 20 buckets.
const fast = geometricBounds(0.0001, 2, 20)
// 1 ms … 36 h: delivery may wait for resends.
const slow = geometricBounds(0.001, 2.5, 21)

const edges = ['esme', 'vendor'] as const
const doors = ['esme', 'api', 'sip', 'http'] as const
const wrongLogIns = ['refused', 'blocked'] as const
const directions = ['ingress', 'egress'] as const
const attemptOutcomes = ['sent', 'late', 'permanent', 'temporary', 'unanswered'] as const
const vendorReceiptOutcomes = ['matched', 'matchedUnanswered', 'duplicate', 'parked', 'dropped', 'unreadable'] as const
const receiptOutcomes = ['queued', 'delivered', 'setAside', 'droppedByAge', 'droppedByCount'] as const
const reassemblyOutcomes = ['whole', 'incomplete', 'sentAsReceived', 'refused', 'dropped'] as const
const moOutcomes = ['accepted', 'refused'] as const
const moEndOutcomes = ['delivered', 'setAside', 'droppedByAge'] as const
const authorizationOutcomes = [
  'held',
  'insufficientFunds',
  'customerBlocked',
  'dayLimit',
  'noPrice',
  'notPermitted',
] as const
const moneyMoves = ['held', 'charged', 'released'] as const
const passedOverReasons = ['full', 'resting'] as const
const locatedOutcomes = ['network', 'unknown', 'prefix', 'refused', 'late'] as const
const decidedOutcomes = ['goes', 'later', 'over'] as const
const lookupOutcomes = ['network', 'unknown', 'timeout', 'refused', 'unreachable', 'garbage', 'overloaded'] as const
const cacheOutcomes = ['hit', 'unknown', 'stale', 'joined', 'miss'] as const
const sipMethods = ['MESSAGE', 'REGISTER', 'OPTIONS', 'other'] as const
const sipTransports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
const challengeReasons = ['none', 'stale', 'wrong', 'malformed'] as const
const registrationOutcomes = ['registered', 'unregistered', 'asked', 'refused', 'notKept'] as const
const sipSendOutcomes = ['delivered', 'offline', 'over', 'split'] as const
const imdnOutcomes = ['sent', 'taken', 'refused', 'notAsked', 'received'] as const
const pushOutcomes = ['sent', 'failed', 'dropped'] as const
const connectionBounds = ['connections', 'connectionsPerAddress'] as const
const commitFailureCodes = ['full', 'io', 'closed', 'locked'] as const

/** Counters by the name they have in code. */
export const counterCatalogue = {
  pdus: {
    kind: 'counter',
    name: 'smswitch_pdus_total',
    labels: ['direction', 'command', 'status'],
    values: { direction: directions },
    help: `SMPP PDUs by direction (${directions.join(', ')}), command and status of a response (empty for requests).`,
  },
  accepted: {
    kind: 'counter',
    name: 'smswitch_messages_accepted_total',
    labels: ['edge'],
    help: 'Messages made durable and acknowledged, by edge.',
  },
  refused: {
    kind: 'counter',
    name: 'smswitch_messages_refused_total',
    labels: ['edge', 'reason'],
    help: 'Messages refused before acceptance, those that the store refused included, by edge and failure reason (docs/errors.md).',
  },
  finals: {
    kind: 'counter',
    name: 'smswitch_messages_final_total',
    labels: ['state'],
    help: 'Messages that reached a final state, by state; UNKNOWN where the vendor never said.',
  },
  attempts: {
    kind: 'counter',
    name: 'smswitch_attempts_total',
    labels: ['connection', 'outcome'],
    values: { outcome: attemptOutcomes },
    help: `Tries to send a segment, by vendor connection and outcome (${attemptOutcomes.join(', ')}; late: unanswered before, too).`,
  },
  resends: {
    kind: 'counter',
    name: 'smswitch_resends_total',
    labels: ['connection'],
    help: 'Attempts after the first, by vendor connection.',
  },
  sessionEnds: {
    kind: 'counter',
    name: 'smswitch_session_ends_total',
    labels: ['edge', 'reason'],
    values: { edge: edges },
    help: `Sessions that ended, by edge (${edges.join(', ')}) and reason.`,
  },
  bindRefusals: {
    kind: 'counter',
    name: 'smswitch_bind_refusals_total',
    labels: ['edge', 'status'],
    values: { edge: edges },
    help: `Refused binds, by edge (${edges.join(', ')}: ours, by the vendor) and status.`,
  },
  logInsWrong: {
    kind: 'counter',
    name: 'smswitch_log_ins_wrong_total',
    labels: ['edge', 'outcome'],
    values: { edge: doors, outcome: wrongLogIns },
    help: `Wrong log-ins, by edge (${doors.join(', ')}; api is the admin server, http the API of applications) and outcome (${wrongLogIns.join(', ')}: not looked at).`,
  },
  vendorReceipts: {
    kind: 'counter',
    name: 'smswitch_vendor_receipts_total',
    labels: ['connection', 'outcome'],
    values: { outcome: vendorReceiptOutcomes },
    help: `Receipts from vendors, by connection and outcome (${vendorReceiptOutcomes.join(', ')}).`,
  },
  receipts: {
    kind: 'counter',
    name: 'smswitch_receipts_total',
    labels: ['outcome'],
    values: { outcome: receiptOutcomes },
    help: `Receipts to senders, by outcome (${receiptOutcomes.join(', ')}).`,
  },
  reassembly: {
    kind: 'counter',
    name: 'smswitch_reassembly_total',
    labels: ['peer', 'outcome'],
    values: { peer: edges, outcome: reassemblyOutcomes },
    help: `Messages in parts that came to an end, by who sent them (${edges.join(', ')}) and outcome (${reassemblyOutcomes.join(', ')}; dropped: with the session).`,
  },
  turnedEarly: {
    kind: 'counter',
    name: 'smswitch_parts_turned_early_total',
    labels: ['peer'],
    values: { peer: edges },
    help: `Times that withheld parts were answered before their message was whole, since they filled the window of their sender (${edges.join(', ')}).`,
  },
  transliterated: {
    kind: 'counter',
    name: 'smswitch_messages_transliterated_total',
    labels: ['connection'],
    help: 'Messages that left with characters replaced by what says the same, by vendor connection.',
  },
  notCarried: {
    kind: 'counter',
    name: 'smswitch_messages_not_carried_total',
    labels: ['connection'],
    help: 'Messages that a vendor connection could not carry as it is set up, such as characters that its alphabets lack.',
  },
  mo: {
    kind: 'counter',
    name: 'smswitch_mo_total',
    labels: ['connection', 'outcome'],
    values: { outcome: moOutcomes },
    help: `Messages from phones, each part of one for itself, by vendor connection and outcome (${moOutcomes.join(', ')}).`,
  },
  moEnds: {
    kind: 'counter',
    name: 'smswitch_mo_ends_total',
    labels: ['outcome'],
    values: { outcome: moEndOutcomes },
    help: `Messages from phones that left the outbox of their account, by outcome (${moEndOutcomes.join(', ')}).`,
  },
  authorizations: {
    kind: 'counter',
    name: 'smswitch_authorizations_total',
    labels: ['outcome'],
    help: `Messages whose price was asked for, by outcome (${authorizationOutcomes.join(', ')}).`,
  },
  money: {
    kind: 'counter',
    name: 'smswitch_money_micros_total',
    labels: ['currency', 'move'],
    values: { move: moneyMoves },
    help: `Money that was ${moneyMoves.join(', ')}, in millionths of the base currency.`,
  },
  rests: {
    kind: 'counter',
    name: 'smswitch_vendor_rests_total',
    labels: ['connection'],
    help: 'Times that a vendor connection lost its turn for a while, since its recent success was poor (`adaptive`).',
  },
  passedOver: {
    kind: 'counter',
    name: 'smswitch_routes_passed_over_total',
    labels: ['connection', 'why'],
    values: { why: passedOverReasons },
    help: `Messages that would have gone to a vendor connection first, and go to another, by connection and why (${passedOverReasons.join(', ')}).`,
  },
  located: {
    kind: 'counter',
    name: 'smswitch_networks_total',
    labels: ['outcome'],
    values: { outcome: locatedOutcomes },
    help: `Messages whose policy asks for the network of the number, by what came of it before they were accepted (${locatedOutcomes.join(', ')}; late: accepted without it).`,
  },
  decided: {
    kind: 'counter',
    name: 'smswitch_networks_late_total',
    labels: ['outcome'],
    values: { outcome: decidedOutcomes },
    help: `Messages that were accepted before their network was known, by what came of it then (${decidedOutcomes.join(', ')}).`,
  },
  lookups: {
    kind: 'counter',
    name: 'smswitch_lookups_total',
    labels: ['provider', 'outcome'],
    values: { outcome: lookupOutcomes },
    help: `Requests to lookup providers, by provider and outcome (${lookupOutcomes.join(', ')}).`,
  },
  lookupCache: {
    kind: 'counter',
    name: 'smswitch_lookup_cache_total',
    labels: ['outcome'],
    values: { outcome: cacheOutcomes },
    help: `Questions for networks, by what memory said (${cacheOutcomes.join(', ')}; joined: the number is being asked for already).`,
  },
  lookupOverloads: {
    kind: 'counter',
    name: 'smswitch_lookup_overloads_total',
    labels: [],
    help: 'Questions for networks that were refused by a bound of the switch (lookup.maxInFlight, maxQueued, maxAskers).',
  },
  sipRequests: {
    kind: 'counter',
    name: 'smswitch_sip_requests_total',
    labels: ['direction', 'method', 'status'],
    values: { direction: directions, method: sipMethods },
    help: `SIP requests by direction (${directions.join(', ')}), method (${sipMethods.join(', ')}) and the status of their final response; timeout or failed where a request of ours had none.`,
  },
  sipRetransmissions: {
    kind: 'counter',
    name: 'smswitch_sip_retransmissions_total',
    labels: ['direction'],
    values: { direction: directions },
    help: `SIP requests that came again, or that we sent again, by direction (${directions.join(', ')}).`,
  },
  sipOverloads: {
    kind: 'counter',
    name: 'smswitch_sip_overloads_total',
    labels: [],
    help: 'SIP requests answered 503 since as many as allowed were being answered or remembered (sip.maxServer).',
  },
  sipFaults: {
    kind: 'counter',
    name: 'smswitch_sip_faults_total',
    labels: ['transport'],
    values: { transport: sipTransports },
    help: `What came in place of a SIP message and is none, by transport (${sipTransports.join(', ')}).`,
  },
  sipChallenges: {
    kind: 'counter',
    name: 'smswitch_sip_challenges_total',
    labels: ['why'],
    values: { why: challengeReasons },
    help: `SIP requests that were not let in by their credentials, by why (${challengeReasons.join(', ')}; none: they brought none, as the first of a phone).`,
  },
  sipRegistrations: {
    kind: 'counter',
    name: 'smswitch_sip_registrations_total',
    labels: ['outcome'],
    values: { outcome: registrationOutcomes },
    help: `REGISTER requests of known users, by outcome (${registrationOutcomes.join(', ')}; asked: for what is registered; notKept: the store did not take it).`,
  },
  sipMessages: {
    kind: 'counter',
    name: 'smswitch_sip_messages_total',
    labels: ['direction', 'transport'],
    values: { direction: directions, transport: sipTransports },
    help: `Messages that came in by SIP and were accepted, or that a phone or a peer took, by direction (${directions.join(', ')}) and transport (${sipTransports.join(', ')}).`,
  },
  sipSends: {
    kind: 'counter',
    name: 'smswitch_sip_sends_total',
    labels: ['outcome'],
    values: { outcome: sipSendOutcomes },
    help: `Tries to hand a message to a SIP user, to all of his phones at once, by outcome (${sipSendOutcomes.join(', ')}; offline: it waits; over: it never can be).`,
  },
  sipPassedOver: {
    kind: 'counter',
    name: 'smswitch_sip_passed_over_total',
    labels: [],
    help: 'Messages that a phone of a SIP user was not sent since it was behind; they waited, or another phone of his got them.',
  },
  imdn: {
    kind: 'counter',
    name: 'smswitch_imdn_total',
    labels: ['outcome'],
    values: { outcome: imdnOutcomes },
    help: `Notifications of what became of messages (RFC 5438), by outcome (${imdnOutcomes.join(', ')}; notAsked: by this sender, so that it is not written; received: from a phone, and not passed on).`,
  },
  pushes: {
    kind: 'counter',
    name: 'smswitch_pushes_total',
    labels: ['outcome'],
    values: { outcome: pushOutcomes },
    help: `Calls of sip.push.url, by outcome (${pushOutcomes.join(', ')}; dropped: as many as allowed wait).`,
  },
  sipConnectionsRefused: {
    kind: 'counter',
    name: 'smswitch_sip_connections_refused_total',
    labels: ['bound'],
    values: { bound: connectionBounds },
    help: `SIP connections closed at once, by the bound that was reached (${connectionBounds.join(', ')}).`,
  },
  ...apiCounters,
  ...tenDlcCounters,
  commits: { kind: 'counter', name: 'smswitch_commits_total', labels: [], help: 'Durable commits of the store.' },
  commitUnits: {
    kind: 'counter',
    name: 'smswitch_commit_units_total',
    labels: [],
    help: 'Units of record in those commits.',
  },
  commitFailures: {
    kind: 'counter',
    name: 'smswitch_commit_failures_total',
    labels: ['code'],
    values: { code: commitFailureCodes },
    help: `Commits that failed, by what the store says (${commitFailureCodes.join(', ')}).`,
  },
  cdrBytes: {
    kind: 'counter',
    name: 'smswitch_cdr_exported_bytes_total',
    labels: [],
    help: 'Octets of call detail records taken from the store to their daily file.',
  },
  cdrFailures: {
    kind: 'counter',
    name: 'smswitch_cdr_export_failures_total',
    labels: [],
    help: 'Times that call detail records could not be taken to their file; they are kept in the store and it is tried again.',
  },
} as const satisfies Record<string, CounterSpec>

/** Gauges by the name they have in code. */
export const gaugeCatalogue = {
  sessions: {
    kind: 'gauge',
    name: 'smswitch_sessions',
    labels: ['edge', 'name', 'mode'],
    help: 'Bound sessions by edge (esme, vendor), account or connection, and bind mode (transmitter, receiver, transceiver); servers of a SIP peer that are there, by transport (udp, tcp, tls).',
  },
  connections: {
    kind: 'gauge',
    name: 'smswitch_connections',
    labels: ['edge'],
    help: 'Open connections by edge, bound or not.',
  },
  queueDepth: {
    kind: 'gauge',
    name: 'smswitch_queue_depth',
    labels: ['connection'],
    help: 'Deliveries that wait, by connection lane.',
  },
  queueAge: {
    kind: 'gauge',
    name: 'smswitch_queue_age_seconds',
    labels: ['connection'],
    help: 'Age of the oldest delivery that is due, by connection lane.',
  },
  unanswered: {
    kind: 'gauge',
    name: 'smswitch_unanswered',
    labels: ['connection'],
    help: 'Submits that wait for the vendor’s answer, by connection.',
  },
  receiptsWaiting: {
    kind: 'gauge',
    name: 'smswitch_receipts_waiting',
    labels: ['account'],
    help: 'Receipts in the outbox, by account; of accounts with a SIP user alone see smswitch_sip_receipts_waiting.',
  },
  moWaiting: {
    kind: 'gauge',
    name: 'smswitch_mo_waiting',
    labels: ['account'],
    help: 'Messages that wait for an account; for accounts with a SIP user alone see smswitch_sip_waiting.',
  },
  undecided: {
    kind: 'gauge',
    name: 'smswitch_undecided_waiting',
    labels: ['account'],
    help: 'Accepted messages whose network is still to be found out, by account; all those of accounts with a SIP user alone have none.',
  },
  lookupsOut: {
    kind: 'gauge',
    name: 'smswitch_lookups_out',
    labels: ['what'],
    help: 'Numbers being looked up (inFlight), waiting for that (waiting) and remembered (cached).',
  },
  breakers: {
    kind: 'gauge',
    name: 'smswitch_lookup_breaker_open',
    labels: ['provider'],
    help: '1 while a lookup provider is left alone after many failures, else 0.',
  },
  receiptsParked: {
    kind: 'gauge',
    name: 'smswitch_receipts_parked',
    labels: [],
    help: 'Vendor receipts held for a message not known yet.',
  },
  reassemblySets: {
    kind: 'gauge',
    name: 'smswitch_reassembly_sets',
    labels: ['peer'],
    help: 'Messages of which parts have come and others have not, by who sends them (esme, vendor).',
  },
  reassemblyBytes: {
    kind: 'gauge',
    name: 'smswitch_reassembly_bytes',
    labels: ['peer'],
    help: 'Memory that those parts take as multipart.maxBytes counts it, by who sends them (esme, vendor).',
  },
  cdrWaiting: {
    kind: 'gauge',
    name: 'smswitch_cdr_waiting_blocks',
    labels: [],
    help: 'Commits whose call detail records are in no file yet.',
  },
  sipUsers: {
    kind: 'gauge',
    name: 'smswitch_sip_users_registered',
    labels: [],
    help: 'SIP users with at least one phone registered.',
  },
  sipBindings: {
    kind: 'gauge',
    name: 'smswitch_sip_bindings',
    labels: ['transport'],
    help: 'Phones registered, by the transport they came over (udp, tcp, tls, ws, wss).',
  },
  sipFlows: {
    kind: 'gauge',
    name: 'smswitch_sip_connections',
    labels: ['transport'],
    help: 'Open SIP connections, registered over or not, by transport (tcp, tls, ws, wss).',
  },
  sipTransactions: {
    kind: 'gauge',
    name: 'smswitch_sip_transactions',
    labels: ['side'],
    help: 'SIP requests of others being answered or remembered (server) and of ours (client).',
  },
  sipRemembered: {
    kind: 'gauge',
    name: 'smswitch_sip_transactions_kept',
    labels: [],
    help: 'Transactions of accepted messages that are kept in the store, so that a request repeated across a restart makes no second message.',
  },
  sipOffline: {
    kind: 'gauge',
    name: 'smswitch_sip_offline_users',
    labels: [],
    help: 'SIP users for whom messages wait and who have no phone registered.',
  },
  sipWaiting: {
    kind: 'gauge',
    name: 'smswitch_sip_waiting',
    labels: [],
    help: 'Messages that wait for SIP users, over all of them.',
  },
  sipReceiptsWaiting: {
    kind: 'gauge',
    name: 'smswitch_sip_receipts_waiting',
    labels: [],
    help: 'Notifications of what became of messages that wait for SIP users, over all of them.',
  },
  ...apiGauges,
  ...tenDlcGauges,
  storeMessages: { kind: 'gauge', name: 'smswitch_store_messages', labels: [], help: 'Messages in the store.' },
  storeFreeBytes: {
    kind: 'gauge',
    name: 'smswitch_store_free_bytes',
    labels: [],
    help: 'What is left of store.mapBytes; the disk may have less. Nothing for a store without a limit.',
  },
  ready: { kind: 'gauge', name: 'smswitch_ready', labels: [], help: '1 when /readyz says yes, else 0.' },
} as const satisfies Record<string, GaugeSpec>

/** Histograms by the name they have in code. */
export const histogramCatalogue = {
  acceptSeconds: {
    kind: 'histogram',
    name: 'smswitch_accept_seconds',
    labels: [],
    bounds: fast,
    help: 'From a submit read off the socket to its answer written.',
  },
  deliverySeconds: {
    kind: 'histogram',
    name: 'smswitch_delivery_seconds',
    labels: [],
    bounds: slow,
    help: 'From acceptance to the vendor’s positive answer.',
  },
  lookupSeconds: {
    kind: 'histogram',
    name: 'smswitch_lookup_seconds',
    labels: [],
    bounds: fast,
    help: 'Time of one request to a lookup provider.',
  },
  sipSeconds: {
    kind: 'histogram',
    name: 'smswitch_sip_response_seconds',
    labels: [],
    bounds: fast,
    help: 'From a MESSAGE written to a phone or a peer to its final response.',
  },
  ...apiHistograms,
  vendorSeconds: {
    kind: 'histogram',
    name: 'smswitch_vendor_response_seconds',
    labels: [],
    bounds: fast,
    help: 'From a submit written to the vendor to its answer.',
  },
  receiptSeconds: {
    kind: 'histogram',
    name: 'smswitch_receipt_seconds',
    labels: [],
    bounds: slow,
    help: 'From acceptance to the final receipt taken by the sender.',
  },
  commitSeconds: {
    kind: 'histogram',
    name: 'smswitch_commit_seconds',
    labels: [],
    bounds: fast,
    help: 'Time of one durable commit.',
  },
} as const satisfies Record<string, HistogramSpec>

export type CounterName = keyof typeof counterCatalogue
export type GaugeName = keyof typeof gaugeCatalogue
export type HistogramName = keyof typeof histogramCatalogue
