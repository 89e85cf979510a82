import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RIG_NOW_MS, rigOf, rigPauses as pauses } from '../admin/api-rig.suite.js'
import { openBook } from '../admin/directory-book.js'
import { startAdmin, type Admin } from '../admin/server.js'
import { parseTokens, tokenHash } from '../admin/tokens.js'
import { campaignPlans } from '../admin/plan-ports.js'
import { parseStatus } from '../smpp/index.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { DayBook } from '../tendlc/day-book.js'
import { LearnedCarriers } from '../tendlc/learned-carriers.js'
import { parseCommand } from './args.js'
import { createOutput } from './output.js'
import { planCommand } from './plan.js'

const hash = `scrypt$1024$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const objects = [
  { kind: 'accounts', id: 'acme', row: { systemId: 'a', password: hash } },
  { kind: 'accounts', id: 'other', row: { systemId: 'o', password: hash } },
  { kind: 'policies', id: 'all', row: {} },
  { kind: 'brands', id: 'b', row: { ein: '12-3456789', trustScore: 10 } },
  { kind: 'campaigns', id: 'news', row: { brand: 'b', useCase: 'declared', accounts: ['acme'], numbers: ['12025550123'] } }, // prettier-ignore
  { kind: 'campaigns', id: 'bare', row: { brand: 'b', useCase: 'declared', accounts: ['acme'] } },
  { kind: 'carrierOverrides', id: 'all', row: { numbers: [{ number: '1202', carrier: 'tmobile' }] } },
]

let admin: Admin
let folder: string
/** Segments of the day that are used. */
let used: number

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-plan-'))
  const parsed = parseTokens(`all ${tokenHash('s3cret')} directory:read`)
  const defaults = { resend: { stepMs: 30_000, max: 20 } }
  const rules = { env: {}, readSecret: () => '', statusByName: parseStatus, defaults }
  const book = await openBook({ store: new MemoryStore().directory, rules, pauses, applied: () => undefined })
  const made = await book.change({ changes: objects })
  if (made.kind !== 'changed') throw new Error(JSON.stringify(made))
  const days = new DayBook({ wallMs: (nowMs) => nowMs })
  used = 0
  const plans = campaignPlans({
    world: {
      accountPace: () => undefined,
      numberPace: () => undefined,
      campaign: (id) => book.current().snapshot.tenDlc?.limitsOf(id),
    },
    learned: new LearnedCarriers(),
    days: { used: (key, nowMs) => days.used(key, nowMs) + used },
    ...{ nowMs: () => RIG_NOW_MS, unknownCarrier: 'spread', maxQueueSeconds: 36_000 },
  })
  admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, readiness: () => [] },
    metrics: { contentType: 'text/plain', render: async () => '' },
    api: {
      ...rigOf(() => book.current().snapshot),
      ...{ book, tokens: parsed.kind === 'tokens' ? parsed.tokens : [], version: '1', plans },
    },
  })
  vi.stubEnv('SMSWITCH_TOKEN', 's3cret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.stop()
  rmSync(folder, { recursive: true })
})

async function plan(lines: readonly string[], ...argv: string[]) {
  const file = join(folder, 'list.csv')
  writeFileSync(file, ['to,name', ...lines].join('\n'))
  const url = `http://127.0.0.1:${admin.port}`
  const parsed = parseCommand(planCommand, 'smswitch', ['--url', url, '--file', file, ...argv])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  let [out, err] = ['', '']
  const output = createOutput({
    json: argv.includes('--json'),
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
  })
  const code = await planCommand.run(parsed.values, output).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

const phones = (count: number, area = 202) => Array.from({ length: count }, (_, n) => `1${area}${5_550_000 + n},Ann`)

it('says when a list has left, with the midnight, what holds it and a score that would shorten it', async () => {
  const { code, out } = await plan(phones(2500), '--campaign', 'news', '--text', 'Hi {name}')
  expect(out).toContain('campaign  news of brand b, account acme, 1 number(s)\nmessages  2500\nsegments  2500\n')
  expect(out).toContain('begins    2027-01-31 04:00:00 in Los Angeles, 2027-01-31T12:00:00.000Z')
  expect(out).toMatch(/ends {6}2027-02-01 00:02:0\d in Los Angeles/)
  expect(out).toContain('warning   500 message(s) would wait longer than 10 h')
  expect(out).toMatch(/T-Mobile +2500 +2500 +- +2027-01-31 04:00:00 +2027-02-01 00:02:0\d +T-Mobile’s day \(2000 segments\), 19 h 51 min/) // prettier-ignore
  expect(out).toContain('-- midnight in Los Angeles, 500 wait')
  expect(out).toMatch(/what makes it so long\n {2}T-Mobile’s day \(2000 segments\) costs 19 h/)
  expect(out).toMatch(/what would shorten it\n {2}a trust score of \d+ would end it 2027-01-31 04:/)
  expect(code).toBe(1)
})

it('for programs has all of it, begins with what the day has used, and at the moment that is asked for', async () => {
  used = 1990
  const first = await plan(phones(20), '--campaign', 'news', '--text', 'x', '--json')
  expect(JSON.parse(first.out)).toMatchObject({ messages: 20, midnights: [{ day: '2027-02-01', waiting: 10 }] })
  const later = await plan(phones(20), '--campaign', 'news', '--text', 'x'.repeat(200), '--at', '2027-03-01', '--json')
  expect(JSON.parse(later.out)).toMatchObject({ segments: 40, unpriced: 40, tooLate: 0, midnights: [], byCarrier: [{ carrier: 'tmobile' }] }) // prettier-ignore
  expect(later.code).toBe(0)
})

it('says what is wrong, where, and what would be right', async () => {
  const told = async (lines: readonly string[], ...argv: string[]) => (await plan(lines, '--text', 'x', ...argv)).err
  expect(await told(phones(1), '--campaign', 'new')).toContain('there is no campaigns/new; did you mean news?')
  expect(await told(phones(1), '--campaign', 'news', '--account', 'other')).toContain('campaign news is for acme, not for other') // prettier-ignore
  expect(await told(phones(1), '--campaign', 'bare')).toContain('campaign bare has no number that could send')
  expect(await told(phones(1), '--campaign', 'news', '--from', '12025550199')).toContain('12025550199 is not attached')
  expect(await told(phones(1), '--campaign', 'news', '--at', 'soon')).toContain('body/at expects a moment')
  expect(await told(['12,Ann'], '--campaign', 'news')).toMatch(/the sheet has 1 mistake.*nothing was planned\n.*line 2/)
  expect(await told([], '--campaign', 'news')).toContain('has no number to plan for')
  const none = await told(['12,Ann', '13,Bob'], '--campaign', 'news', '--skip-bad')
  expect(none).toMatch(/has no number to plan for[^]*line 2[^]*line 3/)
})

it('draws every midnight, also those within a stretch of two days', async () => {
  const { out } = await plan(phones(60_000), '--campaign', 'news', '--text', 'x')
  const lines = out.split('\n')
  const first = lines.findIndex((line) => line.startsWith('from (Los Angeles)'))
  const drawing = lines.slice(first + 1, lines.indexOf('', first))
  const waits = drawing.flatMap((line) => /^-- midnight in Los Angeles, (\d+) wait/.exec(line)?.[1] ?? [])
  expect(waits).toEqual(Array.from({ length: 29 }, (_, day) => String(58_000 - 2000 * day)))
  // Each stands between the stretches that it is between, or after the one that it is in.
  expect(drawing.filter((line) => !line.startsWith('--')).length).toBeLessThan(29)
  expect(drawing[0]).toMatch(/^2027-01-31 04:00:00/)
})
