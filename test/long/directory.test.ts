// A directory of the size that is promised in the real daemon: how long a start takes, and what others feel of a change. To be run on a
// machine that does nothing else: bounds are those of the promise.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { largeObjects, ratesOf } from '../../src/admin/large-directory.suite.js'
import { startApiDaemon } from '../flow/admin-api.js'
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

it('starts within seconds from the store, and changes of one object are not felt', async () => {
  const api = await startApiDaemon()
  // As several changes: a body may have 8 MiB.
  const kinds = ['tariffs', 'customers', 'products', 'accounts', 'vendors', 'policies']
  for (const kind of kinds) {
    const changes = objects.filter((object) => object.kind === kind)
    expect((await api.call('POST', '/v1/directory/changes', { changes })).status).toBe(200)
  }
  const startMs = await readyAfter(() => api.restart('SIGTERM'))
  console.log(`100,000 rates, 10,000 accounts, 500 connections: ready from the store after ${startMs.toFixed(0)} ms`)
  const account = objects.find(({ id }) => id === 'a7')!.row as object
  const changes = {
    policy: () => api.call('PUT', '/v1/directory/policies/uk', { match: { called: '44' } }),
    account: () => api.call('PUT', '/v1/directory/accounts/a7', { ...account, maxBinds: 7 }),
    tariff: () => api.call('PUT', '/v1/directory/tariffs/t3', { rates: ratesOf(77, 5000) }),
    sheet: () =>
      api.call(
        ...(['PUT', '/v1/directory/tariffs/t4/rates'] as const),
        `destination,price\n${ratesOf(78, 5000).map(({ prefix, price }) => `${prefix},${price}`).join('\n')}`, // prettier-ignore
        'text/csv',
      ),
  }
  await lag(api.daemon)
  for (const [what, change] of Object.entries(changes)) {
    const from = performance.now()
    expect((await change()).status).toBeLessThan(300)
    const tookMs = performance.now() - from
    const heldUpMs = await lag(api.daemon)
    console.log(`${what}: ${tookMs.toFixed(0)} ms, others waited ${heldUpMs.toFixed(1)} ms at most`)
    expect(heldUpMs).toBeLessThan(LAG_MS)
  }
  expect(startMs).toBeLessThan(START_MS)
})

it('starts within seconds from a file, and reads it again unfelt', async () => {
  const { folder } = await startApiDaemon()
  const file = join(folder, 'directory.json')
  const write = (list: typeof objects): void => {
    const sections: Record<string, unknown[]> = {}
    for (const { kind, row } of list) (sections[kind] ??= []).push(row)
    writeFileSync(file, JSON.stringify(sections))
  }
  write(objects)
  let daemon: Daemon | undefined
  const startMs = await readyAfter(async () => {
    daemon = await startDaemon({ directory: file, data: join(folder, 'data-of-file') })
  })
  console.log(`the same from a file: ready after ${startMs.toFixed(0)} ms`)
  await lag(daemon!)
  write([...objects, { kind: 'tariffs', id: 'new', row: { id: 'new', rates: ratesOf(5, 5000) } }])
  process.kill(daemon!.pid, 'SIGHUP')
  expect(await daemon!.logged('directory.changed')).toMatchObject({ objects: 1 })
  const heldUpMs = await lag(daemon!)
  console.log(`read again: others waited ${heldUpMs.toFixed(1)} ms at most`)
  await daemon!.stop()
  expect(heldUpMs).toBeLessThan(LAG_MS)
  expect(startMs).toBeLessThan(START_MS)
})
