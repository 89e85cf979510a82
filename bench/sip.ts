// The bench of SIP: senders with digest, phones, and the SMPP generator and sink around the daemon users run. `--help` says the rest.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hashPassword } from '../src/directory/password.js'
import { ha1Of } from '../src/sip/digest.js'
import { startNode, type Child, type JsonLine } from './child.js'
import { startReady, startSink } from './measure.js'

const usage = `npx tsx bench/sip.ts [options]   (dist must be built)
  --users 20000     users, each with a number
  --count 60000     messages of a mode; SMPP in: as many as users
  --only TEXT       only modes whose name contains it`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    users: { type: 'string', default: '20000' },
    count: { type: 'string', default: '60000' },
    only: { type: 'string', default: '' },
  },
})

const root = new URL('..', import.meta.url).pathname
const folder = join(root, 'bench/data', `sip-${process.pid}`)
const domain = 'bench.test'
const firstNumber = 4_915_100_000_000
const users = Number(values.users)
const loadFile = (name: string): string => join(root, 'bench/load', name)
const drainMs = 30_000

async function main(): Promise<void> {
  if (values.help) return console.log(usage)
  mkdirSync(folder, { recursive: true })
  const children: Child[] = []
  try {
    const [sink, vendorPort] = await startSink()
    children.push(sink)
    const [daemon, smppPort, sipPorts] = await startSwitch(vendorPort, children)
    const rssBefore = daemon.rssMb()
    for (const transport of ['udp', 'tcp'] as const) {
      const port = String(sipPorts[transport])
      const sip = ['--port', port, '--transport', transport, '--domain', domain]
      const phones = startNode('phones', [loadFile('sip-sink.mjs'), ...sip, '--users', values.users])
      children.push(phones)
      const ready = await phones.line((line) => line['ready'] === true, 120_000)
      const grown = daemon.rssMb() - rssBefore
      console.log(
        `${transport}: ${String(ready['registered'])} registered in ${String(ready['seconds'])} s, RSS +${grown} MB`,
      )
      const sender = [loadFile('sip-generator.mjs'), ...sip, '--count', values.count, '--users', '100']
      const toPhones = [...sender, '--to-users', values.users]
      const esme = ['--port', String(smppPort), '--connections', '4', '--window', '100', '--count', values.users]
      await run(daemon, sink, `SIP in, SMPP out, ${transport}`, sender)
      await run(daemon, phones, `SMPP in, SIP out, ${transport}`, [loadFile('generator.mjs'), ...esme])
      await run(daemon, phones, `SIP on-net, ${transport}`, toPhones)
      await phones.stop()
    }
  } finally {
    for (const child of children.reverse()) await child.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startSwitch(vendorPort: number, children: Child[]) {
  const directory = join(folder, 'bench-sip.yaml')
  writeFileSync(directory, JSON.stringify(await directoryOf(vendorPort)))
  const settings = ['smpp.server.port=0', 'admin.port=0', 'sip.enabled=true', 'vendor.reconnectMinMs=50']
  settings.push('sip.listeners=udp://127.0.0.1:25070 tcp://127.0.0.1:25070')
  const args = ['start', '--json', '--directory', directory, '--data', join(folder, 'store')]
  const [daemon, smppPort] = await startReady(
    'switch',
    [
      ...['--max-semi-space-size=64', join(root, 'dist/main.js'), ...args],
      ...settings.flatMap((one) => ['--set', one]),
    ],
    'smppPort',
  )
  children.push(daemon)
  return [daemon, smppPort, { udp: 25_070, tcp: 25_070 }] as const
}

async function directoryOf(vendorPort: number) {
  const password = await hashPassword('bench', Buffer.from('0123456789abcdef'), { n: 1024, r: 8, p: 1 })
  const accounts: object[] = [{ id: 'bench', systemId: 'bench', password, maxBinds: 100, domain: 'sms.bench.test' }]
  for (let i = 0; i < users; i++) {
    const user = `u${i}`
    const secrets = { MD5: ha1Of('MD5', user, domain, user) }
    accounts.push({ id: user, domain, sip: { user, secrets }, numbers: [String(firstNumber + i)] })
  }
  const connection = { host: '127.0.0.1', port: vendorPort, systemId: 'user', password: 'pass', binds: 4, window: 100 }
  return {
    accounts,
    tariffs: [{ id: 'free', rates: [{ prefix: '', price: '0' }] }],
    vendors: [{ id: 'sink', connections: [{ id: 'sink-1', ...connection, messagesPerSecond: 0, tariff: 'free' }] }],
    policies: [
      { id: 'out', priority: 30, match: { domain: 'sms.out.test' } },
      { id: 'on-net', priority: 20, match: { domain }, transport: 'sip' },
      { id: 'numbers', priority: 10, match: { called: '49151' }, transport: 'sip' },
    ],
  }
}

async function run(daemon: Child, sink: Child, name: string, args: readonly string[]): Promise<void> {
  if (!name.includes(values.only)) return
  await reportOf(sink, 'reset')
  const cpuBefore = daemon.cpuSeconds()
  const to = name.startsWith('SIP in') ? ['--to', '4915100000000@sms.out.test'] : []
  const sent = await startNode(name, [...args, ...to]).line((line) => 'ok_rate' in line, 300_000)
  const ok = Number(sent['ok'])
  const endMs = performance.now() + drainMs
  let arrived = await reportOf(sink, 'report')
  while (Number(arrived['unique']) < ok && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    arrived = await reportOf(sink, 'report')
  }
  const cpu = ((daemon.cpuSeconds() - cpuBefore) * 10_000) / Math.max(1, ok)
  const { p50, p99 } = (sent['latency_us'] ?? {}) as Record<string, number>
  console.log(
    `${name}: in ${String(sent['ok_rate'])}/s, out ${String(arrived['rate'])}/s, CPU-s/10k ${cpu.toFixed(3)}, p50/p99 us ${p50}/${p99},`,
    `ok ${ok}, refused ${JSON.stringify(sent['statuses'])}, arrived ${String(arrived['unique'])}, twice ${String(arrived['dups'])}, RSS ${daemon.rssMb()} MB`,
  )
}

function reportOf(sink: Child, command: string): Promise<JsonLine> {
  const line = sink.line((each) => 'unique' in each, 30_000)
  sink.tell(command)
  return line
}

await main()
