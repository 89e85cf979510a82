// Somebody sets the clock of the machine between two runs of the daemon. Its monotonic clock goes on.
import { afterEach, expect, it } from 'vitest'
import { startScene, type Scene } from './scene.js'

const dayMs = 86_400_000
const resendMs = 5000
/** Between an answer and its being known; clocks of three processes are one. */
const slackMs = 50

let scene: Scene | undefined
afterEach(async () => {
  await scene?.end()
  scene = undefined
})

it('no id comes twice and nothing expires, a day forward and two back', { timeout: 60_000 }, async () => {
  scene = await startScene({
    clockStepMs: 0,
    settings: { 'vendor.reconnectMaxMs': 500 },
    esme: { validity: '000000020000000R', rate: 2000 },
  })
  const { esme, smsc } = scene
  await smsc.ask({ cmd: 'away' }, 'gone')
  const send = async (total: number): Promise<void> => {
    esme.tell({ cmd: 'start', count: 500 })
    await scene?.answered(total)
  }
  await send(500)
  await scene.daemon.end('SIGKILL')
  await scene.restart({ clockStepMs: dayMs })
  await send(1000)
  await scene.daemon.end('SIGTERM')
  await scene.restart({ clockStepMs: -dayMs })
  await send(1500)
  await smsc.ask({ cmd: 'back' }, 'ready')
  const books = await scene.close()
  expect(books.audit).toMatchObject({ accepted: 1500, lost: [], receiptsLost: [], receiptsPending: [], doubled: 0 })
  expect(books.idsTwice).toBe(0)
  expect(books.arrivals).toHaveLength(1500)
})

it.for<readonly [string, number]>([
  ['forward', dayMs],
  ['back', -dayMs],
])('what is due in 5 s is sent in 5 s, when the clock goes a day %s', { timeout: 60_000 }, async ([, clockStepMs]) => {
  scene = await startScene({
    clockStepMs: 0,
    settings: { 'delivery.resendStepMs': resendMs },
    esme: { rate: 2000 },
    smsc: { refuse: 100 },
  })
  const { esme, smsc } = scene
  esme.tell({ cmd: 'start', count: 100 })
  await smsc.until((report) => report['refused'] === 100, 10_000)
  await scene.daemon.end('SIGTERM')
  await scene.restart({ clockStepMs })
  const { audit, arrivals } = await scene.close()
  expect(audit).toMatchObject({ accepted: 100, lost: [], receiptsLost: [], receiptsPending: [], doubled: 100 })
  const refusedAtMs = new Map(arrivals.slice(0, 100).map(({ number, answeredAtMs }) => [number, answeredAtMs]))
  const waits = arrivals.slice(100).map(({ number, cameAtMs }) => cameAtMs - (refusedAtMs.get(number) ?? 0))
  expect(Math.min(...waits)).toBeGreaterThan(resendMs - slackMs)
  expect(Math.max(...waits)).toBeLessThan(resendMs * 2)
})
