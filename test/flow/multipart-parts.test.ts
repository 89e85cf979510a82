// How parts of ESMEs come together: any order, kind and mixture; what is refused, what is never whole, and what passes untouched.
import { expect, it } from 'vitest'
import type smpp from 'smpp'
import { receiptsOf, startScenario, submitsAt } from './scenario.js'
import {
  emojiText,
  latinText,
  marked,
  markOf,
  partsOf,
  phones,
  submitPart,
  submitParts,
  wholesOf,
  type Marking,
} from './texts.js'

const acks = ['withheld', 'early'] as const
const status = { ok: 0, systemError: 0x08, queueFull: 0x14, length: 0x01, numMessages: 0x55, optionalNotAllowed: 0xc1 }
const payload = { connections: [{ longMessage: 'payload' }] } as const
const statusesOf = (answers: readonly { readonly status: number }[]): readonly number[] =>
  answers.map((answer) => answer.status)

it.each(acks)('joins parts in any order, of every kind and of many messages at once (ack %s)', async (ack) => {
  const { bind, vendor, daemon } = await startScenario({ ...payload, account: { multipart: { ack } } })
  const esme = await bind()
  const markings: readonly Marking[] = ['udh8', 'udh16', 'sar']
  const texts = markings.flatMap((marking) => [
    { marking, to: '447700900001', text: `${marking} one ${latinText(300)}` },
    { marking, to: '447700900002', text: `${marking} two ${emojiText(150)}` },
    { marking, to: '447700900003', text: `${marking} three ${latinText(500)}` },
  ])
  // All with the same reference: sender, destination and kind tell them apart.
  const sets = texts.map(({ marking, to, text }) =>
    partsOf(text, marking, 0x42).map((part) => ({ ...part, destination_addr: to })),
  )
  const longest = Math.max(...sets.map((set) => set.length))
  const shuffled: smpp.Fields[] = []
  for (let i = longest - 1; i >= 0; i--) shuffled.push(...sets.flatMap((set) => set.slice(i, i + 1)))
  const answers = await submitParts(esme, shuffled)
  expect(new Set(statusesOf(answers))).toEqual(new Set([status.ok]))
  expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(shuffled.length)
  await receiptsOf(esme, shuffled.length)
  expect(esme.receipts.map(({ id }) => id).sort()).toEqual(answers.map(({ messageId }) => messageId).sort())
  const wholes = wholesOf(vendor.received.map(({ pdu }) => pdu))
  expect(wholes.map(({ destination, text }) => [destination, text]).sort()).toEqual(
    texts.map(({ to, text }) => [to, text]).sort(),
  )
  expect(await daemon.metric('smswitch_reassembly_sets')).toBe(0)
})

it.each(acks)(
  'answers a part that comes twice as one, and uses a reference again after completion (ack %s)',
  async (ack) => {
    const { bind, vendor } = await startScenario({ ...payload, account: { multipart: { ack } } })
    const esme = await bind()
    for (const text of [latinText(200), latinText(250)]) {
      const [first, second] = partsOf(text, 'udh8', 5)
      const answers = await submitParts(esme, [first!, first!, second!])
      expect(statusesOf(answers)).toEqual([0, 0, 0])
      expect(answers[0]!.messageId).toBe(answers[1]!.messageId)
      expect(answers[2]!.messageId).not.toBe(answers[1]!.messageId)
    }
    await receiptsOf(esme, 4)
    expect(vendor.received.map(({ text }) => text)).toEqual([latinText(200), latinText(250)])
  },
)

it('refuses parts whose marks make no sense, and leaves the others of the message alone', async () => {
  const { bind, vendor } = await startScenario({ ...payload, account: { multipart: { ack: 'early' } } })
  const esme = await bind()
  const udh8 = (total: number, part: number): smpp.Fields => marked('text', 'udh8', 9, total, part)
  const sar = { sar_msg_ref_num: 9, sar_total_segments: 2, sar_segment_seqnum: 1 }
  const [first, second] = partsOf(latinText(200), 'udh8', 9)
  expect((await submitPart(esme, first!)).status).toBe(status.ok)
  const wrong: readonly (readonly [string, smpp.Fields, number])[] = [
    ['a header and SAR', { ...udh8(2, 1), ...sar }, status.optionalNotAllowed],
    ['part 0', udh8(2, 0), status.numMessages],
    ['a part above the total', udh8(2, 3), status.numMessages],
    ['another total', udh8(3, 3), status.numMessages],
    ['no parts', udh8(0, 1), status.numMessages],
    ['255 parts', udh8(255, 2), status.numMessages],
    ['SAR part 0', { short_message: 'text', ...sar, sar_segment_seqnum: 0 }, status.numMessages],
    ['half of SAR', { short_message: 'text', sar_msg_ref_num: 9, sar_total_segments: 2 }, status.numMessages],
    ['more than 140 octets', marked('x'.repeat(154), 'udh8', 10, 2, 1), status.length],
  ]
  for (const [what, part, expected] of wrong) {
    expect([what, (await submitPart(esme, part)).status]).toEqual([what, expected])
  }
  expect((await submitPart(esme, second!)).status).toBe(status.ok)
  await receiptsOf(esme, 2)
  expect(vendor.received.map(({ text }) => text)).toEqual([latinText(200)])
})

