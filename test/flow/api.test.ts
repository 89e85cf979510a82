// Applications through the real daemon: the SDK sends from pools of numbers, callbacks come to a real server, phones answer.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  added,
  apiPortOf,
  apiScenario,
  authId,
  authToken,
  own,
  packOf,
  request,
  sdkOf,
  send,
  startReceiver,
} from './application.js'
import { startScenario, submitsAt } from './scenario.js'

const phone = '14155559001'
const states = ['queued', 'sent', 'delivered']
const fullySigned = { v2: true, v3: true, mainV3: true }

it('sends from a pool, tells each state with signatures that the SDK accepts, and shows the message', async () => {
  const { daemon, vendor } = await startScenario(apiScenario())
  const sdk = await sdkOf(daemon)
  const app = await startReceiver()
  const pack = await packOf(sdk, own)
  const [uuid = ''] = await send(sdk, pack, phone, 'Hello, привет', { url: `${app.url}/state?x=1` })
  await submitsAt(vendor, 1)
  expect(own).toContain(vendor.received[0]?.source)
  expect(vendor.received[0]).toMatchObject({ destination: phone, text: 'Hello, привет' })
  await app.came(() => app.of(uuid).length === 3, 'three callbacks')
  const callbacks = app.of(uuid)
  expect(callbacks.map(({ fields }) => fields['Status'])).toEqual(states)
  expect(callbacks.map(({ isSigned }) => isSigned)).toEqual([fullySigned, fullySigned, fullySigned])
  expect(callbacks.map(({ fields }) => fields['Sequence'])).toEqual(['1', '2', '3'])
  const from = vendor.received[0]?.source
  expect(callbacks[2]).toMatchObject({ path: '/state?x=1', fields: { From: from, To: phone, PowerpackUUID: pack } })
  expect(await sdk.messages['get']!(uuid)).toMatchObject({
    ...{ messageState: 'delivered', fromNumber: from, toNumber: phone, errorCode: '000' },
  })
  // The phone hears from the same number again.
  await send(sdk, pack, phone, 'again')
  await submitsAt(vendor, 2)
  expect(vendor.received[1]?.source).toBe(from)
})

it('lets in who has the token, and nobody else', async () => {
  const { daemon } = await startScenario(apiScenario())
  const url = `http://127.0.0.1:${await apiPortOf(daemon)}/v1/Account/${authId}/Message/`
  const asked = async (token: string): Promise<number> =>
    (await fetch(url, { headers: { authorization: `Basic ${btoa(`${authId}:${token}`)}` } })).status
  expect(await asked(authToken)).toBe(200)
  expect(await asked('wrong')).toBe(401)
})

it('takes no URL with an address of the inside in it, where that is not allowed', async () => {
  const { daemon } = await startScenario(apiScenario())
  const inside = 'http://[::ffff:10.0.0.1]/state'
  const said = await request(daemon, 'POST', '/Message/', { src: own[0] ?? '', dst: phone, text: 'hi', url: inside })
  expect(said).toMatchObject({ status: 400, body: { error: 'url must be at an address of the public internet' } })
  const application = await request(daemon, 'POST', '/Application/', { app_name: 'in', message_url: inside })
  expect(application).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^message_url: /) as string } })
})

it('tells an application what a phone wrote, sends what it answers, and keeps to STOP and START', async () => {
  const { daemon, vendor } = await startScenario(apiScenario())
  const sdk = await sdkOf(daemon)
  const app = await startReceiver()
  const created = await request(daemon, 'POST', '/Application/', { app_name: 'in', message_url: `${app.url}/inbox` })
  const { app_id: appId } = created.body
  const pack = await packOf(sdk, own.slice(0, 1), { application_type: 'xml', application_id: appId })
  const [number = ''] = own
  app.answer = ({ path, fields }, response) => {
    if (path !== '/inbox' || fields['MessageIntent'] !== '') return void response.end()
    response.setHeader('content-type', 'text/xml')
    response.end(`<Response><Message callbackUrl="${app.url}/reply">You said: ${fields['Text']}</Message></Response>`)
  }
  expect(await vendor.deliver({ source: phone, destination: number, text: 'good day' })).toBe(0)
  await app.came(() => app.callbacks.some(({ fields }) => fields['Status'] === 'delivered'), 'the reply delivered')
  expect(app.callbacks[0]).toMatchObject({
    path: '/inbox',
    fields: { From: phone, To: number, Text: 'good day', PowerpackUUID: pack, MessageIntent: '', Units: '1' },
    isSigned: fullySigned,
  })
  expect(vendor.received[0]).toMatchObject({ source: number, destination: phone, text: 'You said: good day' })
  const received = await sdk.messages['get']!(app.callbacks[0]!.fields['MessageUUID'])
  expect(received).toMatchObject({ messageDirection: 'inbound', messageState: 'delivered' })

  expect(await vendor.deliver({ source: phone, destination: number, text: 'Stop' })).toBe(0)
  await app.came(() => app.callbacks.some(({ fields }) => fields['MessageIntent'] === 'optout'), 'the opt-out told')
  await submitsAt(vendor, 2)
  expect(vendor.received[1]?.text).toContain('unsubscribed')
  const [refused = ''] = await send(sdk, pack, phone, 'an offer', { url: `${app.url}/state` })
  await app.came(() => app.of(refused).length === 1, 'the failure told')
  expect(app.of(refused)[0]?.fields).toMatchObject({ Status: 'failed', ErrorCode: '200' })
  expect(await sdk.messages['get']!(refused)).toMatchObject({ messageState: 'failed', errorCode: '200' })

  expect(await vendor.deliver({ source: phone, destination: number, text: 'START' })).toBe(0)
  await submitsAt(vendor, 3)
  await send(sdk, pack, phone, 'welcome back')
  await submitsAt(vendor, 4)
  expect(vendor.received[3]).toMatchObject({ source: number, destination: phone, text: 'welcome back' })
})

