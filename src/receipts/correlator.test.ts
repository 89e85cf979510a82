import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import type { Awaiting, ParkedReceipt, ReceiptDelivery } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { anchorAt, awaitingOf, contentsOf, receipt as receiptRow, segment } from '../store/conformance-rows.suite.js'
import { StoreError } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Correlator, type CorrelatorOptions, type CorrelatorPorts, type VendorReceipt } from './correlator.js'

function rig(
  options: Partial<CorrelatorOptions> = {},
  ports: Partial<CorrelatorPorts> = {},
  store = new MemoryStore(),
) {
  const clock = new FakeClock()
  const log: string[] = []
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
    { lazyMs: 2, maxUnits: 100, retryMs: 100, retryMaxMs: 100, maxReopens: 5 },
  )
  let made = 0
  const told: string[] = []
  const correlator = new Correlator(
    {
      store,
      recorder,
      outbox: (origin, state, error) => {
        if (state === 'ENROUTE' && !origin.request.intermediate) return undefined
        const row = receiptRow(100 + made++)
        return { ...row, receipt: { ...row.receipt, origin, state, error } }
      },
      offer: (receipts: readonly ReceiptDelivery[]) =>
        receipts.forEach(({ receipt }) => told.push(`${receipt.origin.messageId} ${receipt.state}`)),
      claimUnanswered: () => undefined,
      released: (delivery) => log.push(`released ${delivery.id}`),
      originOf: () => awaitingOf(1).origin,
      onFate: (fate) => log.push(fate),
      nowMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      ...ports,
    },
    { parkedMax: 3, parkedMs: 1_000, seenMax: 50, ...options },
  )
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      for (const fn of deferred.splice(0)) fn()
      for (let k = 0; k < 8; k++) await Promise.resolve()
      if (recorder.pending > 0 && deferred.length === 0) void recorder.settled()
    }
  }
  /** A vendor's answer: the row is recorded, then expected; durable at the next settle. */
  const answered = (awaiting: Awaiting): void => {
    const unit: Unit = { kind: 'answered', delivery: segment(1), outcome: { kind: 'awaiting', awaiting }, outbox: [] }
    recorder.recordLazily(unit, { durable: () => correlator.expected(awaiting) })
    correlator.expect(awaiting)
  }
  const fates = (): string[] => log.splice(0)
  return { clock, store, recorder, correlator, log, told, settle, answered, fates }
}

/** Row `n`: vendor id `id-n`, of message m<n> to phone 4470090<n>. */
function rowOf(n: number, changes: { readonly id?: string; readonly registered?: number } = {}): Awaiting {
  const row = awaitingOf(n)
  return {
    ...row,
    vendorMessageId: changes.id ?? `id-${n}`,
    origin: {
      ...row.origin,
      messageId: `m${n}` as Awaiting['origin']['messageId'],
      destination: { ton: 1, npi: 1, value: `4470090${n}` },
      request: receiptRequestOf(changes.registered ?? 1),
    },
  }
}

function receiptOf(
  ids: readonly string[],
  state: MessageState = 'DELIVERED',
  report: Partial<VendorReceipt['report']> = {},
) {
  const answers: string[] = []
  const learnt: number[] = []
  const receipt: VendorReceipt = {
    vendor: 'v' as VendorId,
    connection: 'v1' as ConnectionId,
    ids,
    report: { state, error: '000', doneAtMs: 5, destination: '', ...report },
    learn: (index) => void learnt.push(index),
    stored: () => void answers.push('stored'),
    failed: () => void answers.push('failed'),
  }
  return Object.assign(receipt, { answers, learnt })
}

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

describe('receipts for nobody', () => {
  it('are parked for a while, then dropped from memory and store, oldest first', async () => {
    const { correlator, settle, clock, store, fates } = rig()
    for (const [i, id] of ['x', 'y'].entries()) {
      clock.advance(i * 400)
      correlator.take([receiptOf([id, `${id}2`])])
      await settle()
    }
    fates()
    clock.advance(599)
    correlator.expireParked(clock.monotonicMs())
    expect(fates()).toEqual([])
    clock.advance(1)
    correlator.expireParked(clock.monotonicMs())
    await settle()
    expect(fates()).toEqual(['dropped'])
    expect((await contentsOf(store)).parked).toHaveLength(1)
    clock.advance(400)
    correlator.expireParked(clock.monotonicMs())
    await settle()
    expect((await contentsOf(store)).parked).toEqual([])
    expect(correlator.parkedCount).toBe(0)
  })

  it('beyond the bound are dropped, and the vendor is asked to send them again', async () => {
    const { correlator, settle, fates } = rig()
    const receipts = [1, 2, 3, 4, 5].map((n) => receiptOf([`${n}`, `0${n}`]))
    correlator.take(receipts)
    await settle()
    expect(fates()).toEqual(['parked', 'parked', 'parked', 'dropped', 'dropped'])
    expect(receipts.map(({ answers }) => answers.join())).toEqual(['stored', 'stored', 'stored', 'failed', 'failed'])
    expect(correlator.parkedCount).toBe(3)
  })

  it('found parked after a restart are matched, or dropped in time whatever their order in the store', async () => {
    const { correlator, settle, answered, told, clock } = rig()
    const row = (id: string, expiresAtMs: number): ParkedReceipt => {
      const { vendor, connection, report } = receiptOf([id])
      return { vendor, connection, report, vendorMessageId: id, expiresAtMs }
    }
    await correlator.restore([row('a', 900), row('id-1', 2_000), row('z', 100)])
    answered(rowOf(1))
    await settle()
    expect(told).toEqual(['m1 DELIVERED'])
    clock.advance(500)
    correlator.expireParked(clock.monotonicMs())
    expect(correlator.parkedCount).toBe(1)
  })
})

