// baresip as a phone: a folder with its configuration, the program, and its control connection. Knows nothing of what is proven.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { when } from '../flow/waiting.js'
import { freePort } from './sipp.js'

export interface BaresipOptions {
  readonly program: string
  /** For the folder of its configuration. */
  readonly folder: string
  readonly transport: 'udp' | 'tcp'
  /** Where the switch listens for this transport. */
  readonly port: number
  readonly user: string
  readonly password: string
  readonly domain: string
  /** Whom it writes to. */
  readonly contact: string
}

export interface BaresipPhone {
  /** Resolves once so many responses with this status came to its requests of this method. */
  answered(status: number, method: string, count?: number): Promise<void>
  /** Resolves once these texts came, in this order and no others. */
  took(texts: readonly string[]): Promise<void>
  /** A text to its contact. */
  send(text: string): Promise<void>
  /** As its user would; it takes its registration back. */
  quit(): Promise<void>
}

/** Registers at once, with the password, and again in good time. */
export async function startBaresip(options: BaresipOptions): Promise<BaresipPhone> {
  const { program, transport, port, user, password, domain, contact } = options
  const folder = join(options.folder, `baresip-${user}`)
  mkdirSync(folder)
  // It takes the port above its own too, for TLS.
  const own = await freePort()
  const control = await freePort()
  const config = [
    `sip_listen 127.0.0.1:${own}`,
    'net_interface 127.0.0.1',
    `module_path ${join(dirname(program), '../lib/baresip/modules')}`,
    'module_tmp account.so',
    'module_app menu.so',
    'module_app contact.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${control}`,
  ]
  const way = `outbound="sip:127.0.0.1:${port};transport=${transport}"`
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`)
  writeFileSync(
    join(folder, 'accounts'),
    `<sip:${user}@${domain};transport=${transport}>;auth_user=${user};auth_pass=${password};${way};regint=600\n`,
  )
  writeFileSync(join(folder, 'contacts'), `"contact" <sip:${contact}>\n`)
  // All of SIP that it sends and gets is in what it prints.
  const child = spawn(program, ['-f', folder, '-s'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  const events = new EventEmitter()
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      events.emit('printed')
    })
  const printing = (holds: () => boolean, what: string): Promise<void> =>
    when(events, 'printed', holds, `${what} at baresip of ${user}`)
  await printing(() => printed.includes('baresip is ready'), 'readiness')

  const command = async (name: string, params: string): Promise<void> => {
    const socket = connect(control, '127.0.0.1')
    await once(socket, 'connect')
    const json = JSON.stringify({ command: name, params, token: name })
    socket.write(`${Buffer.byteLength(json)}:${json},`)
    await once(socket, 'data')
    socket.destroy()
  }
  const came = (): readonly Traced[] => tracedIn(printed).filter(({ fromPort }) => fromPort === port)
  return {
    answered: (status, method, count = 1) =>
      printing(() => {
        const of = (each: Traced): boolean => each.start.startsWith(`SIP/2.0 ${status} `) && each.method === method
        return came().filter(of).length >= count
      }, `${status} to ${method}`),
    took: (texts) =>
      printing(
        () => {
          const all = came().filter(({ start }) => start.startsWith('MESSAGE '))
          return JSON.stringify(all.map(({ body }) => body)) === JSON.stringify(texts)
        },
        `the texts ${texts.join(', ')}`,
      ),
    send: (text) => command('message', text),
    async quit() {
      await command('quit', '')
      await ended
    },
  }
}

interface Traced {
  readonly fromPort: number
  readonly start: string
  readonly method: string
  readonly body: string
}

const block = /\x1b\[36;1m#\n(?:UDP|TCP) \S+:(\d+) -> \S+\n([^]*?)\x1b\[;m/g

/** The messages of SIP in a trace, which has the way of each above it. */
function tracedIn(printed: string): readonly Traced[] {
  return [...printed.matchAll(block)].map(([, fromPort, text = '']) => {
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const method = /^CSeq: \d+ (\w+)/im.exec(head)?.[1] ?? ''
    return { fromPort: Number(fromPort), start: head.split('\r\n', 1)[0] ?? '', method, body }
  })
}
