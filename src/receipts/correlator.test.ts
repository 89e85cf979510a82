import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { awaitingOf, contentsOf } from '../store/conformance-rows.suite.js'
import { StoreError } from '../store/contracts/store.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { correlatorRig as rig, receiptOf, rowOf } from './rig.suite.js'

describe('a receipt', () => {
  it('meets its row in the store, is stored, then answered; the row is gone', async () => {
    const { correlator, answered, settle, told, store, fates } = rig()
    answered(rowOf(1))
    await settle()
    const receipt = receiptOf(['id-1'])
    store.hold()
    correlator.take([receipt])
    await settle()
    expect({ answers: receipt.answers, told }).toEqual({ answers: [], told: [] })
    store.release()
    await settle()
    expect({ answers: receipt.answers, told }).toEqual({ answers: ['stored'], told: ['m1 DELIVERED'] })
    expect((await contentsOf(store)).awaiting).toEqual([])
    expect(fates()).toEqual(['matched'])
  })

  it('meets a row that is not durable yet', async () => {
    const { correlator, answered, settle, told, store } = rig()
    store.hold()
    answered(rowOf(1))
    const receipt = receiptOf(['id-1'])
    correlator.take([receipt])
    await settle()
    expect(receipt.answers).toEqual([])
    store.release()
    await settle()
    expect(receipt.answers).toEqual(['stored'])
    expect(told).toEqual(['m1 DELIVERED'])
    expect((await contentsOf(store)).awaiting).toEqual([])
  })

  it('that comes before the answer is parked, and matched when that comes', async () => {
    const { correlator, answered, settle, told, store, fates } = rig()
    const receipt = receiptOf(['id-1'], 'UNDELIVERABLE')
    correlator.take([receipt])
    await settle()
    expect(receipt.answers).toEqual(['stored'])
    expect(fates()).toEqual(['parked'])
    expect((await contentsOf(store)).parked).toHaveLength(1)
    answered(rowOf(1))
    await settle()
    expect(fates()).toEqual(['matched'])
    expect(told).toEqual(['m1 UNDELIVERABLE'])
    const { awaiting, parked } = await contentsOf(store)
    expect({ awaiting, parked }).toEqual({ awaiting: [], parked: [] })
    expect(correlator.parkedCount).toBe(0)
  })

  it('parked under several ids is found by any of them', async () => {
    for (const id of ['10', 'a', '0010']) {
      const { correlator, answered, settle, told, store } = rig()
      correlator.take([receiptOf(['10', 'a', '0010'])])
      await settle()
      answered(rowOf(1, { id }))
      await settle()
      expect(told).toEqual(['m1 DELIVERED'])
      const { awaiting, parked } = await contentsOf(store)
      expect({ awaiting, parked, count: correlator.parkedCount }).toEqual({ awaiting: [], parked: [], count: 0 })
    }
  })

  it('a step on the way that overtook nothing closes nothing, and is told where asked', async () => {
    for (const registered of [1, 0x11]) {
      const { correlator, answered, settle, told } = rig()
      answered(rowOf(1, { registered }))
      await settle()
      correlator.take([receiptOf(['id-1'], 'ENROUTE')])
      await settle()
      correlator.take([receiptOf(['id-1'], 'ENROUTE'), receiptOf(['id-1'], 'DELIVERED')])
      await settle()
      expect(told).toEqual(registered === 1 ? ['m1 DELIVERED'] : ['m1 ENROUTE', 'm1 DELIVERED'])
    }
  })

  it('early, its final state is not pushed out by a step that was overtaken', async () => {
    for (const order of [
      ['ENROUTE', 'DELIVERED'],
      ['DELIVERED', 'ENROUTE'],
      ['DELIVERED', 'DELIVERED'],
    ] as const) {
      const { correlator, answered, settle, told } = rig()
      const receipts = order.map((state) => receiptOf(['id-1'], state))
      correlator.take(receipts)
      await settle()
      expect(receipts.map(({ answers }) => answers)).toEqual([['stored'], ['stored']])
      answered(rowOf(1))
      await settle()
      expect(told).toEqual(['m1 DELIVERED'])
    }
  })

  it('repeated at any moment is answered well and told once', async () => {
    for (const pause of [false, true]) {
      const { correlator, answered, settle, told, fates } = rig()
      answered(rowOf(1))
      if (pause) await settle()
      const receipts = [1, 2, 3].map(() => receiptOf(['id-1']))
      for (const receipt of receipts) {
        correlator.take([receipt])
        if (pause) await settle()
      }
      await settle()
      expect(receipts.map(({ answers }) => answers)).toEqual([['stored'], ['stored'], ['stored']])
      expect(told).toEqual(['m1 DELIVERED'])
      expect(fates()).toEqual(['matched', 'duplicate', 'duplicate'])
      expect(correlator.parkedCount).toBe(0)
    }
  })

  it('a repeat is answered only when the first one is durable', async () => {
    for (const early of [true, false]) {
      const { correlator, answered, settle, store } = rig()
      if (!early) answered(rowOf(1))
      await settle()
      store.hold()
      const [first, second] = [receiptOf(['id-1']), receiptOf(['id-1'])]
      correlator.take([first])
      await settle()
      correlator.take([second])
      await settle()
      expect([first.answers, second.answers]).toEqual([[], []])
      store.release()
      await settle()
      expect([first.answers, second.answers]).toEqual([['stored'], ['stored']])
    }
  })

  it('an id that the vendor uses again, after a restart of its counter, is a new message', async () => {
    const { correlator, answered, settle, told } = rig()
    for (const n of [1, 2, 3]) {
      // The second one's receipt comes early, though the same id was settled just before.
      const row = rowOf(n, { id: '1' })
      if (n !== 2) answered(row)
      correlator.take([receiptOf(['1'], 'DELIVERED', { destination: row.origin.destination.value })])
      await settle()
      if (n === 2) answered(row)
      await settle()
    }
    expect(told).toEqual(['m1 DELIVERED', 'm2 DELIVERED', 'm3 DELIVERED'])
  })
})

