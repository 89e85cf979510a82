// What the tests of reassembly stand on: both pipelines over a memory store, senders whose answers are written down, a clock that
// moves when told to. No expectations.

import { moLane, undecidedLane, vendorLane } from '../../delivery/lane-key.js'
import type { Account, Connection, Policy, Snapshot } from '../../directory/snapshot.js'
import { FakeClock } from '../../lib/fake-clock.js'
import type { CollectedPart } from '../../message/collected-part.js'
import type { MoDelivery, SegmentDelivery } from '../../message/delivery.js'
import type { Failure } from '../../message/failure.js'
import { createIdSource } from '../../message/id-source.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { anchorAt } from '../../store/conformance-rows.suite.js'
import type { PeerText } from '../../text/decode.js'
import { standardText } from '../../text/standard.js'
import { GroupCommit } from '../../store/group-commit.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { authorizing } from '../authorize/rig.suite.js'
import { createReassembly } from '../create-reassembly.js'
import { runMoPipeline } from '../mo-pipeline.js'
import { runPipeline, type OnwardPorts } from '../pipeline.js'
import type { Submission } from '../stage.js'
import type { MultipartRules, ReassemblyOptions } from './reassembly-contract.js'

export const TIMEOUT_MS = 60_000

const bounds: ReassemblyOptions = {
  timeoutMs: TIMEOUT_MS,
  maxParts: 254,
  maxSets: 1000,
  maxSetsPerPeer: 1000,
  maxBytes: 10_000_000,
  maxBytesPerPeer: 10_000_000,
}
const pipeline = { defaultValidityMs: 3_600_000, maxValidityMs: 7_200_000, maxQueued: 1_000_000 }
const usualRules: MultipartRules = { ack: 'withheld', incomplete: 'fail', strictPartLimits: false }

/** One submission and what its sender was told, in order. */
export interface Sent {
  readonly link: object
  readonly told: string[]
}

export interface PartSpec {
  /** An account, or `c1` and `c2`: connections of one vendor. */
  readonly from?: string
  readonly to?: string
  readonly link?: object
  readonly reference?: number
  readonly total?: number
  readonly part?: number
  readonly shape?: 'udh8' | 'udh16' | 'sar'
  readonly text?: string | Uint8Array
  readonly dataCoding?: number
  readonly changes?: Partial<Submission>
}

/** What became of parts that were given up. */
export interface Abandoned {
  readonly parts: readonly CollectedPart[]
  readonly state: string
  readonly reason: string
}

export interface RigSettings {
  readonly options?: Partial<ReassemblyOptions>
  readonly store?: MemoryStore
  /** Of the ids; by default 1, or 2 over a store that was there. */
  readonly epoch?: number
  readonly startMs?: number
  /** Numbers that there is no way to (any more). */
  readonly closed?: Set<string>
}

