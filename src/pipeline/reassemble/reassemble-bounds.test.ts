import { describe, expect, it } from 'vitest'
import { reassemblyRig, rulesWith, TIMEOUT_MS, type PartSpec, type RigSettings, type Sent } from './rig.suite.js'

const early = rulesWith({ ack: 'early' })
const told = (sent: readonly Sent[]) => sent.map((one) => one.told.join(', '))

function earlyRig(settings: RigSettings = {}) {
  const rig = reassemblyRig(settings)
  rig.rules.set('acme', early)
  return rig
}

describe('the bounds', () => {
  const many = (count: number, spec: PartSpec = {}): PartSpec[] =>
    Array.from({ length: count }, (_, reference) => ({ reference, ...spec }))

  it('of sets, of one sender and in all: the newest is refused', () => {
    const { send } = reassemblyRig({ options: { maxSets: 3, maxSetsPerPeer: 2 } })
    expect(told(send(...many(3)))).toEqual(['withheld', 'withheld', 'refused queueFull'])
    expect(told(send(...many(2, { from: 'other' })))).toEqual(['withheld', 'refused queueFull'])
  })

  it('of octets, of one sender and in all', () => {
    const { send } = reassemblyRig({ options: { maxBytes: 5700, maxBytesPerPeer: 3700 } })
    expect(told(send(...many(3)))).toEqual(['withheld', 'withheld', 'refused queueFull'])
    expect(told(send(...many(2, { from: 'other' })))).toEqual(['withheld', 'refused queueFull'])
  })

  it('the last part of a message is taken whatever is there, and makes room', async () => {
    const { send, settle } = reassemblyRig({ options: { maxSets: 1, maxBytes: 1900 } })
    const sent = send({ part: 1 }, { part: 2 })
    await settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'accepted 1'])
    expect(told(send({ part: 1 }))).toEqual(['withheld'])
  })

  it('the places of parts that are missing take room', () => {
    const roomFor = (maxBytesPerPeer: number, total: number) => {
      const { send, reassembly } = reassemblyRig({ options: { maxBytesPerPeer } })
      return { told: told(send({ total })), bytes: reassembly.size('esme').bytes }
    }
    const { bytes } = roomFor(1e6, 254)
    expect(bytes - roomFor(1e6, 2).bytes).toBe(252 * 8)
    expect(roomFor(bytes, 254).told).toEqual(['withheld'])
    expect(roomFor(bytes - 1, 254).told).toEqual(['refused queueFull'])
  })

  it('what waits for some seconds holds nothing of the buffers that it came in, nor does what comes to it', async () => {
    const { send, store, settle, pass, reassembly } = reassemblyRig()
    const link = {}
    const tlvs = [{ tag: 0x1400, value: Buffer.from('x') }]
    const memoryOf = async (): Promise<readonly number[]> => {
      reassembly.stalled(link)
      await settle()
      const parts = await store.collected()
      return parts.map(({ content }) => content.octets.buffer.byteLength - content.octets.length)
    }
    send({ link, part: 1, total: 3, changes: { tlvs } })
    for (let seconds = 0; seconds < 3; seconds++) pass(1000)
    expect(await memoryOf()).toEqual([1])
    send({ link, part: 2, total: 3, changes: { tlvs } })
    expect(await memoryOf()).toEqual([1, 1])
  })

  it('answers to one part take room too', () => {
    const { send, reassembly } = reassemblyRig({ options: { maxBytesPerPeer: 2400 } })
    const all = told(send(...Array.from({ length: 5 }, () => ({}))))
    expect(all).toEqual(['withheld', 'withheld', 'withheld', 'refused queueFull', 'refused queueFull'])
    expect(reassembly.size('esme').bytes).toBeLessThanOrEqual(2400)
  })

  it('tell ESMEs from vendors', () => {
    const { send, reassembly } = reassemblyRig()
    send({}, { from: 'c1' }, { from: 'c1', reference: 3 })
    expect([reassembly.size('esme').sets, reassembly.size('vendor').sets]).toEqual([1, 2])
    expect(reassembly.size('vendor').bytes).toBe(2 * reassembly.size('esme').bytes)
  })
})

describe('after a restart', () => {
  it('sets stand as they stood, with their deadlines', async () => {
    const before = earlyRig()
    const sent = before.send({ part: 1, total: 3 })
    await before.settle()
    const { reassembly, send, settle, accepted, pass, abandoned, store } = earlyRig({ store: before.store })
    reassembly.restore(await store.collected(), 1_030_000)
    send({ part: 2, total: 3 })
    await settle()
    send({ part: 3, total: 3 })
    await settle()
    expect(accepted[0]!.message.parts.map(({ id }) => id)).toEqual([
      '0000000100000000',
      '0000000200000000',
      '0000000200000001',
    ])
    expect(told(sent)).toEqual(['accepted 0'])
    expect(await store.collected()).toEqual([])
    pass(TIMEOUT_MS)
    expect(abandoned).toEqual([])
  })

  it('what is over ends with the first tick, and waits no longer than a new set', async () => {
    const before = earlyRig()
    before.send({ part: 1 })
    await before.settle()
    const parts = await before.store.collected()
    const late = earlyRig({ store: before.store })
    late.reassembly.restore(parts, 1_070_000)
    late.pass(70_000)
    expect(late.abandoned).toHaveLength(1)
    const shorter = earlyRig({ store: before.store, options: { timeoutMs: 5_000 } })
    shorter.reassembly.restore(parts, 1_000_000)
    shorter.pass(5_000)
    expect(shorter.abandoned).toHaveLength(1)
  })

  it('a set that is whole in the store goes at once, and again until the store takes it', async () => {
    const before = reassemblyRig()
    const [a, b] = [{}, {}]
    before.send({ part: 1, link: a })
    before.reassembly.stalled(a)
    before.send({ part: 1, reference: 8, link: b })
    before.reassembly.stalled(b)
    await before.settle()
    const [first, other] = await before.store.collected()
    const second = { ...other!, mark: { ...first!.mark, part: 2 } }
    const { reassembly, settle, accepted, store, pass, abandoned } = earlyRig({ store: before.store })
    store.failNext('full')
    reassembly.restore([first!, second], 1_000_000)
    await settle()
    expect(accepted).toEqual([])
    pass(TIMEOUT_MS)
    await settle()
    pass(1)
    await settle()
    expect(accepted).toHaveLength(1)
    expect(abandoned).toEqual([])
    expect(await store.collected()).toEqual([])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('of two messages with one reference the older is over', async () => {
    const before = earlyRig()
    before.send({ part: 1 }, { part: 1, reference: 8 })
    await before.settle()
    const [old, other] = await before.store.collected()
    const { reassembly, abandoned } = earlyRig({ store: before.store })
    reassembly.restore([old!, { ...other!, mark: old!.mark }], 1_000_000)
    expect(abandoned.map(({ parts }) => parts.map(({ id }) => id))).toEqual([[old!.id]])
    expect(reassembly.size('esme').sets).toBe(1)
  })
})
