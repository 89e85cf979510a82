// SIP users through the real daemon: they register, send to numbers and to each other, and get what comes for them.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { writeImdnMessage } from '../../src/sip/imdn.js'
import { startHandVendor } from './hand-vendor.js'
import { payIn, readBooks } from './books.js'
import { accountRow, receiptsOf, startScenario, submitsAt } from './scenario.js'
import { cpimText, domain, noticeIn, Phone, sipAccount, sipScenario, smsDomain } from './sip-phone.js'
import { latinText, partsOf } from './texts.js'
import { when } from './waiting.js'

const CENT = 10_000
/** That is the same after a restart; below those that the system gives away. */
const anyPort = (): number => 20_000 + Math.floor(Math.random() * 12_000)
const alice = sipAccount('alice', { numbers: ['12025550101'] })
const bob = sipAccount('bob', { numbers: ['12025550102'] })
const mobile = '+447700900123'

/** What a customer pays on-net and elsewhere. */
const sold = {
  tariffs: [
    {
      id: 'retail',
      rates: [
        { destination: 'ONNET', price: '0.01' },
        { prefix: '', price: '0.03' },
      ],
    },
  ],
  more: {
    currency: 'EUR',
    customers: [{ id: 'acme-inc' }],
    products: [{ id: 'retail', tariff: 'retail' }],
  },
}
const buys = { customer: 'acme-inc', product: 'retail' }

it.each(['udp', 'tcp'] as const)(
  'registers over %s with a password, tells where, and takes it back',
  async (transport) => {
    const { daemon } = await startScenario(sipScenario({ accounts: [alice] }))
    const phone = await Phone.start({ user: 'alice', transport, daemon })
    const registered = await phone.register(600)
    expect(registered.status).toBe(200)
    expect(registered.fields.find(({ name }) => name === 'contact')?.value).toContain(phone.contact)
    await daemon.metricWhen((n) => n === 1, 'smswitch_sip_users_registered')
    expect(await daemon.metric('smswitch_sip_bindings', { transport })).toBe(1)
    expect((await phone.register(0)).status).toBe(200)
    await daemon.metricWhen((n) => n === 0, 'smswitch_sip_users_registered')
  },
)

it('sends a message to a number through a vendor, and tells the phone that it was delivered', async () => {
  const { daemon, vendor } = await startScenario(sipScenario({ accounts: [alice] }))
  const phone = await Phone.start({ user: 'alice', daemon })
  expect((await phone.register()).status).toBe(200)
  const sent = await phone.send(mobile, cpimText('m1', 'hello, привет'), { type: 'message/cpim' })
  expect(sent.status).toBe(202)
  await submitsAt(vendor, 1)
  expect(vendor.received[0]).toMatchObject({
    source: '12025550101',
    destination: '447700900123',
    text: 'hello, привет',
  })
  await phone.came(1)
  expect(noticeIn(phone.got[0]!)).toEqual({ messageId: 'm1', status: 'delivered' })
})

