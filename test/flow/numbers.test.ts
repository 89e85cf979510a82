// Numbers as each peer writes them: E.164 inside, the vendor's form towards it, and what the sender wrote in its receipts.
import { expect, it, onTestFinished } from 'vitest'
import type smpp from 'smpp'
import type { SimEsme, SimReceipt } from '../../src/sim/esme.js'
import { startSimVendor, type ReceivedMessage } from '../../src/sim/vendor.js'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw, submitFields } from './raw-esme.js'
import { receiptsOf, startScenario, submitsAt, vendorPassword } from './scenario.js'
import { latinText, partsOf, submitParts } from './texts.js'
import { when } from './waiting.js'

/** A customer in Britain that dials as people do there. */
const british = {
  calledIn: 'dialing international=00 national=0 countryCode=44',
  callingIn: 'dialing international=00 national=0 countryCode=44',
}
/** The vendor wants a prefix before numbers that are called, and national numbers of its own country as senders. */
const prefixed = { calledOut: 's/^/100/', callingOut: 's/^44/0/' }
const unknownTon = { source_addr_ton: 0, source_addr_npi: 1, dest_addr_ton: 0, dest_addr_npi: 1 }
const written = { source: '07700900001', destination: '07700900123', text: 'hello', registeredDelivery: 1 }

const addresses = ({ pdu }: ReceivedMessage | SimReceipt): string =>
  `${Number(pdu['source_addr_ton'])} ${String(pdu['source_addr'])} to ${Number(pdu['dest_addr_ton'])} ${String(pdu['destination_addr'])}`

it('are translated on the way in and out; the receipt has them as the sender wrote them, also after a restart', async () => {
  const scenario = await startScenario({
    account: { dialing: british },
    connections: [{ translations: prefixed }],
    vendors: [{ receipts: { delayMs: 0 } }],
    tariffs: [{ id: 'gb', rates: [{ prefix: '44', price: '0.01' }] }],
    policies: [{ id: 'gb', match: { called: '44' } }],
  })
  const { bind, vendor } = scenario
  const esme = await bind()
  const send = (message: Partial<typeof written>, fields: smpp.Fields = unknownTon) =>
    esme.submit({ ...written, ...message, fields })
  expect((await send({})).status).toBe(0)
  expect((await send({ destination: '00447700900124' })).status).toBe(0)
  // It says that they are international, and a name is no number.
  expect((await send({ destination: '447700900125', source: 'Acme' }, {})).status).toBe(0)
  // The policy sees the number as translated: 33 is nobody's.
  expect((await send({ destination: '0033612345678' })).status).toBe(0x0b)
  await receiptsOf(esme, 3)
  expect(vendor.received.map(addresses)).toEqual([
    '0 07700900001 to 1 100447700900123',
    '0 07700900001 to 1 100447700900124',
    '5 Acme to 1 100447700900125',
  ])
  expect(esme.receipts.map(addresses)).toEqual([
    '0 07700900123 to 0 07700900001',
    '0 00447700900124 to 0 07700900001',
    '1 447700900125 to 5 Acme',
  ])

  await vendor.stop()
  const { messageId } = await send({ destination: '07700900126' })
  await scenario.restart('SIGKILL')
  const again = await startSimVendor({ port: vendor.port, systemId: 'switch', password: vendorPassword })
  onTestFinished(() => again.stop())
  const later = await bind()
  const [receipt] = await receiptsOf(later, 1)
  expect(again.received.map(({ destination }) => destination)).toEqual(['100447700900126'])
  expect(receipt!.id).toBe(messageId)
  expect(addresses(receipt!)).toBe('0 07700900126 to 0 07700900001')
})

