import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rigOf, rigPauses as pauses } from '../admin/api-rig.suite.js'
import { openBook } from '../admin/directory-book.js'
import type { NumberReturns } from '../admin/number-removal.js'
import { startAdmin, type Admin } from '../admin/server.js'
import { parseTokens, tokenHash } from '../admin/tokens.js'
import { PowerpackChanges } from '../edges/api/powerpack-changes.js'
import { refused } from '../powerpack/change.js'
import { judgeGivingUp } from '../powerpack/number-changes.js'
import { packDefaults } from '../powerpack/pack.js'
import { Powerpacks } from '../powerpack/powerpacks.js'
import { account, owned } from '../powerpack/rig.suite.js'
import { parseStatus } from '../smpp/index.js'
import { anchorAt } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { parseCommand, type CommandSpec, type OptionSpecs, type OptionValues } from './args.js'
import { numbersImportCommand } from './numbers-import.js'
import { numbersListCommand, numbersRemoveCommand } from './numbers.js'
import { createOutput } from './output.js'
import { createProgress } from './progress.js'

let admin: Admin
let store: MemoryStore
let packs: Powerpacks
let folder: string
/** Rows of each commit. */
let commits: number[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-numbers-'))
  const parsed = parseTokens(`all ${tokenHash('s3cret')} directory:write`)
  const defaults = { resend: { stepMs: 30_000, max: 20 } }
  const rules = { env: {}, readSecret: () => '', statusByName: parseStatus, defaults }
  store = new MemoryStore()
  const book = await openBook({ store: store.directory, rules, pauses, applied: () => undefined })
  packs = new Powerpacks()
  packs.loaded(0)
  commits = []
  const changes = new PowerpackChanges((rows) => {
    commits.push(rows.length)
    return store.commit([{ kind: 'kept', rows }], anchorAt(1))
  })
  const provider: NumberReturns = {
    source: 'provider:bulk',
    judgeReturn: (number) =>
      Promise.resolve(number.endsWith('1') ? refused('unavailable', 'not now') : judgeGivingUp(packs.book, number)),
  }
  admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, readiness: () => [] },
    metrics: { contentType: 'text/plain', render: async () => '' },
    api: {
      ...rigOf(() => book.current().snapshot),
      ...{ book, tokens: parsed.kind === 'tokens' ? parsed.tokens : [], version: '1' },
      numbers: { book: packs.book, changes, perDay: 150, provider, nowMs: () => 5000 },
    },
  })
  vi.stubEnv('SMSWITCH_TOKEN', 's3cret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.stop()
  rmSync(folder, { recursive: true })
})

function file(text: string | Uint8Array): string {
  const path = join(folder, 'numbers.csv')
  writeFileSync(path, text)
  return path
}

