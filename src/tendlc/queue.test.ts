import { expect, it } from 'vitest'
import { LimitedQueues } from './limited-queues.js'
import { aheadIn, canDrain, queuesOf, queuesOfNumber, withAccount } from './queue.js'
import { campaignOf, shared } from './world.suite.js'

const hour = 3_600_000

it.each([
  ['nobody before it, however slow', 0.25, 0, 10, 1000, undefined, true],
  ['as many as leave in its life', 1, 9, 1, 10_000, undefined, true],
  ['one more', 1, 10, 1, 10_000, undefined, false],
  ['a day that has room', 1, 9, 1, 10_000, { cap: 100, room: 10, ms: hour }, true],
  ['a midnight that comes in time', 1, 9, 1, 2 * hour, { cap: 100, room: 5, ms: hour }, true],
  ['a midnight that comes too late', 1, 9, 1, hour / 2, { cap: 100, room: 5, ms: hour }, false],
  ['more than two days take', 75, 150, 1, 10 * hour, { cap: 100, room: 50, ms: hour }, false],
  ['a day that has too many already', 75, 0, 1, 2 * hour, { cap: 100, room: -5, ms: hour }, true],
] as const)('%s', (_, perSecond, ahead, segments, lifeMs, day, drains) => {
  expect(canDrain(perSecond, ahead, segments, lifeMs, day)).toBe(drains)
})

it('a message stands in the queue of its campaign, or of its number, by what its carrier limits', () => {
  const inForce = campaignOf('C1', {
    att: shared(0.25, 10),
    tmobile: { perNumber: { perSecond: 1, perMinute: undefined } },
  })
  expect(queuesOf(inForce, 'att')).toEqual([{ of: 'campaign', carrier: 'att', perSecond: 10 / 60 }])
  expect(queuesOf(inForce, 'tmobile')).toEqual([{ of: 'number', carrier: 'tmobile', perSecond: 1 }])
  expect(queuesOf(inForce, 'verizon')).toEqual([])
  expect(queuesOf(inForce, 'unknown')).toHaveLength(2)
  expect(queuesOfNumber(undefined)).toEqual([])
})

it('no queue drains faster than its account, whose messages stand in a queue of it together', () => {
  const pace = (perSecond: number, perMinute?: number) => ({ perSecond, perMinute })
  const queues = [
    { of: 'campaign', carrier: 'att', perSecond: 75 },
    { of: 'number', carrier: 'att', perSecond: 1 },
  ] as const
  expect(withAccount(queues, undefined)).toBe(queues)
  expect(withAccount(queues, pace(10, 300))).toEqual([
    { of: 'campaign', carrier: 'att', perSecond: 5 },
    { of: 'number', carrier: 'att', perSecond: 1 },
    { of: 'account', carrier: 'unknown', perSecond: 5 },
  ])
})

it('those of unknown carriers stand before it, too', () => {
  const waiting = new LimitedQueues()
  const limited = { account: 'acme', number: '1', campaign: 'C1', carrier: 'att' }
  waiting.add(limited, 2, 7)
  waiting.add({ ...limited, carrier: 'unknown' }, 1, 3)
  waiting.add({ ...limited, number: '2' }, 1, 1)
  const att = { carrier: 'att', perSecond: 1 } as const
  expect(aheadIn({ of: 'campaign', ...att }, limited, waiting)).toBe(11)
  expect(aheadIn({ of: 'number', ...att }, limited, waiting)).toBe(10)
  expect(aheadIn({ of: 'number', carrier: 'unknown', perSecond: 1 }, limited, waiting)).toBe(3)
  waiting.add({ ...limited, account: 'other', number: '3' }, 1, 2)
  expect(aheadIn({ of: 'account', carrier: 'unknown', perSecond: 1 }, limited, waiting)).toBe(11)
  waiting.remove({ ...limited, account: 'other', number: '3' })
  for (let i = 0; i < 3; i++) waiting.remove(i < 2 ? limited : { ...limited, number: '2' })
  expect(waiting.ofCampaign('C1', 'att')).toBe(0)
  expect([...waiting.campaigns()]).toEqual([{ campaign: 'C1', carrier: 'unknown', segments: 3 }])
})

it('what is due later waits from then on: to ten minutes', () => {
  const waiting = new LimitedQueues()
  const limited = { account: 'acme', number: '1', campaign: 'C1', carrier: 'att' }
  const by = (...hours: readonly number[]) => hours.map((each) => waiting.ofCampaign('C1', 'att', each * hour))
  waiting.add(limited, 1, 2)
  waiting.add(limited, 1, 4, 12 * hour)
  waiting.add(limited, 2, 6, 5 * hour)
  waiting.add(limited, 1, 1, 5 * hour + 1000)
  expect(by(0, 4.9, 5, 11, 12, Infinity)).toEqual([2, 2, 9, 9, 13, 13])
  expect(waiting.ofAccount('acme', 4.9 * hour)).toBe(2)
  expect([...waiting.numbers()]).toEqual([{ number: '1', carrier: 'att', segments: 13 }])
  waiting.remove(limited, 12 * hour)
  expect(by(0, Infinity)).toEqual([2, 9])
  // Of others it is not known which left: those that were due first.
  for (let i = 0; i < 2; i++) waiting.remove(limited)
  expect(by(0, 4.9, 5)).toEqual([0, 0, 5])
  for (let i = 0; i < 2; i++) waiting.remove(limited, 9 * hour)
  expect([by(Infinity), [...waiting.campaigns()]]).toEqual([[0], []])
})
