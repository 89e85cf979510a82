// Who may send: binds known by their address, accounts that come from theirs only, and what an account may send as and where to.
import { expect, it } from 'vitest'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw, submitFields } from './raw-esme.js'
import { accountRow, receiptsOf, startScenario, submitsAt } from './scenario.js'
import { latinText, partsOf, submitParts } from './texts.js'

const status = { ok: 0, systemError: 0x08, source: 0x0a, destination: 0x0b, password: 0x0e }
const message = { source: 'Acme', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('knows an ESME by its address alone, whatever it calls itself, and takes its messages', async () => {
  const { daemon, bind, vendor } = await startScenario({
    // One within the other: it is known in all of the wider one.
    accounts: [{ id: 'carrier', systemId: 'carrier', ipOnly: true, addresses: ['127.0.0.0/8', '127.0.0.0/32'] }],
  })
  for (const systemId of ['carrier', 'whoever', ''])
    expect(await (await connectRaw(daemon.smppPort)).bind('transceiver', { system_id: systemId, password: '?' })).toBe(
      0,
    )
  const esme = await bind({ systemId: 'whatever', password: 'wrong' })
  const { messageId } = await esme.submit(message)
  await submitsAt(vendor, 1)
  // Another account that comes from there is itself, by its password.
  const other = await connectRaw(daemon.smppPort)
  expect(await other.bind('transceiver', { password: 'wrong' })).toBe(status.password)
  const acme = await bind()
  expect((await acme.submit(message)).status).toBe(status.ok)
  expect(messageId).not.toBe('')
  await daemon.logged('esme.bound', (line) => line['account'] === 'acme')
  const accounts = daemon.log.filter(({ event }) => event === 'esme.bound').map((line) => line['account'])
  expect(accounts).toEqual(['carrier', 'carrier', 'carrier', 'carrier', 'acme'])
})

it('refuses an account that comes from elsewhere as it does a wrong password; the log says why', async () => {
  const { daemon, bind } = await startScenario({
    account: { addresses: ['192.0.2.0/24', '2001:db8::/32'] },
    accounts: [
      accountRow('here', { addresses: ['::ffff:127.0.0.1'] }),
      { id: 'carrier', systemId: 'carrier', ipOnly: true, addresses: ['198.51.100.7'] },
    ],
  })
  const statusOf = async (fields: Readonly<Record<string, string>>): Promise<number> =>
    (await connectRaw(daemon.smppPort)).bind('transceiver', fields)
  expect(await statusOf({})).toBe(status.password)
  expect(await statusOf({ password: 'wrong' })).toBe(status.password)
  expect(await statusOf({ system_id: 'carrier', password: '' })).toBe(status.password)
  expect(await statusOf({ system_id: 'nobody' })).toBe(status.password)
  await bind({ systemId: 'here' })
  await daemon.logged('esme.bound', (line) => line['account'] === 'here')
  const why = daemon.log.filter(({ event }) => event === 'esme.bindRefused').map((line) => line['why'])
  expect(why).toEqual([
    'account acme may not come from 127.0.0.1',
    'account acme may not come from 127.0.0.1',
    'account carrier may not come from 127.0.0.1',
    'wrong system_id or password',
  ])
})

const lists = { allowedSources: ['Acme', '4420*'], allowedDestinations: ['GB', '1555'] }

it('refuses what an account may not send as or where to, and nothing else', async () => {
  const { daemon, bind, vendor } = await startScenario({
    account: { ...lists, dialing: { calledIn: 's/^00//', callingIn: 's/^0/44/' } },
  })
  const esme = await bind()
  const tries: readonly (readonly [source: string, destination: string, expected: number])[] = [
    ['Acme', '447700900123', status.ok],
    ['Acme', '15551234567', status.ok],
    ['02079460000', '00447700900124', status.ok],
    ['Bank', '447700900123', status.source],
    ['447700900001', '447700900123', status.source],
    ['', '447700900123', status.source],
    ['Acme', '33612345678', status.destination],
    ['Acme', '0033612345678', status.destination],
    ['Acme', '40404', status.destination],
  ]
  for (const [source, destination, expected] of tries) {
    const answer = await esme.submit({ ...message, source, destination, fields: { dest_addr_ton: 0 } })
    expect([source, destination, answer.status]).toEqual([source, destination, expected])
  }
  await receiptsOf(esme, 3)
  expect(vendor.stats.submits).toBe(3)
  const refusals = (reason: string) => daemon.metric('smswitch_messages_refused_total', { edge: 'esme', reason })
  expect([await refusals('sourceNotAllowed'), await refusals('destinationNotAllowed')]).toEqual([3, 3])
})

it.each(['withheld', 'early'] as const)('refuses each part of such a message with one word (ack %s)', async (ack) => {
  const { bind, vendor, daemon } = await startScenario({ account: { ...lists, multipart: { ack } } })
  const esme = await bind()
  const parts = partsOf(latinText(300), 'udh8', 3)
  const sent = (source_addr: string, destination_addr: string) =>
    submitParts(
      esme,
      parts.map((part) => ({ ...part, source_addr, destination_addr, source_addr_ton: 5 })),
    )
  const spoofed = await sent('Bank', '447700900123')
  const abroad = await sent('Acme', '33612345678')
  expect([...spoofed, ...abroad].map((answer) => answer.status)).toEqual(new Array(4).fill(status.systemError))
  expect(vendor.stats.submits).toBe(0)
  expect(await daemon.metric('smswitch_reassembly_sets')).toBe(0)
  expect((await sent('Acme', '447700900123')).map((answer) => answer.status)).toEqual([status.ok, status.ok])
  await receiptsOf(esme, 2)
})

it('refuses messages from phones over a connection that only takes', async () => {
  const hand = await startHandVendor()
  await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: ['12025550100'] },
    connections: [{ direction: 'to' }],
  })
  await hand.bound(1)
  const { source_addr: source, destination_addr: destination, ...rest } = submitFields()
  const mo = await hand.mo({ ...rest, source_addr: destination, destination_addr: source })
  expect(mo.command_status).toBe(0x66)
})
