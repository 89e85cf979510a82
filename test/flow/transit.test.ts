// A customer that is an SMSC and that we bind to: what it delivers goes on to the vendors, and its account pays for it.
import { expect, it } from 'vitest'
import { payIn, readBooks } from './books.js'
import { startHandVendor, type HandVendor } from './hand-vendor.js'
import { startScenario, submitsAt, type Row, type Scenario, type ScenarioOptions } from './scenario.js'
import { latinText, markOf, partsOf } from './texts.js'

const status = { ok: 0, refused: 0x66 } as const
const CENT = 10_000
const addresses = { source_addr: 'Tidal', source_addr_ton: 5, destination_addr: '447700900123', dest_addr_ton: 1 }

interface Peering extends Scenario {
  /** The SMSC of the customer; bound to as `v2`. */
  readonly smsc: HandVendor
}

async function startPeering(paid: number, account: Row = {}, connection: Row = {}, other: Row = {}): Promise<Peering> {
  const smsc = await startHandVendor()
  const options: ScenarioOptions = {
    handVendors: [smsc],
    account: { customer: 'tidal', product: 'transit', numbers: ['12025550123'], ...account },
    connections: [other, { account: 'acme', tariff: 'none', ...connection }],
    tariffs: [
      { id: 'none', rates: [] },
      { id: 'sell', rates: [{ prefix: '44', price: '0.03' }] },
      { id: 'cheap', rates: ['44', '49'].map((prefix) => ({ prefix, price: '0.001' })) },
    ],
    more: { currency: 'EUR', customers: [{ id: 'tidal' }], products: [{ id: 'transit', tariff: 'sell' }] },
    prepare: (data) => payIn(data, 'tidal', paid),
  }
  const scenario = await startScenario(options)
  await smsc.bound(1)
  return Object.assign(scenario, { smsc })
}

it('sends on what it delivers, whole and in parts, charged to its account; nobody reports to it', async () => {
  const { smsc, vendor, daemon, data } = await startPeering(100 * CENT)
  const whole = await smsc.mo({ ...addresses, short_message: 'hello', registered_delivery: 1 })
  expect(whole.command_status).toBe(status.ok)
  for (const part of partsOf(latinText(190), 'udh8', 3))
    expect((await smsc.mo({ ...addresses, esm_class: 0x40, ...part })).command_status).toBe(status.ok)
  await submitsAt(vendor, 3)
  expect(vendor.received.map(({ source, destination }) => [source, destination])).toEqual(
    Array.from({ length: 3 }, () => ['Tidal', '447700900123']),
  )
  expect(vendor.received[0]).toMatchObject({ text: 'hello', registeredDelivery: 0 })
  expect(vendor.received.slice(1).map(({ pdu }) => [markOf(pdu)?.total, markOf(pdu)?.part])).toEqual([
    [2, 1],
    [2, 2],
  ])
  await daemon.metricWhen((value) => value === 9 * CENT, 'smswitch_money_micros_total', { move: 'charged' })
  await daemon.stop()
  const { books, records } = await readBooks(data, 'tidal')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 9 * CENT })
  expect(
    records.map(({ part, parts, direction, account, connection, amount }) => [
      ...[part, parts, direction, account, connection, amount],
    ]),
  ).toEqual([
    [1, 1, 'mt', 'acme', 'v1-1', 3 * CENT],
    [1, 2, 'mt', 'acme', 'v1-1', 3 * CENT],
    [2, 2, 'mt', 'acme', 'v1-1', 3 * CENT],
  ])
})

it('refuses what its account may not send or cannot pay, and takes messages to numbers of our own from it as ever', async () => {
  const { smsc, vendor, bind, daemon } = await startPeering(3 * CENT, { allowedDestinations: ['GB', 'US'] })
  const esme = await bind()
  const to = async (destination_addr: string): Promise<number> =>
    (await smsc.mo({ ...addresses, destination_addr, short_message: 'hello' })).command_status
  expect(await to('33612345678')).toBe(status.refused)
  expect(await to('12025550199')).toBe(status.refused)
  expect(await to('447700900123')).toBe(status.ok)
  expect(await to('447700900123')).toBe(status.refused)
  expect(await to('12025550123')).toBe(status.ok)
  await submitsAt(vendor, 1)
  await daemon.metricWhen((value) => value === 1, 'smswitch_mo_ends_total')
  expect(esme.mo.map(({ destination }) => destination)).toEqual(['12025550123'])
  await daemon.logged('vendor.moRefused', ({ why }) => String(why).startsWith('destinationNotAllowed'))
})

it('never sends back what it delivers, though nobody is cheaper', async () => {
  const { smsc, vendor, daemon } = await startPeering(3 * CENT, {}, { tariff: 'cheap' }, { tariff: 'sell' })
  const to = async (destination_addr: string): Promise<number> =>
    (await smsc.mo({ ...addresses, destination_addr, short_message: 'hello' })).command_status
  expect(await to('447700900123')).toBe(status.ok)
  await submitsAt(vendor, 1)
  expect(await to('491701234567')).toBe(status.refused)
  await daemon.logged('vendor.moRefused', ({ why }) => String(why).startsWith('routingLoop'))
  expect([smsc.count, vendor.stats.submits]).toEqual([0, 1])
})

it('sends on nothing for an account that is not active, nor what comes from a vendor that is no customer', async () => {
  const inactive = await startPeering(3 * CENT, { active: false })
  const message = { ...addresses, short_message: 'hello' }
  expect((await inactive.smsc.mo(message)).command_status).toBe(status.refused)
  const plain = await startPeering(3 * CENT, {}, { account: undefined })
  expect((await plain.smsc.mo(message)).command_status).toBe(status.refused)
})
