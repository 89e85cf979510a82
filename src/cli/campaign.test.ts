import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseCommand } from './args.js'
import { campaignSendCommand } from './campaign-send.js'
import { authId, CampaignServer, pack, phones, token } from './campaign-server.suite.js'
import { campaignRows, parseTemplate, totalsOf } from './campaign-sheet.js'
import { createOutput } from './output.js'
import { openSheet } from './sheet.js'

let folder: string
let server: CampaignServer
let file: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-campaign-'))
  file = join(folder, 'list.csv')
  server = await new CampaignServer().start()
  vi.stubEnv('SMSWITCH_AUTH_ID', authId)
  vi.stubEnv('SMSWITCH_AUTH_TOKEN', token)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** As main does it. */
async function send(text: string, ...argv: string[]) {
  const isJson = argv.includes('--json')
  let out = ''
  let err = ''
  const given = [file, `--url=${server.url}`, `--powerpack=${pack}`, `--text=${text}`, ...argv]
  const parsed = parseCommand(campaignSendCommand, 'smswitch', given)
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const output = createOutput({
    json: isJson,
    out: { write: (more: string) => (out += more) },
    err: { write: (more: string) => (err += more) },
  })
  const code = await campaignSendCommand.run(parsed.values, output, parsed.arguments).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

const state = () => JSON.parse(readFileSync(`${file}.state`, 'utf8')) as Record<string, unknown>
const fast = ['--rate=100000']

describe('smswitch campaign send', () => {
  it('sends rows of one text together and others one by one, each once, in a key of their own', async () => {
    writeFileSync(file, `to\n${phones(2500).join('\n')}\n`)
    expect(await send('Hello', ...fast)).toMatchObject({ code: 0, err: '' })
    expect(server.taken.map(({ to }) => to).sort()).toEqual([...phones(2500)].sort())
    expect(server.keys.map((key) => key.replace(/campaign-[0-9a-f-]{36}-/, '')).sort()).toEqual(['0-999', '1000-1999', '2000-2499']) // prettier-ignore
    expect(existsSync(`${file}.failed.csv`)).toBe(false)
    const again = await send('Hello', ...fast)
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('sent already') as string })
  })

  it('fills in the fields of each row', async () => {
    writeFileSync(file, 'name,to,city\nAnn,+1 202-555-0001,"Ames, IA"\nBob,12025550002,Reno\n')
    expect((await send('Hi {name} in {city} {{x}}', ...fast)).out).toMatch(
      /^2 accepted \(2 segments\), 0 failed, 0 left/,
    )
    expect([...server.taken].sort((a, b) => (a.to < b.to ? -1 : 1))).toEqual([
      { to: '12025550001', text: 'Hi Ann in Ames, IA {x}' },
      { to: '12025550002', text: 'Hi Bob in Reno {x}' },
    ])
  })

  it('lists bad lines and sends nothing, or the others where that is wanted', async () => {
    writeFileSync(file, 'to,name\n12025550001,Ann\n442071234567,Bob\n12025550001,Cy\n12025550002,\nx\n12025550003,Di\n')
    const { code, err } = await send('Hi {name}', ...fast)
    expect(code).toBe(1)
    expect(err).toBe(`smswitch: the sheet has 4 mistake(s); nothing was sent
  line 3: to: expects a number of the United States or Canada, such as 14155550100, not "442071234567"
  line 4: to: expects a number that line 2 does not have, not "12025550001"
  line 5: name: expects something for {name} of the text
  line 6: expects 2 fields, as many as the first line has, not "1 fields"
`)
    expect(server.taken).toEqual([])
    expect((await send('Hi {name}', '--skip-bad', ...fast)).out).toContain('2 accepted')
    expect(server.taken.map(({ text }) => text).sort()).toEqual(['Hi Ann', 'Hi Di'])
  })

  it('says in a dry run what it would send, cost and take, and sends nothing', async () => {
    writeFileSync(file, `to,name\n${phones(600).map((to, n) => `${to},${n < 100 ? 'Zoë €' : '日本'}`).join('\n')}\nx,y\n`) // prettier-ignore
    const { out } = await send('Hi {name}', '--dry-run', '--price=0.0045')
    expect(out).toBe(`messages   600 from powerpack p, in 2 request(s)
segments   600
encodings  GSM 7 bit 0, UCS-2 600
cost       2.7, 0.0045 a segment
duration   5 min 0 s at least: 2 long codes at 1/s
1 mistake(s):
  line 602: to: expects a number of the United States or Canada, such as 14155550100, not "x"
`)
    server.pool = { longcode: 5, tollfree: 1, shortcode: 0 }
    const json = JSON.parse((await send('Hi', '--dry-run', '--json')).out) as object
    expect(json).toMatchObject({ messages: 600, gsm: 600, seconds: 200, cost: null, requests: 1 })
    expect([server.taken, existsSync(`${file}.state`)]).toEqual([[], false])
  })

  it('waits where the switch says later, and repeats what was lost without sending it twice', async () => {
    writeFileSync(file, `to,n\n${phones(30).map((to, n) => `${to},${n}`).join('\n')}\n`) // prettier-ignore
    server.meetings = [
      { kind: 'status', status: 429, retryAfter: 0 },
      { kind: 'lost' },
      { kind: 'status', status: 503, retryAfter: 0 },
      { kind: 'taken' },
      { kind: 'lost' },
    ]
    const { code, out } = await send('{n}', ...fast)
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^30 accepted/) as string })
    expect(server.taken.map(({ to }) => to).sort()).toEqual([...phones(30)])
  })

  it('lists rows that failed in a sheet that can be sent again', async () => {
    writeFileSync(file, 'to,name\n12025550001,"A, B"\n12025550002,C\n12025550003,D\n')
    server.invalid.add('12025550001')
    const first = await send('Hi', ...fast)
    expect(first).toMatchObject({ code: 1, out: expect.stringMatching(/2 accepted .*1 failed/) as string })
    expect(readFileSync(`${file}.failed.csv`, 'utf8')).toBe(
      'line,error,to,name\n2,"not accepted: no valid number, or no room",12025550001,"A, B"\n',
    )
    server.invalid.clear()
    file = `${file}.failed.csv`
    expect((await send('Hi {name}', ...fast)).out).toContain('1 accepted')
  })

  it('pauses where nothing would be taken, and goes on with the same command', async () => {
    writeFileSync(file, `to,n\n${phones(10).map((to, n) => `${to},${n}`).join('\n')}\n`) // prettier-ignore
    server.meetings = [{ kind: 'taken' }, { kind: 'status', status: 400, error: 'powerpack_uuid: there is no such powerpack' }] // prettier-ignore
    const paused = await send('{n}', '--concurrency=1', ...fast)
    expect(paused.err).toMatch(/paused: 400: powerpack_uuid: there is no such powerpack\n1 accepted .* 9 left/)
    expect(state()).toMatchObject({ pid: 0, nextRow: 1, accepted: 1 })
    expect((await send('Hi', ...fast)).err).toContain('another campaign')
    expect((await send('{n}', ...fast)).out).toMatch(/^10 accepted \(10 segments\), 0 failed, 0 left/)
    expect(server.taken.map(({ to }) => to).sort()).toEqual([...phones(10)])
  })

  it('pauses after many refusals in a row: it is not the rows that are wrong', async () => {
    writeFileSync(file, `to,n\n${phones(100).map((to, n) => `${to},${n}`).join('\n')}\n`) // prettier-ignore
    server.meetings = Array.from({ length: 50 }, () => ({ kind: 'status', status: 403, error: 'disabled' }) as const)
    const { err } = await send('{n}', '--concurrency=1', ...fast)
    expect(err).toMatch(/the last 20 requests were refused: 403: disabled\n0 accepted .* 20 failed, 80 left/)
  })

  it('does not send again what may have been sent more than a day ago', async () => {
    writeFileSync(file, `to,n\n${phones(4).map((to, n) => `${to},${n}`).join('\n')}\n`) // prettier-ignore
    server.meetings = [{ kind: 'taken' }, { kind: 'status', status: 401 }]
    await send('{n}', '--concurrency=1', ...fast)
    const { reserved, ...rest } = state()
    expect(reserved).toMatchObject([{ end: 256 }])
    // As a process would have left it that died two days ago, with two rows out.
    writeFileSync(
      `${file}.state`,
      JSON.stringify({ ...rest, reserved: [{ end: 2, atMs: Date.now() - 2 * 86_400_000 }] }),
    )
    expect((await send('{n}', ...fast)).out).toMatch(/^3 accepted \(3 segments\), 1 failed/)
    expect(readFileSync(`${file}.failed.csv`, 'utf8')).toContain('3,"unknown: it may have been sent')
  })

  it('wants the token by the environment or a file, and tells what the API says of a wrong one', async () => {
    writeFileSync(file, 'to\n12025550001\n')
    vi.stubEnv('SMSWITCH_AUTH_TOKEN', '')
    expect((await send('Hi')).err).toContain('SMSWITCH_AUTH_TOKEN')
    writeFileSync(join(folder, 'token'), 'wrong\n')
    expect((await send('Hi', `--auth-token-file=${join(folder, 'token')}`)).err).toContain('401: the auth id or')
    writeFileSync(join(folder, 'token'), `${token}\n`)
    expect((await send('Hi', `--auth-token-file=${join(folder, 'token')}`)).code).toBe(0)
  })

  it('is not sent by two processes at a time, nor without numbers', async () => {
    writeFileSync(file, 'to\n12025550001\n')
    server.pool.longcode = 0
    expect((await send('Hi')).err).toContain('has no number that can send')
    server.pool.longcode = 1
    server.meetings = [{ kind: 'status', status: 401 }]
    await send('Hi')
    writeFileSync(`${file}.state`, JSON.stringify({ ...state(), pid: process.ppid }))
    expect((await send('Hi')).err).toContain(`process ${process.ppid} is sending it`)
  })
})

describe('a text with fields', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['Hi {nam}', /\{nam\}, which is none of the columns to, name/],
    ['Hi {name', /a brace alone/],
    ['Hi } there', /a brace alone/],
  ]
  it.each(wrong)('%j is refused', (text, expected) => {
    expect(() => parseTemplate(text, ['to', 'name'])).toThrow(expected)
  })

  it('is too long by the rules of the API', () => {
    const sheet = openSheet('to,n\n12025550001,x\n')
    const { mistakes } = totalsOf(campaignRows(sheet, parseTemplate('x'.repeat(1601), sheet.names)), 1000)
    expect(mistakes).toMatchObject([{ line: 2, expected: 'another text: text must have 1600 characters at most' }])
  })
})
