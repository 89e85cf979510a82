import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rigOf, rigPauses as pauses } from '../admin/api-rig.suite.js'
import { openBook, type DirectoryBook } from '../admin/directory-book.js'
import { startAdmin, type Admin } from '../admin/server.js'
import { parseTokens, tokenHash } from '../admin/tokens.js'
import { SECRET_MASK } from '../directory/change-secrets.js'
import { parseStatus } from '../smpp/index.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { parseCommand, type CommandSpec, type OptionSpecs, type OptionValues } from './args.js'
import { directoryApplyCommand, directoryDiffCommand } from './directory-apply.js'
import { directoryExportCommand } from './directory-export.js'
import { createOutput } from './output.js'

const demoFile = new URL('../../config/demo.yaml', import.meta.url).pathname
const demoText = readFileSync(demoFile, 'utf8')

let admin: Admin
let book: DirectoryBook
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-directory-'))
  const parsed = parseTokens(`all ${tokenHash('s3cret')} directory:write; eye ${tokenHash('see')} directory:read`)
  const defaults = { resend: { stepMs: 30_000, max: 20 } }
  const rules = { env: {}, readSecret: () => '', statusByName: parseStatus, defaults }
  book = await openBook({ store: new MemoryStore().directory, rules, pauses, applied: () => undefined })
  admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, readiness: () => [] },
    metrics: { contentType: 'text/plain', render: async () => '' },
    api: {
      ...rigOf(() => book.current().snapshot),
      ...{ book, tokens: parsed.kind === 'tokens' ? parsed.tokens : [], version: '1' },
    },
  })
  vi.stubEnv('SMSWITCH_TOKEN', 's3cret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.stop()
  rmSync(folder, { recursive: true })
})

