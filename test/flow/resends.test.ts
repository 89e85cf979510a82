// When the vendor refuses, throttles, is silent or gone: resends, their end, and what the sender is told.
import { expect, it } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { startHandVendor } from './hand-vendor.js'
import { receiptsOf, startScenario, submitsAt, vendorPassword } from './scenario.js'
import { when } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello world', registeredDelivery: 1 }

async function submitNumbered(esme: SimEsme, count: number): Promise<readonly string[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) => esme.submit({ ...message, text: `number ${i}` })),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 0))
  return answers.map(({ messageId }) => messageId)
}

it('reports a permanent refusal at once, by everybody’s list and by the connection’s own', async () => {
  const { bind, vendor, daemon } = await startScenario({
    vendors: [{ errors: [{ first: 1, status: 0x0b }] }],
    connections: [{ permanentCodes: ['ESME_RINVSRCTON', 0x400] }],
    set: { 'delivery.resendStepMs': 60_000 },
  })
  const esme = await bind()
  const first = await esme.submit(message)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: first.messageId, state: 'REJECTD' })
  vendor.configure({ errors: [{ everyNth: 1, status: 0x400 }] })
  const second = await esme.submit(message)
  expect((await receiptsOf(esme, 2))[1]).toMatchObject({ id: second.messageId, state: 'REJECTD' })
  expect(vendor.stats.submits).toBe(2)
  expect(await daemon.metric('smswitch_attempts_total', { connection: 'v1-1', outcome: 'permanent' })).toBe(2)
  expect(await daemon.metric('smswitch_resends_total')).toBe(0)
})

it('resends after a temporary refusal, each time later, and gives up after the last', async () => {
  const { bind, vendor, daemon } = await startScenario({
    vendors: [{ errors: [{ first: 2, status: 0x08 }] }],
    connections: [{ resend: { stepMs: 200, max: 3 } }],
  })
  const times: number[] = []
  vendor.events.on('submit', () => times.push(performance.now()))
  const esme = await bind()
  const first = await esme.submit(message)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: first.messageId, state: 'DELIVRD' })
  expect(times).toHaveLength(3)
  expect(times[1]! - times[0]!).toBeGreaterThan(190)
  expect(times[2]! - times[1]!).toBeGreaterThan(390)
  expect(await daemon.metric('smswitch_resends_total', { connection: 'v1-1' })).toBe(2)

  vendor.configure({ errors: [{ everyNth: 1, status: 0x45 }] })
  const second = await esme.submit(message)
  expect((await receiptsOf(esme, 2))[1]).toMatchObject({ id: second.messageId, state: 'UNDELIV' })
  expect(times).toHaveLength(3 + 4)
})

it('slows down when throttled: a resend, or with pauseLane a rest that keeps the order', async () => {
  const resending = await startScenario({ vendors: [{ errors: [{ first: 1, status: 0x58 }] }] })
  const esme = await resending.bind()
  await submitNumbered(esme, 3)
  await receiptsOf(esme, 3)
  expect(resending.vendor.stats).toMatchObject({ accepted: 3 })
  expect(await resending.daemon.metric('smswitch_resends_total')).toBe(resending.vendor.stats.refused)

  const pausing = await startScenario({
    vendors: [{ errors: [{ everyNth: 7, status: 0x58 }] }],
    connections: [{ onThrottle: 'pauseLane', window: 1 }],
  })
  const other = await pausing.bind()
  await submitNumbered(other, 20)
  await receiptsOf(other, 20)
  const taken = pausing.vendor.received.filter(({ status }) => status === 0).map(({ text }) => text)
  expect(taken).toEqual(Array.from({ length: 20 }, (_, i) => `number ${i}`))
  expect(pausing.vendor.stats.refused).toBe(3)
  expect(await pausing.daemon.metric('smswitch_resends_total')).toBe(0)
})

it('sends again what was in flight when the link broke, and nothing else', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const ids = await submitNumbered(esme, 10)
  await vendor.submits(10)
  for (let i = 0; i < 4; i++) vendor.answer(i, { message_id: `E${i}` })
  await daemon.metricWhen((value) => value === 4, 'smswitch_attempts_total', { outcome: 'sent' })
  vendor.dropLinks()
  await vendor.submits(16)
  const texts = vendor.submitted.map((pdu) => (pdu['short_message'] as { readonly message: string }).message)
  expect([...texts.slice(10)].sort()).toEqual([...texts.slice(4, 10)].sort())
  for (let i = 10; i < 16; i++) vendor.answer(i, { message_id: `E${i}` })
  for (const i of [0, 1, 2, 3, 10, 11, 12, 13, 14, 15]) await vendor.deliver(i, `E${i}`, 'DELIVRD')
  const receipts = await receiptsOf(esme, 10)
  expect(new Set(receipts.map(({ id }) => id))).toEqual(new Set(ids))
  expect(vendor.count).toBe(16)
  expect(await daemon.metric('smswitch_resends_total', { connection: 'v1-1' })).toBe(6)
  expect(await daemon.logged('vendor.lost')).toMatchObject({ connection: 'v1-1', unanswered: 6 })
})

