import { describe, expect, it } from 'vitest'
import { vendorLane } from '../delivery/lane-key.js'
import type { Account, Policy, Snapshot } from '../directory/snapshot.js'
import { FakeClock } from '../lib/fake-clock.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { Failure } from '../message/failure.js'
import { createIdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, MessageId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { anchorAt, contentsOf } from '../store/conformance-rows.suite.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { runPipeline, type PipelineOptions } from './pipeline.js'
import type { Submission } from './stage.js'

const NOW = 1_000_000
const WALL = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

/** Numbers: 44… has a route, 33… has none; the domain `nowhere` has no policy. */
const directory = {
  account: (id: string) =>
    id === 'gone' ? undefined : ({ id, active: id !== 'off', domain: id === 'lost' ? 'nowhere' : 'home' } as Account),
  policyFor: (domain: string, called: string) =>
    domain === 'nowhere' ? undefined : ({ id: `${domain} ${called}`, failover: 'next' } as Policy),
  routeFor: (_: Policy, called: string) => (called.startsWith('44') ? routed : nowhere),
} as unknown as Snapshot
const routed = ['a', 'b'] as ConnectionId[]
const nowhere: ConnectionId[] = []

const usual: PipelineOptions = { defaultValidityMs: 48 * HOUR, maxValidityMs: 72 * HOUR, maxQueued: 100 }

function rig(options: Partial<PipelineOptions> = {}) {
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
  const accepted: SegmentDelivery[] = []
  let made = 0
  const submission = (changes: Partial<Submission> & { readonly to?: string } = {}): Submission => {
    const name = `${made++}`
    const { to = '447700900123', ...rest } = changes
    return {
      account: 'acme' as AccountId,
      source: { ton: 5, npi: 0, value: 'Acme' },
      destination: { ton: 1, npi: 1, value: to },
      domain: '',
      content: { dataCoding: 0, udhi: false, octets: Uint8Array.of(65) },
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
      },
      ...rest,
    }
  }
  const run = (batch: readonly Submission[], queued = 0): void =>
    runPipeline(
      batch,
      {
        recorder,
        ids: createIdSource(0, 1, () => 2),
        laneOf: (route, account) => vendorLane(route, 0, account),
        accepted: (delivery) => void accepted.push(delivery),
        directory: () => directory,
      },
      { ...usual, ...options },
      { nowMs: NOW, wallMs: WALL, queued },
    )
  const settle = async (): Promise<void> => {
    for (const fn of deferred.splice(0)) fn()
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { store, recorder, answers, accepted, submission, run, settle }
}

it('every submission of a batch is answered once; those that pass keep their order', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  run([
    submission(),
    submission({ account: 'gone' as AccountId }),
    submission({ account: 'off' as AccountId }),
    submission({ account: 'lost' as AccountId }),
    submission({ domain: 'nowhere' }),
    submission({ to: '33123' }),
    submission({ account: 'lost' as AccountId, domain: 'elsewhere' }),
  ])
  const refused = ['notPermitted', 'notPermitted', 'noPolicy', 'noPolicy', 'noRoute']
  expect(answers).toEqual(refused.map((reason, i) => `${i + 1} refused ${reason}`))
  await settle()
  expect(answers.slice(5)).toEqual(['0 accepted 0000000100000000', '6 accepted 0000000100000001'])
  expect(accepted.map(({ id }) => id)).toEqual(['0000000100000000', '0000000100000001'])
  expect((await contentsOf(store)).deliveries).toEqual(accepted)
})

it('nothing is answered well, nor sent, before it is durable', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  store.hold()
  run([submission()])
  await settle()
  expect([answers, accepted]).toEqual([[], []])
  store.release()
  await settle()
  expect(answers).toHaveLength(1)
  expect(accepted).toHaveLength(1)
})

it('a store that refuses is a system error for each, and nothing goes', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  store.failNext('full')
  run([submission(), submission()])
  await settle()
  run([submission()])
  expect(answers).toEqual(['0 refused systemError', '1 refused systemError', '2 refused systemError'])
  expect(accepted).toEqual([])
})

it('a sender whose answer fails loses its own answer only: the message goes', async () => {
  const { submission, run, settle, accepted, answers } = rig()
  const broken = {
    accepted: () => {
      throw new Error('the session is gone')
    },
    refused: () => undefined,
  }
  run([submission({ answer: broken }), submission()])
  await settle()
  expect(accepted).toHaveLength(2)
  expect(answers).toHaveLength(1)
})

describe('the bound of the queue', () => {
  it.each([
    [97, 3, 'accepted'],
    [98, 3, 'refused queueFull'],
    [100, 1, 'refused queueFull'],
    [0, 101, 'refused queueFull'],
  ])('%d queued, a batch of %d: %s', async (queued, count, expected) => {
    const { submission, run, settle, answers } = rig()
    run(
      Array.from({ length: count }, () => submission()),
      queued,
    )
    await settle()
    expect(answers).toHaveLength(count)
    for (const answer of answers) expect(answer).toContain(expected)
  })
})

describe('time', () => {
  it.each([
    ['no validity: the default', undefined, 0, NOW, NOW + 48 * HOUR],
    ['its own', HOUR, 0, NOW, NOW + HOUR],
    ['none at all: over at once', 0, 0, NOW, NOW],
    ['beyond the longest: that', 100 * HOUR, 0, NOW, NOW + 72 * HOUR],
    ['scheduled: validity counts from then', HOUR, 5 * HOUR, NOW + 5 * HOUR, NOW + 6 * HOUR],
    ['scheduled, no validity', undefined, HOUR, NOW + HOUR, NOW + 49 * HOUR],
  ])('%s', async (_, validityMs, scheduleMs, dueMs, expiresAtMs) => {
    const { submission, run, settle, accepted } = rig()
    run([submission({ validityMs, scheduleMs })])
    await settle()
    expect(accepted[0]).toMatchObject({ dueMs, expiresAtMs, message: { expiresAtMs, acceptedAtMs: WALL } })
  })
})

it('what the sender asked for is in the message, what the switch decided beside it', async () => {
  const { submission, run, settle, accepted } = rig()
  const given = submission()
  run([given])
  await settle()
  const [delivery] = accepted
  expect(delivery).toMatchObject({
    kind: 'segment',
    lane: 'v:a,b|acme',
    route: routed,
    hop: 0,
    failover: 'next',
    failures: 0,
    unansweredBy: '',
  })
  expect(delivery!.message).toMatchObject({
    id: delivery!.id,
    direction: 'mt',
    account: given.account,
    source: given.source,
    destination: given.destination,
    content: given.content,
    serviceType: 'CMT',
    protocolId: 1,
    priority: 2,
    replyPath: true,
    receiptRequest: given.receiptRequest,
    userMessageReference: 9,
  })
})
