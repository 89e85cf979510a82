// Receipts as vendors send them: early, twice, on the way, in every form of id, over a pair of binds, or not at all.
import { expect, it } from 'vitest'
import type { SimVendorOptions } from '../../src/sim/vendor.js'
import { startHandVendor } from './hand-vendor.js'
import { receiptsOf, startScenario, type Row } from './scenario.js'
import { when } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello world', registeredDelivery: 1 }

/** Sends `count` messages one by one; expects each final receipt once, with the switch's own ids. */
async function sendAndExpectReceipts(vendor: SimVendorOptions, connection: Row = {}, count = 3): Promise<void> {
  const scenario = await startScenario({ vendors: [vendor], connections: [connection] })
  const esme = await scenario.bind()
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push((await esme.submit({ ...message, text: `text ${i}` })).messageId)
  const receipts = await receiptsOf(esme, count)
  expect(receipts.map(({ id, state }) => `${id} ${state}`).sort()).toEqual(ids.map((id) => `${id} DELIVRD`).sort())
  await scenario.daemon.stop()
  expect(esme.receipts).toHaveLength(count)
}

it('matches a receipt that comes before the answer', async () => {
  await sendAndExpectReceipts({ latencyMs: 150, receipts: { beforeResponse: true } })
})

it('matches a receipt in every form of id', async () => {
  await sendAndExpectReceipts({ idFormat: 'uuid' })
  await sendAndExpectReceipts(
    { idFormat: 'decimal', receipts: { idForm: 'hex', style: 'text' } },
    { receiptIds: { form: 'hex' } },
  )
  await sendAndExpectReceipts({ idFormat: 'hex', receipts: { idForm: 'decimal' } }, { receiptIds: { form: 'decimal' } })
  await sendAndExpectReceipts({ idFormat: 'hex', receipts: { idForm: 'decimal' } }, { receiptIds: { form: 'auto' } })
  await sendAndExpectReceipts({ idFormat: 'uuid', receipts: { style: 'tlv' } }, { receiptIds: { form: 'auto' } })
})

it('tells the sender once what the vendor tells twice', async () => {
  const { bind, vendor, daemon } = await startScenario({ vendors: [{ receipts: { duplicate: true } }] })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === 2, 'two receipts taken by the switch')
  const second = await esme.submit(message)
  await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === 4, 'four receipts taken by the switch')
  await receiptsOf(esme, 2)
  expect(esme.receipts.map(({ id }) => id)).toEqual([messageId, second.messageId])
  const of = (outcome: string): Promise<number> => daemon.metric('smswitch_vendor_receipts_total', { outcome })
  expect(await of('matched')).toBe(2)
  expect((await of('duplicate')) + (await of('parked'))).toBe(2)
})

it('is not closed by a step on the way, nor by its repetition', async () => {
  const vendor = await startHandVendor()
  const { bind } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const pending = esme.submit({ ...message, registeredDelivery: 0x11 })
  await vendor.submits(1)
  vendor.answer(0, { message_id: 'A1' })
  const { messageId } = await pending
  expect(await vendor.deliver(0, 'A1', 'ENROUTE')).toBe(0)
  expect(await vendor.deliver(0, 'A1', 'ENROUTE')).toBe(0)
  expect(await vendor.deliver(0, 'A1', 'UNDELIV')).toBe(0)
  expect(await vendor.deliver(0, 'A1', 'DELIVRD')).toBe(0)
  await receiptsOf(esme, 2)
  expect(esme.receipts.map(({ id, state }) => [id, state])).toEqual([
    [messageId, 'ENROUTE'],
    [messageId, 'UNDELIV'],
  ])
})

it('takes a receipt of any shape, and refuses what is none', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    ids.push((await esme.submit(message)).messageId)
    await vendor.submits(i + 1)
    vendor.answer(i, { message_id: `B${i}` })
  }
  const text = (short_message: string) => ({ short_message, receipted_message_id: undefined, message_state: undefined })
  await vendor.deliver(
    0,
    '',
    'DELIVRD',
    text('id:B0 sub:1 dlvrd:1 submit date:261122125930 done date:261122130001 stat:DELIVRD err:0 Text:'),
  )
  await vendor.deliver(1, '', 'DELIVRD', text('id:B1 stat:EXPIRED'))
  await vendor.deliver(2, 'B2', 'REJECTD', { short_message: '' })
  await vendor.deliver(3, 'B3', 'DELIVRD', { esm_class: 0x24 })
  expect(await vendor.deliver(4, 'B4', 'DELETED', {}, 'data_sm')).toBe(0)
  await receiptsOf(esme, 5)
  expect(esme.receipts.map(({ id, state }) => [id, state])).toEqual([
    [ids[0], 'DELIVRD'],
    [ids[1], 'EXPIRED'],
    [ids[2], 'REJECTD'],
    [ids[3], 'DELIVRD'],
    [ids[4], 'DELETED'],
  ])
  expect(await vendor.deliver(0, '', 'DELIVRD', { esm_class: 0, ...text('hello from a phone') })).toBe(0x66)
  expect(await vendor.deliver(0, '', 'DELIVRD', text('nothing of Appendix B'))).toBe(0)
  expect(await daemon.metric('smswitch_vendor_receipts_total', { outcome: 'unreadable' })).toBe(1)
})

it('asks always or never, and makes the receipt itself where the vendor gives none', async () => {
  const never = await startScenario({ connections: [{ requestReceipt: 'never' }] })
  const esme = await never.bind()
  const { messageId } = await esme.submit(message)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
  expect(never.vendor.received[0]!.registeredDelivery).toBe(0)
  expect(never.vendor.stats.receiptsOk).toBe(0)

  const always = await startScenario({ connections: [{ requestReceipt: 'always' }] })
  const other = await always.bind()
  await other.submit({ ...message, registeredDelivery: 0 })
  await when(always.vendor.events, 'receipt', () => always.vendor.stats.receiptsOk === 1, 'the receipt to be taken')
  expect(other.receipts).toHaveLength(0)
})

it('sends over a transmitter and takes receipts from the receiver beside it', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({
    vendors: [],
    handVendors: [vendor],
    connections: [{ bindMode: 'transmitterReceiver' }],
  })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  await vendor.submits(1)
  vendor.answer(0, { message_id: 'C1' })
  await daemon.metricWhen((value) => value >= 2, 'smswitch_sessions', { edge: 'vendor' })
  expect([...vendor.binds].sort()).toEqual(['bind_receiver', 'bind_transmitter'])
  expect(await vendor.deliver(0, 'C1', 'DELIVRD')).toBe(0)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
})

it('an intermediate notification in words that nobody knows is a step on the way, not the end', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const { messageId } = await esme.submit({ ...message, registeredDelivery: 0x11 })
  await vendor.submits(1)
  vendor.answer(0, { message_id: 'N1' })
  const unknownWord = 'id:N1 sub:001 dlvrd:000 submit date:2501010000 done date:2501010000 stat:BSYTRY err:000 text:'
  const notification = { esm_class: 0x20, short_message: unknownWord, message_state: undefined }
  expect(await vendor.deliver(0, 'N1', 'ENROUTE', notification)).toBe(0)
  expect(await vendor.deliver(0, 'N1', 'DELIVRD')).toBe(0)
  const receipts = await receiptsOf(esme, 2)
  expect(receipts.map(({ id, state }) => [id, state])).toEqual([
    [messageId, 'ENROUTE'],
    [messageId, 'DELIVRD'],
  ])
  // Steps on the way are no ends.
  expect(await daemon.metric('smswitch_messages_final_total')).toBe(1)
})