it('brings 190 characters in two parts from a vendor to the phone as one MESSAGE, charged for two', async () => {
  const hand = await startHandVendor()
  const scenario = await startScenario(
    sipScenario({
      vendors: [],
      handVendors: [hand],
      accounts: [sipAccount('alice', { numbers: ['12025550101'], ...buys })],
      ...sold,
      connections: [{ tariff: 'costs' }],
      tariffs: [...sold.tariffs, { id: 'costs', rates: [{ destination: 'MO', price: '0.01' }] }],
      prepare: (data) => payIn(data, 'acme-inc', 10 * CENT),
    }),
  )
  await hand.bound(1)
  const phone = await Phone.start({ user: 'alice', daemon: scenario.daemon })
  expect((await phone.register()).status).toBe(200)
  const text = latinText(190)
  const addresses = {
    ...{ source_addr: '447700900123', source_addr_ton: 1, source_addr_npi: 1 },
    ...{ destination_addr: '12025550101', dest_addr_ton: 1, dest_addr_npi: 1 },
  }
  for (const part of partsOf(text, 'udh8', 7)) {
    expect((await hand.mo({ ...addresses, ...part })).command_status).toBe(0)
  }
  await phone.came(1)
  expect(phone.got[0]).toMatchObject({ text, from: `sip:${mobile}@${domain}`, type: 'text/plain' })
  await scenario.daemon.metricWhen((n) => n === 1, 'smswitch_mo_ends_total', { outcome: 'delivered' })
  expect(phone.got).toHaveLength(1)
  await scenario.daemon.stop()
  const { records } = await readBooks(scenario.data, 'acme-inc')
  // The vendor brought two, and is paid for two; who gets a message pays nothing.
  const charged = records.map(({ direction, state, part, amount, vendorAmount }) => ({
    ...{ direction, state, part, amount, vendorAmount },
  }))
  const each = { direction: 'mo', state: 'DELIVERED', amount: 0, vendorAmount: CENT }
  expect(charged).toEqual([
    { ...each, part: 1 },
    { ...each, part: 2 },
  ])
})

it('keeps messages for a user without a phone, also over a restart, and hands them over in order when one registers', async () => {
  const scenario = await startScenario(sipScenario({ accounts: [alice, bob] }))
  const sender = await Phone.start({ user: 'alice', daemon: scenario.daemon })
  for (const text of ['one', 'two', 'three']) {
    expect((await sender.send('bob', text, { domain })).status).toBe(202)
  }
  expect(await scenario.daemon.metric('smswitch_sip_offline_users')).toBe(1)
  await scenario.restart('SIGKILL')
  const again = await Phone.start({ user: 'alice', daemon: scenario.daemon })
  expect((await again.send('+12025550102', 'four')).status).toBe(202)
  const phone = await Phone.start({ user: 'bob', daemon: scenario.daemon })
  expect((await phone.register()).status).toBe(200)
  await phone.came(4)
  expect(phone.texts).toEqual(['one', 'two', 'three', 'four'])
  expect(phone.got[0]!.from).toBe(`sip:alice@${domain}`)
})

it('knows phones that registered over UDP after a restart, and those over connections no more', async () => {
  const port = anyPort()
  const set = { 'sip.listeners': `udp://127.0.0.1:${port} tcp://127.0.0.1:${port}` }
  const scenario = await startScenario(sipScenario({ accounts: [alice, bob], set }))
  const overUdp = await Phone.start({ user: 'alice', daemon: scenario.daemon })
  const overTcp = await Phone.start({ user: 'bob', transport: 'tcp', daemon: scenario.daemon })
  expect([(await overUdp.register()).status, (await overTcp.register()).status]).toEqual([200, 200])
  await scenario.restart('SIGKILL')
  const sender = await Phone.start({ user: 'bob', daemon: scenario.daemon })
  expect((await sender.send('alice', 'still there?', { domain })).status).toBe(202)
  await overUdp.came(1)
  expect(overUdp.texts).toEqual(['still there?'])
  expect(await scenario.daemon.metric('smswitch_sip_users_registered')).toBe(1)
})

it('takes a message of an ESME to a SIP user, with a receipt when his phone has it', async () => {
  const { daemon, bind } = await startScenario(sipScenario({ accounts: [bob], account: { domain: smsDomain } }))
  const phone = await Phone.start({ user: 'bob', daemon })
  await phone.register()
  const esme = await bind()
  const answer = await esme.submit({
    ...{ source: '12025550100', destination: '12025550102', text: 'from a program', registeredDelivery: 1 },
  })
  expect(answer.status).toBe(0)
  const [receipt] = await receiptsOf(esme, 1)
  expect(receipt).toMatchObject({ id: answer.messageId, state: 'DELIVRD' })
  expect(phone.texts).toEqual(['from a program'])
})

