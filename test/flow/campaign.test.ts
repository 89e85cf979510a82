// A campaign and its end: paused, killed, gone on with. Every phone has its message once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenHash } from '../../src/admin/tokens.js'
import { authId, CampaignServer, pack, phones, token } from '../../src/cli/campaign-server.suite.js'
import { apiPortOf, apiScenario, authToken, call, request, sdkOf } from './application.js'
import { mainFile } from './daemon.js'
import { startScenario, submitsAt } from './scenario.js'

const COUNT = 600

async function site() {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-campaign-'))
  const server = await new CampaignServer().start()
  onTestFinished(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'list.csv')
  writeFileSync(file, ['to,name', ...phones(COUNT).map((to, n) => `${to},N${n}`)].join('\n'))
  const args = ['campaign', 'send', file, '--url', server.url, '--powerpack', pack, '--text', 'Hi {name}']
  const send = () => command([...args, '--rate', '100000'], { SMSWITCH_AUTH_ID: authId, SMSWITCH_AUTH_TOKEN: token })
  return { server, file, send, state: () => JSON.parse(readFileSync(`${file}.state`, 'utf8')) as object }
}

/** As people call it. */
function command(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [mainFile, ...args], { env: { ...process.env, ...variables } })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  return { child, ended }
}

it('kill -9 at any request: the next start goes on, and no phone has two messages', async () => {
  const { server, send } = await site()
  server.invalid.add(phones(COUNT)[5]!)
  for (const at of [1, 7, 90, 300]) {
    const { child, ended } = send()
    server.onRequest = async (count) => {
      if (count < at || child.killed) return
      child.kill('SIGKILL')
      await ended
    }
    await ended
    expect(child.signalCode).toBe('SIGKILL')
  }
  server.onRequest = () => undefined
  const { code, out } = await send().ended
  expect(out).toMatch(/^599 accepted \(599 segments\), 1 failed, 0 left/)
  expect(code).toBe(1)
  expect(server.taken).toHaveLength(COUNT - 1)
  expect(new Set(server.taken.map(({ to }) => to)).size).toBe(COUNT - 1)
  expect(server.keys.length).toBeGreaterThan(COUNT)
})

it('SIGTERM: what is out is waited for, and it says how to go on', async () => {
  const { server, send, state } = await site()
  const { child, ended } = send()
  server.onRequest = (count) => void (count === 50 && child.kill('SIGTERM'))
  const { code, err } = await ended
  expect(code).toBe(1)
  expect(err).toMatch(/paused\n\d+ accepted .* left\nthe same command goes on from there/)
  expect(state()).toMatchObject({ pid: 0, reserved: [], nextRow: server.taken.length })
  expect(server.keys).toHaveLength(server.taken.length)
  expect((await send().ended).code).toBe(0)
  expect(server.taken.map(({ to }) => to).sort()).toEqual([...phones(COUNT)])
})

it('numbers are imported, a campaign is sent from them, and a switch that dies meanwhile makes no second message', async () => {
  const options = apiScenario({ set: { 'admin.tokens': `t ${tokenHash('t')} directory:write` } })
  const scene = await startScenario(options)
  const numbers = Array.from({ length: 20 }, (_, n) => `141555501${String(n).padStart(2, '0')}`)
  const [sheet, list] = [join(scene.folder, 'numbers.csv'), join(scene.folder, 'list.csv')]
  writeFileSync(sheet, ['number,owner,perSecond', ...numbers.map((number) => `${number},app,100`)].join('\n'))
  const admin = ['--url', `http://127.0.0.1:${scene.daemon.adminPort}`]
  const imported = await command(['numbers', 'import', sheet, ...admin], { SMSWITCH_TOKEN: 't' }).ended
  expect(imported).toMatchObject({ code: 0, out: 'added 20, changed 0, unchanged 0\n' })

  const sdk = await sdkOf(scene.daemon)
  const made = await sdk.powerpacks['create']!('campaign', {})
  const uuid = made['uuid'] as string
  const powerpack = await sdk.powerpacks['get']!(uuid)
  for (const number of numbers) await call(powerpack, 'add_number', number)

  const to = phones(60)
  writeFileSync(list, ['to,name', ...to.map((phone, n) => `${phone},N${n}`)].join('\n'))
  const port = await apiPortOf(scene.daemon)
  const args = [
    'campaign',
    'send',
    list,
    '--url',
    `http://127.0.0.1:${port}`,
    '--powerpack',
    uuid,
    '--text',
    'Hi {name}',
  ]
  const variables = { SMSWITCH_AUTH_ID: authId, SMSWITCH_AUTH_TOKEN: authToken }
  const dry = await command([...args, '--dry-run', '--price', '0.01'], variables).ended
  expect(dry.out).toMatch(
    /^messages {3}60 from powerpack campaign.*\n.*60\n.*GSM 7 bit 60.*\ncost {7}0\.6, .*\n.*20 long codes/,
  )

  const { ended } = command([...args, '--rate', '40'], variables)
  await submitsAt(scene.vendor, 20)
  await scene.restart('SIGKILL', { ...options.set, 'api.port': port })
  expect(await ended).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^60 accepted .* 0 failed, 0 left/) as string,
  })
  await submitsAt(scene.vendor, 60)
  expect(new Set(scene.vendor.received.map(({ destination }) => destination))).toEqual(new Set(to))
  const records = await Promise.all(
    [0, 20, 40, 60].map((offset) => request(scene.daemon, 'GET', `/Message/?limit=20&offset=${offset}`)),
  )
  const listed = records.flatMap(({ body }) => body['objects'] as readonly { readonly to_number: string }[])
  expect(listed.map(({ to_number: phone }) => phone).sort()).toEqual([...to].sort())
})
