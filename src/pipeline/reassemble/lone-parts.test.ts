// Acknowledged parts whose others never came, and which are refused for the moment when they are to go by themselves.
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { reassemblyRig, rulesWith, TIMEOUT_MS, type PartSpec } from './rig.suite.js'

const asReceived = rulesWith({ ack: 'early', incomplete: 'sendAsReceived' })
const RETRY_MS = 1000

/** A part alone, acknowledged, whose time is over while the store fails. */
async function refusedOnce(changes: PartSpec['changes'] = {}) {
  const rig = reassemblyRig()
  rig.rules.set('acme', asReceived)
  const [sent] = rig.send({ part: 2, total: 3, changes })
  await rig.settle()
  expect(sent!.told).toEqual(['accepted 0'])
  rig.store.failNext('full')
  rig.pass(TIMEOUT_MS)
  await rig.settle()
  expect([rig.accepted, rig.abandoned]).toEqual([[], []])
  return rig
}

/** Time passes and each try fails. */
async function failFor(rig: Awaited<ReturnType<typeof refusedOnce>>, ms: number): Promise<void> {
  for (let past = 0; past < ms; past += RETRY_MS) {
    rig.store.failNext('full')
    rig.pass(Math.min(RETRY_MS, ms - past))
    await rig.settle()
  }
}

describe('an acknowledged part that is refused for the moment', () => {
  it('goes a moment later', async () => {
    const rig = await refusedOnce()
    expect(rig.reassembly.isEmpty).toBe(false)
    rig.pass(RETRY_MS - 1)
    await rig.settle()
    expect(rig.accepted).toEqual([])
    rig.pass(1)
    await rig.settle()
    expect(rig.accepted.map(({ id }) => id)).toEqual(['0000000100000000'])
    expect(rig.abandoned).toEqual([])
    expect(await rig.store.collected()).toEqual([])
    expect(rig.reassembly.isEmpty).toBe(true)
  })

  it('is rejected when that is so for as long as a message may take to be whole', async () => {
    const rig = await refusedOnce()
    await failFor(rig, TIMEOUT_MS - RETRY_MS)
    expect(rig.abandoned).toEqual([])
    await failFor(rig, RETRY_MS)
    expect(rig.abandoned).toMatchObject([{ state: 'REJECTED', reason: 'systemError' }])
    expect(rig.reassembly.isEmpty).toBe(true)
  })

  it('is rejected when its own validity is over before', async () => {
    const rig = await refusedOnce({ validityMs: TIMEOUT_MS + 2 * RETRY_MS })
    await failFor(rig, RETRY_MS)
    expect(rig.abandoned).toEqual([])
    await failFor(rig, RETRY_MS)
    expect(rig.abandoned).toMatchObject([{ state: 'REJECTED' }])
  })

  it('is rejected at once when it is refused for good then', async () => {
    const rig = await refusedOnce()
    rig.closed.add('447700900123')
    rig.pass(RETRY_MS)
    await rig.settle()
    expect(rig.abandoned).toMatchObject([{ state: 'REJECTED', reason: 'noRoute' }])
    expect(rig.reassembly.isEmpty).toBe(true)
  })

  it('is not lost when the switch dies meanwhile', async () => {
    const rig = await refusedOnce()
    const store = new MemoryStore(rig.store.snapshot())
    const next = reassemblyRig({ store, startMs: rig.clock.monotonicMs() })
    next.rules.set('acme', asReceived)
    next.reassembly.restore(await store.collected(), next.clock.monotonicMs())
    next.pass(0)
    await next.settle()
    expect(next.accepted.map(({ id }) => id)).toEqual(['0000000100000000'])
  })
})