it('charges who sends on-net once the phone has it, and gives back what a phone refuses for good', async () => {
  const carol = sipAccount('carol', buys)
  const scenario = await startScenario(
    sipScenario({ accounts: [carol, bob], ...sold, prepare: (data) => payIn(data, 'acme-inc', 10 * CENT) }),
  )
  const { daemon } = scenario
  const phone = await Phone.start({ user: 'bob', daemon })
  phone.answers = ({ text }) => (text === 'no' ? 603 : 200)
  await phone.register()
  const sender = await Phone.start({ user: 'carol', daemon })
  await sender.register()
  expect((await sender.send('bob', cpimText('yes-1', 'yes'), { type: 'message/cpim', domain })).status).toBe(202)
  expect((await sender.send('bob', cpimText('no-1', 'no'), { type: 'message/cpim', domain })).status).toBe(202)
  await sender.came(2)
  expect(sender.got.map(noticeIn)).toEqual([
    { messageId: 'yes-1', status: 'delivered' },
    { messageId: 'no-1', status: 'forbidden' },
  ])
  await daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: CENT })
  expect(records.map(({ state, amount }) => [state, amount])).toEqual([
    ['DELIVERED', CENT],
    ['REJECTED', 0],
  ])
})

it('sends to all phones of a user, and to the one that is there when the other is not', async () => {
  const { daemon } = await startScenario(sipScenario({ accounts: [alice, bob] }))
  const phones = [
    await Phone.start({ user: 'bob', daemon }),
    await Phone.start({ user: 'bob', transport: 'tcp', daemon }),
  ]
  for (const phone of phones) expect((await phone.register()).status).toBe(200)
  const sender = await Phone.start({ user: 'alice', daemon })
  await sender.send('bob', 'to both', { domain })
  for (const phone of phones) await phone.came(1)
  await phones[1]!.close()
  await daemon.metricWhen((n) => n === 1, 'smswitch_sip_bindings', {})
  await sender.send('bob', 'to one', { domain })
  await phones[0]!.came(2)
  expect(phones.map(({ texts }) => texts)).toEqual([['to both', 'to one'], ['to both']])
})

it('gives an account that binds and registers what comes for it on its phone, else over SMPP', async () => {
  const both = { ...accountRow('bob', { numbers: ['12025550102'] }), ...sipAccount('bob') }
  const { daemon, bind } = await startScenario(
    sipScenario({ accounts: [alice, { ...both, numbers: ['12025550102'] }] }),
  )
  const sender = await Phone.start({ user: 'alice', daemon })
  const esme = await bind({ systemId: 'bob' })
  await sender.send('bob', 'over SMPP', { domain })
  await when(esme.events, 'mo', () => esme.mo.length > 0, 'the message at the ESME')
  const phone = await Phone.start({ user: 'bob', daemon })
  await phone.register()
  await sender.send('bob', 'over SIP', { domain })
  await phone.came(1)
  expect([esme.mo.map(({ text }) => text), phone.texts]).toEqual([['over SMPP'], ['over SIP']])
})

it('takes messages of a SIP peer by its address, for whoever has the number', async () => {
  const peer = { id: 'peer-1', type: 'sip', direction: 'from', host: '127.0.0.1', tariff: 'all' }
  const { daemon, bind } = await startScenario(
    sipScenario({
      vendors: [],
      accounts: [bob],
      account: { numbers: ['12025550100'] },
      more: { vendors: [{ id: 'peer', connections: [peer] }] },
    }),
  )
  const esme = await bind()
  const phone = await Phone.start({ user: 'bob', daemon })
  await phone.register()
  const sender = await Phone.start({ user: 'peer', daemon })
  const from = `sip:${mobile}@peer.example.com`
  const statusOf = async (to: string): Promise<number> =>
    (await sender.send(to, `to ${to}`, { from, isPlain: true })).status
  expect([await statusOf('+12025550100'), await statusOf('+12025550102')]).toEqual([202, 202])
  expect(await statusOf('+12025550199')).toBe(404)
  await phone.came(1)
  expect(phone.got[0]).toMatchObject({ from: `sip:${mobile}@${domain}`, text: 'to +12025550102' })
  await when(esme.events, 'mo', () => esme.mo.length > 0, 'the message at the ESME')
  expect(esme.mo[0]).toMatchObject({ source: mobile.slice(1), text: 'to +12025550100' })
})

