// A campaign and its end: paused, killed, gone on with. Every phone has its message once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { authId, CampaignServer, pack, phones, token } from '../../src/cli/campaign-server.suite.js'
import { mainFile } from './daemon.js'

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
  const send = () => {
    const args = ['campaign', 'send', file, '--url', server.url, '--powerpack', pack, '--text', 'Hi {name}']
    const env = { ...process.env, SMSWITCH_AUTH_ID: authId, SMSWITCH_AUTH_TOKEN: token }
    const child = spawn(process.execPath, [mainFile, ...args, '--rate', '100000'], { env })
    let [out, err] = ['', '']
    child.stdout.on('data', (data: Buffer) => (out += data.toString()))
    child.stderr.on('data', (data: Buffer) => (err += data.toString()))
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
    return { child, ended }
  }
  return { server, file, send, state: () => JSON.parse(readFileSync(`${file}.state`, 'utf8')) as object }
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
