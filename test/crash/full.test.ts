// A store without room: what the sender hears while the vendor is away, and that all goes on by itself once it is back.
import { afterEach, expect, it } from 'vitest'
import { startScene, type Scene } from './scene.js'

const ESME_RSYSERR = '8'
const ESME_RMSGQFUL = '20'

let scene: Scene | undefined
afterEach(async () => {
  await scene?.end()
  scene = undefined
})

it.for<readonly [string, Readonly<Record<string, number>>, string]>([
  [
    'the data is as large as it may be',
    { 'store.mapBytes': 16_777_216, 'store.lowWaterBytes': 12_582_912 },
    ESME_RSYSERR,
  ],
  ['as many messages wait as may', { 'store.maxQueued': 3000 }, ESME_RMSGQFUL],
])('%s: new messages are refused, none is lost, and it recovers', { timeout: 60_000 }, async ([, settings, status]) => {
  scene = await startScene({ settings: { 'vendor.reconnectMaxMs': 500, ...settings }, esme: { window: 200 } })
  const { esme, smsc, daemon } = scene
  await smsc.ask({ cmd: 'away' }, 'gone')
  esme.tell({ cmd: 'start', rate: 4000 })
  const full = await esme.until((report) => Number(report['rejected']) >= 1000, 30_000)
  expect(Number(full['accepted'])).toBeGreaterThan(1000)
  await smsc.ask({ cmd: 'back' }, 'ready')
  esme.tell({ cmd: 'start', rate: 1000 })
  const again = esme.next('reached')
  esme.tell({ cmd: 'progress', accepted: Number(full['accepted']) + 2000 })
  await again
  esme.tell({ cmd: 'pause' })
  await scene.answered(0)
  const books = await scene.close()
  expect(books.audit).toMatchObject({
    lost: [],
    receiptsLost: [],
    receiptsPending: [],
    rejectedButArrived: [],
    doubled: 0,
    unanswered: 0,
  })
  expect(Object.keys(books.statuses)).toEqual([status])
  expect(await daemon.end('SIGTERM')).toBe(0)
  expect(daemon.errors()).toBe('')
})