describe('several possible ids', () => {
  it.each([
    ['one row: that one', [2], '', 2],
    ['one row, another phone as the vendor writes it: that one', [2], '+0044', 2],
    ['two rows: the one for the phone', [1, 2], '44700902', 2],
    ['two rows, no phone: none', [1, 2], '', undefined],
    ['two rows, neither for the phone: none', [1, 2], '99', undefined],
  ] as const)('%s', async (_, rows, destination, expected) => {
    for (const durable of [0, 1, 2]) {
      const { correlator, answered, settle, told } = rig()
      for (const [i, n] of rows.entries()) {
        answered(rowOf(n))
        if (i < durable) await settle()
      }
      const receipt = receiptOf(['id-1', 'id-2', 'id-3'], 'DELIVERED', { destination })
      correlator.take([receipt])
      await settle()
      expect(told).toEqual(expected === undefined ? [] : [`m${expected} DELIVERED`])
      expect(receipt.learnt).toEqual(expected === undefined ? [] : [expected - 1])
    }
  })

  it('two ids of one message are no contradiction', async () => {
    const { correlator, answered, settle, told } = rig()
    const row = rowOf(1)
    answered(row)
    answered({ ...row, vendorMessageId: 'id-2' })
    await settle()
    correlator.take([receiptOf(['id-1', 'id-2'])])
    await settle()
    expect(told).toEqual(['m1 DELIVERED'])
  })

  it('what is no id, empty or far too long, is not looked for and breaks nothing', async () => {
    const { correlator, settle, fates, answered, told } = rig()
    answered(rowOf(1))
    await settle()
    const [none, long, longAndGood] = [
      receiptOf([]),
      receiptOf(['x'.repeat(5_000)]),
      receiptOf(['x'.repeat(5_000), 'id-1']),
    ]
    correlator.take([none, long, longAndGood])
    await settle()
    expect([none.answers, long.answers, longAndGood.answers]).toEqual([['stored'], ['stored'], ['stored']])
    expect(fates()).toEqual(['dropped', 'dropped', 'matched'])
    expect(longAndGood.learnt).toEqual([1])
    expect(told).toEqual(['m1 DELIVERED'])
  })
})

it('a bug in placing one receipt is told, has it sent again, and hinders no other', async () => {
  const bugs: unknown[] = []
  let broken = true
  const { correlator, settle, answered, told } = rig(
    {},
    {
      onBug: (error) => bugs.push(error),
      originOf: () => awaitingOf(1).origin,
      onFate: () => {
        if (broken) throw new Error('broken')
      },
    },
  )
  for (const n of [1, 2]) answered(rowOf(n))
  const early = receiptOf(['id-1'])
  correlator.take([early])
  await settle()
  const [first, second] = [receiptOf(['id-1']), receiptOf(['id-2'])]
  first.failed = () => {
    broken = false
    throw new Error('its session is gone')
  }
  correlator.take([first, second])
  await settle()
  expect(early.answers).toEqual(['failed'])
  expect(second.answers).toEqual(['stored'])
  expect(bugs.map(String)).toEqual(['Error: broken', 'Error: broken', 'Error: its session is gone'])
  expect(told).toEqual(['m2 DELIVERED'])
})

