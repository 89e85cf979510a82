import { describe, expect, it } from 'vitest'
import { receiptRequestOf } from '../../message/receipt.js'
import { reassemblyRig, rulesWith, TIMEOUT_MS, type Sent } from './rig.suite.js'

const early = rulesWith({ ack: 'early' })
const earlyAsReceived = rulesWith({ ack: 'early', incomplete: 'sendAsReceived' })
const told = (sent: readonly Sent[]) => sent.map((one) => one.told.join(', '))
const text = (octets: Uint8Array) => Buffer.from(octets).toString('latin1')

function earlyRig(settings: Parameters<typeof reassemblyRig>[0] = {}, rules = early) {
  const rig = reassemblyRig(settings)
  rig.rules.set('acme', rules)
  return rig
}

describe('withheld parts', () => {
  it('are answered together, each with its own id, when the whole is durable', async () => {
    const { send, settle, store, accepted, outcomes, reassembly } = reassemblyRig()
    store.hold()
    const sent = send({ part: 2, total: 3 }, { part: 3, total: 3 }, { part: 1, total: 3 })
    await settle()
    expect(told(sent)).toEqual(['withheld', 'withheld', ''])
    store.release()
    await settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'withheld, accepted 1', 'accepted 2'])
    expect(accepted.map(({ message }) => text(message.content.octets))).toEqual(['<1><2><3>'])
    expect(outcomes).toEqual(['esme whole'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('are answered before the part that made the message whole, which alone keeps a leaving session open', async () => {
    const { send, settle } = reassemblyRig()
    const order: number[] = []
    const sent = send({ part: 3, total: 3 }, { part: 2, total: 3 }, { part: 1, total: 3 })
    for (const [i, { told: words }] of sent.entries()) {
      words.push = (...more: string[]) => order.push(i) + more.length
    }
    await settle()
    expect(order).toEqual([0, 1, 2])
  })

  it('are all refused at their deadline, counted from the first, and not before', () => {
    const { send, pass, outcomes, reassembly, abandoned } = reassemblyRig()
    const first = send({ total: 3, part: 1 })
    pass(TIMEOUT_MS - 1)
    const second = send({ total: 3, part: 2 })
    pass(0)
    expect(told([...first, ...second])).toEqual(['withheld', 'withheld'])
    pass(1)
    const expected = 'withheld, refused incompleteMessage'
    expect(told([...first, ...second])).toEqual([expected, expected])
    expect(outcomes).toEqual(['esme incomplete'])
    expect(abandoned).toEqual([])
    expect(reassembly.isEmpty).toBe(true)
  })

  it.each<['full' | 'io']>([['full'], ['io']])(
    'are refused for what the store said when it fails: %s',
    async (failure) => {
      const { send, settle, store, outcomes, reassembly } = reassemblyRig()
      store.failNext(failure)
      const sent = send({ part: 1 }, { part: 2 })
      await settle()
      expect(told(sent)).toEqual(['withheld, refused systemError', 'refused systemError'])
      expect(outcomes).toEqual(['esme refused'])
      expect(reassembly.isEmpty).toBe(true)
    },
  )

  it('end some hundreds at a time, so that no tick is felt', () => {
    const { send, pass, outcomes, reassembly } = reassemblyRig()
    for (let reference = 0; reference < 900; reference++) send({ reference, shape: 'udh16' })
    pass(TIMEOUT_MS)
    expect(outcomes.length).toBeLessThan(900)
    pass(0)
    expect(outcomes).toHaveLength(900)
    expect(reassembly.isEmpty).toBe(true)
  })

  it('are dropped with their session, and nobody else’s', async () => {
    const { send, settle, reassembly, outcomes, accepted } = reassemblyRig()
    const [a, b] = [{}, {}]
    const [lost, kept] = send({ total: 3, part: 1, link: a }, { total: 3, part: 2, link: b })
    const [alone] = send({ reference: 8, link: a })
    reassembly.linkClosed(a)
    expect(outcomes).toEqual(['esme dropped'])
    const again = send({ total: 3, part: 1, link: b }, { total: 3, part: 3, link: b })
    await settle()
    expect(told([lost!, kept!, alone!])).toEqual(['withheld', 'withheld, accepted 1', 'withheld'])
    expect(told(again)).toEqual(['withheld, accepted 3', 'accepted 4'])
    expect(accepted).toHaveLength(1)
    expect(reassembly.isEmpty).toBe(true)
  })

  it('are told that the switch stops', () => {
    const { send, reassembly, outcomes, pass } = reassemblyRig()
    const sent = send({ part: 1 }, { reference: 8 })
    reassembly.stop()
    const late = send({ part: 2 })
    pass(TIMEOUT_MS)
    expect(told([...sent, ...late])).toEqual([
      'withheld, refused stopping',
      'withheld, refused stopping',
      'refused stopping',
    ])
    expect(outcomes).toEqual(['esme dropped', 'esme dropped'])
    expect(reassembly.isEmpty).toBe(true)
  })
})

describe('parts acknowledged early', () => {
  it('are answered when they are durable; the last goes with the whole, which takes the others from the store', async () => {
    const { send, settle, store, accepted, outcomes, reassembly } = earlyRig()
    store.hold()
    const sent = send({ part: 1, total: 3 }, { part: 2, total: 3 })
    await settle()
    expect(told(sent)).toEqual(['', ''])
    store.release()
    await settle()
    expect(told(sent)).toEqual(['accepted 0', 'accepted 1'])
    expect((await store.collected()).map(({ deadlineMs }) => deadlineMs)).toEqual([1_060_000, 1_060_000])
    const last = send({ part: 3, total: 3 })
    await settle()
    expect(told(last)).toEqual(['accepted 2'])
    expect(await store.collected()).toEqual([])
    expect(accepted.map(({ message }) => text(message.content.octets))).toEqual(['<1><2><3>'])
    expect(outcomes).toEqual(['esme whole'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('all in one commit', async () => {
    const { send, settle, store, accepted } = earlyRig()
    const sent = send({ part: 2 }, { part: 1 })
    await settle()
    expect(told(sent)).toEqual(['accepted 0', 'accepted 1'])
    expect(await store.collected()).toEqual([])
    expect(accepted).toHaveLength(1)
  })

  it('that can go nowhere are refused at once', () => {
    const { send, closed, reassembly } = earlyRig()
    closed.add('33')
    expect(told(send({ to: '33' }))).toEqual(['refused messageRefused'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('that the store refuses are not in the set', async () => {
    const { send, settle, store, outcomes, reassembly } = earlyRig()
    store.failNext('full')
    const sent = send({ part: 1 })
    await settle()
    expect(told(sent)).toEqual(['refused systemError'])
    expect(outcomes).toEqual(['esme refused'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('fail at the deadline where the account wants that', async () => {
    const { send, settle, pass, abandoned, outcomes, store, reassembly } = earlyRig()
    send({ part: 2, total: 3 })
    await settle()
    pass(TIMEOUT_MS)
    await settle()
    expect(abandoned).toEqual([
      {
        parts: [expect.objectContaining({ id: '0000000100000000' })],
        state: 'UNDELIVERABLE',
        reason: 'incompleteMessage',
      },
    ])
    expect(outcomes).toEqual(['esme incomplete'])
    expect(await store.collected()).toEqual([])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('go by themselves at the deadline where the account wants that, marked as they came', async () => {
    const { send, settle, pass, abandoned, outcomes, store, accepted } = earlyRig({}, earlyAsReceived)
    send(
      { part: 2, total: 3 },
      { shape: 'sar', reference: 258, part: 1, total: 3, changes: { tlvs: [{ tag: 5, value: Buffer.of(1) }] } },
    )
    await settle()
    pass(TIMEOUT_MS)
    await settle()
    expect(abandoned).toEqual([])
    expect(outcomes).toEqual(['esme sentAsReceived', 'esme sentAsReceived'])
    expect(await store.collected()).toEqual([])
    expect(accepted.map(({ message }) => message)).toMatchObject([
      { id: '0000000100000000', shape: 'whole', parts: [], content: { udhi: true }, tlvs: [] },
      {
        id: '0000000100000001',
        content: { udhi: false, octets: Buffer.from('<1>') },
        tlvs: [
          { tag: 5, value: Buffer.of(1) },
          { tag: 0x020c, value: Uint8Array.of(1, 2) },
          { tag: 0x020e, value: Uint8Array.of(3) },
          { tag: 0x020f, value: Uint8Array.of(1) },
        ],
      },
    ])
    expect(text(accepted[0]!.message.content.octets)).toBe('\x05\x00\x03\x07\x03\x02<2>')
  })

  it('that can’t go by themselves either are rejected', async () => {
    const { send, settle, pass, abandoned, closed, store } = earlyRig({}, earlyAsReceived)
    send({ part: 2, total: 3 })
    await settle()
    closed.add('447700900123')
    pass(TIMEOUT_MS)
    await settle()
    expect(abandoned).toMatchObject([{ state: 'REJECTED', reason: 'noRoute' }])
    expect(await store.collected()).toEqual([])
  })

  it('end as rejected when a stage refuses the whole; the last part is refused', async () => {
    const { send, settle, closed, abandoned, outcomes, store, reassembly } = earlyRig()
    const first = send({ part: 1, total: 3 })
    await settle()
    const second = send({ part: 2, total: 3 })
    closed.add('447700900123')
    const last = send({ part: 3, total: 3 })
    expect(told([...first, ...second, ...last])).toEqual(['accepted 0', '', 'refused messageRefused'])
    await settle()
    expect(told(second)).toEqual(['accepted 1'])
    // What was on its way to the store ends once it is there.
    expect(abandoned.map(({ parts, state, reason }) => [parts.length, state, reason])).toEqual([
      [1, 'REJECTED', 'noRoute'],
      [1, 'REJECTED', 'noRoute'],
    ])
    expect(outcomes).toEqual(['esme refused'])
    expect(await store.collected()).toEqual([])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('stand again when the store refuses the whole, and the last part may come again', async () => {
    const { send, settle, store, clock, outcomes, accepted, reassembly } = earlyRig()
    send({ part: 1 })
    await settle()
    store.failNext('full')
    const refused = send({ part: 2 })
    await settle()
    expect(told(refused)).toEqual(['refused systemError'])
    expect(reassembly.size('esme').sets).toBe(1)
    clock.advance(100)
    await settle()
    const again = send({ part: 2 })
    await settle()
    expect(told(again)).toEqual(['accepted 2'])
    expect(accepted).toHaveLength(1)
    expect(outcomes).toEqual(['esme whole'])
    expect(await store.collected()).toEqual([])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('that stand again keep their deadline', async () => {
    const { send, settle, store, pass, abandoned, reassembly } = earlyRig()
    send({ part: 1 })
    await settle()
    pass(TIMEOUT_MS - 1)
    send({ reference: 9, part: 1 })
    store.failNext('full')
    send({ part: 2 })
    await settle()
    pass(1)
    expect(abandoned.map(({ parts }) => parts.map(({ id }) => id))).toEqual([['0000000100000000']])
    expect(reassembly.size('esme').sets).toBe(0)
  })

  it('end as incomplete when the whole is refused and another message has the reference by then', async () => {
    const { send, settle, store, abandoned, outcomes, reassembly } = earlyRig()
    send({ part: 1 })
    await settle()
    store.hold()
    const last = send({ part: 2 })
    await settle()
    const next = send({ part: 1, text: 'new' })
    await settle()
    store.failNext('full')
    store.release()
    await settle()
    expect(told([...last, ...next])).toEqual(['refused systemError', 'refused systemError'])
    // What was offered after it was refused with it: the reference was free again only for what stood before.
    expect([abandoned.length, outcomes]).toEqual([1, ['esme incomplete', 'esme refused']])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('are not dropped with their session', async () => {
    const { send, settle, reassembly, accepted } = earlyRig()
    const link = {}
    const sent = send({ link })
    reassembly.linkClosed(link)
    await settle()
    send({ part: 2 })
    await settle()
    expect(told(sent)).toEqual(['accepted 0'])
    expect(accepted).toHaveLength(1)
  })
})

describe('a session whose window is full of withheld parts', () => {
  it('has them acknowledged, so that the others can come', async () => {
    const { send, settle, reassembly, store, outcomes } = reassemblyRig()
    const link = {}
    const sent = send({ total: 3, part: 1, link }, { total: 3, part: 2, link }, { reference: 8, link: {} })
    reassembly.stalled(link)
    await settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'withheld, accepted 1', 'withheld'])
    expect(outcomes).toEqual(['esme turned early', 'esme turned early'])
    expect(await store.collected()).toHaveLength(2)
    reassembly.stalled(link)
    const last = send({ total: 3, part: 3, link })
    await settle()
    expect(told(last)).toEqual(['accepted 3'])
    expect(await store.collected()).toEqual([])
    expect(reassembly.size('esme').sets).toBe(1)
  })

  it('has those refused that can go nowhere', () => {
    const { send, reassembly, closed, outcomes } = reassemblyRig()
    const link = {}
    const sent = send({ link })
    closed.add('447700900123')
    reassembly.stalled(link)
    expect(told(sent)).toEqual(['withheld, refused messageRefused'])
    expect(outcomes).toEqual(['esme refused'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('leaves no trace for the session’s end', async () => {
    const { send, reassembly, settle, store } = reassemblyRig()
    const link = {}
    send({ link })
    reassembly.stalled(link)
    reassembly.linkClosed(link)
    await settle()
    expect(await store.collected()).toHaveLength(1)
    expect(reassembly.size('esme').sets).toBe(1)
  })
})

describe('what the whole takes from its parts', () => {
  it('requests together, everything else of the first, times from its arrival', async () => {
    const { send, settle, accepted, pass, clock } = reassemblyRig()
    const tlvs = [{ tag: 0x1400, value: Uint8Array.of(1) }]
    send({
      part: 2,
      changes: { receiptRequest: receiptRequestOf(2), priority: 3, validityMs: 1, userMessageReference: 5 },
    })
    pass(10_000)
    const first = { receiptRequest: receiptRequestOf(0x10), priority: 1, tlvs, validityMs: 90_000, scheduleMs: 20_000 }
    send({ part: 1, total: 3, reference: 8, changes: first })
    send({ part: 1, changes: { ...first, userMessageReference: 4 } })
    await settle()
    const [delivery] = accepted
    expect(delivery!.message).toMatchObject({
      priority: 1,
      tlvs,
      receiptRequest: receiptRequestOf(0x12),
      parts: [
        { userMessageReference: 4, receiptRequest: receiptRequestOf(0x10) },
        { userMessageReference: 5, receiptRequest: receiptRequestOf(2) },
      ],
    })
    expect([delivery!.dueMs, delivery!.expiresAtMs]).toEqual([
      clock.monotonicMs() + 20_000,
      clock.monotonicMs() + 110_000,
    ])
    pass(30_000)
    send({ part: 2, total: 3, reference: 8 }, { part: 3, total: 3, reference: 8 })
    await settle()
    // 10 s after it might have gone: those are off its validity.
    expect([accepted[1]!.dueMs, accepted[1]!.expiresAtMs]).toEqual([clock.monotonicMs(), clock.monotonicMs() + 80_000])
  })
})

it('one answer that fails robs nobody else of theirs', async () => {
  const { send, settle, bugs } = reassemblyRig()
  const broken = {
    accepted: () => {
      throw new Error('the session is gone')
    },
    refused: () => undefined,
    withheld: () => undefined,
    readmitted: () => undefined,
  }
  const sent = send({ part: 1, changes: { answer: broken } }, { part: 2, total: 2 })
  await settle()
  expect(told(sent)[1]).toBe('accepted 1')
  expect(bugs).toHaveLength(1)
})

it('a sender that left the directory: what it was told stays true, nothing goes out', async () => {
  const { send, settle, pass, gone, abandoned, accepted, reassembly, store } = earlyRig({}, earlyAsReceived)
  send({ part: 1 })
  await settle()
  gone.add('acme')
  pass(TIMEOUT_MS)
  await settle()
  expect(abandoned).toMatchObject([{ state: 'UNDELIVERABLE', reason: 'incompleteMessage' }])
  expect(accepted).toEqual([])
  expect(await store.collected()).toEqual([])
  expect(reassembly.isEmpty).toBe(true)
})
