import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import {
  accepted,
  anchorAt,
  collected,
  collectedOf,
  contentsOf,
  deliveryId,
  laneKey,
  segment,
  transactionOf,
} from './conformance-rows.suite.js'
import type { UnitListener } from './contracts/recorder.js'
import type { StoreError } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'
import { GroupCommit, type GroupCommitOptions } from './group-commit.js'
import { MemoryStore } from './memory/memory-store.js'

const usual: GroupCommitOptions = { lazyMs: 5, maxUnits: 100, retryMs: 100, retryMaxMs: 400, maxReopens: 3 }

function rig(changes: Partial<GroupCommitOptions> = {}, onBug?: (error: unknown, unit: Unit) => void) {
  const clock = new FakeClock()
  const store = new MemoryStore()
  const deferred: (() => void)[] = []
  const log: string[] = []
  const committed: number[] = []
  const group = new GroupCommit(
    {
      store,
      clock,
      timers: clock,
      defer: (fn) => void deferred.push(fn),
      anchor: () => anchorAt(clock.monotonicMs()),
      onCommitted: (units) => committed.push(units),
      onFailure: (error, kept, refused) => log.push(`failed ${error.failure} kept ${kept} refused ${refused}`),
      onRecovered: () => log.push('recovered'),
      onLost: (error) => log.push(`lost ${error.failure}`),
      ...(onBug !== undefined && { onBug }),
    },
    { ...usual, ...changes },
  )
  /** Ends the turn of the event loop: deferred work, then all microtasks. */
  const turn = async (): Promise<void> => {
    for (const fn of deferred.splice(0)) fn()
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  return { clock, store, group, log, committed, turn, deferred }
}

/** Writes down what it was told. */
function listenerInto(log: string[]): UnitListener & Required<Pick<UnitListener, 'refused'>> {
  return {
    durable: (unit) => void log.push(`durable ${idOf(unit)}`),
    refused: (unit, error: StoreError) => void log.push(`refused ${idOf(unit)} ${error.failure}`),
  }
}

function idOf(unit: Unit): number {
  if (unit.kind === 'collected') return Number.parseInt(unit.part.id.slice(8), 16)
  return 'delivery' in unit ? Number.parseInt(unit.delivery.id.slice(8), 16) : -1
}

const fact = (n: number): Unit => ({ kind: 'attempted', delivery: segment(n) })
const offer = (n: number): Unit => accepted(segment(n))
const poison = (n: number): Unit => ({ kind: 'attempted', delivery: segment(n, { lane: laneKey('') }) })

describe('batching', () => {
  it('what one turn brings is one commit; what comes during a commit is the next one', async () => {
    const { store, group, committed, turn, log } = rig()
    const listener = listenerInto(log)
    for (const n of [1, 2, 3]) group.offer(offer(n), listener)
    store.hold()
    await turn()
    expect(store.underWay).toBe(1)
    for (const n of [4, 5]) group.record(fact(n), listener)
    expect(group.pending).toBe(5)
    store.release(1)
    await turn()
    expect(log).toEqual(['durable 1', 'durable 2', 'durable 3'])
    expect(store.underWay).toBe(1)
    store.release()
    await turn()
    expect(committed).toEqual([3, 2])
    expect(group.pending).toBe(0)
  })

  it('takes no more than maxUnits into one commit, in order', async () => {
    const { group, committed, turn, log } = rig({ maxUnits: 4 })
    for (let n = 1; n <= 10; n++) group.record(fact(n), listenerInto(log))
    await turn()
    expect(committed).toEqual([4, 4, 2])
    expect(log).toEqual(Array.from({ length: 10 }, (_, i) => `durable ${i + 1}`))
  })

  it('a lazy unit goes by itself after lazyMs, not before', async () => {
    const { clock, group, committed, turn, log } = rig()
    group.recordLazily(fact(1), listenerInto(log))
    clock.advance(4.9)
    await turn()
    expect(committed).toEqual([])
    clock.advance(0.1)
    await turn()
    expect(committed).toEqual([1])
    expect(clock.pending).toBe(0)
  })

  it('a lazy unit rides with the next urgent one', async () => {
    const { clock, group, committed, turn, log } = rig()
    group.recordLazily(fact(1), listenerInto(log))
    group.record(fact(2), listenerInto(log))
    await turn()
    expect(committed).toEqual([2])
    expect(log).toEqual(['durable 1', 'durable 2'])
    expect(clock.pending).toBe(0)
  })

  it('a lazy unit that came during a commit does not start one: an urgent one right behind is not delayed', async () => {
    const { clock, store, group, committed, turn, log } = rig()
    group.record(fact(1), listenerInto(log))
    store.hold()
    await turn()
    group.recordLazily(fact(2), listenerInto(log))
    store.release(1)
    await turn()
    expect(store.underWay).toBe(0)
    group.record(fact(3), listenerInto(log))
    store.release()
    await turn()
    expect(committed).toEqual([1, 2])
    expect(clock.pending).toBe(0)
  })

  it('as many lazy units as fit one commit go at once', async () => {
    const { group, committed, turn, log } = rig({ maxUnits: 3 })
    for (const n of [1, 2, 3]) group.recordLazily(fact(n), listenerInto(log))
    await turn()
    expect(committed).toEqual([3])
  })
})

describe('settled', () => {
  it('resolves at once when nothing is pending', async () => {
    await rig().group.settled()
  })

  it('sends lazy units off and resolves when they are durable', async () => {
    const { group, turn, log } = rig()
    group.recordLazily(fact(1), listenerInto(log))
    const settled = group.settled().then(() => log.push('settled'))
    await turn()
    await settled
    expect(log).toEqual(['durable 1', 'settled'])
  })

  it('waits for what a listener records in turn', async () => {
    const { group, turn, log } = rig()
    group.record(fact(1), { durable: () => group.recordLazily(fact(2), listenerInto(log)) })
    void group.settled().then(() => log.push('settled'))
    await turn()
    await turn()
    expect(log).toEqual(['durable 2', 'settled'])
  })
})

describe('a store that fails', () => {
  it.each(['full', 'io'] as const)(
    '%s: what was offered is refused, what happened is kept in order and committed later',
    async (failure) => {
      const { clock, store, group, turn, log } = rig()
      const listener = listenerInto(log)
      store.failNext(failure)
      group.record(fact(1), listener)
      group.offer(offer(2), listener)
      group.record(fact(3), listener)
      store.hold()
      await turn()
      group.offer(offer(4), listener)
      group.record(fact(5), listener)
      store.release()
      await turn()
      expect(log.splice(0)).toEqual([
        `refused 2 ${failure}`,
        `refused 4 ${failure}`,
        `failed ${failure} kept 3 refused 2`,
      ])
      expect(group.accepting).toBe(false)
      group.offer(offer(6), listener)
      group.recordLazily(fact(7), listener)
      expect(log.splice(0)).toEqual(['refused 6 io'])
      clock.advance(100)
      await turn()
      expect(log).toEqual(['recovered', 'durable 1', 'durable 3', 'durable 5'])
      expect(group.accepting).toBe(true)
      clock.advance(5)
      await turn()
      expect(log.at(-1)).toBe('durable 7')
      expect((await contentsOf(store)).deliveries.map(({ id }) => id)).toEqual([1, 3, 5, 7].map(deliveryId))
    },
  )

  it('that keeps failing is tried again after 100, 200, 400, 400 ms, and takes offers again as soon as it works', async () => {
    const { clock, store, group, turn, log } = rig()
    const tries: number[] = []
    const commit = store.commit.bind(store)
    store.commit = (units, anchor) => {
      tries.push(clock.monotonicMs())
      if (tries.length <= 4) store.failNext('full')
      return commit(units, anchor)
    }
    group.offer(offer(1), listenerInto(log))
    await turn()
    for (let i = 0; i < 12; i++) {
      clock.advance(100)
      await turn()
    }
    expect(tries).toEqual([0, 100, 300, 700, 1100])
    expect(group.accepting).toBe(true)
    group.offer(offer(2), listenerInto(log))
    await turn()
    expect(log.at(-1)).toBe('durable 2')
  })

  it('that can be opened no more is given up: owners are told, waiters let go, nothing piles up', async () => {
    const { clock, store, group, turn, log } = rig()
    await store.close()
    group.record(fact(1), listenerInto(log))
    const settled = group.settled()
    await turn()
    for (let i = 0; i < 10; i++) {
      clock.advance(400)
      await turn()
    }
    await settled
    expect(log.filter((line) => line.startsWith('lost'))).toEqual(['lost closed'])
    expect(group.accepting).toBe(false)
    expect(clock.pending).toBe(0)
    const { pending } = group
    group.record(fact(2), listenerInto(log))
    expect(group.pending).toBe(pending)
    await group.settled()
  })

  it('abandoned while a commit is under way: no new attempt follows, whatever comes of it', async () => {
    for (const failure of [undefined, 'io', 'full'] as const) {
      const { clock, store, group, turn, log } = rig()
      if (failure !== undefined) store.failNext(failure)
      group.record(fact(1), listenerInto(log))
      store.hold()
      await turn()
      group.record(fact(2), listenerInto(log))
      const settled = group.settled()
      group.abandon()
      await settled
      store.release()
      await turn()
      clock.advance(1000)
      await turn()
      expect(store.underWay).toBe(0)
      expect(clock.pending).toBe(0)
      expect(log).toEqual(failure === undefined ? ['durable 1'] : [])
    }
  })
})

describe('bugs of ours', () => {
  it('a listener that throws loses nobody behind it', async () => {
    const bugs: unknown[] = []
    const { group, turn, log } = rig({}, (error) => bugs.push(error))
    const bug = new Error('a listener with a bug')
    group.record(fact(1), {
      durable: () => {
        throw bug
      },
    })
    group.record(fact(2), listenerInto(log))
    await turn()
    group.record(fact(3), listenerInto(log))
    await turn()
    expect(log).toEqual(['durable 2', 'durable 3'])
    expect(bugs).toEqual([bug])
  })

  it('one that throws at a refusal loses nobody behind it', async () => {
    const bugs: unknown[] = []
    const { store, group, turn, log } = rig({}, (error) => bugs.push(error))
    store.failNext('full')
    group.offer(offer(1), {
      durable: () => undefined,
      refused: () => {
        throw new Error('a listener with a bug')
      },
    })
    group.offer(offer(2), listenerInto(log))
    await turn()
    expect(log[0]).toBe('refused 2 full')
    expect(bugs).toHaveLength(1)
  })

  it('without the port it is thrown where the process sees it', async () => {
    const { group, turn, deferred } = rig()
    group.record(fact(1), {
      durable: () => {
        throw new Error('a listener with a bug')
      },
    })
    await turn()
    expect(deferred).toHaveLength(1)
    expect(deferred[0]).toThrow('a listener with a bug')
  })

  it('units that no store takes are found and let go; every other one is committed once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 39 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        async (bad, maxUnits) => {
          const bugs: number[] = []
          const { group, turn, log, store } = rig({ maxUnits }, (_, unit) => bugs.push(idOf(unit)))
          for (let n = 0; n < 40; n++) group.record(bad.includes(n) ? poison(n) : fact(n), listenerInto(log))
          for (let i = 0; i < 120; i++) await turn()
          const good = Array.from({ length: 40 }, (_, n) => n).filter((n) => !bad.includes(n))
          expect(log.filter((line) => line.startsWith('durable'))).toEqual(good.map((n) => `durable ${n}`))
          expect(bugs).toEqual([...bad].sort((a, b) => a - b))
          expect(group.accepting).toBe(true)
          expect(group.pending).toBe(0)
          expect((await contentsOf(store)).deliveries).toHaveLength(good.length)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('whatever happens', () => {
  it('each unit is told of exactly once, offers durable or refused, facts durable in order; the store holds just those', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom('offer', 'record', 'recordLazily') }),
      fc.record({ kind: fc.constant('fail'), failure: fc.constantFrom('full' as const, 'io' as const) }),
      fc.record({ kind: fc.constant('turn') }),
      fc.record({ kind: fc.constant('advance'), ms: fc.integer({ min: 1, max: 300 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (steps, maxUnits) => {
        const { clock, store, group, turn, log } = rig({ maxUnits, maxReopens: 1000 })
        const listener = listenerInto(log)
        const facts: number[] = []
        let made = 0
        for (const s of steps) {
          if (s.kind === 'offer') group.offer(offer(++made), listener)
          else if (s.kind === 'record' || s.kind === 'recordLazily') {
            facts.push(++made)
            if (s.kind === 'record') group.record(fact(made), listener)
            else group.recordLazily(fact(made), listener)
          } else if ('failure' in s) store.failNext(s.failure)
          else if ('ms' in s) clock.advance(s.ms)
          else await turn()
        }
        for (let i = 0; i < 50; i++) {
          await turn()
          clock.advance(400)
        }
        const told = log.filter((line) => /^(durable|refused)/.test(line)).map((line) => line.split(' '))
        expect(told.map(([, id]) => Number(id)).sort((a, b) => a - b)).toEqual(
          Array.from({ length: made }, (_, i) => i + 1),
        )
        const durable = told.filter(([what]) => what === 'durable').map(([, id]) => Number(id))
        expect(durable.filter((id) => facts.includes(id))).toEqual(facts)
        expect((await contentsOf(store)).deliveries.map(({ id }) => id)).toEqual(
          [...durable].sort((a, b) => a - b).map(deliveryId),
        )
        expect(group.pending).toBe(0)
        expect(group.accepting).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

it('below the low-water mark facts pass, offers are refused without a try, and it recovers once, when there is room', async () => {
  const { store, group, clock, log, turn } = rig()
  const listener = listenerInto(log)
  store.failNext('full')
  store.roomForNew = false
  group.offer(offer(1), listener)
  await turn()
  for (let i = 0; i < 20; i++) {
    clock.advance(400)
    await turn()
  }
  group.offer(offer(2), listener)
  group.record(fact(3), listener)
  await turn()
  expect(log).toEqual(['refused 1 full', 'failed full kept 0 refused 1', 'refused 2 io', 'durable 3'])
  expect(group.accepting).toBe(false)
  store.roomForNew = true
  clock.advance(400)
  await turn()
  expect(log.at(-1)).toBe('recovered')
  group.offer(offer(4), listener)
  await turn()
  expect(log.slice(-2)).toEqual(['recovered', 'durable 4'])
  expect(group.facts).toBe(0)
})

it('tells facts from offers', async () => {
  const { store, group, log, turn } = rig()
  const listener = listenerInto(log)
  store.hold()
  group.offer(offer(1), listener)
  group.record(fact(2), listener)
  group.recordLazily(fact(3), listener)
  await turn()
  expect([group.pending, group.facts]).toEqual([3, 2])
  store.release()
  await turn()
  await turn()
  expect([group.pending, group.facts]).toEqual([0, 0])
})

it('takes collected parts for offers, and the end of collected parts for a fact', async () => {
  const { store, group, clock, log, turn } = rig()
  const listener = listenerInto(log)
  group.offer(collected(collectedOf(1)), listener)
  await turn()
  expect([log.splice(0), group.pending, group.facts]).toEqual([['durable 1'], 0, 0])
  store.failNext('full')
  group.offer(collected(collectedOf(2)), listener)
  group.offer(accepted(segment(3), [collectedOf(1).id]), listener)
  group.record({ kind: 'uncollected', parts: [collectedOf(1).id], outbox: [] }, listener)
  expect([group.pending, group.facts]).toEqual([3, 1])
  await turn()
  expect(log.splice(0)).toEqual(['refused 2 full', 'refused 3 full', 'failed full kept 1 refused 2'])
  expect([group.pending, group.facts]).toEqual([1, 1])
  expect(await store.collected()).toHaveLength(1)
  clock.advance(100)
  await turn()
  expect([group.pending, group.facts]).toEqual([0, 0])
  expect(await contentsOf(store)).toMatchObject({ deliveries: [], collected: [] })
})

it('takes kept texts for offers, but those that tell what happened', async () => {
  const { store, group, clock, log, turn } = rig()
  const listener = listenerInto(log)
  const kept = (key: string, text: string): Unit => ({ kind: 'kept', rows: [{ table: 'mdr', key, text }] })
  group.offer(kept('a', '1'), listener)
  await turn()
  expect([log.splice(0), group.pending, group.facts]).toEqual([['durable -1'], 0, 0])
  store.failNext('full')
  group.offer(kept('b', '2'), listener)
  group.recordLazily({ ...kept('a', ''), fact: true } as Unit, listener)
  expect([group.pending, group.facts]).toEqual([2, 1])
  await turn()
  expect(log.splice(0)).toEqual(['refused -1 full', 'failed full kept 1 refused 1'])
  clock.advance(100)
  await turn()
  expect([group.pending, group.facts]).toEqual([0, 0])
  expect((await contentsOf(store)).kept).toEqual([])
})

it('takes registrations for offers, and what is forgotten of transactions for a fact', async () => {
  const { store, group, clock, log, turn } = rig()
  const listener = listenerInto(log)
  const transaction = transactionOf(1, 10)
  group.offer({ ...accepted(segment(1)), transaction } as Unit, listener)
  await turn()
  expect(await store.transactions(0, 10)).toHaveLength(1)
  store.failNext('full')
  group.offer({ kind: 'registered', aor: 'sip:a@x', bindings: 'here' }, listener)
  group.recordLazily({ kind: 'forgotten', throughMs: 10 }, listener)
  expect([group.pending, group.facts]).toEqual([2, 1])
  await turn()
  expect(log.splice(0)).toEqual(['durable 1', 'refused -1 full', 'failed full kept 1 refused 1'])
  clock.advance(100)
  await turn()
  expect(group.pending).toBe(0)
  expect(await contentsOf(store)).toMatchObject({ registrations: [], transactions: [] })
  expect(await store.transactions(0, 10)).toEqual([])
})