function file(text: string, name = 'd.yaml'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** As main does it. */
async function run<Specs extends OptionSpecs>(
  command: CommandSpec<Specs> & {
    run(values: OptionValues<Specs>, output: ReturnType<typeof createOutput>, args: readonly string[]): Promise<number>
  },
  ...argv: string[]
) {
  let out = ''
  let err = ''
  const sinks = { out: { write: (text: string) => (out += text) }, err: { write: (text: string) => (err += text) } }
  const output = createOutput({ json: argv.includes('--json'), ...sinks })
  const url = argv.some((word) => word.startsWith('--url')) ? [] : ['--url', `http://127.0.0.1:${admin.port}`]
  const parsed = parseCommand(command, 'smswitch', [...argv, ...url])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const code = await command.run(parsed.values, output, parsed.arguments).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

const apply = (...argv: string[]) => run(directoryApplyCommand, ...argv)
const diff = (...argv: string[]) => run(directoryDiffCommand, ...argv)
const exported = (...argv: string[]) => run(directoryExportCommand, ...argv)

describe('smswitch directory', () => {
  it('applies a file, then exports what applies again without a change', async () => {
    const first = await apply(demoFile)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain('+ accounts/demo\n')
    expect(first.out).toMatch(/changed, now revision 1: \d+ new, 0 changed, 0 removed, 0 unchanged\n$/)
    const { out } = await exported()
    expect(out).toContain(SECRET_MASK)
    expect(out).not.toContain('scrypt$')
    const again = await apply(file(out), '--prune')
    expect(again.out).toMatch(/^nothing to change: 0 new, 0 changed, 0 removed, \d+ unchanged\n$/)
    expect((await apply(demoFile, '--prune')).out).toContain('nothing to change')
    expect(book.current().revision).toBe(1)
  })

  it('shows what would change, field by field, and changes nothing', async () => {
    await apply(demoFile)
    const changed = demoText.replace('maxBinds: 10', 'maxBinds: 12').replace('password: secret', 'password: geheim')
    const path = file(`${changed.replace('- id: all', '- id: every')}`)
    const { out } = await diff(path, '--prune')
    expect(out).toContain('~ accounts/demo\n    maxBinds: 10 → 12\n')
    expect(out).toContain(`    connections[id=simulated-1].password: "${SECRET_MASK}" → "${SECRET_MASK}"\n`)
    expect(out).toContain('+ policies/every\n')
    expect(out).toContain('- policies/all\n')
    expect(out).toContain('would change: 1 new, 2 changed, 1 removed')
    expect(out).not.toContain('geheim')
    expect((await diff(path)).out).not.toContain('- policies/all')
    expect((await apply(path, '--dry-run', '--prune')).out).toBe(out)
    expect(book.current().revision).toBe(1)
    const json = JSON.parse((await diff(path, '--json')).out) as { changes: { id: string; action: string }[] }
    expect(json).toMatchObject({ dryRun: true, revision: 2 })
    expect(json.changes).toContainEqual(expect.objectContaining({ id: 'every', action: 'create' }))
  })

  it('shows no token of the HTTP API, and keeps it where its mask comes back', async () => {
    const powerpack = new URL('../../config/powerpack.yaml', import.meta.url).pathname
    const text = readFileSync(powerpack, 'utf8')
    const token = /token: (\S{20,})/.exec(text)![1]!
    const account = () => book.current().snapshot.apiAccount('MADEMO00000000000000')
    expect(await apply(powerpack)).toMatchObject({ code: 0, err: '' })
    expect(account()?.token).toBe(token)
    const { out } = await exported()
    expect(out).not.toContain(token)
    const limited = file(out.replace('authId: MADEMO00000000000000', 'authId: MADEMO00000000000001'))
    expect((await apply(limited, '--prune')).out).toContain(
      'api.authId: "MADEMO00000000000000" → "MADEMO00000000000001"',
    )
    expect(account()).toBeUndefined()
    expect(book.current().snapshot.apiAccount('MADEMO00000000000001')?.token).toBe(token)
    const changed = await diff(file(text.replace(token, 'another-token-of-forty-characters-012345')))
    expect(changed.out).toContain(`api.token: "${SECRET_MASK}" → "${SECRET_MASK}"`)
    const wrong = await diff(file(text.replace(token, 'short-secret')))
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringContaining('accounts[0].api.token: expects a token') as string,
    })
    expect(changed.out + wrong.out + wrong.err).not.toMatch(/another-token|short-secret/)
  })

  it('takes the mask for secrets of any form, where there is one that it stands for', async () => {
    const sip = new URL('../../config/sip.yaml', import.meta.url).pathname
    expect((await apply(sip)).code).toBe(0)
    const { out } = await exported()
    expect((await apply(file(out), '--prune')).out).toMatch(/^nothing to change/)
    const renamed = file(out.replace('id: alice', 'id: carol'))
    expect((await apply(renamed)).err).toContain('expects the secret itself: there is none yet')
  })

  it('replaces variables by its own environment', async () => {
    vi.stubEnv('DEMO_VENDOR_HOST', 'vendor.example')
    await apply(demoFile)
    const vendor = [...book.current().objects.values()].find(({ kind }) => kind === 'vendors')
    expect(JSON.stringify(vendor?.row)).toContain('"host":"vendor.example","port":2776')
  })

  it('names the line of what the switch finds wrong', async () => {
    const path = file(demoText.replace('tariff: demo', 'tariff: gold'))
    const { code, err } = await apply(path)
    expect(code).toBe(1)
    const line = demoText.split('\n').findIndex((text) => text.includes('tariff: demo')) + 1
    expect(err).toContain(
      `${path}:${line}:17: vendors/simulated connections[0].tariff: expects the id of a tariff, not "gold"`,
    )
    expect(book.current().revision).toBe(0)
  })

  it('names the line of what is wrong with the file itself', async () => {
    const { code, err } = await apply(file('tariffs:\n  - id: t\n    rates: 3\n'), '--json')
    expect(code).toBe(1)
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'invalidDirectory', mistakes: [{ line: 3, path: 'tariffs[0].rates' }] } }) // prettier-ignore
  })

  it('says what is missing: a token, a scope, a switch, a file', async () => {
    expect((await apply(join(folder, 'none.yaml'))).err).toContain('none.yaml')
    vi.stubEnv('SMSWITCH_TOKEN', '')
    expect((await exported()).err).toContain('set the variable SMSWITCH_TOKEN')
    expect((await exported('--token-file', join(folder, 'none'))).err).toContain("the token can't be read")
    const reader = file('see\n', 'token')
    expect((await exported('--token-file', reader)).code).toBe(0)
    expect((await apply(demoFile, '--token-file', reader)).err).toContain('the token eye has no scope directory:write')
    vi.stubEnv('MINE', 'wrong')
    expect((await exported('--token-env', 'MINE')).err).toContain('answers 401')
    await admin.stop()
    expect((await exported('--token-file', reader)).err).toContain(`${admin.port} does not answer: `)
  })
})
