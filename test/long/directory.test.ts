// A directory of the size that is promised in the real daemon: how long a start takes, and what others feel of a change, also while
// the bench sends as fast as it can. To be run on a machine that does nothing else: bounds are those of the promise.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startNode } from '../../bench/child.js'
import { startSink } from '../../bench/measure.js'
import { loadFile, reportOf } from '../../bench/reports.js'
import { largeObjects, ratesOf } from '../../src/admin/large-directory.suite.js'
import { objectsIn } from '../../src/directory/change-file.js'
import { startApiDaemon, type ApiDaemon } from '../flow/admin-api.js'
import { startDaemon, type Daemon } from '../flow/daemon.js'

const objects = largeObjects({ tariffs: 20, ratesPerTariff: 5000, accounts: 10_000, connections: 500 })
const START_MS = 5000
/** The event loop must not be held up for longer, ms. */
const LAG_MS = 50

async function readyAfter(start: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await start()
  return performance.now() - from
}

/** The longest that the event loop was held up since it was asked for last, ms. */
const lag = async (daemon: Daemon): Promise<number> => (await daemon.metric('nodejs_eventloop_lag_max_seconds')) * 1000

/** As several changes: a body may have 8 MiB. */
async function provisionIn(api: ApiDaemon, all: typeof objects): Promise<void> {
  for (const kind of ['tariffs', 'customers', 'products', 'accounts', 'vendors', 'policies']) {
    const changes = all.filter((object) => object.kind === kind)
    expect((await api.call('POST', '/v1/directory/changes', { changes })).status).toBe(200)
  }
}

/** Changes of one object each; `turn` makes them differ from the last time. */
function changesOf(api: ApiDaemon, turn: number) {
  const account = objects.find(({ id }) => id === 'a7')!.row as object
  return {
    policy: () => api.call('PUT', '/v1/directory/policies/uk', { match: { called: `44${turn}` } }),
    account: () => api.call('PUT', '/v1/directory/accounts/a7', { ...account, maxBinds: 7 + turn }),
    tariff: () => api.call('PUT', '/v1/directory/tariffs/t3', { rates: ratesOf(77 + turn, 5000) }),
    sheet: () =>
      api.call(
        ...(['PUT', '/v1/directory/tariffs/t4/rates'] as const),
        `destination,price\n${ratesOf(78 + turn, 5000).map(({ prefix, price }) => `${prefix},${price}`).join('\n')}`, // prettier-ignore
        'text/csv',
      ),
  }
}

/** Makes them one after another; what others felt of each is printed and judged. */
async function changeAll(api: ApiDaemon, turn: number): Promise<void> {
  await lag(api.daemon)
  for (const [what, change] of Object.entries(changesOf(api, turn))) {
    const from = performance.now()
    expect((await change()).status).toBeLessThan(300)
    const tookMs = performance.now() - from
    const heldUpMs = await lag(api.daemon)
    console.log(`${what}: ${tookMs.toFixed(0)} ms, others waited ${heldUpMs.toFixed(1)} ms at most`)
    expect(heldUpMs).toBeLessThan(LAG_MS)
  }
}

/** The directory as a file has it. */
function writeFile(file: string, list: typeof objects): void {
  const sections: Record<string, unknown[]> = {}
  for (const { kind, row } of list) (sections[kind] ??= []).push(row)
  writeFileSync(file, JSON.stringify(sections))
}

/** The large directory with the accounts and the vendor of the bench in it; its sink is started. */
async function benchObjects() {
  const [sink, port] = await startSink()
  onTestFinished(async () => void (await sink.stop()))
  const text = readFileSync('config/bench.yaml', 'utf8').replace('${BENCH_VENDOR_PORT:-2776}', String(port))
  const own = parse(text.replace('${BENCH_VENDOR_HOST:-127.0.0.1}', '127.0.0.1')) as Record<string, unknown>
  // The large one has a policy for all, and no currency.
  delete own['policies']
  delete own['currency']
  return { sink, all: [...objects, ...objectsIn(own)] }
}