it('takes messages for numbers that came by the API', async () => {
  const { daemon, vendor } = await startScenario(apiScenario())
  const sdk = await sdkOf(daemon)
  const app = await startReceiver()
  const [number = ''] = added
  const created = await request(daemon, 'POST', '/Application/', { app_name: 'in', message_url: `${app.url}/inbox` })
  await sdk.numbers['addOwnNumber']!(number, 'own', 'West')
  expect(await request(daemon, 'POST', `/Number/${number}/`, { app_id: created.body['app_id'] })).toMatchObject({
    status: 202,
  })
  expect(await vendor.deliver({ source: phone, destination: number, text: 'hello?' })).toBe(0)
  await app.came(() => app.callbacks.length === 1, 'the message told')
  expect(app.callbacks[0]?.fields).toMatchObject({ From: phone, To: number, Text: 'hello?', PowerpackUUID: '' })
  // Nobody's.
  expect(await vendor.deliver({ source: phone, destination: added[1]!, text: 'hello?' })).not.toBe(0)
})

it('does a repeated request once', async () => {
  const { daemon, vendor } = await startScenario(apiScenario())
  const sdk = await sdkOf(daemon)
  const pack = await packOf(sdk, own)
  const asked = async (): Promise<unknown> => {
    const message = { powerpack_uuid: pack, dst: phone, text: 'once' }
    const answer = await request(daemon, 'POST', '/Message/', message, { 'idempotency-key': 'k1' })
    expect(answer.status).toBe(202)
    return answer.body['message_uuid']
  }
  const first = await asked()
  expect(await asked()).toEqual(first)
  await submitsAt(vendor, 1)
  await daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  expect(vendor.stats.submits).toBe(1)
})

it('follows the directory: accounts come and go while it runs', async () => {
  const scenario = await startScenario(apiScenario())
  const { daemon, directory, vendor } = scenario
  const sdk = await sdkOf(daemon)
  const given = JSON.parse(readFileSync(directory, 'utf8')) as { accounts: Record<string, unknown>[] }
  const reload = async (accounts: readonly Record<string, unknown>[], revisions: number): Promise<void> => {
    writeFileSync(directory, JSON.stringify({ ...given, accounts }))
    process.kill(daemon.pid, 'SIGHUP')
    await daemon.logged('directory.changed', (line) => line['revision'] === revisions)
  }
  const late = { authId: 'MA9876543210ZYXWVUTS', token: 'another-token-of-forty-characters-000002' }
  const first = Number((await daemon.logged('directory.loaded'))['revision'] ?? 0)
  await reload([...given.accounts, { id: 'late', api: late, numbers: [added[0]] }], first + 1)
  const lateSdk = await sdkOf(daemon, late)
  const app = await startReceiver()
  const pack = await packOf(lateSdk, added.slice(0, 1))
  const [uuid = ''] = await send(lateSdk, pack, phone, 'hello', { url: app.url })
  await app.came(() => app.of(uuid).length === 3, 'three callbacks')
  expect(vendor.received[0]?.source).toBe(added[0])
  await reload(given.accounts, first + 2)
  await expect(send(lateSdk, pack, phone, 'hello')).rejects.toMatchObject({ status: 401 })
  expect(await sdk.powerpacks['list']!()).toHaveLength(0)
})
