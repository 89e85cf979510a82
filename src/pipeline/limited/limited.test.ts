import { expect, it } from 'vitest'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { LimitedBy } from '../../message/limited.js'
import { LimitedQueues } from '../../tendlc/limited-queues.js'
import type { Routed } from '../stage.js'
import { LimitedStage, type LimitedStagePorts } from './limited.js'

const limited: LimitedBy = { account: 'acme', number: '12025550101', campaign: 'C1', carrier: 'att' }

function setUp(changes: Partial<LimitedStagePorts> = {}) {
  const log: string[] = []
  const waiting = new LimitedQueues()
  const state = { isFree: false }
  const stage = new LimitedStage({
    isFree: () => state.isFree,
    isOn: () => true,
    limitedOf: ({ message }) => (message.source.value === limited.number ? limited : undefined),
    queuesOf: () => [{ of: 'campaign', carrier: 'att', perSecond: 1 }],
    lifeMs: (askedMs) => askedMs ?? 10_000,
    dayLeft: () => undefined,
    waiting,
    refused: ({ campaign }, reason) => log.push(`counted ${campaign} ${reason}`),
    ...changes,
  })
  const routed = (source = limited.number, more: Partial<Routed> = {}, segments = 1, scheduleMs = 0): Routed =>
    ({
      account: { id: 'acme' },
      submission: {
        source: { value: source },
        destination: { value: '12125550100' },
        scheduleMs,
        content: { dataCoding: 0, udhi: false, octets: new Uint8Array(segments === 1 ? 9 : segments * 153) },
        answer: {
          accepted: (id: MessageId) => log.push(`accepted ${id}`),
          refused: ({ reason }: Failure) => log.push(reason),
          withheld: () => undefined,
          readmitted: () => undefined,
        },
      },
      ...more,
    }) as unknown as Routed
  return { log, waiting, stage, routed, state }
}

it('leaves a batch as it is where there is no campaign, and a message that nothing limits', () => {
  const off = setUp({ isOn: () => false })
  const batch = [off.routed(), off.routed('x')]
  expect(off.stage.take(batch, 0)).toBe(batch)
  const { stage, routed } = setUp()
  const [plain, other] = [routed('447700900123'), routed()]
  const taken = stage.take([plain, other], 0)
  expect(taken[0]).toBe(plain)
  expect(taken[1]!.submission).toMatchObject({ limited: { campaign: 'C1', carrier: 'att' }, validityMs: 10_000 })
})

it('refuses what would wait longer than its life, with what is on its way to the store and in it', () => {
  const { stage, routed, waiting, log } = setUp()
  waiting.add(limited, 1, 4)
  const first = stage.take([routed(limited.number, {}, 5)], 0)
  expect(stage.take([routed(), routed()], 0)).toHaveLength(1)
  expect(log).toEqual(['counted C1 queueOverflow', 'queueOverflow'])
  first[0]!.submission.answer.refused({ reason: 'systemError', cause: '' })
  expect(stage.take([routed()], 0)).toHaveLength(1)
  expect(log.slice(2)).toEqual(['systemError'])
})

it('refuses what its account can not send in its life, whichever of its campaigns waits; but not while the account has room', () => {
  const { stage, routed, waiting, log, state } = setUp({
    queuesOf: () => [
      { of: 'campaign', carrier: 'att', perSecond: 1 },
      { of: 'account', carrier: 'unknown', perSecond: 1 },
    ],
  })
  waiting.add({ account: 'acme', number: '12025550102', campaign: 'C2', carrier: 'tmobile' }, 9, 9)
  waiting.add({ account: 'other', number: '12025550103', campaign: 'C3', carrier: 'att' }, 9, 9)
  expect(stage.take([routed(), routed()], 0)).toHaveLength(1)
  expect(log).toEqual(['counted C1 queueOverflow', 'queueOverflow'])
  // What waits there waits for something else, such as midnight.
  state.isFree = true
  expect(stage.take([routed()], 0)).toHaveLength(1)
})

it('refuses a number that may not send, and what comes after the cap where that may not wait', () => {
  const barred = setUp({ limitedOf: () => 'unregistered' })
  expect(barred.stage.take([barred.routed()], 0)).toEqual([])
  expect(barred.log).toEqual(['counted  unregisteredSender', 'unregisteredSender'])
  const day = { cap: 10, room: 1, ms: 3_600_000 }
  const fails = setUp({ dayLeft: () => ({ ...day, fails: true }) })
  expect(fails.stage.take([fails.routed(), fails.routed(limited.number, {}, 2)], 0)).toHaveLength(1)
  expect(fails.log).toEqual(['counted C1 dayCapReached', 'dayCapReached'])
  // It would not live until midnight.
  const waits = setUp({ dayLeft: () => ({ ...day, fails: false }) })
  expect(waits.stage.take([waits.routed(), waits.routed()], 0)).toHaveLength(1)
  expect(waits.log).toEqual(['counted C1 queueOverflow', 'queueOverflow'])
})

it('a message that is due later is judged by then: the day of today is not its own, and those ahead leave meanwhile', () => {
  const later = (rig: ReturnType<typeof setUp>, scheduleMs: number) =>
    rig.stage.take([rig.routed(limited.number, {}, 1, scheduleMs)], 0).length
  const day = { cap: 10, room: 0, ms: 3_600_000 }
  for (const fails of [true, false]) {
    const rig = setUp({ dayLeft: () => ({ ...day, fails }) })
    expect([later(rig, 3_590_000 - 1), later(rig, 3_600_000)]).toEqual([0, 1])
  }
  // Twenty seconds' worth ahead, and ten seconds to live.
  const busy = setUp()
  busy.waiting.add(limited, 20, 20)
  expect([later(busy, 0), later(busy, 10_999), later(busy, 11_000)]).toEqual([0, 0, 1])
})

it('those that are due later than a message may live are not before it; those on their way to the store neither', () => {
  const hour = 3_600_000
  const { stage, routed, waiting, log } = setUp({ lifeMs: () => hour })
  const take = (segments: number, scheduleMs = 0) => {
    const taken = stage.take([routed(limited.number, {}, segments, scheduleMs)], 0)
    taken[0]?.submission.answer.accepted('1' as MessageId)
    return taken.length
  }
  waiting.add(limited, 1, 4000, 2 * hour)
  expect([take(100), stage.take([routed(limited.number, {}, 3500, 3 * hour)], 0).length]).toEqual([1, 1])
  expect([take(100), take(3000), take(100, 2 * hour)]).toEqual([1, 1, 1])
  // Four thousand and more go before it then, in two hours.
  expect(log.filter((line) => line === 'queueOverflow')).toEqual([])
  waiting.add(limited, 1, 3600, 0)
  expect([take(1), take(4000, 2 * hour)]).toEqual([0, 0])
})

it('a message whose network comes later has its life, and stands in no queue yet', () => {
  const { stage, routed } = setUp({ queuesOf: () => [{ of: 'campaign', carrier: 'att', perSecond: 0.001 }] })
  const batch = stage.take(
    [routed(limited.number, { isUndecided: true }), routed(limited.number, { isUndecided: true })],
    0,
  )
  expect(batch).toHaveLength(2)
  expect(batch[0]!.submission.limited).toBeUndefined()
  expect(batch[0]!.submission.validityMs).toBe(10_000)
})