describe('a parked receipt that no answer names', () => {
  function claiming(options: Partial<CorrelatorOptions> = {}) {
    const asked: string[] = []
    let waiting = 1
    const made = rig(
      { parkedMs: 60_000, ...options },
      {
        claimUnanswered: (vendor, destination, receivedAtMs) => {
          asked.push(`${vendor} ${destination} ${receivedAtMs}`)
          return waiting-- > 0 ? segment(1) : undefined
        },
      },
    )
    const step = async (ms: number): Promise<void> => {
      made.clock.advance(ms)
      made.correlator.expireParked(made.clock.monotonicMs())
      await made.settle()
    }
    return { ...made, asked, step }
  }

  it('is that of the segment to its phone that was never answered: after 5 s, once, with what a crash must find', async () => {
    const { correlator, settle, asked, step, told, fates, log, store, clock } = claiming()
    const takenAtMs = clock.wallMs()
    correlator.take([receiptOf(['x'], 'DELIVERED', { destination: '447' })])
    await settle()
    await step(4_999)
    expect(asked).toEqual([])
    await step(1)
    expect(asked).toEqual([`v 447 ${takenAtMs}`])
    expect(told).toEqual([`${awaitingOf(1).origin.messageId} DELIVERED`])
    expect(fates()).toEqual(['parked', 'matchedUnanswered', `released ${segment(1).id}`])
    expect((await contentsOf(store)).parked).toEqual([])
    // Repeated, it is neither parked nor taken for another's.
    const repeat = receiptOf(['x'], 'DELIVERED', { destination: '447' })
    correlator.take([repeat])
    await settle()
    await step(10_000)
    expect(repeat.answers).toEqual(['stored'])
    expect({ asked: asked.length, parked: correlator.parkedCount, log }).toEqual({
      asked: 1,
      parked: 0,
      log: ['duplicate'],
    })
  })

  it('waits on while nobody is unanswered, and is asked about again', async () => {
    const { correlator, settle, asked, step } = claiming({ claimAfterMs: 2_000 })
    for (const id of ['x', 'y']) correlator.take([receiptOf([id], 'DELIVERED', { destination: id })])
    await settle()
    for (let i = 0; i < 4; i++) await step(1_000)
    // x was claimed at once; y is asked about each time.
    expect(asked.map((text) => text.split(' ')[1])).toEqual(['x', 'y', 'y', 'y'])
    expect(correlator.parkedCount).toBe(1)
  })

  it('is come to in its round, however many are parked', async () => {
    const { correlator, settle, asked, step } = claiming({ parkedMax: 30_000 })
    for (let n = 0; n < 25_000; n++) correlator.take([receiptOf([`x${n}`], 'DELIVERED', { destination: `${n}` })])
    await settle()
    while (correlator.parkedCount < 25_000) await settle()
    await step(5_000)
    expect(asked).toHaveLength(10_000)
    await step(1_000)
    await step(1_000)
    expect(new Set(asked.map((text) => text.split(' ')[1])).size).toBe(25_000)
    const before = asked.length
    await step(1_000)
    expect(asked.length - before).toBe(10_000)
  })

  it('is nobody’s when it is not the end, or names no phone', async () => {
    const { correlator, settle, asked, step } = claiming()
    correlator.take([receiptOf(['x'], 'ENROUTE', { destination: '447' }), receiptOf(['y'])])
    await settle()
    await step(10_000)
    expect(asked).toEqual([])
  })
})

it('a switch that died between the commits of an answer and of its early receipt joins them at its next start', async () => {
  const store = new MemoryStore()
  const before = rig({}, {}, store)
  before.correlator.take([receiptOf(['id-1']), receiptOf(['other'])])
  await before.settle()
  await store.commit(
    [{ kind: 'answered', delivery: segment(1), outcome: { kind: 'awaiting', awaiting: rowOf(1) }, outbox: [] }],
    anchorAt(1),
  )
  const { correlator, settle, told } = rig({}, {}, store)
  await correlator.restore(await store.parked())
  await settle()
  expect(told).toEqual(['m1 DELIVERED'])
  const { awaiting, parked } = await contentsOf(store)
  expect({ awaiting, parked: parked.length, count: correlator.parkedCount }).toEqual({
    awaiting: [],
    parked: 1,
    count: 1,
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
