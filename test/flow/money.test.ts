// Money from the submit to the record, through the real daemon: what is held, charged, given back and refused, and what stands in the
// books and in the call detail records afterwards.
import { expect, it } from 'vitest'
import { startHandVendor } from './hand-vendor.js'
import { payIn, readBooks } from './books.js'
import { accountRow, receiptsOf, startScenario, submitsAt, type Provisioned, type Row } from './scenario.js'
import { latinText, partsOf, submitPart, submitParts } from './texts.js'

const status = { ok: 0, systemError: 0x08, submitFailed: 0x45, invalidDestination: 0x0b, throttled: 0x58 }
const CENT = 10_000

/** A customer that pays 0.03 for a unit to anywhere, 0.45 for the premium number; the vendor asks 0.01. */
function sold(rates: readonly Row[] = [], customer: Row = {}): Provisioned {
  return {
    account: { customer: 'acme-inc', product: 'retail' },
    tariffs: [
      { id: 'retail', rates: [{ prefix: '', price: '0.03' }, { destination: '=60600', price: '0.45' }, ...rates] },
    ],
    more: {
      currency: 'EUR',
      customers: [{ id: 'acme-inc', ...customer }],
      products: [{ id: 'retail', tariff: 'retail' }],
    },
  }
}

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('holds and charges 190 characters in two parts as two, in one step, with a record of each', async () => {
  const scenario = await startScenario({ ...sold(), prepare: (data) => payIn(data, 'acme-inc', 10 * CENT) })
  const { bind, daemon, data } = scenario
  const esme = await bind()
  const parts = partsOf(latinText(190), 'udh8', 7)
  const answers = await submitParts(esme, parts)
  expect(answers.map((answer) => answer.status)).toEqual([status.ok, status.ok])
  await receiptsOf(esme, 2)
  expect(await daemon.metric('smswitch_authorizations_total', { outcome: 'held' })).toBe(1)
  expect(await daemon.metric('smswitch_money_micros_total', { currency: 'EUR', move: 'held' })).toBe(6 * CENT)
  await daemon.metricWhen((value) => value === 6 * CENT, 'smswitch_money_micros_total', { move: 'charged' })
  await daemon.stop()
  const { books, records } = await readBooks(data, 'acme-inc')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 6 * CENT, paidInMicros: 10 * CENT })
  expect(records).toHaveLength(2)
  for (const [i, record] of records.entries()) {
    expect(record).toMatchObject({
      ...{ id: answers[i]!.messageId, part: i + 1, parts: 2, direction: 'mt', customer: 'acme-inc', account: 'acme' },
      ...{ destination: '447700900123', policy: 'all', vendor: 'v1', connection: 'v1-1', segments: 2 },
      ...{ state: 'DELIVERED', units: 1, price: 3 * CENT, currency: 'EUR', amount: 3 * CENT },
      ...{ vendorUnits: 1, vendorPrice: CENT, vendorAmount: CENT },
    })
  }
})

it('charges a premium short number its exact rate, and a text of 400 characters its three segments', async () => {
  const scenario = await startScenario({ ...sold(), prepare: (data) => payIn(data, 'acme-inc', 100 * CENT) })
  const esme = await scenario.bind()
  await esme.submit({ ...message, destination: '60600' })
  await esme.submit({ ...message, destination: '606001' })
  await submitPart(esme, { message_payload: latinText(400), short_message: '' })
  await receiptsOf(esme, 3)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  const amounts = new Map(records.map(({ destination, amount, units }) => [destination, [amount, units]]))
  expect(amounts.get('60600')).toEqual([45 * CENT, 1])
  expect(amounts.get('606001')).toEqual([3 * CENT, 1])
  expect(amounts.get('447700900123')).toEqual([9 * CENT, 3])
  expect(books?.chargedMicros).toBe(57 * CENT)
})

