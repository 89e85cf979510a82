// The daemon as users start it, with a directory of many SIP users and the bench's sink as vendor. Measures nothing.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { hashPassword } from '../src/directory/password.js'
import { ha1Of } from '../src/sip/digest.js'
import type { Child } from './child.js'
import { sinkRows, startWith, usualNodeOptions } from './start-daemon.js'

export const sipDomain = 'bench.test'
/** User N has the number N above it. */
export const firstNumber = 4_915_100_000_000

export interface SipDaemonOptions {
  /** A checkout with `dist` in it. */
  readonly program: string
  /** For its data and its directory; made if it is not there. On a real disk. */
  readonly folder: string
  readonly vendorPort: number
  /** u0, u1, …; the password is the name. */
  readonly users: number
  /** Settings as `path=value`. */
  readonly settings?: readonly string[]
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[]
}

export interface SipDaemon {
  readonly child: Child
  readonly smppPort: number
  /** UDP and TCP. */
  readonly sipPort: number
}

export async function startSipDaemon(options: SipDaemonOptions): Promise<SipDaemon> {
  const { program, folder, vendorPort, users } = options
  const sipPort = await freePort()
  const settings = [
    ...['vendor.reconnectMinMs=50', 'sip.enabled=true'],
    `sip.listeners=udp://127.0.0.1:${sipPort} tcp://127.0.0.1:${sipPort}`,
    ...(options.settings ?? []),
  ]
  const nodeOptions = [...usualNodeOptions, ...(options.nodeOptions ?? [])]
  const directory = JSON.stringify(await directoryOf(vendorPort, users))
  const [child, line] = await startWith({ program, folder, settings, nodeOptions }, directory)
  return { child, smppPort: Number(line['smppPort']), sipPort }
}

/** The daemon says which SMPP port it has, but not its SIP ports. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

async function directoryOf(vendorPort: number, users: number) {
  const password = await hashPassword('bench', Buffer.from('0123456789abcdef'), { n: 1024, r: 8, p: 1 })
  const accounts: object[] = [{ id: 'bench', systemId: 'bench', password, maxBinds: 100, domain: 'sms.bench.test' }]
  for (let i = 0; i < users; i++) {
    const user = `u${i}`
    const secrets = { MD5: ha1Of('MD5', user, sipDomain, user) }
    accounts.push({ id: user, domain: sipDomain, sip: { user, secrets }, numbers: [String(firstNumber + i)] })
  }
  return {
    accounts,
    ...sinkRows(vendorPort),
    policies: [
      { id: 'out', priority: 30, match: { domain: 'sms.out.test' } },
      { id: 'on-net', priority: 20, match: { domain: sipDomain }, transport: 'sip' },
      { id: 'numbers', priority: 10, match: { called: '49151' }, transport: 'sip' },
    ],
  }
}
