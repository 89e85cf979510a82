// A run of kills under HTTP load: applications send by powerpack and by number and are called back, a customer pays, the daemon is ended
// by kill -9 again and again. Judges nothing: see api-audit.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { apiScenario } from '../flow/application.js'
import { payIn, readBooks } from '../flow/books.js'
import { startScenario, type Scenario } from '../flow/scenario.js'
import { when } from '../flow/waiting.js'
import { auditApi, type ApiArrival, type ApiAudit, type Shown } from './api-audit.js'
import { ApiClients, type Asked, type Wish } from './api-clients.js'
import { ApiReceiver } from './api-receiver.js'
import { atNextCommit } from './store-file.js'

export interface ApiRunOptions {
  /** Requests. */
  readonly perSecond: number
  /** When each kill comes: at a random answer, or right behind a commit. */
  readonly kills: readonly ('random' | 'committed')[]
  /** Messages that are answered between two kills, at least and at most. */
  readonly between: readonly [number, number]
  readonly settleMs: number
}

export interface ApiRun {
  readonly audit: ApiAudit
  /** Of all requests, and those that were made more than once. */
  readonly requests: number
  readonly repeated: number
  readonly restartMs: readonly number[]
}

const connections = 16
const pool = Array.from({ length: 20 }, (_, i) => String(14_155_550_100 + i))
const [plain = ''] = pool.splice(0, 1)
const many = 40
const priceMicros = 10_000
const paidIn = 1_000_000_000_000
const GSM_SEGMENT = 153
const manyTries = Array.from({ length: 20 }, () => '200').join(' ')

/** Each number once, so that a record tells which request it came by. Messages of every second request are charged by their receipt. */
function wishOf(i: number, pack: string, url: string): Wish {
  const isPooled = i % 6 !== 1 && i % 6 !== 4
  const count = i % 12 === 2 ? many : i % 6 === 5 ? 3 : 1
  const area = i % 2 === 0 ? '1212' : '1646'
  const to = Array.from({ length: count }, (_, place) => area + String(2_000_000 + i * many + place))
  const text = `text ${i} ${i % 6 === 4 ? 'x'.repeat(GSM_SEGMENT + 20) : ''}`.trim()
  return {
    to,
    isKeyed: i % 6 !== 3,
    body: { ...(isPooled ? { powerpack_uuid: pack } : { src: plain }), dst: to.join('<'), text, url },
  }
}

const segmentsOf = ({ body }: Asked): number => (String(body['text']).length > 160 ? 2 : 1)
const isSettledLate = (to: string): boolean => to.startsWith('1646')

