// `smswitch plan` as its users meet it: what it says of a running switch, and what that switch then does.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { PlanAnswer } from '../../src/admin/plan-schemas.js'
import { tokenHash } from '../../src/admin/tokens.js'
import { runProgram } from './daemon.js'
import { startScenario, submitsAt, type Row, type Scenario } from './scenario.js'
import { registry, watch } from './three-campaigns.js'
import { when } from './waiting.js'

const TOKEN = 'a-token-for-plans'
const source = '12025550101'
const set = { 'admin.tokens': `plans ${tokenHash(TOKEN)} directory:read`, 'tenDlc.dayCap': 'fail' }

async function planned(campaign: Row, brand?: Row) {
  const more = registry([{ id: 'news', accounts: ['acme'], numbers: [source], ...campaign }], brand)
  const scenario = await startScenario({ vendors: [{ receipts: false }], set, more })
  const tokenFile = join(scenario.folder, 'token')
  writeFileSync(tokenFile, TOKEN)
  const plan = async (
    lines: readonly string[],
    args: readonly string[] = [],
    { campaign = 'news', text = 'Hi {name}' } = {},
  ) => {
    const file = join(scenario.folder, 'list.csv')
    writeFileSync(file, lines.join('\n'))
    const url = `http://127.0.0.1:${scenario.daemon.adminPort}`
    const asked = ['--campaign', campaign, '--file', file, '--text', text]
    return runProgram(['plan', '--url', url, '--token-file', tokenFile, ...asked, ...args])
  }
  return { scenario, plan }
}

/** A sheet of so many phones of Verizon's, or of another's. */
function sheet(count: number, prefix = '1213'): string[] {
  return ['to,name', ...Array.from({ length: count }, (_, i) => `${prefix}${String(5550100 + i)},N${i}`)]
}

async function sendAll({ bind }: Scenario, lines: readonly string[]): Promise<void> {
  const esme = await bind()
  for (const line of lines.slice(1)) {
    const [destination = '', name] = line.split(',')
    expect((await esme.submit({ source, destination, text: `Hi ${name}` })).status).toBe(0)
  }
}

it('says when the last message leaves, and that is when it does', async () => {
  const { scenario, plan } = await planned({ overrides: { verizon: { mps: 2 } } })
  const lines = sheet(9)
  const { code, stdout } = await plan(lines)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^campaign {2}news of brand B1, account acme, 1 number\(s\)\nmessages {2}9\nsegments {2}9\n/)
  expect(stdout).toMatch(/^Verizon +9 +9 +\S+ .*campaign news to verizon \(2 a second\)/m)
  const plain = await plan(lines, ['--json'])
  const { seconds, held } = JSON.parse(plain.stdout) as PlanAnswer
  // Two are saved up, seven at two a second.
  expect(seconds).toBeCloseTo(3.5, 1)
  expect(held[0]?.limit).toBe('campaign news to verizon')
  const seen = watch(scenario)
  await sendAll(scenario, lines)
  await submitsAt(scenario.vendor, 9)
  const tookS = (seen.times[8]! - seen.times[0]!) / 1000
  expect(tookS).toBeGreaterThan(3.3)
  expect(tookS).toBeLessThan(4.5)
}, 60_000)

it('counts what the day has already, and says what fails at its cap: that is not sent, and the exit code is 1', async () => {
  const { scenario, plan } = await planned({}, { tmobileDay: 5 })
  // Of a carrier that nobody knows: counted at all of the large ones.
  const lines = sheet(4, '1415')
  expect((await plan(lines)).code).toBe(0)
  await sendAll(scenario, lines.slice(0, 4))
  await submitsAt(scenario.vendor, 3)
  const { code, stdout } = await plan(lines, ['--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ messages: 4, failed: 2, never: 0, byCarrier: [{ sent: 2 }] })
  // It has charged nothing: two more go, and a third does not.
  const esme = await scenario.bind()
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) {
    statuses.push((await esme.submit({ source, destination: '14155550100', text: 'x' })).status)
    await when(
      scenario.vendor.events,
      'submit',
      () => scenario.vendor.stats.submits >= Math.min(5, 4 + i),
      'it to leave',
    )
  }
  expect(statuses).toEqual([0, 0, 0x58])
  expect((await plan(['to,name', '14165550100,Eve'], ['--json'])).code).toBe(0)
}, 60_000)

it('says in a sentence why there is no plan', async () => {
  const { plan, scenario } = await planned({ numbers: [] })
  const said = async (...asked: Parameters<typeof plan>): Promise<string> => {
    const { code, stdout, stderr } = await plan(...asked)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).not.toMatch(/^\s+at /m)
    return stderr
  }
  expect(await said(sheet(1))).toContain('campaign news has no number that could send: attach one to it')
  expect(await said(sheet(1), [], { campaign: 'nws' })).toContain('there is no campaigns/nws; did you mean news?')
  expect(await said(sheet(1), ['--account', 'nobody'])).toContain('there is no accounts/nobody')
  expect(await said(['to,name', 'x,A', '12135550100'])).toMatch(
    /2 mistake\(s\); nothing was planned\n {2}line 2: .*\n {2}line 3: /,
  )
  expect(await said(sheet(1), ['--at', 'tomorrow'])).toContain('expects a moment such as')
  expect(await said(sheet(1), [], { text: 'Hi {nme}' })).toContain('{nme}')
  writeFileSync(join(scenario.folder, 'token'), 'another')
  expect(await said(sheet(1))).toMatch(/answers 401/)
  await scenario.daemon.stop()
  expect(await said(sheet(1))).toMatch(/does not answer|can't be reached|ECONNREFUSED/)
}, 60_000)