it('comes back to a vendor that was away, with what was accepted meanwhile', async () => {
  const { bind, vendor, daemon } = await startScenario()
  const esme = await bind()
  await submitNumbered(esme, 1)
  await receiptsOf(esme, 1)
  vendor.dropLinks()
  vendor.configure({ password: 'another' })
  await daemon.logged('vendor.bindFailed', ({ why }) => String(why).includes('ESME_RINVPASWD'))
  const refused = { edge: 'vendor', status: 'ESME_RINVPASWD' }
  expect(await daemon.metric('smswitch_bind_refusals_total', refused)).toBeGreaterThan(0)
  await submitNumbered(esme, 5)
  expect(await daemon.metric('smswitch_sessions', { edge: 'vendor', name: 'v1-1' })).toBe(0)
  expect(await daemon.metric('smswitch_queue_depth', { connection: 'v1-1' })).toBe(5)
  vendor.configure({ password: vendorPassword })
  await receiptsOf(esme, 6)
  expect(vendor.stats.submits).toBe(6)
  // No link up costs no try.
  expect(await daemon.metric('smswitch_resends_total')).toBe(0)
})

it('resends what a mute vendor never answers', async () => {
  const { bind, vendor } = await startScenario({ vendors: [{ mute: true }], set: { 'vendor.responseMs': 300 } })
  const esme = await bind()
  const [id] = await submitNumbered(esme, 1)
  await submitsAt(vendor, 2)
  vendor.configure({ mute: false })
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id, state: 'DELIVRD' })
})

it('fails what a mute vendor never answers, where the connection says so', async () => {
  const { bind, vendor } = await startScenario({
    vendors: [{ mute: true }],
    connections: [{ onUnanswered: 'fail' }],
    set: { 'vendor.responseMs': 300 },
  })
  const esme = await bind()
  const [id] = await submitNumbered(esme, 1)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id, state: 'UNKNOWN' })
  expect(vendor.stats.submits).toBe(1)
})

it('waits for the receipt of what was never answered, where the connection says so', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({
    vendors: [],
    handVendors: [vendor],
    // Longer than a receipt stays parked before it is taken for that of an unanswered one.
    connections: [{ onUnanswered: 'waitReceipt', waitReceiptMs: 4000 }],
    set: { 'vendor.responseMs': 300, 'receipts.parkedMs': 1000 },
  })
  const esme = await bind()
  const [first, second] = await submitNumbered(esme, 2)
  await vendor.submits(2)
  // Two to one phone: a receipt without an answer before it could be either's. One of them is answered late.
  await daemon.metricWhen((value) => value >= 2, 'smswitch_attempts_total', { outcome: 'unanswered' })
  vendor.answer(0, { message_id: 'late-1' })
  await vendor.deliver(0, 'late-1', 'DELIVRD')
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: first, state: 'DELIVRD' })
  // The other one is now the only one to that phone.
  expect(await vendor.deliver(1, 'never-answered', 'UNDELIV')).toBe(0)
  expect((await receiptsOf(esme, 2))[1]).toMatchObject({ id: second, state: 'UNDELIV' })
  // Without any receipt it is given up, and not sent again.
  const [third] = await submitNumbered(esme, 1)
  expect((await receiptsOf(esme, 3))[2]).toMatchObject({ id: third, state: 'UNKNOWN' })
  await vendor.submits(3)
  expect(vendor.count).toBe(3)
  expect(await daemon.metric('smswitch_resends_total')).toBe(0)
}, 60_000)

it('cancels a resend when the answer comes late', async () => {
  const { bind, vendor, daemon } = await startScenario({
    vendors: [{ latencyMs: 700 }],
    set: { 'vendor.responseMs': 300, 'delivery.resendStepMs': 60_000 },
  })
  const esme = await bind()
  const [id] = await submitNumbered(esme, 1)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id, state: 'DELIVRD' })
  expect(vendor.stats.submits).toBe(1)
  await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === 1, 'the receipt to be taken')
  expect(await daemon.metric('smswitch_attempts_total', { outcome: 'late' })).toBe(1)
})
