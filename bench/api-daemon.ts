// The daemon as users start it, with the HTTP API and a powerpack of many numbers, and the bench's sink as vendor. Measures nothing.
import type { Child } from './child.js'
import { sinkRows, startWith, usualNodeOptions } from './start-daemon.js'

const authId = 'MA0123456789ABCDEFGH'
const token = 'a-token-of-forty-characters-for-bench-01'
export const auth = `${authId}:${token}`

/** Of the numbers of the pool and of those who are called. */
export const areas =
  '201 202 206 212 213 214 215 303 305 312 313 314 323 404 408 412 415 469 503 504 510 512 602 612 614 617 619 646'
    .split(' ')
    .concat('650 702 703 704 713 718 720 773 801 813 816 832 858 901 904 916 917 919 949 954 972 980'.split(' '))
const ADDED_AT_ONCE = 100

export interface ApiDaemonOptions {
  /** A checkout with `dist` in it. */
  readonly program: string
  /** For its data and its directory; made if it is not there. On a real disk. */
  readonly folder: string
  readonly vendorPort: number
  /** In the pool. */
  readonly numbers: number
  /** Settings as `path=value`. */
  readonly settings?: readonly string[]
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[]
}

export interface ApiDaemon {
  readonly child: Child
  readonly apiPort: number
  readonly adminPort: number
  /** UUID of the powerpack. */
  readonly pack: string
}

export async function startApiDaemon(options: ApiDaemonOptions): Promise<ApiDaemon> {
  const { program, folder, vendorPort } = options
  const numbers = Array.from({ length: options.numbers }, (_, i) => `1${areas[i % areas.length]}${8_000_000 + i}`)
  const settings = [
    ...['vendor.reconnectMinMs=50', 'api.enabled=true', 'api.port=0', 'api.requests=0'],
    ...['api.webhooks.allowed=127.0.0.0/8'],
    // Rates lifted, and nobody passed over for what it has sent today.
    ...['powerpack.longCodePerSecond=100000', 'powerpack.dailyPerNumber=65535', 'powerpack.maxQueuedPerNumber=1000000'],
    ...(options.settings ?? []),
  ]
  const nodeOptions = [...usualNodeOptions, ...(options.nodeOptions ?? [])]
  const directory = JSON.stringify(directoryOf(vendorPort, numbers))
  const [child, line] = await startWith({ program, folder, settings, nodeOptions }, directory)
  const apiPort = Number(line['apiPort'])
  return { child, apiPort, adminPort: Number(line['adminPort']), pack: await packOf(apiPort, numbers) }
}

async function packOf(port: number, numbers: readonly string[]): Promise<string> {
  const post = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/Account/${authId}${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(auth)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
  const made = await post('/Powerpack/', { name: 'bench' })
  const pool = String(made['number_pool']).split('/').at(-2)
  for (let i = 0; i < numbers.length; i += ADDED_AT_ONCE) {
    const some = numbers.slice(i, i + ADDED_AT_ONCE)
    await post('/Number/', { numbers: some.join(','), carrier: 'own', region: 'US' })
    await Promise.all(some.map((number) => post(`/NumberPool/${pool}/Number/${number}/`, {})))
  }
  return String(made['uuid'])
}

function directoryOf(vendorPort: number, numbers: readonly string[]) {
  return {
    accounts: [{ id: 'app', api: { authId, token }, numbers }],
    ...sinkRows(vendorPort),
    policies: [{ id: 'all', match: { domain: '*' } }],
  }
}
