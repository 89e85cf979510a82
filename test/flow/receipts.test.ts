// From the submit to its receipt: binds of all modes, what was asked for, and receipts that wait for a receiver.
import { expect, it } from 'vitest'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw } from './raw-esme.js'
import { receiptsOf, startScenario, submitsAt } from './scenario.js'
import { when } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello world', registeredDelivery: 1 }

it('submits over a transceiver and gets the receipt with its text and its TLVs', async () => {
  const { bind, vendor } = await startScenario()
  const esme = await bind()
  const answer = await esme.submit({ ...message, fields: { user_message_reference: 4711 } })
  expect(answer.status).toBe(0)
  expect(answer.messageId).not.toBe('')
  const [receipt] = await receiptsOf(esme, 1)
  expect(receipt).toMatchObject({
    id: answer.messageId,
    state: 'DELIVRD',
    source: message.destination,
    destination: message.source,
  })
  const { pdu } = receipt!
  expect(pdu).toMatchObject({
    esm_class: 4,
    receipted_message_id: answer.messageId,
    message_state: 2,
    user_message_reference: 4711,
    source_addr_ton: 1,
    dest_addr_ton: 1,
  })
  const text = (pdu['short_message'] as { readonly message: string }).message
  expect(text).toMatch(
    new RegExp(
      `^id:${answer.messageId} sub:001 dlvrd:001 submit date:\\d{10} done date:\\d{10} stat:DELIVRD err:000 text:hello world$`,
      'i',
    ),
  )
  expect(vendor.received).toHaveLength(1)
  expect(vendor.received[0]).toMatchObject({
    source: message.source,
    destination: message.destination,
    text: message.text,
  })
  expect(vendor.received[0]!.pdu['user_message_reference']).toBe(4711)
})

it('submits over a transmitter and gets the receipt on the receiver, or on any other bind that receives', async () => {
  const { bind, daemon } = await startScenario()
  const pair = await bind({ bind: 'tx+rx' })
  for (const mode of ['transmitter', 'receiver'])
    expect(await daemon.metric('smswitch_sessions', { edge: 'esme', name: 'acme', mode })).toBe(1)
  const { messageId } = await pair.submit(message)
  const [receipt] = await receiptsOf(pair, 1)
  expect(receipt).toMatchObject({ id: messageId, state: 'DELIVRD' })
  await pair.stop()

  const sender = await bind({ bind: 'tx' })
  const other = await bind({ bind: 'trx' })
  const second = await sender.submit(message)
  expect((await receiptsOf(other, 1))[0]!.id).toBe(second.messageId)
  expect(sender.receipts).toHaveLength(0)
})

it('keeps receipts while nobody receives and hands them over in order, also after SIGTERM and SIGKILL', async () => {
  const scenario = await startScenario()
  const { vendor } = scenario
  const ids: string[] = []
  const sendFive = async (): Promise<void> => {
    const sender = await scenario.bind({ bind: 'tx' })
    for (let i = 0; i < 5; i++) ids.push((await sender.submit(message)).messageId)
    await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === ids.length, 'receipts taken by the switch')
    await sender.stop()
  }
  await sendFive()
  expect(await scenario.daemon.metric('smswitch_receipts_waiting', { account: 'acme' })).toBe(5)
  await scenario.restart('SIGTERM')
  await sendFive()
  await scenario.restart('SIGKILL')
  await sendFive()
  const receiver = await scenario.bind({ bind: 'rx' })
  await receiptsOf(receiver, 15)
  expect(receiver.receipts.map(({ id }) => id)).toEqual(ids)
  await receiver.stop()
  // What was taken is not handed out again.
  await scenario.restart('SIGTERM')
  const again = await scenario.bind()
  const { messageId } = await again.submit(message)
  await receiptsOf(again, 1)
  expect(again.receipts.map(({ id }) => id)).toEqual([messageId])
})

it('gives receipts to whom they were asked for: all, failures only, none, steps on the way', async () => {
  const { bind, vendor } = await startScenario({
    vendors: [{ receipts: { outcomes: { 'ENROUTE+DELIVRD': 1 } } }],
    connections: [{ requestReceipt: 'always' }],
  })
  const esme = await bind()
  const submit = (registeredDelivery: number): Promise<{ readonly messageId: string }> =>
    esme.submit({ ...message, registeredDelivery })
  const none = await submit(0)
  const failures = await submit(2)
  const finals = await submit(1)
  const steps = await submit(0x11)
  await receiptsOf(esme, 3)
  const states = (id: string): readonly string[] =>
    esme.receipts.filter((receipt) => receipt.id === id).map(({ state }) => state)
  expect(states(none.messageId)).toEqual([])
  expect(states(failures.messageId)).toEqual([])
  expect(states(finals.messageId)).toEqual(['DELIVRD'])
  expect(states(steps.messageId)).toEqual(['ENROUTE', 'DELIVRD'])
  expect(esme.receipts.find(({ state }) => state === 'ENROUTE')!.pdu['esm_class']).toBe(0x20)

  vendor.configure({ receipts: { outcomes: { UNDELIV: 1 } } })
  const failed = await submit(2)
  const failedUnasked = await submit(0)
  await receiptsOf(esme, 4)
  expect(states(failed.messageId)).toEqual(['UNDELIV'])
  expect(states(failedUnasked.messageId)).toEqual([])
  await submitsAt(vendor, 6)
  expect(vendor.received.map(({ registeredDelivery }) => registeredDelivery)).toEqual([1, 1, 1, 0x11, 1, 1])
})

it('asks the vendor for every final state when the sender asked for any report', async () => {
  const { bind, vendor } = await startScenario()
  const esme = await bind()
  for (const registeredDelivery of [0, 1, 2, 3, 0x10, 0x11]) await esme.submit({ ...message, registeredDelivery })
  await submitsAt(vendor, 6)
  expect(vendor.received.map(({ registeredDelivery }) => registeredDelivery)).toEqual([0, 1, 1, 1, 0x11, 0x11])
  await receiptsOf(esme, 3)
})

it('knows of a delivery that its sender did not ask to be told of', async () => {
  const hand = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [hand] })
  const esme = await bind()
  const { messageId: message_id } = await esme.submit({ ...message, registeredDelivery: 2 })
  const { messageId: told } = await esme.submit(message)
  await hand.submits(2)
  for (const i of [0, 1]) hand.answer(i, { message_id: `v${i}` })
  for (const i of [0, 1]) expect(await hand.deliver(i, `v${i}`, 'DELIVRD')).toBe(0)
  await receiptsOf(esme, 1)
  expect(esme.receipts.map(({ id }) => id)).toEqual([told])
  const raw = await connectRaw(daemon.smppPort)
  expect(await raw.bind()).toBe(0)
  const delivered = 2
  expect(await raw.ask('query_sm', { message_id, source_addr: message.source })).toMatchObject({
    command_status: 0,
    message_state: delivered,
  })
})