it('forgets the phones of a user who is taken out of the directory', async () => {
  const { daemon, directory } = await startScenario(sipScenario({ accounts: [alice, bob] }))
  for (const user of ['alice', 'bob']) expect((await (await Phone.start({ user, daemon })).register()).status).toBe(200)
  const written = JSON.parse(readFileSync(directory, 'utf8')) as { accounts: { id: string }[] }
  const accounts = written.accounts.filter(({ id }) => id !== 'bob')
  writeFileSync(directory, JSON.stringify({ ...written, accounts }))
  process.kill(daemon.pid, 'SIGHUP')
  await daemon.metricWhen((n) => n === 1, 'smswitch_sip_users_registered')
})

it('stops in time though a phone does not answer, and has the message for it afterwards', async () => {
  const port = anyPort()
  const set = { 'sip.listeners': `udp://127.0.0.1:${port}` }
  const scenario = await startScenario(sipScenario({ accounts: [alice, bob], set }))
  const phone = await Phone.start({ user: 'bob', daemon: scenario.daemon })
  phone.answers = () => 0
  await phone.register()
  const sender = await Phone.start({ user: 'alice', daemon: scenario.daemon })
  expect((await sender.send('bob', 'hello', { domain })).status).toBe(202)
  await phone.came(1)
  phone.answers = () => 200
  await scenario.restart('SIGTERM')
  await phone.came(2)
  expect(phone.texts).toEqual(['hello', 'hello'])
})

it('tells a sender who asks once what became of his message, whatever the phones of the other say', async () => {
  const { daemon } = await startScenario(sipScenario({ accounts: [alice, bob] }))
  const sender = await Phone.start({ user: 'alice', daemon })
  const phones = [
    await Phone.start({ user: 'bob', daemon }),
    await Phone.start({ user: 'bob', transport: 'tcp', daemon }),
  ]
  for (const phone of [sender, ...phones]) expect((await phone.register()).status).toBe(200)
  const dateTime = '2026-11-22T12:00:00Z'
  const ownNotice = writeImdnMessage(
    { from: `<sip:bob@${domain}>`, to: `<sip:alice@${domain}>`, messageId: 'own', dateTime, recordRoutes: [] },
    {
      ...{ kind: 'delivery', status: 'delivered', messageId: 'm1', dateTime },
      ...{ recipientUri: `sip:bob@${domain}`, originalRecipientUri: '' },
    },
  )
  const sent = await sender.send('bob', cpimText('m1', 'hello'), { domain, type: 'message/cpim' })
  expect(sent.status).toBe(202)
  for (const phone of phones) {
    await phone.came(1)
    // Nothing in it asks for a notification.
    expect(phone.got[0]).toMatchObject({ text: 'hello', type: 'text/plain' })
    // It tells all the same.
    expect((await phone.send('alice', ownNotice, { domain, type: 'message/cpim' })).status).toBe(200)
  }
  await sender.came(1)
  expect(noticeIn(sender.got[0]!)).toEqual({ messageId: 'm1', status: 'delivered' })
  // What comes next is the next message: there is no second notification.
  expect((await phones[0]!.send('alice', 'and you?', { domain })).status).toBe(202)
  await sender.came(2)
  expect(sender.got[1]).toMatchObject({ text: 'and you?', type: 'text/plain' })
  await daemon.metricWhen((n) => n === 2, 'smswitch_imdn_total', { outcome: 'received' })
  expect(await daemon.metric('smswitch_imdn_total', { outcome: 'sent' })).toBe(1)
  // A plain text asks for nothing.
  await sender.send('bob', 'no notice', { domain })
  await phones[0]!.came(2)
  await phones[1]!.came(2)
  expect(await daemon.metric('smswitch_imdn_total', { outcome: 'sent' })).toBe(1)
})