it('refuses what the balance does not cover: a single message, and every part of a set', async () => {
  const scenario = await startScenario({ ...sold(), prepare: (data) => payIn(data, 'acme-inc', 8 * CENT) })
  const { bind, daemon, vendor } = scenario
  const esme = await bind()
  expect((await esme.submit(message)).status).toBe(status.ok)
  const set = await submitParts(esme, partsOf(latinText(190), 'udh8', 1))
  expect(set.map((answer) => answer.status)).toEqual([status.systemError, status.systemError])
  expect((await esme.submit(message)).status).toBe(status.ok)
  expect((await esme.submit(message)).status).toBe(status.submitFailed)
  expect(await daemon.metric('smswitch_authorizations_total', { outcome: 'insufficientFunds' })).toBe(2)
  await receiptsOf(esme, 2)
  expect(vendor.stats.submits).toBe(2)
  await daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 6 * CENT })
  expect(records).toHaveLength(2)
})

it('ends acknowledged parts whose message is not paid for, tells of them, and records them with no amount', async () => {
  const given = sold()
  const account = { ...given.account, multipart: { ack: 'early' } }
  const scenario = await startScenario({ ...given, account, prepare: (data) => payIn(data, 'acme-inc', 5 * CENT) })
  const esme = await scenario.bind()
  const [first, second] = partsOf(latinText(190), 'udh8', 1)
  const answer = await submitPart(esme, first!)
  expect(answer.status).toBe(status.ok)
  expect((await submitPart(esme, second!)).status).toBe(status.systemError)
  expect((await receiptsOf(esme, 1)).map(({ id, state }) => [id, state])).toEqual([[answer.messageId, 'REJECTD']])
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 0 })
  expect(records.map(({ id, state, amount, part, parts }) => ({ id, state, amount, part, parts }))).toEqual([
    { id: answer.messageId, state: 'REJECTED', amount: 0, part: 1, parts: 2 },
  ])
})

it('refuses without a price, to what is forbidden, beyond the limits of a day, and for customers that are not active', async () => {
  const given = sold([{ destination: '4475', price: '0.01', forbidden: true }])
  const accounts = [
    accountRow('limited', { customer: 'acme-inc', product: 'retail', limits: { messagesPerDay: 2 } }),
    accountRow('spender', { customer: 'acme-inc', product: 'retail', limits: { spendPerDay: '0.05' } }),
    accountRow('blocked', { customer: 'blocked-inc', product: 'retail' }),
    accountRow('im', { customer: 'acme-inc', product: 'chat' }),
    accountRow('narrow', { customer: 'acme-inc', product: 'narrow' }),
    accountRow('free'),
  ]
  const scenario = await startScenario({
    ...given,
    accounts,
    tariffs: [...given.tariffs!, { id: 'narrow', rates: [{ prefix: '1', price: '0.01' }] }],
    more: {
      ...given.more,
      customers: [{ id: 'acme-inc' }, { id: 'blocked-inc', active: false }],
      products: [
        { id: 'retail', tariff: 'retail' },
        { id: 'chat', tariff: 'retail', services: ['im'] },
        { id: 'narrow', tariff: 'narrow' },
      ],
    },
    prepare: (data) => payIn(data, 'acme-inc', 100 * CENT),
  })
  const statuses = async (systemId: string, ...destinations: string[]): Promise<readonly number[]> => {
    const esme = await scenario.bind({ systemId })
    const all: number[] = []
    for (const destination of destinations) all.push((await esme.submit({ ...message, destination })).status)
    return all
  }
  const { ok, invalidDestination, throttled, submitFailed } = status
  expect(await statuses('acme', '447500900123', '447700900123')).toEqual([invalidDestination, ok])
  expect(await statuses('limited', '447700900123', '447700900123', '447700900123')).toEqual([ok, ok, throttled])
  expect(await statuses('spender', '447700900123', '447700900123')).toEqual([ok, throttled])
  expect(await statuses('blocked', '447700900123')).toEqual([submitFailed])
  expect(await statuses('im', '447700900123')).toEqual([submitFailed])
  expect(await statuses('narrow', '447700900123', '12025550100')).toEqual([invalidDestination, ok])
  expect(await statuses('free', '447700900123')).toEqual([ok])
  await submitsAt(scenario.vendor, 6)
})

