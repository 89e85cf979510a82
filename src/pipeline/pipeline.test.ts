import { describe, expect, it } from 'vitest'
import { moLane, undecidedLane, vendorLane } from '../delivery/lane-key.js'
import type { Account, Policy, Snapshot } from '../directory/snapshot.js'
import { FakeClock } from '../lib/fake-clock.js'
import type { MoDelivery, SegmentDelivery } from '../message/delivery.js'
import type { Failure } from '../message/failure.js'
import { createIdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { anchorAt, contentsOf } from '../store/conformance-rows.suite.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { standardText } from '../text/standard.js'
import { authorizing } from './authorize/rig.suite.js'
import { createReassembly } from './create-reassembly.js'
import { runMoPipeline } from './mo-pipeline.js'
import { runPipeline, type PipelineOptions } from './pipeline.js'
import type { Submission } from './stage.js'

const NOW = 1_000_000
const WALL = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

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
const routed = ['a', 'b'] as ConnectionId[]
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
function rig(options: Partial<PipelineOptions> = {}, room = 1000) {
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

it('every submission of a batch is answered once; those that pass keep their order', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  run([
    submission(),
    submission({ from: 'gone' }),
    submission({ from: 'off' }),
    submission({ from: 'lost' }),
    submission({ domain: 'nowhere' }),
    submission({ to: '33123' }),
    submission({ from: 'lost', domain: 'elsewhere' }),
  ])
  const refused = ['notPermitted', 'notPermitted', 'noPolicy', 'noPolicy', 'noRoute']
  expect(answers).toEqual(refused.map((reason, i) => `${i + 1} refused ${reason}`))
  await settle()
  expect(answers.slice(5)).toEqual(['0 accepted 0000000100000000', '6 accepted 0000000100000001'])
  expect(accepted.map(({ id }) => id)).toEqual(['0000000100000000', '0000000100000001'])
  expect((await contentsOf(store)).deliveries).toEqual(accepted)
})

it("who is refused uses up nobody's capacity", async () => {
  const { submission, run, settle, answers, counts } = rig()
  run([submission({ from: 'broke' }), submission(), submission({ to: '33123' })])
  await settle()
  expect(answers).toEqual(['2 refused noRoute', '0 refused customerBlocked', '1 accepted 0000000100000000'])
  expect(counts.placed).toBe(1)
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
    withheld: () => undefined,
    readmitted: () => undefined,
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
    progress: undefined,
  })
  expect(delivery!.message).toMatchObject({
    id: delivery!.id,
    direction: 'mt',
    account: 'acme',
    shape: 'whole',
    parts: [],
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

describe('a message in parts', () => {
  const part = (number: number, total: number, text: string) => ({
    dataCoding: 0,
    udhi: true,
    octets: Buffer.concat([Uint8Array.of(5, 0, 3, 7, total, number), Buffer.from(text)]),
  })

  it('goes through the stages once, as one, and each part has its own id', async () => {
    const { submission, run, settle, accepted, answers, outcomes } = rig()
    run([
      submission({ content: part(2, 2, ' world'), userMessageReference: 22, receiptRequest: receiptRequestOf(2) }),
      submission(),
      submission({ content: part(1, 2, 'Hello'), userMessageReference: 11, receiptRequest: receiptRequestOf(0) }),
    ])
    await settle()
    expect(answers).toEqual([
      '0 withheld',
      '1 accepted 0000000100000002',
      '0 accepted 0000000100000000',
      '2 accepted 0000000100000001',
    ])
    expect(outcomes).toEqual(['esme whole'])
    expect(accepted[1]!.message).toMatchObject({
      id: '0000000100000001',
      content: { dataCoding: 0, udhi: false, octets: Buffer.from('Hello world') },
      shape: 'udh8',
      parts: [
        { id: '0000000100000001', userMessageReference: 11, receiptRequest: receiptRequestOf(0) },
        { id: '0000000100000000', userMessageReference: 22, receiptRequest: receiptRequestOf(2) },
      ],
      receiptRequest: receiptRequestOf(2),
    })
  })

  it('that has no route is refused for each part with one word', () => {
    const { submission, run, answers, outcomes } = rig()
    run([submission({ to: '33123', content: part(1, 2, 'a') }), submission({ to: '33123', content: part(2, 2, 'b') })])
    expect(answers).toEqual(['0 withheld', '0 refused messageRefused', '1 refused messageRefused'])
    expect(outcomes).toEqual(['esme refused'])
  })
})

describe('from a phone', () => {
  const vendor = { kind: 'vendor', vendor: 'carrier' as VendorId, connection: 'c1' as ConnectionId } as const

  it('a message goes to whose number it was sent to, and to nobody else', async () => {
    const { submission, run, runMo, settle, accepted, answers, store } = rig()
    runMo([
      submission({ sender: vendor, to: '15551' }),
      submission({ sender: vendor, to: '15552' }),
      submission({ sender: vendor, to: '15553' }),
      submission({ sender: { ...vendor, connection: 'gone' as ConnectionId }, to: '15551' }),
      submission({ to: '15551' }),
    ])
    run([submission({ sender: vendor })])
    await settle()
    const refused = ['3 refused notPermitted', '4 refused notPermitted', '1 refused noRoute', '2 refused noRoute']
    expect(answers).toEqual([...refused, '5 refused notPermitted', '0 accepted 0000000100000000'])
    expect(accepted).toEqual([
      {
        kind: 'mo',
        lane: 'm:acme',
        dueMs: NOW,
        id: '0000000100000000',
        message: expect.objectContaining({ direction: 'mo', account: 'acme', id: '0000000100000000' }) as unknown,
        failures: 0,
        taken: 0,
        expiresAtMs: NOW + 48 * HOUR,
      },
    ])
    expect((await contentsOf(store)).deliveries).toEqual(accepted)
  })

  it('parts are answered when they are durable, over whatever connection of the vendor they come', async () => {
    const { submission, runMo, settle, answers, accepted, store, reassembly } = rig()
    const sar = (number: number) => ({ reference: 300, total: 3, part: number })
    const other = { ...vendor, connection: 'c2' as ConnectionId }
    const piece = (number: number, sender: Submission['sender']) =>
      submission({
        sender,
        to: '15551',
        sar: sar(number),
        content: { dataCoding: 8, udhi: false, octets: Buffer.from([0, 64 + number]) },
      })
    runMo([piece(3, vendor), piece(1, other)])
    await settle()
    expect(answers).toEqual(['0 accepted 0000000100000000', '1 accepted 0000000100000001'])
    expect((await store.collected()).map(({ id }) => id)).toEqual(['0000000100000000', '0000000100000001'])
    runMo([piece(2, vendor)])
    await settle()
    expect(answers[2]).toBe('2 accepted 0000000100000002')
    expect(await store.collected()).toEqual([])
    expect(accepted[0]!.message).toMatchObject({
      id: '0000000100000001',
      shape: 'sar',
      content: { dataCoding: 8, udhi: false, octets: Buffer.from([0, 65, 0, 66, 0, 67]) },
    })
    expect(reassembly.isEmpty).toBe(true)
  })

  it('is refused for now when as many as may be wait for its account, the others are not', async () => {
    const { submission, runMo, settle, answers, accepted } = rig({}, 2)
    const three = ['15551', '15551', '15551'].map((to) => submission({ sender: vendor, to }))
    runMo([...three, submission({ sender: vendor, to: '15554' })])
    await settle()
    const taken = ['0 accepted 0000000100000000', '1 accepted 0000000100000001', '3 accepted 0000000100000002']
    expect(answers.splice(0)).toEqual(['2 refused queueFull', ...taken])
    runMo([submission({ sender: vendor, to: '15551' })])
    expect(answers.splice(0)).toEqual(['4 refused queueFull'])
    accepted.shift()
    runMo([submission({ sender: vendor, to: '15551' })])
    await settle()
    expect(answers).toEqual(['5 accepted 0000000100000003'])
  })

  it('a part of one that there is no room for is refused for now, before it is acknowledged', async () => {
    const { submission, runMo, answers, reassembly, settle } = rig({}, 0)
    runMo([submission({ sender: vendor, to: '15551', sar: { reference: 1, total: 2, part: 1 } })])
    await settle()
    expect(answers).toEqual(['0 refused queueFull'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('a part for a number that nobody has is refused at once', () => {
    const { submission, runMo, answers, reassembly } = rig()
    runMo([submission({ sender: vendor, to: '15552', sar: { reference: 1, total: 2, part: 1 } })])
    expect(answers).toEqual(['0 refused messageRefused'])
    expect(reassembly.isEmpty).toBe(true)
  })
})
