// Whose phones are whose, as a vendor's receipts say it: the next message waits for that carrier, over kill -9 too.
import smpp from 'smpp'
import { expect, it } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { startHandVendor, type HandVendor } from './hand-vendor.js'
import { startScenario } from './scenario.js'
import { registry } from './three-campaigns.js'

smpp.addTLV('vendor_network', { id: 0x1403, type: smpp.types.tlv.string })

const source = '12025550101'
const [byCode, byName, unknown, early] = ['13125550101', '13125550102', '13125550103', '13125550104']

/** A message to the phone, and a receipt that says this of it. */
async function taught(esme: SimEsme, vendor: HandVendor, destination: string, network: string): Promise<void> {
  const index = vendor.count
  const pending = esme.submit({ source, destination, text: 'hello', registeredDelivery: 1 })
  await vendor.submits(index + 1)
  vendor.answer(index, { message_id: `id-${index}` })
  expect((await pending).status).toBe(0)
  expect(await vendor.deliver(index, `id-${index}`, 'DELIVRD', { vendor_network: network })).toBe(0)
}

it('receipts teach whose phone it is; what they taught outlives kill -9, and what nobody knows is counted', async () => {
  const vendor = await startHandVendor()
  const overrides = { verizon: { mps: 0.25 }, att: { mps: 0.25, tpm: 15 }, uscellular: { mps: 0.25 } }
  const scenario = await startScenario({
    vendors: [],
    handVendors: [vendor],
    connections: [{ networkTlv: { tag: '0x1403', names: { 'AT&T Mobility': 'att', 41: 'uscellular' } } }],
    more: registry([{ id: 'C1', numbers: [source], overrides }]),
  })
  const { bind } = scenario
  const waiting = (carrier: string) => ({ campaign: 'C1', carrier }) as const
  let esme = await bind()
  await taught(esme, vendor, byCode, '311-480')
  await taught(esme, vendor, byName, 'at&t mobility')
  // It comes before its answer, and is answered when it is parked.
  const index = vendor.count
  const pending = esme.submit({ source, destination: early, text: 'early', registeredDelivery: 1 })
  await vendor.submits(index + 1)
  expect(await vendor.deliver(index, 'early', 'DELIVRD', { vendor_network: '41' })).toBe(0)
  vendor.answer(index, { message_id: 'early' })
  expect((await pending).status).toBe(0)
  await taught(esme, vendor, unknown, 'Nobody Mobile')
  await scenario.daemon.logged('receipts.networkUnknown', ({ network }) => network === 'Nobody Mobile')
  const told = (outcome: string) =>
    scenario.daemon.metric('smswitch_receipt_networks_total', { connection: 'v1-1', outcome })
  expect([await told('known'), await told('unknown')]).toEqual([3, 1])
  expect(await scenario.daemon.metric('smswitch_learned_phones')).toBe(3)

  await scenario.restart('SIGKILL')
  expect(await scenario.daemon.metric('smswitch_learned_phones')).toBe(3)
  esme = await bind()
  const carriers = { [byCode]: 'verizon', [byName]: 'att', [early]: 'uscellular', [unknown]: 'unknown' }
  for (const destination of Object.keys(carriers))
    for (const text of ['one', 'two']) expect((await esme.submit({ source, destination, text })).status).toBe(0)
  for (const carrier of Object.values(carriers))
    await scenario.daemon.metricWhen((value) => value >= 1, 'smswitch_limited_waiting_segments', waiting(carrier))
}, 60_000)
