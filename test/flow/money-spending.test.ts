// A balance that is almost used up, and many who spend it at once through the real daemon: never more than was paid in, and never less
// than could be had.
import { expect, it } from 'vitest'
import type { SimAnswer, SimEsme } from '../../src/sim/esme.js'
import { payIn, readBooks } from './books.js'
import { accountRow, startScenario, type Provisioned, type Scenario } from './scenario.js'
import { latinText, partsOf, submitPart } from './texts.js'

const OK = 0
const ESME_RSYSERR = 0x08
const ESME_RINVDSTADR = 0x0b
const ESME_RSUBMITFAIL = 0x45

/** In micro-units; what is paid in covers `COVERED` units and all but one micro-unit of another. */
const PRICE = 20_001
const COVERED = 300
const PAID_IN = COVERED * PRICE + PRICE - 1

const paid = { customer: 'family', product: 'retail' }
const family: Provisioned = {
  account: paid,
  accounts: ['second', 'third'].map((id) => accountRow(id, paid)),
  tariffs: [{ id: 'retail', rates: [{ prefix: '', price: '0.020001' }] }],
  connections: [{ window: 500 }],
  more: {
    currency: 'EUR',
    customers: [{ id: 'family' }],
    products: [{ id: 'retail', tariff: 'retail' }],
  },
}
const prepare = (data: string): Promise<void> => payIn(data, 'family', PAID_IN)

/** Two sessions of each account. */
async function bindAll({ bind }: Scenario): Promise<readonly SimEsme[]> {
  const systemIds = ['acme', 'second', 'third', 'acme', 'second', 'third']
  return Promise.all(systemIds.map((systemId) => bind({ systemId })))
}

/** Each session sends so many at once, none waits for another. */
async function flood(esmes: readonly SimEsme[], each: number): Promise<readonly SimAnswer[]> {
  const message = { source: '12025550100', destination: '447700900123', text: 'hello' }
  return Promise.all(esmes.flatMap((esme) => Array.from({ length: each }, () => esme.submit(message))))
}

const count = (answers: readonly SimAnswer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length

interface Spent {
  readonly held: number
  readonly charged: number
}

/** What is held and charged since the start, of one moment. */
async function spentOf({ daemon }: Scenario): Promise<Spent> {
  const { text } = await daemon.get('/metrics')
  const moved = (move: string): number =>
    Number(new RegExp(`^smswitch_money_micros_total\\{[^}]*move="${move}"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return { held: moved('held') - moved('charged') - moved('released'), charged: moved('charged') }
}

/** Until nothing is held any more. */
async function settled(scenario: Scenario): Promise<void> {
  const endMs = performance.now() + 10_000
  for (;;) {
    const { held } = await spentOf(scenario)
    if (held === 0) return
    if (performance.now() > endMs) throw new Error(`${held} micro-units are neither charged nor given back`)
  }
}

it('takes exactly what the balance covers from six sessions that send at once', async () => {
  const scenario = await startScenario({ ...family, prepare })
  const answers = await flood(await bindAll(scenario), 150)
  expect(count(answers, OK)).toBe(COVERED)
  expect(count(answers, ESME_RSUBMITFAIL)).toBe(900 - COVERED)
  await settled(scenario)
  expect(scenario.vendor.stats.accepted).toBe(COVERED)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'family')
  expect(books).toMatchObject({ paidInMicros: PAID_IN, heldMicros: 0, chargedMicros: COVERED * PRICE })
  expect(records).toHaveLength(COVERED)
})

it('holds messages of two parts and single ones against the same balance, all units of a message or none', async () => {
  const scenario = await startScenario({ ...family, prepare })
  const esmes = await bindAll(scenario)
  const sets: Promise<readonly SimAnswer[]>[] = []
  const ones: Promise<readonly SimAnswer[]>[] = []
  for (let i = 0; i < 90; i++) {
    for (const esme of esmes.slice(0, 3)) {
      // No receipt: its record comes with the vendor's answer.
      const parts = partsOf(latinText(190), 'udh8', i + 1)
      sets.push(Promise.all(parts.map((part) => submitPart(esme, part, 0))))
    }
    ones.push(flood(esmes.slice(3), 1))
  }
  const [whole, singles] = [await Promise.all(sets), (await Promise.all(ones)).flat()]
  for (const [first, second] of whole) expect(second?.status).toBe(first?.status)
  const taken = whole.filter(([first]) => first?.status === OK).length
  expect(count(whole.flat(), ESME_RSYSERR)).toBe(2 * (whole.length - taken))
  expect(taken).toBeGreaterThan(0)
  expect(count(singles, OK)).toBeGreaterThan(0)
  // A unit that was too little for a set is enough for a single message that comes later.
  const left = await flood(esmes, 1)
  expect(2 * taken + count(singles, OK) + count(left, OK)).toBe(COVERED)
  await settled(scenario)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'family')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: COVERED * PRICE })
  expect(records).toHaveLength(COVERED)
})

it('lets what was given back be spent again, and what is on its way not be spent twice', async () => {
  const vendors = [{ latencyMs: 20, errors: [{ everyNth: 3, status: ESME_RINVDSTADR }] }]
  const scenario = await startScenario({ ...family, vendors, prepare })
  const esmes = await bindAll(scenario)
  let accepted = 0
  for (;;) {
    const sending = flood(esmes, 60)
    let isSending = true
    void sending.finally(() => (isSending = false))
    while (isSending) {
      const { held, charged } = await spentOf(scenario)
      expect(held + charged).toBeLessThanOrEqual(PAID_IN)
    }
    const answers = await sending
    accepted += count(answers, OK)
    await settled(scenario)
    if (count(answers, OK) === 0) break
  }
  const { vendor, daemon, data } = scenario
  expect(vendor.stats.accepted).toBe(COVERED)
  expect(vendor.stats.refused).toBe(accepted - COVERED)
  expect(vendor.stats.refused).toBeGreaterThan(100)
  await daemon.stop()
  const { books, records } = await readBooks(data, 'family')
  expect(books).toMatchObject({ paidInMicros: PAID_IN, heldMicros: 0, chargedMicros: COVERED * PRICE })
  expect(records).toHaveLength(accepted)
})

it('knows after kill -9 what is held, and sells nothing twice', async () => {
  const vendors = [{ latencyMs: 500 }]
  const scenario = await startScenario({ ...family, vendors, prepare })
  const first = await bindAll(scenario)
  const before = await flood(first, 30)
  expect(count(before, OK)).toBe(180)
  for (const esme of first) esme.drop()
  await scenario.restart('SIGKILL')
  const after = await flood(await bindAll(scenario), 100)
  expect(count(after, OK)).toBe(COVERED - 180)
  await scenario.daemon.metricWhen((value) => value === 0, 'smswitch_store_messages')
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'family')
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: COVERED * PRICE })
  expect(new Set(records.map(({ id }) => id)).size).toBe(COVERED)
  expect(records).toHaveLength(COVERED)
})
