// Kannel 1.4 as an ESME of the switch: its two programs on free loopback ports, and an HTTP server for its delivery reports.
import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { PeerPrograms } from '../peers.js'

export interface KannelOptions {
  readonly programs: PeerPrograms<'kannel'>
  /** For its configuration and logs. */
  readonly folder: string
  readonly smppPort: number
  readonly systemId: string
  readonly password: string
  /** Most submit_sm that wait for an answer; its own default is 10. */
  readonly maxPendingSubmits?: number
}

/** A text as its HTTP interface takes it: cut into parts with an 8-bit reference when it is long. */
export interface KannelText {
  readonly from: string
  readonly to: string
  readonly text: string
  /** Kannel's word for the alphabet: 0 GSM 03.38, 2 UCS-2. */
  readonly coding?: 0 | 2
}

/** `type` is Kannel's: 1 delivered, 2 not delivered, 4 queued, 8 taken by the SMSC, 16 refused by it. */
export interface KannelReport {
  readonly name: string
  readonly type: number
}

export interface Kannel {
  readonly reports: readonly KannelReport[]
  readonly events: EventEmitter<{ report: [KannelReport] }>
  /** Sends over its HTTP interface, asking for every kind of report under this name; resolves with the HTTP status. */
  send(name: string, message: KannelText): Promise<number>
}

const user = { username: 'tester', password: 'foobar' } as const
/** Enough for the longest text of any test. */
const mostParts = 30

/** Starts both programs; resolves when its HTTP interface listens. They are killed when the test is over. */
export async function startKannel(options: KannelOptions): Promise<Kannel> {
  const { programs, folder } = options
  const events = new EventEmitter<{ report: [KannelReport] }>()
  const reports: KannelReport[] = []
  const server = createHttpServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const report = { name: searchParams.get('name') ?? '', type: Number(searchParams.get('type')) }
    reports.push(report)
    response.end()
    events.emit('report', report)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reportPort = (server.address() as AddressInfo).port
  const [adminPort, boxPort, httpPort] = await freePorts()
  const file = join(folder, 'kannel.conf')
  writeFileSync(file, configuration(options, adminPort, boxPort, httpPort))

  const children: ChildProcess[] = []
  onTestFinished(async () => {
    const ended = children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit'))
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(ended)
    server.closeAllConnections()
    server.close()
  })
  children.push(spawn(programs.bearerbox, ['-v', '4', file], { stdio: 'ignore', cwd: folder }))
  await listening(boxPort)
  children.push(spawn(programs.smsbox, ['-v', '4', file], { stdio: 'ignore', cwd: folder }))
  await listening(httpPort)

  return {
    reports,
    events,
    async send(name, message) {
      const query = new URLSearchParams({
        ...user,
        ...message,
        coding: String(message.coding ?? 0),
        charset: 'UTF-8',
        'dlr-mask': '31',
        'dlr-url': `http://127.0.0.1:${reportPort}/?name=${name}&type=%d`,
      })
      const response = await fetch(`http://127.0.0.1:${httpPort}/cgi-bin/sendsms?${query.toString()}`)
      await response.text()
      return response.status
    },
  }
}

function configuration(options: KannelOptions, adminPort: number, boxPort: number, httpPort: number): string {
  const { folder, smppPort, systemId, password } = options
  const groups: readonly (readonly [string, Readonly<Record<string, string | number>>])[] = [
    [
      'core',
      {
        'admin-port': adminPort,
        'admin-interface': '127.0.0.1',
        'admin-password': 'none',
        'smsbox-port': boxPort,
        'box-allow-ip': '127.0.0.1',
        'log-file': join(folder, 'bearerbox.log'),
        'log-level': 1,
        'dlr-storage': 'internal',
      },
    ],
    [
      'smsc',
      {
        smsc: 'smpp',
        'smsc-id': 'switch',
        host: '127.0.0.1',
        port: smppPort,
        'transceiver-mode': 'true',
        'smsc-username': systemId,
        'smsc-password': password,
        'system-type': '""',
        'interface-version': 34,
        'max-pending-submits': options.maxPendingSubmits ?? 50,
      },
    ],
    [
      'smsbox',
      {
        'bearerbox-host': '127.0.0.1',
        'sendsms-port': httpPort,
        'sendsms-interface': '127.0.0.1',
        'log-file': join(folder, 'smsbox.log'),
        'log-level': 1,
      },
    ],
    ['sendsms-user', { ...user, concatenation: 'true', 'max-messages': mostParts }],
    ['sms-service', { keyword: 'default', text: '"none"' }],
  ]
  return groups
    .map(([group, fields]) =>
      [`group = ${group}`, ...Object.entries(fields).map(([name, value]) => `${name} = ${value}`), ''].join('\n'),
    )
    .join('\n')
}

async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = [createServer(), createServer(), createServer()] as const
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    }),
  )
  for (const server of servers) server.close()
  return [ports[0]!, ports[1]!, ports[2]!]
}

/** Resolves when somebody takes connections there: another program tells nobody else that it is up. */
async function listening(port: number, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined))
      socket.once('error', resolve)
    })
    socket.destroy()
    if (error === undefined) return
    if (performance.now() > endMs) throw new Error(`nobody listens at port ${port} within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
