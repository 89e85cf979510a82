// What carriers of the United States take: campaigns on an account that is slower than they are, a sole proprietor's debt, and what
// may not be sent at all.
import { expect, it } from 'vitest'
import { startScenario, submitsAt, type Scenario } from './scenario.js'
import { registry, threeCampaigns, watch } from './three-campaigns.js'
import { when } from './waiting.js'

const att = '12125550100'

it('three campaigns of 75 a second on an account of 100: 225 a second are accepted, 100 a second leave', async () => {
  await threeCampaigns(10)
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
