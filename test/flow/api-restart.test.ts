// What the HTTP API has accepted outlives any end of the daemon: messages that wait for their number, and callbacks that wait for theirs.
import { expect, it } from 'vitest'
import { apiScenario, own, packOf, request, sdkOf, send, startReceiver, type Receiver } from './application.js'
import { startScenario, submitsAt } from './scenario.js'

const states = ['queued', 'sent', 'delivered']
const phones = Array.from({ length: 12 }, (_, i) => `1415555${9100 + i}`)
const manyTries = Array.from({ length: 20 }, () => '200').join(' ')

/** The states of a message as its application was told, those that came again left out. */
function toldOf(app: Receiver, uuid: string): readonly string[] {
  return [...new Set(app.of(uuid).map(({ fields }) => fields['Status'] ?? ''))]
}

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'loses no message and no callback by %s, and tells each message in order',
  async (how) => {
    const set = { 'api.webhooks.retryMs': manyTries, 'powerpack.longCodePerSecond': 3 }
    const scenario = await startScenario(apiScenario({ set }))
    const { vendor } = scenario
    const app = await startReceiver()
    app.answer = (_, response) => {
      response.statusCode = 503
      response.end()
    }
    const sdk = await sdkOf(scenario.daemon)
    const pack = await packOf(sdk, own)
    const uuids = await send(sdk, pack, phones, 'hello', { url: app.url })
    expect(uuids).toHaveLength(phones.length)
    await submitsAt(vendor, 3)
    await app.came(() => app.callbacks.length > 0, 'a callback')
    await scenario.restart(how)
    expect(vendor.stats.submits).toBeLessThan(phones.length)
    app.answer = (_, response) => void response.end()
    const isTold = (uuid: string): boolean => toldOf(app, uuid).includes('delivered')
    await app.came(() => uuids.every(isTold), 'all deliveries told', 30_000)
    for (const uuid of uuids) expect(toldOf(app, uuid)).toEqual(states)
    // At least once: what was unanswered when the process died may come again.
    expect(new Set(vendor.received.map(({ destination }) => destination))).toEqual(new Set(phones))
    if (how === 'SIGTERM') expect(vendor.received).toHaveLength(phones.length)
    const again = await sdkOf(scenario.daemon)
    for (const uuid of uuids) expect(await again.messages['get']!(uuid)).toMatchObject({ messageState: 'delivered' })
    await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_webhooks_waiting')
  },
)

it('knows its powerpacks, numbers, applications and opt-outs again', async () => {
  const scenario = await startScenario(apiScenario())
  const [number = ''] = own
  const [phone = ''] = phones
  const sdk = await sdkOf(scenario.daemon)
  await request(scenario.daemon, 'POST', '/Application/', { app_name: 'in', message_url: 'http://127.0.0.1:9/' })
  const pack = await packOf(sdk, own)
  expect(await scenario.vendor.deliver({ source: phone, destination: number, text: 'STOP' })).toBe(0)
  await submitsAt(scenario.vendor, 1)
  await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  await scenario.restart('SIGKILL')
  const again = await sdkOf(scenario.daemon)
  expect(await again.powerpacks['get']!(pack)).toMatchObject({ uuid: pack })
  const listed = await request(scenario.daemon, 'GET', '/Application/')
  expect(listed.body['objects']).toMatchObject([{ app_name: 'in' }])
  const [refused = '', sent = ''] = await send(again, pack, [phone, phones[1]!], 'hello')
  await submitsAt(scenario.vendor, 2)
  expect(await again.messages['get']!(refused)).toMatchObject({ messageState: 'failed', errorCode: '200' })
  expect(scenario.vendor.received[1]).toMatchObject({ destination: phones[1] })
  expect(sent).not.toBe('')
})

it('sends what waits for its number though the API is off after a restart', async () => {
  const set = { 'powerpack.longCodePerSecond': 2 }
  const scenario = await startScenario(apiScenario({ set }))
  const sdk = await sdkOf(scenario.daemon)
  const pack = await packOf(sdk, own.slice(0, 1))
  await send(sdk, pack, phones.slice(0, 6), 'hello')
  await submitsAt(scenario.vendor, 1)
  await scenario.restart('SIGKILL', { ...set, 'api.enabled': 'false' })
  await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_number_queue_messages')
  expect(new Set(scenario.vendor.received.map(({ destination }) => destination)).size).toBe(6)
})