it('refuses every part of a message that has no route, withheld at the end and early at once', async () => {
  const us = { tariffs: [{ id: 'us', rates: [{ prefix: '1', price: '0.01' }] }] }
  const { bind, vendor, daemon } = await startScenario({
    ...us,
    connections: [{ tariff: 'us' }],
    accounts: [],
    account: { multipart: { ack: 'withheld' } },
  })
  const esme = await bind()
  const parts = partsOf(latinText(400), 'udh8', 1)
  expect(statusesOf(await submitParts(esme, parts))).toEqual(parts.map(() => status.systemError))
  expect(await daemon.metric('smswitch_reassembly_sets')).toBe(0)

  const other = await startScenario({
    ...us,
    connections: [{ tariff: 'us' }],
    account: { multipart: { ack: 'early' } },
  })
  const early = await other.bind()
  expect((await submitPart(early, parts[0]!)).status).toBe(status.systemError)
  expect(await other.daemon.metric('smswitch_reassembly_sets')).toBe(0)
  expect(vendor.stats.submits + other.vendor.stats.submits).toBe(0)
})

const soon = { set: { 'multipart.timeoutMs': 400 } } as const

it('answers every withheld part when its message is not whole in time', async () => {
  const { bind, vendor, daemon } = await startScenario(soon)
  const esme = await bind()
  const [first, , third] = partsOf(latinText(400), 'udh16', 77)
  expect(statusesOf(await submitParts(esme, [first!, third!]))).toEqual([status.numMessages, status.numMessages])
  expect(await daemon.metric('smswitch_reassembly_total', { peer: 'esme', outcome: 'incomplete' })).toBe(1)
  expect(await daemon.metric('smswitch_reassembly_sets')).toBe(0)
  expect(vendor.stats.submits).toBe(0)
  expect(esme.receipts).toEqual([])
})

it('reports failure of acknowledged parts when their message is not whole in time, where they asked', async () => {
  const { bind, vendor, daemon } = await startScenario({
    ...soon,
    account: { multipart: { ack: 'early', incomplete: 'fail' } },
  })
  const esme = await bind()
  const [first, second, third] = partsOf(latinText(500), 'sar', 77)
  const answers = [await submitPart(esme, first!), await submitPart(esme, second!, 0), await submitPart(esme, third!)]
  expect(statusesOf(answers)).toEqual([0, 0, 0])
  await receiptsOf(esme, 2)
  expect(esme.receipts.map(({ id, state }) => [id, state]).sort()).toEqual(
    [answers[0]!, answers[2]!].map(({ messageId }) => [messageId, 'UNDELIV']).sort(),
  )
  await daemon.metricWhen((value) => value === 0, 'smswitch_store_messages')
  expect(vendor.stats.submits).toBe(0)
})

it.each(['udh8', 'sar'] as const)(
  'sends acknowledged parts as they came when the others do not come: %s',
  async (marking) => {
    const { bind, vendor, daemon } = await startScenario({
      ...soon,
      account: { multipart: { ack: 'early', incomplete: 'sendAsReceived' } },
      connections: [{ longMessage: 'asReceived' }],
    })
    const esme = await bind()
    const parts = partsOf(latinText(450), marking, 0x2a)
    const [first, , third] = parts
    const answers = await submitParts(esme, [first!, third!])
    const receipts = await receiptsOf(esme, 2)
    expect(receipts.map(({ id, state }) => [id, state]).sort()).toEqual(
      answers.map(({ messageId }) => [messageId, 'DELIVRD']).sort(),
    )
    const size = marking === 'udh8' ? 153 : 152
    const came = vendor.received.map(({ pdu, text }) => ({ ...markOf(pdu), text }))
    expect(came.sort((a, b) => a.part! - b.part!)).toEqual(
      [1, 3].map((part) => ({
        ...{ marking, reference: 0x2a, total: 3, part },
        text: latinText(450).slice((part - 1) * size, part * size),
      })),
    )
    expect(await daemon.metric('smswitch_reassembly_total', { peer: 'esme', outcome: 'sentAsReceived' })).toBe(1)
  },
)

it.each(acks)('passes other headers and octets that are no text untouched (ack %s)', async (ack) => {
  const { bind, vendor } = await startScenario({ account: { multipart: { ack } } })
  const esme = await bind()
  const ports = Buffer.from('0b05040b8423f00003200201', 'hex')
  const octets = Buffer.from([0x00, 0xff, 0x80, 0x1b, 0x0a])
  const concatenation = Buffer.from('050003200201', 'hex')
  const untouched = [
    { udh: ports, message: octets },
    { udh: concatenation, message: octets },
  ]
  for (const short_message of untouched) {
    expect((await submitPart(esme, { data_coding: 4, esm_class: 0x40, short_message })).status).toBe(0)
  }
  await submitsAt(vendor, 2)
  for (const [i, { pdu }] of vendor.received.entries()) {
    const { udh, message } = pdu['short_message'] as smpp.Text
    const { udh: header } = untouched[i]!
    expect(Buffer.concat([Buffer.of(header.length - 1), ...(udh ?? [])])).toEqual(header)
    expect(message).toEqual(octets)
    expect(pdu).toMatchObject({ data_coding: 4, esm_class: 0x40, destination_addr: phones.receiver })
  }
  await receiptsOf(esme, 2)
})

it('has a bound on incomplete messages, and refuses what would begin one more', async () => {
  const { bind, daemon } = await startScenario({
    ...payload,
    account: { multipart: { ack: 'early' } },
    set: { 'multipart.maxSetsPerPeer': 2 },
  })
  const esme = await bind()
  const parts = partsOf(latinText(200), 'udh8', 1)
  const began = [1, 2, 3].map((reference) => partsOf(latinText(200), 'udh8', reference)[0]!)
  for (const [i, expected] of [status.ok, status.ok, status.queueFull].entries()) {
    expect((await submitPart(esme, began[i]!)).status).toBe(expected)
  }
  expect((await submitPart(esme, parts[1]!)).status).toBe(status.ok)
  expect((await submitPart(esme, began[2]!)).status).toBe(status.ok)
  expect(await daemon.metric('smswitch_reassembly_sets', { peer: 'esme' })).toBe(2)
})
