// What becomes of receipts that came without a known message, through the real correlator and group commit.
import { describe, expect, it } from 'vitest'
import type { ParkedReceipt } from '../message/delivery.js'
import { anchorAt, awaitingOf, contentsOf, segment } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import type { CorrelatorOptions } from './correlator.js'
import { correlatorRig as rig, receiptOf, rowOf } from './rig.suite.js'

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
