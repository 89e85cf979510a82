// Accounts that use the HTTP API: who is found by an auth id, with what token, and every mistake told without one.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { changeDirectory, openDirectory, type Provisioned } from './change.js'
import { SECRET_MASK, withoutSecrets } from './change-secrets.js'
import { compileDirectory } from './compile.js'
import { createCompileMemory } from './compile-memory.js'
import { describeDirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'
import type { Snapshot } from './snapshot.js'

const surroundings = {
  env: { TOKEN: 'e'.repeat(40), SHORT: 'secret' },
  readSecret: (path: string): string => {
    if (path === 'token.txt') return `${'f'.repeat(40)}\nmore\n`
    throw new Error('ENOENT')
  },
  statusByName: () => undefined,
}
const token = 'a'.repeat(40)
const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const main = 'MA0123456789ABCDEFGH'
const sub = 'SA0123456789ABCDEFGH'

function mistakesOf(text: string): string[] {
  const parsed = parseDirectory(text, 'd.yaml', surroundings)
  return parsed.kind === 'mistakes' ? parsed.mistakes.map(describeDirectoryMistake) : []
}

function snapshotOf(text: string): Snapshot {
  const parsed = parseDirectory(text, 'd.yaml', surroundings)
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  return compileDirectory(parsed.directory, { resend: { stepMs: 1, max: 1 }, memory: createCompileMemory() })
}

describe('API accounts', () => {
  const snapshot = snapshotOf(`
accounts:
  - { id: sub, domain: sms.example.com, api: { authId: ${sub}, tokenEnv: TOKEN, main: acme } }
  - { id: acme, api: { authId: ${main}, token: ${token} }, addresses: [192.0.2.0/24] }
  - { id: filed, systemId: filed, password: "${hash}", api: { authId: MAFILED00000000000AA, tokenFile: token.txt } }
  - { id: gone, active: false, api: { authId: MAGONE000000000000AA, token: ${token} } }
  - { id: gone-sub, active: false, api: { authId: SAGONE000000000000AA, token: ${token}, main: acme } }
  - { id: left, api: { authId: SALEFT000000000000AA, token: ${token}, main: gone } }
  - { id: app, systemId: app, password: "${hash}" }
`)

  it('are found by their auth id, with their token from where it is', () => {
    expect(snapshot.apiAccount(main)).toMatchObject({ authId: main, token, account: 'acme', main: undefined })
    expect(snapshot.apiAccount(main)?.addresses).toHaveLength(1)
    expect(snapshot.apiAccount(sub)).toMatchObject({ token: 'e'.repeat(40), account: 'sub', main })
    expect(snapshot.apiAccount('MAFILED00000000000AA')?.token).toBe('f'.repeat(40))
    expect(snapshot.apiAccount('MAZZZZZZZZZZZZZZZZZZ')).toBeUndefined()
    expect(snapshot.apiAccount(main.toLowerCase())).toBeUndefined()
  })

  it('are the same object each time', () => {
    expect(snapshot.apiAccount(main)).toBe(snapshot.apiAccount(main))
    expect(snapshot.apiSubAccountsOf(main)[0]).toBe(snapshot.apiAccount(sub))
  })

  it('are not found while they are inactive, nor are sub-accounts; their tokens still sign', () => {
    expect(snapshot.apiAccount('MAGONE000000000000AA')).toBeUndefined()
    expect(snapshot.apiSubAccountsOf(main).map(({ account }) => account)).toEqual(['sub'])
    expect(snapshot.apiSubAccountsOf(sub)).toEqual([])
    expect(snapshot.apiTokensOf('gone' as AccountId)).toEqual({ token, mainToken: token })
    expect(snapshot.apiTokensOf('sub' as AccountId)).toEqual({ token: 'e'.repeat(40), mainToken: token })
    expect(snapshot.apiTokensOf('app' as AccountId)).toBeUndefined()
    // Its own token opens it, whatever became of its main account.
    expect(snapshot.apiAccount('SALEFT000000000000AA')?.main).toBe('MAGONE000000000000AA')
  })

  it('are accounts like others, without a token in them', () => {
    expect(snapshot.account('sub' as AccountId)?.api).toEqual({ authId: sub, main: 'acme' })
    expect(snapshot.account('app' as AccountId)?.api).toBeUndefined()
    expect(snapshot.accountBySystemId('filed')?.api?.authId).toBe('MAFILED00000000000AA')
    const shown = snapshot.accounts().map(({ addresses, ...rest }) => ({ ...rest, addresses: addresses.length }))
    expect(JSON.stringify(shown)).not.toMatch(/aaaa|eeee|ffff/)
  })
})

describe('mistakes in API accounts', () => {
  it('are told with what would be right, and without tokens', () => {
    const lines = mistakesOf(`
accounts:
  - { id: a1, api: { authId: ${main}, token: ${token} } }
  - { id: a2, api: { authId: ${main}, token: ${token} } }
  - { id: b1, api: { authId: MA01, token: plainsecret } }
  - { id: b2, api: { authId: ma0123456789abcdefgh, token: "plainsecret with blanks" } }
  - { id: b3, api: { token: ${token} } }
  - { id: b4, api: plainsecret }
  - { id: b5, api: { authId: MAB50000000000000000, secret: plainsecret, token: ${token} } }
  - { id: c1, api: { authId: MAC10000000000000000 } }
  - { id: c2, api: { authId: MAC20000000000000000, token: ${token}, tokenEnv: TOKEN } }
  - { id: c3, api: { authId: MAC30000000000000000, tokenEnv: NOTHING } }
  - { id: c4, api: { authId: MAC40000000000000000, tokenEnv: SHORT } }
  - { id: c5, api: { authId: MAC50000000000000000, tokenFile: none.txt } }
  - { id: d1, api: { authId: SAD10000000000000000, token: ${token} } }
  - { id: d2, api: { authId: SAD20000000000000000, token: ${token}, main: nobody } }
  - { id: d3, api: { authId: SAD30000000000000000, token: ${token}, main: d2 } }
  - { id: d4, api: { authId: SAD40000000000000000, token: ${token}, main: e2 } }
  - { id: d5, api: { authId: MAD50000000000000000, token: ${token}, main: a1 } }
  - { id: e1, api: { authId: MAE10000000000000000, token: ${token} }, password: "${hash}" }
  - { id: e2, systemId: e2, password: "${hash}" }
  - { id: e3 }
`)
    expect(lines).toMatchInlineSnapshot(`
      [
        "d.yaml:4:30: accounts[1].api.authId: expects an auth id that is not used twice (first at accounts[0].api.authId), not "MA0123456789ABCDEFGH"",
        "d.yaml:5:30: accounts[2].api.authId: expects MA or SA and 18 capital letters and digits (\`smswitch api-credentials\` makes one), not "MA01"",
        "d.yaml:5:43: accounts[2].api.token: expects a token of 20 to 255 printable ASCII characters without blanks (\`smswitch api-credentials\` makes one)",
        "d.yaml:6:30: accounts[3].api.authId: expects MA or SA and 18 capital letters and digits (\`smswitch api-credentials\` makes one), not "ma0123456789abcdefgh"",
        "d.yaml:6:59: accounts[3].api.token: expects a token of 20 to 255 printable ASCII characters without blanks (\`smswitch api-credentials\` makes one)",
        "d.yaml:7:20: accounts[4].api.authId: expects MA or SA and 18 capital letters and digits (\`smswitch api-credentials\` makes one); it is missing",
        "d.yaml:8:20: accounts[5].api: expects { authId, token, tokenEnv, tokenFile, main }",
        "d.yaml:9:52: accounts[6].api.secret: expects a known key (authId, token, tokenEnv, tokenFile, main)",
        "d.yaml:10:20: accounts[7].api: expects exactly one of token, tokenEnv and tokenFile",
        "d.yaml:11:111: accounts[8].api.tokenEnv: expects exactly one of token, tokenEnv and tokenFile",
        "d.yaml:12:62: accounts[9].api.tokenEnv: expects the name of an environment variable that is set, not "NOTHING"",
        "d.yaml:13:62: accounts[10].api.tokenEnv: expects a token of 20 to 255 printable ASCII characters without blanks (\`smswitch api-credentials\` makes one)",
        "d.yaml:14:63: accounts[11].api.tokenFile: expects a file that can be read (ENOENT), not "none.txt"",
        "d.yaml:15:20: accounts[12].api.main: expects the id of the main account of this sub-account; it is missing",
        "d.yaml:16:107: accounts[13].api.main: expects the id of an account with api.authId that begins with MA, not "nobody"",
        "d.yaml:17:107: accounts[14].api.main: expects the id of an account with api.authId that begins with MA, not "d2"",
        "d.yaml:18:107: accounts[15].api.main: expects the id of an account with api.authId that begins with MA, not "e2"",
        "d.yaml:19:107: accounts[16].api.main: expects nothing: the auth id begins with MA, so the account is a main account itself, not "a1"",
        "d.yaml:20:113: accounts[17].password: expects systemId, whose password it is; a SIP user has sip.secrets, the API api.token",
        "d.yaml:22:5: accounts[19].systemId: expects text of 1 to 15 printable ASCII characters, or sip, or api; it is missing",
      ]
    `)
    expect(lines.join()).not.toMatch(/plainsecret|aaaa/)
  })
})

describe('tokens', () => {
  const rules = { ...surroundings, defaults: { resend: { stepMs: 1, max: 1 } } }
  const row = { api: { authId: main, token } }
  const start = (): Provisioned => {
    const opened = openDirectory([{ kind: 'accounts', id: 'a', row: { id: 'a', ...row }, etag: '1' }], 1, rules)
    if (opened.kind === 'mistakes') throw new Error(JSON.stringify(opened.mistakes))
    return opened.provisioned
  }
  const changed = (change: object) =>
    changeDirectory(start(), { changes: [{ kind: 'accounts', id: 'a', row: change }] }, rules)

  it('are masked when they are shown, and stay what they were when the mask comes back', () => {
    const shown = withoutSecrets(start().objects.get('accounts/a')?.row) as typeof row
    expect(shown.api).toEqual({ authId: main, token: SECRET_MASK })
    const result = changed({ ...shown, maxMo: 5 })
    if (result.kind !== 'changed') throw new Error(JSON.stringify(result))
    expect(result.provisioned.snapshot.apiAccount(main)?.token).toBe(token)
    expect(result.report[0]?.fields).toEqual([{ path: 'maxMo', after: 5 }])
  })

  it('do not show in what a change says, also not wrong ones', () => {
    expect(changed({ api: { authId: main, token: 'b'.repeat(40) } })).toMatchObject({
      report: [{ fields: [{ path: 'api.token', before: SECRET_MASK, after: SECRET_MASK }] }],
    })
    const told = changed({ api: { authId: main, token: 'hunter2' } })
    expect(told.kind).toBe('mistakes')
    expect(JSON.stringify(told)).not.toContain('hunter2')
    const moved = changed({ api: { authId: main, tokenEnv: 'TOKEN' } })
    if (moved.kind !== 'changed') throw new Error(JSON.stringify(moved))
    expect(moved.provisioned.snapshot.apiAccount(main)?.token).toBe('e'.repeat(40))
    expect(moved.report[0]?.fields).toContainEqual({ path: 'api.tokenEnv', after: 'TOKEN' })
  })
})

describe('config/powerpack.yaml', () => {
  it('has an application whose messages have a way and a price', () => {
    const snapshot = snapshotOf(readFileSync(new URL('../../config/powerpack.yaml', import.meta.url), 'utf8'))
    const user = snapshot.apiAccount('MADEMO00000000000000')
    const account = snapshot.account(user?.account ?? ('' as AccountId))!
    expect(account.numbers.map((number) => snapshot.ownerOf(number)?.id)).toEqual(['app', 'app', 'app'])
    const policy = snapshot.policyFor(account.domain, '14155550123')!
    expect(snapshot.routeFor(policy, '14155550123', account)).toEqual(['simulated-1'])
    expect(snapshot.customerPrice(account, '14155550123', undefined, 0)?.priceMicros).toBe(7_700)
    expect(snapshot.routeFor(policy, '447946001234', account)).toEqual([])
  })
})
