// A long message on its way to the vendor: segments one after the other, what of it is sent again, and a receipt for each part.
import { expect, it } from 'vitest'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw } from './raw-esme.js'
import { receiptsOf, startScenario } from './scenario.js'
import { latinText, markOf, partsOf, phones, submitPart, submitParts, wholesOf } from './texts.js'

const acks = ['withheld', 'early'] as const
const threeParts = (): ReturnType<typeof partsOf> => partsOf(latinText(400), 'udh8', 7)
const numbersOf = (pdus: Parameters<typeof wholesOf>[0]): readonly unknown[] => pdus.map((pdu) => markOf(pdu)?.part)

it.each(acks)('makes one message of 190 characters in two parts, and two receipts (ack %s)', async (ack) => {
  const text = latinText(190)
  const { bind, vendor, daemon } = await startScenario({
    account: { multipart: { ack } },
    connections: [{ longMessage: 'payload' }],
  })
  const esme = await bind()
  const answers = await submitParts(esme, partsOf(text, 'udh8', 33))
  expect(answers.map(({ status }) => status)).toEqual([0, 0])
  const ids = answers.map(({ messageId }) => messageId)
  expect(new Set(ids).size).toBe(2)
  const receipts = await receiptsOf(esme, 2)
  expect(receipts.map(({ id, state }) => [id, state]).sort()).toEqual(ids.map((id) => [id, 'DELIVRD']).sort())
  expect(vendor.received).toHaveLength(1)
  expect(wholesOf([vendor.received[0]!.pdu])).toEqual([
    { source: phones.sender, destination: phones.receiver, text, way: 'short', order: [1] },
  ])
  expect(await daemon.metric('smswitch_pdus_total', { direction: 'ingress', command: 'submit_sm' })).toBe(2)
  expect(await daemon.metric('smswitch_attempts_total')).toBe(1)
  expect(await daemon.metric('smswitch_messages_final_total', { state: 'DELIVERED' })).toBe(1)
})

it.each([
  ['all', [1, 1, 1]],
  ['first', [1, 0, 0]],
  ['last', [0, 0, 1]],
] as const)('asks the vendor for receipts of segments: %s', async (segmentReceipts, asked) => {
  const { bind, vendor } = await startScenario({ connections: [{ segmentReceipts, longMessage: 'udh16' }] })
  const esme = await bind()
  const answers = await submitParts(esme, threeParts())
  const receipts = await receiptsOf(esme, 3)
  expect(receipts.map(({ id, state }) => [id, state]).sort()).toEqual(
    answers.map(({ messageId }) => [messageId, 'DELIVRD']).sort(),
  )
  expect(vendor.received.map(({ registeredDelivery }) => registeredDelivery)).toEqual(asked)
  expect(numbersOf(vendor.received.map(({ pdu }) => pdu))).toEqual([1, 2, 3])
})

it('reports only the parts that asked, and asks the vendor if any did', async () => {
  const { bind, vendor } = await startScenario()
  const esme = await bind()
  const parts = threeParts()
  const answers = await Promise.all(parts.map((part, i) => submitPart(esme, part, i === 1 ? 1 : 0)))
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: answers[1]!.messageId, state: 'DELIVRD' })
  expect(vendor.received.map(({ registeredDelivery }) => registeredDelivery)).toEqual([1, 1, 1])
  // The next message is reported after everything that the first could bring.
  const next = await submitPart(esme, { short_message: 'next' })
  expect((await receiptsOf(esme, 2))[1]!.id).toBe(next.messageId)
})

it('cuts what came whole, and reports it once', async () => {
  const text = latinText(400)
  const { bind, vendor } = await startScenario({ connections: [{ longMessage: 'sar' }] })
  const esme = await bind()
  const { messageId } = await submitPart(esme, { message_payload: text, short_message: '' })
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
  expect(wholesOf(vendor.received.map(({ pdu }) => pdu))).toMatchObject([{ text, way: 'sar', order: [1, 2, 3] }])
})