/** Sends as the bench does in its mode "4 x 100, billed" while `act` runs; what was sent must be answered and arrive. */
async function underFullLoad(
  { daemon, sink }: { readonly daemon: Daemon; readonly sink: Awaited<ReturnType<typeof startSink>>[0] },
  seconds: number,
  act: () => Promise<void>,
): Promise<void> {
  await daemon.metricWhen((bound) => bound === 4, 'smswitch_sessions', { edge: 'vendor' })
  await reportOf(sink, 'reset decimal')
  const generator = startNode('generator', [
    ...[loadFile('generator.mjs'), '--port', String(daemon.smppPort), '--connections', '4', '--window', '100'],
    ...['--duration', String(seconds), '--system-id', 'billed'],
  ])
  onTestFinished(async () => void (await generator.stop()))
  let isOver = false
  const sent = generator.line((line) => 'ok_rate' in line, (seconds + 60) * 1000).finally(() => (isOver = true))
  await daemon.metricWhen((count) => count > 20_000, 'smswitch_messages_accepted_total')
  await act()
  expect(isOver, 'the load was there to the end').toBe(false)
  const { ok, ok_rate: rate, rejected, unanswered } = await sent
  console.log(`sent beside it: ${Number(rate).toFixed(0)} messages a second`)
  expect({ rejected, unanswered }).toEqual({ rejected: 0, unanswered: 0 })
  await daemon.metricWhen((waiting) => waiting === 0, 'smswitch_store_messages')
  expect((await reportOf(sink, 'report'))['unique']).toBe(ok)
}

it('starts within seconds from the store, and changes of one object are not felt', async () => {
  const api = await startApiDaemon()
  await provisionIn(api, objects)
  const startMs = await readyAfter(() => api.restart('SIGTERM'))
  console.log(`100,000 rates, 10,000 accounts, 500 connections: ready from the store after ${startMs.toFixed(0)} ms`)
  await changeAll(api, 0)
  expect(startMs).toBeLessThan(START_MS)
})

it('changes of one object are not felt at full load either', async () => {
  const api = await startApiDaemon()
  const { sink, all } = await benchObjects()
  await provisionIn(api, all)
  await underFullLoad({ daemon: api.daemon, sink }, 30, async () => {
    for (const turn of [1, 2, 3]) await changeAll(api, turn)
  })
})

it('starts within seconds from a file, and reads it again unfelt', async () => {
  const { folder } = await startApiDaemon()
  const file = join(folder, 'directory.json')
  writeFile(file, objects)
  let daemon: Daemon | undefined
  const startMs = await readyAfter(async () => {
    daemon = await startDaemon({ directory: file, data: join(folder, 'data-of-file') })
  })
  console.log(`the same from a file: ready after ${startMs.toFixed(0)} ms`)
  await lag(daemon!)
  writeFile(file, [...objects, { kind: 'tariffs', id: 'new', row: { id: 'new', rates: ratesOf(5, 5000) } }])
  process.kill(daemon!.pid, 'SIGHUP')
  expect(await daemon!.logged('directory.changed')).toMatchObject({ objects: 1 })
  const heldUpMs = await lag(daemon!)
  console.log(`read again: others waited ${heldUpMs.toFixed(1)} ms at most`)
  await daemon!.stop()
  expect(heldUpMs).toBeLessThan(LAG_MS)
  expect(startMs).toBeLessThan(START_MS)
})

it('a file read again is not felt at full load either', async () => {
  const { folder } = await startApiDaemon()
  const { sink, all } = await benchObjects()
  const file = join(folder, 'directory.json')
  writeFile(file, all)
  const daemon = await startDaemon({ directory: file, data: join(folder, 'data-of-file') })
  onTestFinished(async () => void (await daemon.stop()))
  await underFullLoad({ daemon, sink }, 25, async () => {
    let last = 0
    for (const turn of [1, 2, 3]) {
      writeFile(file, [...all, { kind: 'tariffs', id: 'new', row: { id: 'new', rates: ratesOf(5 + turn, 5000) } }])
      await lag(daemon)
      process.kill(daemon.pid, 'SIGHUP')
      const { revision } = await daemon.logged('directory.changed', (line) => Number(line['revision']) > last)
      last = Number(revision)
      const heldUpMs = await lag(daemon)
      console.log(`read again: others waited ${heldUpMs.toFixed(1)} ms at most`)
      expect(heldUpMs).toBeLessThan(LAG_MS)
    }
  })
})
