// What carriers of the United States take: campaigns on an account that is slower than they are, a sole proprietor's debt, and what
// may not be sent at all.
import { expect, it } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { startScenario, submitsAt, type Row, type Scenario } from './scenario.js'
import { when } from './waiting.js'

const att = '12125550100'

function registry(campaigns: readonly Row[], brand: Row = {}): Row {
  return {
    brands: [{ id: 'B1', ein: '12-3456789', trustScore: 80, ...brand }],
    campaigns: campaigns.map((campaign) => ({ brand: 'B1', useCase: 'declared', ...campaign })),
    carrierOverrides: {
      numbers: [
        { number: '1212', carrier: 'att' },
        { number: '1213', carrier: 'verizon' },
      ],
    },
  }
}

async function submitAll(esme: SimEsme, sources: readonly string[], destination: string, count: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      esme.submit({ source: sources[i % sources.length]!, destination, text: `m${i}` }),
    ),
  )
  for (const { status } of answers) expect(status).toBe(0)
}

/** How many came within each second since the first, and from whom. */
function watch({ vendor }: Scenario): { readonly times: number[]; readonly bySource: Map<string, number> } {
  const seen = { times: [] as number[], bySource: new Map<string, number>() }
  vendor.events.on('submit', ({ source }) => {
    seen.times.push(performance.now())
    seen.bySource.set(source, (seen.bySource.get(source) ?? 0) + 1)
  })
  return seen
}

it('three campaigns of 75 a second on an account of 100: 225 a second are accepted, 100 a second leave', async () => {
  const numbers = ['12025550101', '12025550102', '12025550103']
  const scenario = await startScenario({
    vendors: [{ receipts: false, keep: 10 }],
    account: { messagesPerSecond: 100 },
    more: registry(numbers.map((number, i) => ({ id: `C${i + 1}`, numbers: [number] }))),
  })
  const seen = watch(scenario)
  const esme = await scenario.bind()
  const seconds = 10
  const startedMs = performance.now()
  const accepted: Promise<void>[] = []
  for (let second = 0; second < seconds; second++) {
    accepted.push(submitAll(esme, numbers, '12135550100', 225))
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, startedMs + (second + 1) * 1000 - performance.now())),
    )
  }
  await Promise.all(accepted)
  const elapsedS = (performance.now() - startedMs) / 1000
  const left = seen.times.length
  // One second's worth is saved up at the start.
  expect(left).toBeLessThanOrEqual(100 * elapsedS + 101)
  expect(left).toBeGreaterThanOrEqual(0.97 * 100 * elapsedS)
  for (let from = 0, to = 0; to < seen.times.length; to++) {
    while (seen.times[to]! - seen.times[from]! > 5000) from++
    expect(to - from).toBeLessThanOrEqual(5 * 100 + 101)
  }
  // None of the three is left behind.
  for (const number of numbers) expect(seen.bySource.get(number)).toBeGreaterThan(left / 3 - 0.1 * left)
  expect(
    await scenario.daemon.metric('smswitch_limited_waiting_segments', { campaign: 'C1', carrier: 'verizon' }),
  ).toBeGreaterThan(0)
}, 60_000)

it('a message of ten segments goes at once, and the next one of its campaign waits for the debt', async () => {
  const source = '12025550101'
  const overrides = { att: { mps: 2, tpm: 120 } }
  const scenario = await startScenario({
    vendors: [{ receipts: false }],
    more: registry([{ id: 'C1', useCase: 'soleProprietor', numbers: [source], overrides }], {
      kind: 'soleProprietor',
      ein: undefined,
      trustScore: undefined,
    }),
  })
  const seen = watch(scenario)
  const esme = await scenario.bind()
  const long = 'x'.repeat(153 * 10)
  const split = scenario.vendor
  expect((await esme.submit({ source, destination: att, text: long })).status).toBe(0)
  await esme.submit({ source, destination: att, text: 'next' })
  await esme.submit({ source, destination: '12135550100', text: 'elsewhere' })
  await submitsAt(split, 11)
  const others = seen.times.length
  expect(scenario.vendor.received.some(({ text }) => text === 'next')).toBe(false)
  expect(scenario.vendor.received.some(({ text }) => text === 'elsewhere')).toBe(true)
  await submitsAt(split, 12, 15_000)
  expect(others).toBe(11)
  // Two of the ten were saved up: eight are owed for four seconds, and the next one takes half a second more.
  const wait = seen.times[11]! - seen.times[0]!
  expect(wait).toBeGreaterThan(4300)
  expect(wait).toBeLessThan(6500)
  await scenario.daemon.metricWhen((value) => value >= 1, 'smswitch_limited_waits_total', {
    ...{ campaign: 'C1', carrier: 'att', limit: 'rate' },
  })
}, 60_000)

it('refuses numbers without a campaign, longer queues than can drain, and days that are over; a restart knows the day', async () => {
  const source = '12025550101'
  const set = { 'tenDlc.unregistered': 'refuse', 'tenDlc.dayCap': 'fail', 'tenDlc.maxQueueSeconds': 20 }
  const scenario = await startScenario({
    vendors: [{ receipts: false }],
    set,
    more: {
      ...registry([{ id: 'C1', numbers: [source], overrides: { verizon: { mps: 0.25 } } }], { tmobileDay: 3 }),
      carrierOverrides: {
        numbers: [
          { number: '1213', carrier: 'verizon' },
          { number: '1214', carrier: 'tmobile' },
        ],
      },
    },
  })
  const { bind, vendor } = scenario
  let esme = await bind()
  const refused = await esme.submit({ source: '12025550199', destination: att, text: 'nobody' })
  expect(refused.status).toBe(0x0a)
  // Abroad it is nobody's business.
  expect((await esme.submit({ source: '12025550199', destination: '447700900123', text: 'abroad' })).status).toBe(0)
  const statuses: number[] = []
  for (let i = 0; i < 9; i++)
    statuses.push((await esme.submit({ source, destination: '12135550100', text: `v${i}` })).status)
  // One left; five more leave in twenty seconds.
  expect(statuses.filter((status) => status === 0x14).length).toBeGreaterThanOrEqual(2)
  expect(statuses.slice(0, 4)).toEqual([0, 0, 0, 0])
  await submitsAt(vendor, 2)
  for (let i = 0; i < 3; i++)
    expect((await esme.submit({ source, destination: '12145550100', text: `t${i}` })).status).toBe(0)
  await when(vendor.events, 'submit', () => texts(scenario).includes('t2'), 'three for the day')
  expect((await esme.submit({ source, destination: '12145550100', text: 'more' })).status).toBe(0x58)
  await scenario.daemon.logged('cap.used', ({ percent }) => percent === 100)
  await scenario.restart('SIGTERM', set)
  esme = await bind()
  expect((await esme.submit({ source, destination: '12145550100', text: 'more' })).status).toBe(0x58)
}, 60_000)

const texts = ({ vendor }: Scenario): readonly string[] => vendor.received.map(({ text }) => text)