it('reads national tables of parts, and writes them where a connection allows', async () => {
  const { bind, vendors } = await startScenario({
    // npm `smpp` calls the GSM alphabet 1, whatever it is asked to, when a header names a table.
    account: { text: { dataCodings: { '1': 'gsm7' } } },
    vendors: [{}, {}],
    connections: [{ tariff: 'one' }, { languages: ['turkish'], tariff: 'two' }],
    tariffs: [
      { id: 'one', rates: [{ prefix: '4471', price: '0.01' }] },
      { id: 'two', rates: [{ prefix: '4472', price: '0.01' }] },
    ],
  })
  const esme = await bind()
  const text = 'İşte ağır bir çığlık: güneşli gün. '.repeat(5)
  const udh = (part: number): Buffer => Buffer.of(8, 0x00, 3, 1, 2, part, 0x25, 1, 1)
  const halves = [text.slice(0, 100), text.slice(100)]
  for (const to of ['447100900123', '447200900123']) {
    const answers = await submitParts(
      esme,
      halves.map((message, i) => ({
        destination_addr: to,
        data_coding: 0,
        esm_class: 0x40,
        short_message: { udh: udh(i + 1), message },
      })),
    )
    expect(answers.map(({ status }) => status)).toEqual([0, 0])
  }
  await receiptsOf(esme, 4)
  for (const { received } of vendors) expect(wholesOf(received.map(({ pdu }) => pdu))).toMatchObject([{ text }])
  // 175 characters: three segments of UCS-2, two with a table.
  expect(vendors.map(({ received }) => received.map(({ pdu }) => pdu['data_coding']))).toEqual([
    [8, 8, 8],
    [0, 0],
  ])
})

it('stops at a segment that is refused for good, and reports every part', async () => {
  const { bind, vendor, daemon } = await startScenario({ vendors: [{ errors: [{ everyNth: 2, status: 0x0a }] }] })
  const esme = await bind()
  const answers = await submitParts(esme, threeParts())
  const receipts = await receiptsOf(esme, 3)
  expect(receipts.map(({ id, state }) => [id, state]).sort()).toEqual(
    answers.map(({ messageId }) => [messageId, 'REJECTD']).sort(),
  )
  expect(numbersOf(vendor.received.map(({ pdu }) => pdu))).toEqual([1, 2])
  expect(await daemon.metric('smswitch_resends_total')).toBe(0)
  await daemon.metricWhen((value) => value === 0, 'smswitch_store_messages')
})

it('sends again only the segment that failed', async () => {
  const { bind, vendor } = await startScenario({ vendors: [{ errors: [{ everyNth: 2, status: 0x08 }] }] })
  const esme = await bind()
  await submitParts(esme, threeParts())
  await receiptsOf(esme, 3)
  expect(esme.receipts.every(({ state }) => state === 'DELIVRD')).toBe(true)
  expect(numbersOf(vendor.received.map(({ pdu }) => pdu))).toEqual([1, 2, 2, 3, 3])
  const taken = vendor.received.filter(({ status }) => status === 0).map(({ pdu }) => pdu)
  expect(wholesOf(taken)).toMatchObject([{ text: latinText(400), order: [1, 2, 3] }])
})

it('stays with the vendor that took the first segment, and leaves before that to another', async () => {
  const { bind, vendors } = await startScenario({
    vendors: [{ errors: [{ first: 1, status: 0x08 }] }, { errors: [{ everyNth: 2, status: 0x08 }] }],
    connections: [{}, { longMessage: 'sar', weight: 0 }],
    policies: [{ id: 'all', match: { domain: '*' }, routing: { failover: 'next' } }],
  })
  const esme = await bind()
  await submitParts(esme, threeParts())
  await receiptsOf(esme, 3)
  expect(vendors.map(({ stats }) => stats.submits)).toEqual([1, 5])
  const taken = vendors[1]!.received.filter(({ status }) => status === 0).map(({ pdu }) => pdu)
  expect(wholesOf(taken)).toMatchObject([{ text: latinText(400), way: 'sar', order: [1, 2, 3] }])
})

it('tells failure once for each part when one segment was not delivered', async () => {
  const hand = await startHandVendor()
  const { bind } = await startScenario({ vendors: [], handVendors: [hand] })
  const esme = await bind()
  const answers = await submitParts(esme, threeParts())
  for (let i = 0; i < 3; i++) {
    await hand.submits(i + 1)
    // One after the other: the next comes only when this one is answered.
    expect(hand.count).toBe(i + 1)
    hand.answer(i, { message_id: `v${i}` })
  }
  expect(await hand.deliver(2, 'v2', 'DELIVRD')).toBe(0)
  expect(esme.receipts).toEqual([])
  expect(await hand.deliver(0, 'v0', 'UNDELIV')).toBe(0)
  await receiptsOf(esme, 3)
  expect(await hand.deliver(1, 'v1', 'DELIVRD')).toBe(0)
  // Whatever the last report brings is told before that of the next message.
  const next = await submitPart(esme, { short_message: 'next' })
  await hand.submits(4)
  hand.answer(3, { message_id: 'v3' })
  await hand.deliver(3, 'v3', 'DELIVRD')
  await receiptsOf(esme, 4)
  expect(esme.receipts.map(({ id, state }) => `${id} ${state}`).sort()).toEqual(
    [...answers.map(({ messageId }) => `${messageId} UNDELIV`), `${next.messageId} DELIVRD`].sort(),
  )
})

