// The program as its operators meet it: exit codes, mistakes, one owner per data folder, stopping, metrics, secrets.
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runProgram, startDaemon } from './daemon.js'
import { startHandVendor } from './hand-vendor.js'
import { accountPassword, receiptsOf, startScenario, submitsAt, vendorPassword } from './scenario.js'
import { when } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('refuses a data folder that another daemon has', async () => {
  const { directory, data } = await startScenario()
  const args = [
    'start',
    '--directory',
    directory,
    '--data',
    data,
    '--set',
    'smpp.server.port=0',
    '--set',
    'admin.port=0',
  ]
  const second = await runProgram(args)
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(data)
  expect(second.stderr).toMatch(/another process/)
  expect(second.stderr.trim().split('\n')).toHaveLength(1)
})

it('ends with code 2 for wrong usage and with code 1 for what it cannot start with', async () => {
  const { directory, folder } = await startScenario()
  const run = async (...args: string[]): Promise<number | null> => {
    const { code, stderr } = await runProgram(args)
    expect(stderr).not.toBe('')
    expect(stderr).not.toMatch(/^\s+at /m)
    return code
  }
  expect(await run()).toBe(2)
  expect(await run('strat')).toBe(2)
  expect(await run('start', '--directroy', directory)).toBe(2)
  expect(await run('start', '--directory', join(folder, 'missing.yaml'), '--data', join(folder, 'other'))).toBe(1)
  expect(await run('start', '--directory', directory, '--data', join(folder, 'other'), '--set', 'no.such=1')).toBe(1)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const set = ['--set', `smpp.server.port=${port}`, '--set', 'admin.port=0']
  expect(await run('start', '--directory', directory, '--data', join(folder, 'other'), ...set)).toBe(1)
  taken.close()
})

it('names every mistake of the directory and of the settings at once', async () => {
  const { folder } = await startScenario()
  const directory = join(folder, 'wrong.yaml')
  writeFileSync(
    directory,
    [
      'accounts:',
      '  - id: acme',
      '    systemId: a-system-id-far-too-long',
      '    password: plain',
      'vendors:',
      '  - id: v1',
      '    connections: [{ id: c1, host: localhost, port: 70000, systemId: x, password: y, tariff: missing }]',
      'polices: []',
    ].join('\n'),
  )
  const { code, stderr } = await runProgram([
    'check-config',
    '--directory',
    directory,
    '--set',
    'vendor.responseMs=soon',
    '--json',
  ])
  expect(code).toBe(1)
  const { error } = JSON.parse(stderr) as {
    readonly error: { readonly mistakes: readonly { readonly key: string; readonly line?: number }[] }
  }
  const keys = error.mistakes.map(({ key }) => key).join(' ')
  for (const key of ['systemId', 'port', 'polices', 'vendor.responseMs']) expect(keys).toContain(key)
  expect(error.mistakes.find(({ key }) => key.endsWith('systemId'))!.line).toBe(3)
})

it('stops with submits in flight, and after the start sends nothing twice and loses nothing', async () => {
  const scenario = await startScenario({ vendors: [{ latencyMs: 400 }], connections: [{ window: 10 }] })
  const { vendor } = scenario
  const sender = await scenario.bind({ bind: 'tx' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => sender.submit({ ...message, text: `number ${i}` })),
  )
  await submitsAt(vendor, 15)
  const startedMs = performance.now()
  await scenario.daemon.stop()
  expect(performance.now() - startedMs).toBeLessThan(4000)
  expect(vendor.stats.submits).toBeLessThan(50)
  await scenario.start()
  const receiver = await scenario.bind()
  await receiptsOf(receiver, 50)
  expect(new Set(receiver.receipts.map(({ id }) => id))).toEqual(new Set(answers.map(({ messageId }) => messageId)))
  expect(vendor.received.map(({ text }) => text).sort()).toEqual(answers.map((_, i) => `number ${i}`).sort())
})

it('loses nothing that it has acknowledged when it is killed', async () => {
  const scenario = await startScenario({ vendors: [{ latencyMs: 300 }], connections: [{ window: 10 }] })
  const { vendor } = scenario
  const sender = await scenario.bind({ bind: 'tx' })
  const ids: string[] = []
  for (let i = 0; i < 40; i++)
    void sender.submit(message).then(({ messageId }) => {
      if (messageId !== '') ids.push(messageId)
    })
  await submitsAt(vendor, 15)
  await scenario.restart('SIGKILL')
  const receiver = await scenario.bind()
  const acknowledged = [...ids]
  await when(
    receiver.events,
    'receipt',
    () => acknowledged.every((id) => receiver.receipts.some((receipt) => receipt.id === id)),
    'a receipt for each acknowledged message',
  )
  // Twice only what was unanswered at the kill, or answered in its last milliseconds: two windows.
  expect(vendor.stats.submits).toBeLessThanOrEqual(40 + 20)
})

