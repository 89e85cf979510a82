// Links to vendors that are slow to come, end, break the protocol or come back: the switch returns, and loses nothing.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { startSimVendor } from '../../src/sim/vendor.js'
import { startHandVendor } from './hand-vendor.js'
import { accountRow, receiptsOf, startScenario, submitsAt, vendorPassword } from './scenario.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('returns to a vendor that was restarted, also when the switch was restarted meanwhile', async () => {
  const scenario = await startScenario()
  const { vendor } = scenario
  const sender = await scenario.bind({ bind: 'tx' })
  await sender.submit({ ...message, text: 'before' })
  await submitsAt(vendor, 1)
  await vendor.stop()
  await scenario.daemon.logged('vendor.lost')
  await sender.submit({ ...message, text: 'meanwhile' })
  const { daemon } = scenario
  await daemon.metricWhen((value) => value > 0, 'smswitch_queue_age_seconds', { connection: 'v1-1' })
  await scenario.restart('SIGTERM')
  expect(await scenario.daemon.metric('smswitch_queue_depth', { connection: 'v1-1' })).toBe(1)
  const again = await startSimVendor({ port: vendor.port, systemId: 'switch', password: vendorPassword })
  onTestFinished(() => again.stop())
  await submitsAt(again, 1)
  expect(again.received.map(({ text }) => text)).toEqual(['meanwhile'])
})

it('answers a vendor’s unbind, comes back, and goes on', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  await vendor.submits(1)
  const [answer] = await vendor.unbind()
  expect(answer).toMatchObject({ command: 'unbind_resp', command_status: 0 })
  await daemon.logged('vendor.lost')
  // The submit was never answered.
  await vendor.submits(2)
  vendor.answer(1, { message_id: 'F1' })
  expect(await vendor.deliver(1, 'F1', 'DELIVRD')).toBe(0)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
})

it('hangs up on a vendor that sends garbage, and comes back', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  await vendor.bound(1)
  vendor.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await vendor.bound(2)
  await daemon.logged('vendor.protocolError')
  await esme.submit(message)
  await vendor.submits(1)
  vendor.answer(0, { message_id: 'G1' })
})

it('takes generic_nack for a temporary refusal, and an answer without an id for the last that will be known', async () => {
  const vendor = await startHandVendor()
  const { bind } = await startScenario({ vendors: [], handVendors: [vendor] })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  await vendor.submits(1)
  vendor.nack(0, 0x08)
  await vendor.submits(2)
  vendor.answer(1, { message_id: '' })
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
})

it('is ready, takes messages and stops in time though a vendor never answers its bind', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined).resume())
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const { bind, daemon } = await startScenario({
    vendors: [],
    handVendors: [{ port }],
    set: { 'vendor.bindMs': 200, 'vendor.connectMs': 200, 'stop.graceMs': 10_000 },
  })
  const esme = await bind()
  expect((await esme.submit(message)).status).toBe(0)
  const line = await daemon.logged('vendor.bindFailed')
  expect(line['nextTryMs']).toBeGreaterThan(0)
  const startedMs = performance.now()
  await daemon.stop()
  // Far less than the grace that answers would be given.
  expect(performance.now() - startedMs).toBeLessThan(2500)
})

it('keeps to a rate of less than one a second', async () => {
  const { bind, vendor } = await startScenario({ connections: [{ messagesPerSecond: 0.5 }] })
  const esme = await bind()
  const atMs: number[] = []
  vendor.events.on('submit', () => atMs.push(performance.now()))
  await Promise.all([esme.submit(message), esme.submit(message)])
  await submitsAt(vendor, 2)
  expect(atMs[1]! - atMs[0]!).toBeGreaterThan(1900)
  expect(atMs[1]! - atMs[0]!).toBeLessThan(3500)
})

it('lets an account send at its own pace, and holds up nobody else', async () => {
  const { bind, vendor } = await startScenario({
    account: { messagesPerSecond: 2 },
    accounts: [accountRow('other')],
  })
  const [slow, other] = [await bind(), await bind({ systemId: 'other' })]
  const atMs = new Map<string, number[]>()
  vendor.events.on('submit', ({ source }) => atMs.set(source, [...(atMs.get(source) ?? []), performance.now()]))
  await Promise.all([1, 2, 3, 4].map(() => slow.submit({ ...message, source: '1001' })))
  await Promise.all([1, 2, 3, 4].map(() => other.submit({ ...message, source: '1002' })))
  await submitsAt(vendor, 8)
  const paced = atMs.get('1001')!
  // Two at once, then one each half second.
  expect(paced[3]! - paced[0]!).toBeGreaterThan(900)
  const free = atMs.get('1002')!
  expect(free[3]! - free[0]!).toBeLessThan(500)
})