it.each(['withheld', 'early'] as const)(
  'of a message in parts are translated as those of one (ack %s)',
  async (ack) => {
    const { bind, vendor } = await startScenario({
      account: { dialing: british, multipart: { ack } },
      connections: [{ translations: prefixed, longMessage: 'payload' }],
      policies: [{ id: 'gb', match: { called: '447' } }],
    })
    const esme = await bind()
    const parts = partsOf(latinText(400), 'udh8', 7).map((part) => ({
      ...part,
      ...unknownTon,
      source_addr: '07700900001',
      destination_addr: '07700900123',
    }))
    expect((await submitParts(esme, parts)).map(({ status }) => status)).toEqual([0, 0, 0])
    await receiptsOf(esme, 3)
    expect(vendor.received.map(addresses)).toEqual(['0 07700900001 to 1 100447700900123'])
    expect(esme.receipts.map(addresses)).toEqual(new Array(3).fill('0 07700900123 to 0 07700900001'))
  },
)

it('that no rule is for are left as they are', async () => {
  const { bind, vendor } = await startScenario({
    account: { dialing: { callingIn: british.callingIn } },
  })
  const esme = await bind()
  expect((await esme.submit({ ...written, fields: unknownTon })).status).toBe(0)
  await submitsAt(vendor, 1)
  expect(vendor.received.map(({ source, destination }) => [source, destination])).toEqual([
    ['447700900001', '07700900123'],
  ])
})

it('of a message from a phone are translated for the owner, whose own form it gets', async () => {
  const hand = await startHandVendor()
  const { bind } = await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: ['442079460000'], dialing: { calledOut: 's/^44/0/', callingOut: 's/^/00/' } },
    connections: [{ translations: british }],
  })
  await hand.bound(1)
  const esme: SimEsme = await bind()
  const mo = { ...unknownTon, source_addr: '07700900123', destination_addr: '02079460000', short_message: 'STOP' }
  expect((await hand.mo(mo)).command_status).toBe(0)
  expect((await hand.mo({ ...mo, destination_addr: '02079460001' })).command_status).toBe(0x66)
  await when(esme.events, 'mo', () => esme.mo.length >= 1, 'a message from a phone')
  expect(esme.mo.map(({ source, destination }) => `${source} to ${destination}`)).toEqual([
    '00447700900123 to 02079460000',
  ])
})

it('in a vendor’s form tell its receipts apart where it used an id twice', async () => {
  const hand = await startHandVendor()
  const { bind } = await startScenario({
    vendors: [],
    handVendors: [hand],
    // Decimal ids in answers are hex in receipts, or are not: each may be about two messages.
    connections: [{ translations: prefixed, receiptIds: { form: 'auto' } }],
  })
  await hand.bound(1)
  const esme = await bind()
  const sent = [1, 2].map((n) => esme.submit({ ...written, destination: `44770090012${n}` }))
  await hand.submits(2)
  // 16 in hex is 10: a receipt of "10" may be about either.
  hand.answer(0, { message_id: '10' })
  hand.answer(1, { message_id: '16' })
  const [first, second] = await Promise.all(sent)
  expect(await hand.deliver(1, '10', 'UNDELIV', { source_addr: '100447700900122' })).toBe(0)
  expect(await hand.deliver(0, '10', 'DELIVRD', { source_addr: '447700900121' })).toBe(0)
  const receipts = await receiptsOf(esme, 2)
  expect(receipts.map(({ id, state }) => [id, state])).toEqual([
    [second!.messageId, 'UNDELIV'],
    [first!.messageId, 'DELIVRD'],
  ])
})

it('that a rule begins with + are E.164 like any other: whither the account may send, and towards the vendor', async () => {
  const { bind, vendor } = await startScenario({
    account: { dialing: { calledIn: 's/^00/+/' }, allowedDestinations: ['GB'] },
  })
  const esme = await bind()
  const send = (destination: string) => esme.submit({ ...written, destination, fields: unknownTon })
  expect((await send('00447700900123')).status).toBe(0)
  expect((await send('0033612345678')).status).toBe(0x0b)
  await submitsAt(vendor, 1)
  expect(vendor.received.map(addresses)).toEqual(['1 07700900001 to 1 447700900123'])
})

it('that a rule makes nothing of are refused', async () => {
  const { daemon } = await startScenario({ account: { dialing: { calledIn: 's/^0+$//' } } })
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind()
  const empty = await esme.ask('submit_sm', submitFields({ destination_addr: '00000000', dest_addr_ton: 0 }))
  expect(empty.command_status).toBe(0x0b)
})
