// For tests: both pipelines over a store in memory, with a directory of a few accounts. No expectations.

import { moLane, undecidedLane, vendorLane } from '../delivery/lane-key.js'
import type { Account, Policy, Snapshot } from '../directory/snapshot.js'
import { FakeClock } from '../lib/fake-clock.js'
import type { MoDelivery, SegmentDelivery } from '../message/delivery.js'
import type { Failure } from '../message/failure.js'
import { createIdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, MessageId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { anchorAt } from '../store/conformance-rows.suite.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { standardText } from '../text/standard.js'
import { authorizing } from './authorize/rig.suite.js'
import { createReassembly } from './create-reassembly.js'
import { runMoPipeline } from './mo-pipeline.js'
import { runPipeline, type PipelineOptions } from './pipeline.js'
import type { Submission } from './stage.js'

export const NOW = 1_000_000
export const WALL = Date.UTC(2026, 0, 1)
export const HOUR = 3_600_000

/** Numbers: 44… has a route, 33… has none; the domain `nowhere` has no policy. */
const directory = {
  account: (id: string) =>
    id === 'gone'
      ? undefined
      : ({
          id,
          active: id !== 'off',
          domain: id === 'lost' ? 'nowhere' : 'home',
          customer: id === 'broke' ? 'gone' : undefined,
          text: standardText,
          multipart: withheld,
        } as Account),
  connection: (id: string) =>
    id === 'gone' ? undefined : { id, text: standardText, multipart: { ...withheld, ack: 'early' } },
  ownerOf: (called: string) => owners.get(called),
  policyFor: (domain: string, called: string) =>
    domain === 'nowhere' ? undefined : ({ id: `${domain} ${called}`, failover: 'next' } as Policy),
  routeFor: (_: Policy, called: string) => (called.startsWith('44') ? routed : nowhere),
  customer: () => undefined,
} as unknown as Snapshot
const withheld = { ack: 'withheld', incomplete: 'fail', strictPartLimits: false } as const
const owners = new Map([
  ['15551', { id: 'acme', active: true }],
  ['15552', { id: 'off', active: false }],
  ['15554', { id: 'other', active: true }],
])
export const routed = ['a', 'b'] as ConnectionId[]
const nowhere: ConnectionId[] = []

const usual: PipelineOptions = { defaultValidityMs: 48 * HOUR, maxValidityMs: 72 * HOUR, maxQueued: 100 }
const bounds = {
  timeoutMs: 60_000,
  maxParts: 254,
  maxSets: 10,
  maxSetsPerPeer: 10,
  maxBytes: 1e6,
  maxBytesPerPeer: 1e6,
}

/** @param room messages from phones that may wait for an account */
export function rig(options: Partial<PipelineOptions> = {}, room = 1000) {
  const store = new MemoryStore()
  const clock = new FakeClock()
  const deferred: (() => void)[] = []
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers: clock,
      defer: (fn) => void deferred.push(fn),
      anchor: () => anchorAt(1),
      onCommitted: () => undefined,
      onFailure: () => undefined,
      onRecovered: () => undefined,
      onLost: () => undefined,
    },
    { lazyMs: 5, maxUnits: 100, retryMs: 100, retryMaxMs: 100, maxReopens: 3 },
  )
  const answers: string[] = []
  const outcomes: string[] = []
  const accepted: (SegmentDelivery | MoDelivery)[] = []
  const counts = { placed: 0 }
  let made = 0
  const submission = (
    changes: Partial<Submission> & { readonly to?: string; readonly from?: string } = {},
  ): Submission => {
    const name = `${made++}`
    const { to = '447700900123', from = 'acme', ...rest } = changes
    return {
      sender: { kind: 'account', account: from as AccountId },
      link: {},
      source: { ton: 5, npi: 0, value: 'Acme' },
      destination: { ton: 1, npi: 1, value: to },
      asSent: undefined,
      domain: '',
      content: { dataCoding: 0, udhi: false, octets: Uint8Array.of(65) },
      sar: undefined,
      serviceType: 'CMT',
      protocolId: 1,
      priority: 2,
      replyPath: true,
      receiptRequest: receiptRequestOf(1),
      tlvs: [],
      userMessageReference: 9,
      validityMs: undefined,
      scheduleMs: 0,
      answer: {
        accepted: (id: MessageId) => void answers.push(`${name} accepted ${id}`),
        refused: ({ reason }: Failure) => void answers.push(`${name} refused ${reason}`),
        withheld: () => void answers.push(`${name} withheld`),
        readmitted: () => undefined,
      },
      ...rest,
    }
  }
  const waiting = (id: AccountId): number => accepted.filter(({ lane }) => lane === moLane(id)).length
  const onward = {
    ...authorizing(),
    recorder,
    ids: createIdSource(0, 1, () => 2),
    laneOf: (route: readonly ConnectionId[], account: AccountId) => vendorLane(route, 0, account),
    laneOfUndecided: undecidedLane,
    laneOfMo: moLane,
    moRoom: ({ id }: Account) => room - waiting(id),
    accepted: (delivery: SegmentDelivery | MoDelivery) => void accepted.push(delivery),
    directory: () => directory,
    candidates: {
      chance: () => 0,
      placed: (route: readonly ConnectionId[]) => {
        counts.placed++
        return route
      },
    },
  }
  const all = { ...usual, ...options }
  const reassembly = createReassembly(
    {
      ...onward,
      nowMs: () => NOW,
      wallMs: () => WALL,
      abandon: (parts, state) => void answers.push(`${parts.length} abandoned ${state}`),
      events: {
        onOutcome: (peer, outcome) => void outcomes.push(`${peer} ${outcome}`),
        onTurnedEarly: () => undefined,
        onCollected: () => undefined,
      },
    },
    { ...bounds, ...all },
  )
  const input = (queued: number) => ({ nowMs: NOW, wallMs: WALL, queued })
  const run = (batch: readonly Submission[], queued = 0): void =>
    runPipeline(batch, { ...onward, reassembly }, all, input(queued))
  const runMo = (batch: readonly Submission[], queued = 0): void =>
    runMoPipeline(batch, { ...onward, reassembly }, all, input(queued))
  const settle = async (): Promise<void> => {
    for (const fn of deferred.splice(0)) fn()
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { store, recorder, answers, outcomes, accepted, counts, submission, run, runMo, reassembly, settle }
}