describe('a store that can not be read', () => {
  it('the vendor is asked to send it again', async () => {
    const store = new MemoryStore()
    store.findAwaiting = () => Promise.reject(new StoreError('io', 'unreadable'))
    const { correlator, settle } = rig({}, {}, store)
    const receipts = [receiptOf(['id-1']), receiptOf(['id-2'])]
    correlator.take(receipts)
    await settle()
    expect(receipts.map(({ answers }) => answers)).toEqual([['failed'], ['failed']])
  })

  it('is slow: what becomes durable while it is read is not overlooked, nor matched twice', async () => {
    const store = new MemoryStore()
    const findAwaiting = store.findAwaiting.bind(store)
    const gates: (() => void)[] = []
    store.findAwaiting = async (keys) => {
      const rows = await findAwaiting(keys)
      await new Promise<void>((resolve) => gates.push(resolve))
      return rows
    }
    const { correlator, settle, answered, told, fates } = rig({}, {}, store)
    // Read before the row was there.
    const early = receiptOf(['id-1'])
    correlator.take([early])
    answered(rowOf(1))
    await settle()
    gates.shift()!()
    await settle()
    expect(told).toEqual(['m1 DELIVERED'])
    // Read twice while the row was there.
    answered(rowOf(2))
    await settle()
    correlator.take([receiptOf(['id-2'])])
    correlator.take([receiptOf(['id-2'], 'DELIVERED', { doneAtMs: 6 })])
    await settle()
    gates.shift()!()
    await settle()
    gates.shift()!()
    await settle()
    expect(told).toEqual(['m1 DELIVERED', 'm2 DELIVERED'])
    expect(fates()).toEqual(['matched', 'matched', 'duplicate'])
  })
})

describe('giving up', () => {
  it('tells the sender UNKNOWN once; a receipt that comes at the same moment is too late', async () => {
    const { correlator, settle, answered, told, store } = rig()
    const row = rowOf(1)
    answered(row)
    await settle()
    correlator.giveUp(row)
    correlator.giveUp(row)
    correlator.take([receiptOf(['id-1'])])
    await settle()
    expect(told).toEqual(['m1 UNKNOWN'])
    expect((await contentsOf(store)).awaiting).toEqual([])
  })

  it('does not touch what was settled while the sweep was reading', async () => {
    const { correlator, settle, answered, told } = rig()
    const row = rowOf(1)
    answered(row)
    await settle()
    correlator.sweeping(true)
    correlator.take([receiptOf(['id-1'])])
    await settle()
    correlator.giveUp(row)
    correlator.sweeping(false)
    await settle()
    expect(told).toEqual(['m1 DELIVERED'])
  })
})

it('whatever order answers, receipts and repeats come in, each message is told its end once and nothing stays', async () => {
  const step = fc.record({
    what: fc.constantFrom('answer', 'enroute', 'final', 'final', 'settle'),
    n: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const { correlator, settle, answered, told, store, clock } = rig({ parkedMax: 100 })
      const wasAnswered = new Set<number>()
      for (const { what, n } of steps) {
        if (what === 'settle') await settle()
        else if (what === 'answer') {
          if (wasAnswered.has(n)) continue
          wasAnswered.add(n)
          answered(rowOf(n))
        } else correlator.take([receiptOf([`id-${n}`], what === 'final' ? 'DELIVERED' : 'ENROUTE')])
      }
      for (const n of [1, 2, 3, 4]) {
        if (!wasAnswered.has(n)) answered(rowOf(n))
        correlator.take([receiptOf([`id-${n}`])])
      }
      await settle()
      expect([...told].sort()).toEqual([1, 2, 3, 4].map((n) => `m${n} DELIVERED`))
      clock.advance(1_000)
      correlator.expireParked(clock.monotonicMs())
      await settle()
      const { awaiting, parked } = await contentsOf(store)
      expect({ awaiting, parked, count: correlator.parkedCount }).toEqual({ awaiting: [], parked: [], count: 0 })
    }),
    { numRuns: 200, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
  )
})
