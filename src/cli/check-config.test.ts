import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkConfigCommand } from './check-config.js'
import { createOutput } from './output.js'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'check-config-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** As main does it: an error is printed and makes the exit code 1. */
async function run(values: { config?: string; directory?: string; set?: string[] }, json = false) {
  let out = ''
  let err = ''
  const output = createOutput({
    json,
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
  })
  const all = { config: undefined, directory: undefined, set: [], ...values }
  const code = await checkConfigCommand.run(all, output).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

describe('check-config', () => {
  it('sums up what is right', async () => {
    const directory = file('d.yaml', 'policies: [{ id: p }]')
    expect(await run({ directory })).toEqual({
      code: 0,
      out: `ok: default settings and ${directory} (0 accounts, 0 connections, 1 policies, 0 tariffs, 0 rates)\n`,
      err: '',
    })
    const { out } = await run({ directory }, true)
    expect(JSON.parse(out)).toMatchObject({ ok: true, directory, policies: 1 })
  })

  it('names the mistakes of both files at once', async () => {
    const config = file('c.yaml', 'log:\n  level: loud\n')
    const directory = file('d.yaml', 'accounts:\n  - id: a\n    systemId: a\n    password: geheim\n')
    const { code, out, err } = await run({ config, directory })
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toContain(`${config}:2:10: log.level: expects`)
    expect(err).toContain(`${directory}:4:15: accounts[0].password: expects`)
    expect(err).toContain('2 mistake(s)')
    expect(err).not.toContain('geheim')
  })

  it('looks at lookup providers, and at who names them', async () => {
    const table = file('own.csv', '1202*,310410\n')
    const providers = file('p.yaml', `providers: [{ id: own, type: table, file: ${table} }]`)
    const set = [`lookup.file=${providers}`]
    const policy = (names: string): string => `policies: [{ id: p, hlr: { providers: [${names}] } }]`
    expect((await run({ directory: file('d.yaml', policy('own')), set })).code).toBe(0)
    const directory = file('d.yaml', policy('own, hlr1'))
    const { code, err } = await run({ directory, set })
    expect(code).toBe(1)
    expect(err).toContain(
      `${directory}: policy p: hlr.providers: expects the name of a provider in ${providers}, not "hlr1"`,
    )
    file('own.csv', '1202*\n')
    const broken = await run({ directory, set })
    expect(broken.err).toContain(`${providers}:1:43: providers[0].file: expects in line 1 number,network`)
    expect((await run({ directory, set: ['lookup.file=none.yaml'] })).err).toContain("can't be read")
  })

  it('looks at the certificate that SIP is to listen with', async () => {
    const directory = file('d.yaml', 'policies: [{ id: p }]')
    const [certificateFile, keyFile] = [file('cert.pem', 'no certificate'), join(folder, 'key.pem')]
    const set = [
      'sip.listeners=tls://127.0.0.1:0',
      `sip.tls.certificateFile=${certificateFile}`,
      `sip.tls.keyFile=${keyFile}`,
    ]
    expect((await run({ directory, set })).code).toBe(0)
    set.push('sip.enabled=true')
    expect((await run({ directory, set })).err).toContain(
      `sip.tls.keyFile: expects a file that can be read (ENOENT), not "${keyFile}"`,
    )
    file('key.pem', 'no key')
    const { code, err } = await run({ directory, set })
    expect([code, err]).toEqual([1, expect.stringContaining('sip.tls.certificateFile: expects a certificate in PEM (')])
  })

  it('looks at the certificate authority of webhooks', async () => {
    const directory = file('d.yaml', 'policies: [{ id: p }]')
    const caFile = join(folder, 'ca.pem')
    const set = [`api.webhooks.caFile=${caFile}`]
    expect((await run({ directory, set })).code).toBe(0)
    set.push('api.enabled=true')
    expect((await run({ directory, set })).err).toContain(
      `api.webhooks.caFile: expects a file that can be read (ENOENT), not "${caFile}"`,
    )
    file('ca.pem', 'no certificate')
    expect((await run({ directory, set })).err).toContain('api.webhooks.caFile: expects a certificate in PEM (')
    file('ca.pem', rootCertificates[0]!)
    expect(await run({ directory, set })).toMatchObject({ code: 0, err: '' })
  })

  it('looks at the tables of 10DLC, and judges campaigns by them', async () => {
    const numbers = (count: number): string => Array.from({ length: count }, (_, n) => `'${12_025_550_100 + n}'`).join()
    const campaigns = (kind: string, useCase: string, count: number): string =>
      `brands: [{ id: b, kind: ${kind} }]\ncampaigns: [{ id: c, brand: b, useCase: ${useCase}, numbers: [${numbers(count)}] }]`
    const directory = file('d.yaml', campaigns('soleProprietor', 'soleProprietor', 2))
    expect((await run({ directory })).err).toContain('campaigns[0].numbers: expects 1 number at most')
    const stamp = 'version: 1\neffective: 2026-01-01\nsource: ours\n'
    const row = `soleProprietor: { attClass: W, campaigns: 1, numbers: 2, perNumber: { tmobile: 1, verizon: 1, uscellular: 1, minor: 1 }, mmsPerNumber: 0.5 }`
    const set = [`tenDlc.tablesFile=${file('tables.yaml', `${stamp}tables: { useCases: { ${row} } }`)}`]
    expect(await run({ directory, set })).toEqual({
      code: 0,
      err: '',
      out: expect.stringContaining('1 campaigns') as string,
    })
    file('tables.yaml', `${stamp}tables: { useCases: { soleProprietor: {} } }`)
    expect((await run({ directory, set })).err).toContain('/tables/useCases/soleProprietor')
    expect((await run({ directory, set: ['tenDlc.tablesFile=none.yaml'] })).err).toContain("can't be read")
    const many = file('d.yaml', campaigns('standard', 'mixed', 50))
    expect((await run({ directory: many })).out).toContain('warning: campaigns/c numbers: expects 49 numbers at most')
  })

  it('looks at the provider of numbers', async () => {
    const directory = file('d.yaml', 'policies: [{ id: p }]')
    const inventory = join(folder, 'inventory.yaml')
    const set = [`api.inventoryFile=${inventory}`]
    expect((await run({ directory, set })).code).toBe(0)
    set.push('api.enabled=true')
    expect((await run({ directory, set })).err).toContain("the file of the number provider can't be read: ENOENT")
    file('inventory.yaml', 'name: acme\norigin: nowhere\n')
    const { code, err } = await run({ directory, set })
    expect([code, err]).toEqual([1, expect.stringContaining('the file of the number provider has 3 mistake(s)')])
    expect(err).toContain(`${inventory}:1:1: rent: expects`)
  })

  it('does so for programs', async () => {
    const config = file('c.yaml', 'log:\n  level: loud\n')
    const directory = file('d.yaml', 'polices: []\n')
    const { code, err } = await run({ config, directory, set: ['nonsense=1'] }, true)
    expect(code).toBe(1)
    const { error } = JSON.parse(err) as { error: { code: string; mistakes: object[] } }
    expect(error.code).toBe('invalidConfig')
    expect(error.mistakes).toEqual([
      expect.objectContaining({ file: config, line: 2, column: 10, key: 'log.level', value: 'loud' }),
      expect.objectContaining({ origin: '--set nonsense=1', key: 'nonsense' }),
      expect.objectContaining({ file: directory, line: 1, column: 1, key: 'polices' }),
    ])
  })

  it('says when a file is not there', async () => {
    const { code, err } = await run({ directory: join(folder, 'nothing.yaml') })
    expect(code).toBe(1)
    expect(err).toContain('nothing.yaml')
  })
})