/** As main does it, for programs: nothing but results is printed. */
async function run<Specs extends OptionSpecs>(
  command: CommandSpec<Specs> & {
    run(values: OptionValues<Specs>, output: ReturnType<typeof createOutput>, args: readonly string[]): Promise<number>
  },
  ...argv: string[]
) {
  const isJson = !argv.includes('--people')
  let out = ''
  let err = ''
  const parsed = parseCommand(command, 'smswitch', [
    ...argv.filter((arg) => arg !== '--people'),
    `--url=http://127.0.0.1:${admin.port}`,
  ])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const output = createOutput({
    json: isJson,
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  })
  const code = await command.run(parsed.values, output, parsed.arguments).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

describe('smswitch numbers', () => {
  it('import takes a sheet, list prints one that import takes back without a change', async () => {
    const sheet = file(
      '\ufeffNumber;Type;Region;Capabilities;Price;Notes\r\n+14155550100;local;"Ca;li";sms mms;1;x\r\n18005550100;;;sms;;\r\n',
    )
    const done = await run(numbersImportCommand, sheet)
    expect(JSON.parse(done.out)).toEqual({ dryRun: false, added: 2, changed: 0, unchanged: 0, mistakes: [], ignored: ['Notes'] }) // prettier-ignore
    const { out } = await run(numbersListCommand, '--people')
    expect(out).toBe(
      'number,type,country,area,capabilities,price,perSecond\n14155550100,local,US,"Ca;li",sms mms,1.00000,0\n18005550100,tollfree,US,,sms,,0\n',
    )
    expect(await run(numbersImportCommand, file(out), '--people')).toMatchObject({
      code: 0,
      out: 'added 0, changed 0, unchanged 2\n',
    })
    expect((await run(numbersListCommand, '--people', '--free', '--type=tollfree')).out).toContain('\n18005550100,')
    expect((await run(numbersListCommand, '--owner=acme')).out).toBe('{"numbers":[]}\n')
  })

  it('import puts numbers into pools, dry first, and list prints what import takes back', async () => {
    const [uuid, pool] = ['5ec4c8c9-cd74-42b5-9e41-0d7670d6bb46', 'ca5fd1f2-26c0-43e9-a7e4-0dc426e9dd2f']
    packs.book.putPack({ ...packDefaults, uuid, pool, account, name: 'mine', createdAtMs: 0 })
    const sheet = file(`number,Number Pool\n14155550100,${pool}\n14155550101,\n14155550102,${uuid}\n14155550103,x\n`)
    const dry = await run(numbersImportCommand, '--people', '--dry-run', sheet)
    expect(dry.err).toBe(
      'smswitch: the sheet has 1 mistake(s); nothing was changed\n  line 5: pool: expects the UUID of a number pool, or of its powerpack, not "x"\n',
    )
    expect((await run(numbersImportCommand, '--dry-run', '--skip-bad', sheet)).out).toMatch('"added":3')
    expect(packs.book.pool(pool)?.size).toBe(0)
    expect((await run(numbersImportCommand, '--people', '--skip-bad', sheet)).out).toMatch(/^added 3,/)
    expect(packs.book.pool(pool)?.size).toBe(2)
    const { out } = await run(numbersListCommand, '--people', '--owner=acme')
    expect(out).toMatch(`14155550100,local,US,sms,0,acme,${pool}\n`)
  })

  it('import tells every bad line with its number, the value and what would be right, and changes nothing', async () => {
    const sheet = file('number,price\n14155550100,1\n14155550101,x\n1415555,\n14155550100,2\n14155550102\n"1\n')
    const { code, err } = await run(numbersImportCommand, '--people', sheet)
    expect(code).toBe(1)
    expect(err).toBe(`smswitch: the sheet has 4 mistake(s); nothing was changed
  line 3: price: expects a decimal number such as 0.80, with at most 6 decimals, not "x"
  line 5: number: expects a number that line 2 does not have, not "14155550100"
  line 6: expects 2 fields, as many as the first line has, not "1 fields"
  line 7: expects a quote that closes, not "column 1"
`)
    expect(packs.book.numbers.size).toBe(0)
    const dry = await run(numbersImportCommand, '--dry-run', '--skip-bad', sheet)
    expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, added: 2, mistakes: [{ line: 3 }, {}, {}, {}] })
    expect(packs.book.numbers.size).toBe(0)
    const skipped = await run(numbersImportCommand, '--people', '--skip-bad', sheet)
    expect(skipped.out).toMatch(/^added 2, .*\n4 mistake\(s\), whose lines are left out:\n {2}line 3: price/)
    expect(packs.book.numbers.get('14155550100')).toBeDefined()
  })

  const firstLines: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['', /names of the columns/],
    ['nummer\n1', /nummer: expects the column number, not/],
    ['number,Number\n1,1', /each column once/],
    ['price\n1', /a column number, among number, type/],
    [Uint8Array.of(0x6e, 0xff), /not UTF-8/],
  ]
  it.each(firstLines)('import refuses a sheet of %j', async (text, expected) => {
    const { code, err } = await run(numbersImportCommand, file(text))
    expect(code).toBe(1)
    expect(err).toMatch(expected)
  })

  it('import that the store interrupts says so, and goes on from there', async () => {
    const lines = Array.from({ length: 1500 }, (_, n) => `1415555${String(n).padStart(4, '0')}`)
    const sheet = file(['number', ...lines].join('\n'))
    let left = 1
    const commit = store.commit.bind(store)
    store.commit = async (...args) => {
      if (left-- === 0) store.failNext('full')
      return commit(...args)
    }
    const { code, err } = await run(numbersImportCommand, '--people', sheet)
    expect(code).toBe(1)
    expect(err).toMatch(/503.*could not be stored.*\n1000 numbers before that were imported/)
    expect(JSON.parse((await run(numbersImportCommand, sheet)).out)).toMatchObject({ added: 500, unchanged: 1000 })
  })

  it('import takes 100,000 numbers in well under a minute, in steps of 1,000', async () => {
    const unique = Array.from(
      { length: 100_000 },
      (_, n) => `1${201 + Math.floor(n / 10_000)}555${String(n % 10_000).padStart(4, '0')},local,sms,0.8`,
    )
    const sheet = file(['number,type,capabilities,price', ...unique].join('\n'))
    const startMs = performance.now()
    const { out } = await run(numbersImportCommand, sheet)
    const tookMs = performance.now() - startMs
    console.log(`100,000 numbers imported in ${(tookMs / 1000).toFixed(1)} s`)
    expect(JSON.parse(out)).toMatchObject({ added: 100_000, mistakes: [] })
    expect(Math.max(...commits)).toBe(1000)
    expect(tookMs).toBeLessThan(60_000)
    const listed = JSON.parse((await run(numbersListCommand)).out) as { readonly numbers: readonly unknown[] }
    expect(listed.numbers).toHaveLength(100_000)
  })

  it('remove --owned says which numbers went back to their provider, and which cost on', async () => {
    for (const [number, source] of Object.entries({ 14155550100: 'bulk', 14155550101: 'bulk', 14155550102: 'old' }))
      packs.book.putNumber(owned(number, { details: { source: `provider:${source}` } }))
    const all = '14155550100,14155550101,14155550102'
    expect(await run(numbersRemoveCommand, '--people', '--owned', all)).toEqual({
      ...{ code: 1, err: '' },
      out: `removed 2, of which 1 to their provider
  14155550101: not given back to its provider: not now
  14155550102: its rent goes on at old, which is not asked here
`,
    })
    expect(JSON.parse((await run(numbersRemoveCommand, '--owned', '14155550101')).out)).toMatchObject({
      ...{ removed: 0, givenBack: 0, notGivenBack: [{ number: '14155550101' }], stillRented: [] },
    })
  })

  it('remove takes numbers or a sheet of them', async () => {
    await run(numbersImportCommand, file('number\n14155550100\n14155550101\n14155550102\n'))
    const dry = await run(numbersRemoveCommand, '--people', '--dry-run', '+1 415 555 0100,14155550199')
    expect(dry).toMatchObject({ code: 1, out: 'would be removed 1\n  14155550199: there is no such number\n' })
    expect(await run(numbersRemoveCommand, '--people', '14155550100')).toMatchObject({ code: 0, out: 'removed 1\n' })
    expect(await run(numbersRemoveCommand, '--people', `@${file('14155550101\n14155550102\n')}`)).toMatchObject({
      code: 0,
      out: 'removed 2\n',
    })
    expect(packs.book.numbers.size).toBe(0)
  })
})

describe('progress', () => {
  it('is a bar on a terminal, and a line now and then elsewhere', () => {
    let nowMs = 0
    let text = ''
    const sink = { isTTY: true, columns: 80, write: (more: string) => (text += more) }
    const bar = createProgress('rows', 10, sink, () => nowMs)
    bar.show(0)
    bar.show(1)
    nowMs = 200
    bar.show(5, 'waiting')
    bar.show(10)
    bar.end()
    expect(text.split('\r').slice(1)).toEqual([
      `[${'.'.repeat(30)}] 0% 0/10\x1b[K`,
      `[${'#'.repeat(15)}${'.'.repeat(15)}] 50% 5/10, waiting\x1b[K`,
      `[${'#'.repeat(30)}] 100% 10/10\x1b[K\n`,
    ])
    text = ''
    const lines = createProgress('rows', 10, { write: (more) => (text += more) }, () => nowMs)
    lines.show(1)
    nowMs += 10_000
    lines.show(5)
    lines.show(6)
    lines.end()
    expect(text).toBe('rows: 50% 5/10\n')
  })
})