export async function apiRun(options: ApiRunOptions): Promise<ApiRun> {
  const { settleMs } = options
  const port = await freePort()
  const vendorPlan = {
    receipts: { outcomes: { DELIVRD: 8, UNDELIV: 2 }, delayMs: 30 },
    errors: [{ percent: 2, status: 0x0b }],
    keep: 1_000_000,
    latencyMs: 20,
  }
  const scenario = await startScenario({
    ...apiScenario({
      account: { numbers: [plain, ...pool], allowedSources: [plain, ...pool], customer: 'acme-inc', product: 'retail' },
      set: {
        'api.port': port,
        'api.webhooks.retryMs': manyTries,
        'powerpack.longCodePerSecond': 100_000,
        'multipart.timeoutMs': 5000,
      },
    }),
    vendors: [vendorPlan, vendorPlan],
    connections: [{ window: 200 }, { window: 200, settleOn: 'receipt' }],
    policies: [
      { id: 'late', priority: 2, match: { called: '1646' }, routing: { connections: ['v2-1'] } },
      { id: 'others', match: { domain: '*' }, routing: { connections: ['v1-1'] } },
    ],
    tariffs: [{ id: 'retail', rates: [{ prefix: '', price: '0.01' }] }],
    more: {
      currency: 'USD',
      customers: [{ id: 'acme-inc', billing: 'prepaid' }],
      products: [{ id: 'retail', tariff: 'retail' }],
    },
    prepare: (data) => payIn(data, 'acme-inc', paidIn),
  })
  const reports = reportsOf(scenario)
  const receiver = await ApiReceiver.start()
  const clients = new ApiClients(port, connections)
  const restartMs: number[] = []
  try {
    const pack = await packOf(clients)
    clients.run(options.perSecond, connections, (i) => wishOf(i, pack, receiver.url))
    const [least, most] = options.between
    for (const kind of options.kills) {
      const goal = clients.accepted + least + Math.floor(Math.random() * (most - least))
      await when(clients.events, 'answer', () => clients.accepted >= goal, `${goal} messages`, settleMs)
      const { pid } = scenario.daemon
      if (kind === 'committed') atNextCommit(scenario.data, () => process.kill(pid, 'SIGKILL'))
      const fromMs = performance.now()
      await scenario.restart('SIGKILL')
      restartMs.push(Math.round(performance.now() - fromMs))
    }
    clients.pause()
    await when(clients.events, 'answer', () => clients.isIdle, 'an answer to each request', settleMs)
    const accepted = clients.ledger.flatMap(({ answers }) => answers[0] ?? [])
    const isTold = (): boolean => accepted.every((uuid) => receiver.ended.has(uuid))
    await when(receiver.events, 'told', isTold, 'the end of each message told', settleMs).catch(tellOnly)
    await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
    await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_webhooks_waiting')
    const shown = await recordsOf(clients, new Set([...accepted, ...receiver.told.keys()]))
    await scenario.daemon.stop()
    const { books, records } = await readBooks(scenario.data, 'acme-inc')
    const arrivals = scenario.vendors.flatMap(({ received }) =>
      received.map(({ id, source, destination, text, status }): ApiArrival => {
        return { source, destination, text, isTaken: status === 0, report: reports.get(id) ?? '' }
      }),
    )
    return {
      audit: auditApi({
        ...{ asked: clients.ledger, arrivals, told: receiver.told, shown, cdrs: records, paidIn, priceMicros },
        ...{ isSettledLate, segmentsOf },
        books: {
          held: Number(books?.heldMicros),
          charged: Number(books?.chargedMicros),
          paidIn: Number(books?.paidInMicros),
        },
      }),
      requests: clients.ledger.length,
      repeated: clients.ledger.filter(({ times }) => times > 1).length,
      restartMs,
    }
  } finally {
    clients.close()
    receiver.close()
  }
}

/** The audit says what is missing. */
function tellOnly(error: unknown): void {
  process.stderr.write(`not settled: ${String(error)}\n`)
}

/** What each vendor reported, by its id. */
function reportsOf({ vendors }: Scenario): ReadonlyMap<string, string> {
  const reports = new Map<string, string>()
  for (const { events } of vendors) events.on('receipt', ({ id, state }) => reports.set(id, state))
  return reports
}

async function packOf(clients: ApiClients): Promise<string> {
  const made = await clients.call('POST', '/Powerpack/', { name: 'pack' })
  const pack = String(made.body['uuid'])
  const numberPool = String(made.body['number_pool']).split('/').at(-2)
  await clients.call('POST', '/Number/', { numbers: pool.join(','), carrier: 'own', region: 'West' })
  for (const number of pool) {
    const { status, body } = await clients.call('POST', `/NumberPool/${numberPool}/Number/${number}/`)
    if (status >= 300) throw new Error(JSON.stringify(body))
  }
  return pack
}

async function recordsOf(clients: ApiClients, uuids: ReadonlySet<string>): Promise<ReadonlyMap<string, Shown>> {
  const shown = await Promise.all(
    [...uuids].map(async (uuid) => {
      const { status, body } = await clients.call('GET', `/Message/${uuid}/`)
      return [uuid, status === 200 ? body : undefined] as const
    }),
  )
  return new Map(shown)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