it.each(['SIGTERM', 'SIGKILL'] as const)('goes on with the next segment after %s, as the same message', async (how) => {
  const hand = await startHandVendor()
  const scenario = await startScenario({ vendors: [], handVendors: [hand], set: { 'stop.graceMs': 500 } })
  const esme = await scenario.bind()
  const answers = await submitParts(esme, threeParts())
  await hand.submits(1)
  hand.answer(0, { message_id: 'v0' })
  await hand.submits(2)
  // That the first was taken is recorded before its receipt is answered.
  expect(await hand.deliver(0, 'v0', 'DELIVRD')).toBe(0)
  await scenario.restart(how)
  const again = await scenario.bind()
  for (const i of [2, 3]) {
    await hand.submits(i + 1)
    hand.answer(i, { message_id: `v${i}` })
  }
  const marks = hand.submitted.map((pdu) => markOf(pdu)!)
  expect(new Set(marks.map(({ reference }) => reference)).size).toBe(1)
  expect(marks.map(({ part }) => part)).toEqual([1, 2, 2, 3])
  for (const i of [2, 3]) expect(await hand.deliver(i, `v${i}`, 'DELIVRD')).toBe(0)
  await receiptsOf(again, 3)
  expect(again.receipts.map(({ id, state }) => [id, state]).sort()).toEqual(
    answers.map(({ messageId }) => [messageId, 'DELIVRD']).sort(),
  )
})

it.each([
  ['resend', [1, 2, 2, 3], 'DELIVRD'],
  ['fail', [1, 2], 'UNKNOWN'],
] as const)('when the link breaks between segments: %s', async (onUnanswered, numbers, state) => {
  const hand = await startHandVendor()
  const { bind } = await startScenario({ vendors: [], handVendors: [hand], connections: [{ onUnanswered }] })
  const esme = await bind()
  const answers = await submitParts(esme, threeParts())
  await hand.submits(1)
  hand.answer(0, { message_id: 'v0' })
  await hand.submits(2)
  hand.dropLinks()
  await hand.bound(2)
  for (let i = 2; i < numbers.length; i++) {
    await hand.submits(i + 1)
    hand.answer(i, { message_id: `v${i}` })
  }
  expect(await hand.deliver(0, 'v0', 'DELIVRD')).toBe(0)
  for (let i = 2; i < numbers.length; i++) expect(await hand.deliver(i, `v${i}`, 'DELIVRD')).toBe(0)
  await receiptsOf(esme, 3)
  expect(numbersOf(hand.submitted)).toEqual(numbers)
  expect(esme.receipts.map((receipt) => [receipt.id, receipt.state]).sort()).toEqual(
    answers.map(({ messageId }) => [messageId, state]).sort(),
  )
})

it('answers query_sm about each part', async () => {
  const hand = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [hand] })
  const esme = await bind()
  const [first, second] = await submitParts(esme, partsOf(latinText(200), 'udh16', 999))
  const raw = await connectRaw(daemon.smppPort)
  expect(await raw.bind()).toBe(0)
  const ask = (message_id: string): Promise<Record<string, unknown>> =>
    raw.ask('query_sm', { message_id, source_addr: phones.sender })
  const [enroute, delivered] = [1, 2]
  for (const { messageId } of [first!, second!]) {
    expect(await ask(messageId)).toMatchObject({
      command_status: 0,
      message_id: messageId,
      message_state: enroute,
      final_date: '',
    })
  }
  for (const i of [0, 1]) {
    await hand.submits(i + 1)
    hand.answer(i, { message_id: `v${i}` })
  }
  for (const i of [0, 1]) await hand.deliver(i, `v${i}`, 'DELIVRD')
  await receiptsOf(esme, 1)
  for (const { messageId } of [first!, second!]) {
    const answer = await ask(messageId)
    expect(answer).toMatchObject({ message_id: messageId, message_state: delivered, error_code: 0 })
    expect(answer['final_date']).not.toBe('')
  }
  const unknown = await ask('0123456789abcdef')
  expect(unknown['command_status']).toBe(0x67)
})