it('ends within its bound though the vendor never answers', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({
    vendors: [],
    handVendors: [vendor],
    set: { 'stop.graceMs': 1000 },
  })
  const esme = await bind()
  await esme.submit(message)
  await vendor.submits(1)
  const stopped = daemon.stop()
  const startedMs = performance.now()
  await stopped
  expect(performance.now() - startedMs).toBeLessThan(2500)
})

it('ends within its bound though an ESME answers nothing, and hands it the receipt after the start', async () => {
  const scenario = await startScenario()
  const deaf = await scenario.bind({ answerReceipt: () => undefined })
  const { messageId } = await deaf.submit(message)
  await receiptsOf(deaf, 1)
  const startedMs = performance.now()
  await scenario.daemon.stop()
  expect(performance.now() - startedMs).toBeLessThan(4000)
  await scenario.start()
  const esme = await scenario.bind()
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
})

it('refuses messages and says that it is not ready while it goes down', async () => {
  const vendor = await startHandVendor()
  const { bind, daemon } = await startScenario({ vendors: [], handVendors: [vendor] })
  expect(await daemon.get('/readyz')).toMatchObject({ status: 200 })
  expect(await daemon.get('/healthz')).toMatchObject({ status: 200 })
  const esme = await bind()
  await esme.submit(message)
  await vendor.submits(1)
  const stopped = daemon.stop()
  await daemon.metricWhen((value) => value === 0, 'smswitch_ready')
  let ready = await daemon.get('/readyz')
  while (ready.status === 200) ready = await daemon.get('/readyz')
  expect(ready.status).toBe(503)
  expect(ready.text).toContain('going down')
  expect((await esme.submit(message)).status).toBe(0x08)
  // The last answer of the vendor is waited for.
  vendor.answer(0, { message_id: 'D1' })
  await stopped
})

it('shows in /metrics what goes on, and no secret in what it says', async () => {
  const { bind, vendor, daemon } = await startScenario({ set: { 'log.level': 'debug' } })
  const esme = await bind()
  await expect(bind({ password: 'wrong-secret' })).rejects.toThrow('0x0000000e')
  for (let i = 0; i < 3; i++) await esme.submit(message)
  await receiptsOf(esme, 3)
  await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === 3, 'receipts taken by the switch')
  const expected: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    ['smswitch_sessions', { edge: 'esme', name: 'acme' }, 1],
    ['smswitch_sessions', { edge: 'vendor', name: 'v1-1', mode: 'transceiver' }, 1],
    ['smswitch_pdus_total', { direction: 'ingress', command: 'submit_sm' }, 3],
    ['smswitch_pdus_total', { direction: 'egress', command: 'submit_sm_resp', status: 'ESME_ROK' }, 3],
    ['smswitch_pdus_total', { direction: 'egress', command: 'submit_sm' }, 3],
    ['smswitch_pdus_total', { direction: 'ingress', command: 'deliver_sm' }, 3],
    ['smswitch_pdus_total', { direction: 'ingress', command: 'bind_transceiver' }, 2],
    ['smswitch_messages_accepted_total', { edge: 'esme' }, 3],
    ['smswitch_attempts_total', { connection: 'v1-1', outcome: 'sent' }, 3],
    ['smswitch_vendor_receipts_total', { connection: 'v1-1', outcome: 'matched' }, 3],
    ['smswitch_messages_final_total', { state: 'DELIVERED' }, 3],
    ['smswitch_queue_depth', { connection: 'v1-1' }, 0],
    ['smswitch_ready', {}, 1],
  ]
  for (const [name, labels, value] of expected) {
    expect([name, labels, await daemon.metric(name, labels)]).toEqual([name, labels, value])
  }
  await daemon.metricWhen((value) => value >= 3, 'smswitch_receipts_total', { outcome: 'delivered' })
  expect(await daemon.metric('smswitch_commits_total')).toBeGreaterThan(0)
  expect(await daemon.metric('smswitch_receipt_seconds_count')).toBe(3)
  const { text } = await daemon.get('/metrics')
  const { stdout, stderr } = await daemon.stop()
  for (const said of [text, stdout, stderr]) {
    for (const secret of [accountPassword, vendorPassword, 'wrong-secret', 'scrypt$'])
      expect(said).not.toContain(secret)
  }
})

it('sends the first message as the README shows it', async () => {
  const { folder } = await startScenario({ vendors: [] })
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const port = String((free.address() as AddressInfo).port)
  free.close()
  const daemon = await startDaemon({
    directory: 'config/demo.yaml',
    data: join(folder, 'demo'),
    args: ['--sim-vendor', port],
    env: { DEMO_VENDOR_PORT: port },
  })
  const account = ['--system-id', 'demo', '--password', 'demo']
  const { code, stdout } = await runProgram(['sim', 'esme', '--port', String(daemon.smppPort), ...account]).finally(
    () => daemon.stop(),
  )
  expect(code).toBe(0)
  expect(stdout).toMatch(/^message 1 accepted as (\S+)\nreceipt \1 DELIVRD\n1 accepted, /)
})
