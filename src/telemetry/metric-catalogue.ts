// Every metric: name, kind, labels, meaning. The one source of /metrics and docs/metrics.md. Data only.
import { geometricBounds } from '../lib/histogram.js'

/** A count that only grows; by its labels, or a single one where there are none. */
export interface CounterSpec {
  readonly kind: 'counter'
  readonly name: string
  readonly labels: readonly string[]
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

/** Counters by the name they have in code. */
export const counterCatalogue = {
  pdus: {
    kind: 'counter',
    name: 'smswitch_pdus_total',
    labels: ['direction', 'command', 'status'],
    help: 'SMPP PDUs by direction (ingress, egress), command and status of a response (empty for requests).',
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
    help: 'Messages refused before acceptance, by edge and failure reason (docs/errors.md).',
  },
  finals: {
    kind: 'counter',
    name: 'smswitch_messages_final_total',
    labels: ['state'],
    help: 'Messages that reached a final state, by state.',
  },
  attempts: {
    kind: 'counter',
    name: 'smswitch_attempts_total',
    labels: ['connection', 'outcome'],
    help: 'Tries to send a segment, by vendor connection and outcome (sent, permanent, temporary, unanswered).',
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
    help: 'Sessions that ended, by edge and reason.',
  },
  bindRefusals: {
    kind: 'counter',
    name: 'smswitch_bind_refusals_total',
    labels: ['edge', 'status'],
    help: 'Refused binds, by edge and status.',
  },
  vendorReceipts: {
    kind: 'counter',
    name: 'smswitch_vendor_receipts_total',
    labels: ['connection', 'outcome'],
    help: 'Receipts from vendors, by connection and outcome (matched, duplicate, parked, unmatched, unreadable).',
  },
  receipts: {
    kind: 'counter',
    name: 'smswitch_receipts_total',
    labels: ['outcome'],
    help: 'Receipts to senders, by outcome (queued, delivered, setAside, droppedByAge, droppedByCount).',
  },
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
    help: 'Commits that failed, by error code (EIO, ENOSPC, …).',
  },
} as const satisfies Record<string, CounterSpec>

/** Gauges by the name they have in code. */
export const gaugeCatalogue = {
  sessions: {
    kind: 'gauge',
    name: 'smswitch_sessions',
    labels: ['edge', 'name', 'mode'],
    help: 'Bound sessions by edge (esme, vendor), account or connection, and bind mode.',
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
    help: 'Receipts in the outbox, by account.',
  },
  receiptsParked: {
    kind: 'gauge',
    name: 'smswitch_receipts_parked',
    labels: [],
    help: 'Vendor receipts held for a message not known yet.',
  },
  storeMessages: { kind: 'gauge', name: 'smswitch_store_messages', labels: [], help: 'Messages in the store.' },
  storeFreeBytes: {
    kind: 'gauge',
    name: 'smswitch_store_free_bytes',
    labels: [],
    help: 'What is left in the map or on the disk, whichever is less.',
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