it('gives back what is not delivered, and lets a postpaid customer go down to its credit in its own currency', async () => {
  const vendor = await startHandVendor()
  const given = sold([], { billing: 'postpaid', creditLimit: '0.05', currency: 'USD' })
  const scenario = await startScenario({
    ...given,
    more: { ...given.more, exchangeRates: [{ currency: 'USD', rate: '1.2' }] },
    vendors: [],
    handVendors: [vendor],
  })
  const esme = await scenario.bind()
  // 0.05 USD are 0.06 EUR: two units.
  expect((await esme.submit(message)).status).toBe(status.ok)
  expect((await esme.submit(message)).status).toBe(status.ok)
  expect((await esme.submit(message)).status).toBe(status.submitFailed)
  await vendor.submits(2)
  vendor.answer(0, { message_id: 'A' })
  vendor.answerAs(1, 'submit_sm_resp', 0x0b)
  await receiptsOf(esme, 1)
  expect((await esme.submit(message)).status).toBe(status.ok)
  await vendor.submits(3)
  vendor.answer(2, { message_id: 'B' })
  await vendor.deliver(0, 'A', 'UNDELIV')
  await vendor.deliver(2, 'B', 'DELIVRD')
  await receiptsOf(esme, 3)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  // Charged by the answer, whatever the report says then.
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 6 * CENT, paidInMicros: 0 })
  expect(records.map(({ state, amount, segments }) => [state, amount, segments]).sort()).toEqual([
    ['DELIVERED', 3 * CENT, 1],
    ['REJECTED', 0, 0],
    ['UNDELIVERABLE', 3 * CENT, 1],
  ])
})

it('settles by the report where the connection says so, which it then asks for, and by its silence across a crash', async () => {
  const vendor = await startHandVendor()
  const scenario = await startScenario({
    ...sold(),
    connections: [{ settleOn: 'receipt', receiptTimeoutMs: 3000, onReceiptTimeout: 'release' }],
    vendors: [],
    handVendors: [vendor],
    prepare: (data) => payIn(data, 'acme-inc', 100 * CENT),
  })
  const { daemon } = scenario
  const esme = await scenario.bind()
  for (let i = 0; i < 4; i++) await esme.submit({ ...message, registeredDelivery: 0 })
  await vendor.submits(4)
  for (let i = 0; i < 3; i++) vendor.answer(i, { message_id: `A${i}` })
  // Without an id no report can come.
  vendor.answer(3, { message_id: '' })
  await daemon.metricWhen((value) => value === 3 * CENT, 'smswitch_money_micros_total', { move: 'charged' })
  await vendor.deliver(0, 'A0', 'DELIVRD')
  await vendor.deliver(1, 'A1', 'EXPIRED')
  await daemon.metricWhen((value) => value === 6 * CENT, 'smswitch_money_micros_total', { move: 'charged' })
  await daemon.metricWhen((value) => value === 3 * CENT, 'smswitch_money_micros_total', { move: 'released' })
  await scenario.restart('SIGKILL')
  await scenario.daemon.metricWhen((value) => value === 3 * CENT, 'smswitch_money_micros_total', { move: 'released' })
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: 6 * CENT })
  expect(records.map(({ state, amount, vendorAmount }) => [state, amount, vendorAmount]).sort()).toEqual([
    ['DELIVERED', 3 * CENT, CENT],
    ['DELIVERED', 3 * CENT, CENT],
    ['EXPIRED', 0, CENT],
    ['UNKNOWN', 0, CENT],
  ])
})