export function reassemblyRig(settings: RigSettings = {}) {
  const store = settings.store ?? new MemoryStore()
  const clock = new FakeClock({ monotonicMs: settings.startMs ?? 1_000_000 })
  const rules = new Map<string, MultipartRules>()
  /** How a sender codes its texts, where it is not as the switch does. */
  const texts = new Map<string, PeerText>()
  const closed = settings.closed ?? new Set<string>()
  /** Accounts that left the directory. */
  const gone = new Set<string>()
  /** Who pays, by account. */
  const customers = new Map<string, string>()
  const outcomes: string[] = []
  const abandoned: Abandoned[] = []
  const accepted: (SegmentDelivery | MoDelivery)[] = []
  const deferred: (() => void)[] = []
  const bugs: unknown[] = []
  const rulesOf = (name: string): MultipartRules => rules.get(name) ?? usualRules
  const textOf = (name: string): PeerText => texts.get(name) ?? standardText
  const account = (id: string) =>
    ({
      ...{ id, active: true, domain: 'home', text: textOf(id), multipart: rulesOf(id) },
      ...{ customer: customers.get(id), product: 'sms' },
    }) as Account
  const route = ['v1'] as ConnectionId[]
  const directory = {
    account: (id: string) => (gone.has(id) ? undefined : account(id)),
    connection: (id: string) => ({ id, text: textOf(id), multipart: rulesOf(id) }) as Connection,
    ownerOf: (called: string) => (closed.has(called) ? undefined : account('acme')),
    creditMicrosOf: () => 0,
    customer: (id: string) => ({ id, active: true }),
    product: (id: string) => ({ id, services: ['sms'] }),
    customerPrice: () => ({ forbidden: false }),
    policyFor: () => ({ id: 'p', failover: 'next' }) as Policy,
    routeFor: (_: Policy, called: string) => (closed.has(called) ? [] : route),
  } as unknown as Snapshot
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers: clock,
      defer: (fn) => void deferred.push(fn),
      anchor: () => anchorAt(clock.monotonicMs()),
      onCommitted: () => undefined,
      onFailure: () => undefined,
      onRecovered: () => undefined,
      onLost: () => undefined,
      onBug: (error) => void bugs.push(error),
    },
    { lazyMs: 5, maxUnits: 1000, retryMs: 100, retryMaxMs: 100, maxReopens: 1000 },
  )
  const onward: OnwardPorts = {
    ...authorizing(),
    recorder,
    ids: createIdSource(0, settings.epoch ?? (settings.store === undefined ? 1 : 2), () => 100),
    laneOf: (lane, of, sender, limited) => vendorLane(lane, 0, of, sender, limited),
    laneOfUndecided: undecidedLane,
    laneOfMo: moLane,
    moRoom: () => 1000,
    accepted: (delivery) => void accepted.push(delivery),
    directory: () => directory,
  }
  const options = { ...bounds, ...pipeline, ...settings.options }
  const reassembly = createReassembly(
    {
      ...onward,
      nowMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      abandon: (parts, state, _error, reason) => {
        abandoned.push({ parts, state, reason })
        const ids = parts.map(({ id }) => id)
        recorder.record({ kind: 'uncollected', parts: ids, outbox: [] }, { durable: () => undefined })
      },
      events: {
        onOutcome: (peer, outcome) => void outcomes.push(`${peer} ${outcome}`),
        onTurnedEarly: (peer) => void outcomes.push(`${peer} turned early`),
        onCollected: () => undefined,
      },
    },
    options,
  )

  /** A part of a message, by default the first of two from acme; `told` fills as it is answered. */
  const send = (...specs: readonly PartSpec[]): Sent[] => {
    const all = specs.map((spec) => submissionOf(spec, bugs))
    const input = { nowMs: clock.monotonicMs(), wallMs: clock.wallMs(), queued: 0 }
    const isMt = ({ sender }: Submission) => sender.kind === 'account'
    const submissions = all.map(({ submission }) => submission)
    runPipeline(submissions.filter(isMt), { ...onward, reassembly }, options, input)
    runMoPipeline(
      submissions.filter((submission) => !isMt(submission)),
      { ...onward, reassembly },
      options,
      input,
    )
    return all.map(({ sent }) => sent)
  }
  /** Lets what is offered and recorded become durable, or be refused. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      for (const fn of deferred.splice(0)) fn()
      for (let turn = 0; turn < 6; turn++) await Promise.resolve()
    }
  }
  /** Time passes and the sets whose time is over end. */
  const pass = (ms: number): void => {
    clock.advance(ms)
    reassembly.tick(clock.monotonicMs())
  }
  return {
    store,
    clock,
    recorder,
    reassembly,
    rules,
    texts,
    closed,
    gone,
    customers,
    outcomes,
    abandoned,
    accepted,
    bugs,
    send,
    settle,
    pass,
  }
}

export type ReassemblyRig = ReturnType<typeof reassemblyRig>

export function rulesWith(changes: Partial<MultipartRules>): MultipartRules {
  return { ...usualRules, ...changes }
}

function submissionOf(spec: PartSpec, bugs: unknown[]): { readonly submission: Submission; readonly sent: Sent } {
  const { from = 'acme', to = '447700900123', reference = 7, total = 2, part = 1, shape = 'udh8', changes } = spec
  const { text: given = `<${part}>` } = spec
  const text = typeof given === 'string' ? Buffer.from(given) : given
  const link = spec.link ?? usualLink
  const told: string[] = []
  let isOwed = true
  const header =
    shape === 'udh8'
      ? [5, 0, 3, reference & 0xff, total, part]
      : [6, 8, 4, reference >> 8, reference & 0xff, total, part]
  const submission: Submission = {
    sender: /^c\d/.test(from)
      ? { kind: 'vendor', vendor: 'carrier' as VendorId, connection: from as ConnectionId }
      : { kind: 'account', account: from as AccountId },
    link,
    source: { ton: 5, npi: 0, value: 'Acme' },
    destination: { ton: 1, npi: 1, value: to },
    asSent: undefined,
    domain: '',
    content: {
      dataCoding: spec.dataCoding ?? 0,
      udhi: shape !== 'sar',
      octets: shape === 'sar' ? text : Buffer.concat([Uint8Array.from(header), text]),
    },
    sar: shape === 'sar' ? { reference, total, part } : undefined,
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: receiptRequestOf(0),
    tlvs: [],
    userMessageReference: -1,
    validityMs: undefined,
    scheduleMs: 0,
    answer: {
      accepted: (id: MessageId) => {
        // A session that owes nothing may end: it would never be told.
        if (!isOwed) bugs.push(`accepted while withheld: ${id}`)
        told.push(`accepted ${shortOf(id)}`)
      },
      refused: ({ reason }: Failure) => void told.push(`refused ${reason}`),
      withheld: () => {
        isOwed = false
        told.push('withheld')
      },
      readmitted: () => {
        if (isOwed) bugs.push('readmitted, though not withheld')
        isOwed = true
      },
    },
    ...changes,
  }
  return { submission, sent: { link, told } }
}

const usualLink = {}

/** The counter of an id of the first start, else all of it. */
function shortOf(id: MessageId): string {
  return id.startsWith('00000001') ? id.slice(8).replace(/^0+(?=.)/, '') : id
}
