// Every call that the real SDK can be pointed here for, made by it against the real daemon, its answers and errors checked; the calls
// that it makes elsewhere or not at all, over plain HTTP. Numbers are rented from a provider over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenHash } from '../../src/admin/tokens.js'
import { startProviderServer } from '../../src/lookup/provider-server.suite.js'
import {
  apiPortOf,
  apiScenario,
  authId,
  call,
  request,
  sdkOf,
  startReceiver,
  type Calls,
  type Said,
} from './application.js'
import { startScenario, submitsAt } from './scenario.js'

const own = ['14155550101', '14155550102', '12125550103', '18005550104']
/** The operator says its country. */
const shortCode = '444444'
const rentable = ['14155550201', '12125550202', '18335550203']
const phone = '14155559001'
const error = { status: expect.any(Number) as number, message: expect.any(String) as string }

/** A switch whose account `app` has `own`, and a provider of `rentable` behind it. */
async function started(set: Readonly<Record<string, string | number>> = {}) {
  const rented = new Set<string>()
  const provider = await startProviderServer(undefined)
  provider.answers = ({ method, path, headers, body }, response) => {
    const isRight = headers.authorization === 'Bearer s3cret'
    const number = /\d{11}/.exec(method === 'POST' ? body : path)?.[0] ?? ''
    if (method === 'POST') rented.add(number)
    if (method === 'DELETE') rented.delete(number)
    const pattern = new URL(path, 'http://x').searchParams.get('starts') ?? ''
    const data = rentable.filter((one) => !rented.has(one) && one.slice(1).startsWith(pattern))
    response
      .writeHead(isRight ? 200 : 401)
      .end(JSON.stringify({ data: data.map((phone_number) => ({ phone_number })) }))
  }
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-inventory-'))
  onTestFinished(async () => {
    await provider.close()
    rmSync(folder, { recursive: true })
  })
  const inventory = join(folder, 'inventory.yaml')
  writeFileSync(
    inventory,
    JSON.stringify({
      ...{ name: 'acme', origin: provider.origin, plainHttp: true },
      headers: { authorization: 'Bearer {secret}' },
      search: { path: '/find?starts={pattern}', list: '/data', offer: { number: '/phone_number' } },
      rent: { path: '/orders/{reference}', body: '{"number":"{number}"}' },
      giveBack: { path: '/numbers/{number}' },
    }),
  )
  const scenario = await startScenario(
    apiScenario({
      account: { numbers: own, allowedSources: [] },
      set: {
        'api.inventoryFile': inventory,
        'api.inventorySecret': 's3cret',
        'admin.tokens': `test ${tokenHash('t')} directory:write`,
        ...set,
      },
    }),
  )
  const sdk = await sdkOf(scenario.daemon)
  return {
    ...scenario,
    daemon: scenario.daemon,
    vendor: scenario.vendor,
    sdk,
    rented,
    media: (sdk as unknown as { media: Calls }).media,
  }
}

const objectsOf = (list: Said): readonly Said[] => [...(list as unknown as readonly Said[])]
const metaOf = (list: Said): Said => list['meta'] as Said

it('does each call of powerpacks, pools and numbers', { timeout: 60_000 }, async () => {
  const { sdk, rented, daemon, media } = await started()
  const { powerpacks, numbers } = sdk

  // P1 to P4, F4
  const made = await powerpacks['create']!('first', { sticky_sender: true, local_connect: false })
  expect(made).toMatchObject({ name: 'first', stickySender: true, localConnect: false, applicationId: '' })
  await powerpacks['create']!('second')
  const uuid = made['uuid'] as string
  const pack = await powerpacks['get']!(uuid)
  const pool = (pack['numberPool'] as string).split('/')[5]!
  expect(pack['numberPool']).toBe(`/v1/Account/${authId}/NumberPool/${pool}/`)
  const listed = await powerpacks['list']!({ limit: 1, offset: 1 })
  expect(objectsOf(listed)).toMatchObject([{ name: 'second' }])
  expect(metaOf(listed)).toMatchObject({ limit: 1, offset: 1, totalCount: 2, next: null })
  expect(await powerpacks['update']!(uuid, { local_connect: true })).toMatchObject({ uuid, localConnect: true })
  expect(await call(pack, 'update', { name: 'renamed' })).toMatchObject({ name: 'renamed', localConnect: true })
  expect(await numbers['addOwnNumber']!(own.join(','), 'own', 'West')).toMatchObject({ message: 'changed' })

  // N1 to N4
  for (const number of own.slice(0, 3))
    expect(await call(pack, 'add_number', number)).toMatchObject({ number, numberPoolUuid: pool, countryIso2: 'US' })
  expect(await call(pack, 'find_number', own[0])).toMatchObject({ number: own[0], type: 'fixed' })
  const page = await call(pack, 'list_numbers', { starts_with: '1415', limit: 1 })
  expect(page).toMatchObject({ objects: [{ number: own[0] }], meta: { limit: 1, totalCount: 2, previous: '' } })
  expect(await call(pack, 'count_numbers', { starts_with: '1415' })).toBe(2)
  expect(await call(pack, 'remove_number', own[2])).toMatchObject({ response: 'success' })
  expect(await call(pack, 'buy_add_number', { country_iso2: 'US', type: 'local', pattern: '212' })).toMatchObject({ number: rentable[1] }) // prettier-ignore
  expect([...rented]).toEqual([rentable[1]])
  expect(await call(pack, 'remove_number', rentable[1], true)).toMatchObject({ response: 'success' })
  expect([...rented]).toEqual([])

  // T1 to T4, S1 to S3, N0
  expect(await call(pack, 'add_tollfree', own[3])).toMatchObject({ number: own[3], type: 'tollfree' })
  expect(await call(pack, 'list_tollfree')).toMatchObject({ objects: [{ tollfree: own[3] }] })
  expect(await call(pack, 'find_tollfree', own[3])).toMatchObject({ number: own[3] })
  expect(await call(pack, 'remove_tollfree', own[3])).toMatchObject({ response: 'success' })
  const imported = await fetch(`http://127.0.0.1:${daemon.adminPort}/v1/numbers`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: JSON.stringify({ numbers: [{ number: shortCode, type: 'shortcode', country: 'US', owner: 'app' }] }),
  })
  expect(await imported.json()).toMatchObject({ added: 1 })
  expect(await request(daemon, 'POST', `/NumberPool/${pool}/Shortcode/${shortCode}/`)).toMatchObject({
    ...{ status: 200, body: { shortcode: shortCode, number_pool_uuid: pool, country_iso2: 'US' } },
  })
  expect(await call(pack, 'list_shortcodes')).toMatchObject({ objects: [{ shortcode: shortCode }] })
  expect(await call(pack, 'find_shortcode', shortCode)).toMatchObject({ numberPoolUuid: pool, countryIso2: 'US' })
  expect(await call(pack, 'remove_shortcode', shortCode)).toMatchObject({ response: 'success' })
  const base = `/v1/Account/${authId}/NumberPool/${pool}/`
  expect(await request(daemon, 'GET', `/NumberPool/${pool}/`)).toMatchObject({
    status: 200,
    body: { uuid: pool, numbers: `${base}Number/`, shortcodes: `${base}Shortcode/`, tollfree: `${base}Tollfree/` },
  })

  // F1 to F6
  const found = await numbers['search']!('US', { type: 'local', pattern: '415' })
  expect(objectsOf(found)).toMatchObject([{ number: rentable[0], country: 'US', region: 'US-CA', smsEnabled: true }])
  expect(await numbers['buy']!(rentable[0])).toMatchObject({ status: 'fulfilled', numbers: [{ number: rentable[0] }] })
  expect([...rented]).toEqual([rentable[0]])
  expect(await numbers['update']!(rentable[0], { alias: 'bay' })).toMatchObject({ message: 'changed' })
  expect(await numbers['get']!(rentable[0])).toMatchObject({ number: rentable[0], alias: 'bay' })
  expect(objectsOf(await numbers['list']!({ number_startswith: '1415' }))).toHaveLength(3)
  expect(await numbers['unrent']!(rentable[0])).toBe(true)
  expect([...rented]).toEqual([])

  // M5, and the errors
  await expect(media['list']!()).rejects.toMatchObject({ status: 400 })
  await expect(media['get']!('one')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('SMS only') as string }) // prettier-ignore
  await expect(powerpacks['create']!('renamed')).rejects.toMatchObject({ ...error, status: 400 })
  await expect(powerpacks['get']!('nothing')).rejects.toMatchObject({ ...error, status: 404 })
  await expect(call(pack, 'find_number', own[2])).rejects.toMatchObject({ ...error, status: 404 })
  await expect(numbers['buy']!('14155550000')).rejects.toMatchObject({ ...error, status: 404 })
  const stranger = await sdkOf(daemon, { authId, authToken: 'wrong', token: 'wrong' } as {
    authId: string
    token: string
  })
  await expect(stranger.powerpacks['list']!()).rejects.toMatchObject({ ...error, status: 401 })

  // P5
  expect(await call(pack, 'delete', true)).toMatchObject({ response: 'success' })
  await expect(powerpacks['get']!(uuid)).rejects.toMatchObject({ status: 404 })
  await expect(numbers['get']!(own[0])).rejects.toMatchObject({ status: 404 })
})

it('does each call of messages', async () => {
  const { sdk, vendor, daemon } = await started()
  const { messages } = sdk
  const app = await startReceiver()
  await sdk.numbers['addOwnNumber']!(own[0], 'own', 'West')
  const dst = [phone, '14155559002', '1-415-555-9003', '14155559002', 'nobody']
  const sent = await messages['create']!({ src: own[0], dst, text: 'one of three', url: app.url })
  expect(sent).toMatchObject({ message: 'message(s) queued', invalid_number: ['nobody'] })
  const uuids = sent['messageUuid'] as readonly string[]
  expect(uuids).toHaveLength(3)
  await submitsAt(vendor, 3)
  await app.came(() => uuids.every((uuid) => app.of(uuid).length === 3), 'all callbacks', 20_000)
  expect(await messages['get']!(uuids[0])).toMatchObject({
    ...{ messageUuid: uuids[0], fromNumber: own[0], toNumber: phone, messageState: 'delivered', units: 1 },
    ...{ messageDirection: 'outbound', errorCode: '000', destinationCountryIso2: 'US' },
  })
  const first = await messages['list']!({ limit: 2, message_state: 'delivered' })
  expect(objectsOf(first)).toHaveLength(2)
  expect(metaOf(first)).toMatchObject({ limit: 2, offset: 0, previous: null })
  expect(metaOf(first)['next']).toContain(`/v1/Account/${authId}/Message/?`)
  const second = await messages['list']!({ limit: 2, offset: 2, message_state: 'delivered' })
  expect(metaOf(second)).toMatchObject({ limit: 2, offset: 2, next: null })
  const all = [...objectsOf(first), ...objectsOf(second)].map((one) => one['messageUuid'])
  expect(new Set(all)).toEqual(new Set(uuids))
  const after = await messages['list']!({ messageTime_greater_than: '2020-01-01 00:00', to_number: phone })
  expect(objectsOf(after)).toMatchObject([{ messageUuid: uuids[0] }])
  expect(await messages['listMedia']!(uuids[0])).toMatchObject({ objects: [] })
  await expect(messages['create']!('19995550000', phone, 'not mine')).rejects.toMatchObject({ ...error, status: 400 })
  await expect(messages['get']!('11111111-1111-4111-8111-111111111111')).rejects.toMatchObject({ status: 404 })
  await expect(messages['list']!({ limit: 21 })).rejects.toMatchObject({ status: 400 })
  expect(await request(daemon, 'GET', '/Message')).toMatchObject({ status: 200 })
})

it('does what no SDK can be pointed here for: applications, and too many requests', async () => {
  const { daemon, sdk } = await started({ 'api.requests': 6, 'api.requestsMs': 60_000 })
  const made = await request(daemon, 'POST', '/Application/', { app_name: 'in', message_url: 'http://127.0.0.1:1/in' })
  expect(made).toMatchObject({ status: 201, body: { message: 'created' } })
  const path = `/Application/${String(made.body['app_id'])}/`
  expect(await request(daemon, 'POST', path, { message_method: 'GET' })).toMatchObject({ status: 202 })
  expect(await request(daemon, 'GET', path)).toMatchObject({ body: { app_name: 'in', message_method: 'GET' } })
  expect(await request(daemon, 'GET', '/Application/')).toMatchObject({ body: { meta: { total_count: 1 } } })
  const url = `http://127.0.0.1:${await apiPortOf(daemon)}/v1/Account/${authId}${path}`
  const authorization = `Basic ${btoa(`${authId}:a-token-of-forty-characters-for-tests-01`)}`
  expect((await fetch(url, { method: 'DELETE', headers: { authorization } })).status).toBe(204)
  expect(await request(daemon, 'GET', path)).toMatchObject({ status: 404 })
  expect(await request(daemon, 'GET', path)).toMatchObject({ status: 429 })
  await expect(sdk.messages['list']!()).rejects.toThrow('status code 429')
})

// What the SDKs of other languages put on the wire for “send this by that powerpack”; each its own way.
it('takes a message by a powerpack as each SDK sends it', async () => {
  const { sdk, daemon, vendor } = await started()
  const app = await startReceiver()
  await sdk.numbers['addOwnNumber']!(own[0], 'own', 'West')
  const { uuid } = await sdk.powerpacks['create']!('samples')
  await call(await sdk.powerpacks['get']!(uuid), 'add_number', own[0])
  // JavaScript, as it is written there.
  await sdk.messages['create']!({ powerpackUUID: uuid, dst: phone, text: 'JavaScript' }).then((created) =>
    expect(created).toMatchObject({ message: 'message(s) queued' }),
  )
  const python = { type: 'sms', method: 'POST', log: 'true', trackable: false, text: 'Python', dst: phone }
  const ways: readonly (readonly [string, Said])[] = [
    ['/Message/', { ...python, powerpack_uuid: uuid }],
    ['/Message/', { powerpack_uuid: uuid, dst: phone, text: 'Ruby', type: 'sms', log: true }],
    ['/Message/', { powerpack_uuid: uuid, dst: phone, text: 'PHP', url: `${app.url}/sms_status/` }],
    ['/Message/', { powerpack_uuid: uuid, dst: phone, text: 'Java', type: 'sms', log: true, method: 'POST' }],
    ['/Message//', { powerpack_uuid: uuid, dst: phone, text: 'Go' }],
    ['/Message/', { powerpack_uuid: uuid, dst: phone, text: '.NET', src: null, type: 'sms', url: null }],
    ['/Message', { powerpack_uuid: uuid, dst: phone, text: 'curl' }],
  ]
  for (const [path, body] of ways) {
    const answer = await request(daemon, 'POST', path, body)
    expect([body['text'], answer]).toMatchObject([
      body['text'],
      { status: 202, body: { message: 'message(s) queued', message_uuid: [expect.any(String)] } },
    ])
  }
  // One number, one message a second.
  await submitsAt(vendor, 8, 30_000)
  expect(new Set(vendor.received.map(({ text }) => text))).toEqual(
    new Set(['JavaScript', ...ways.map(([, { text }]) => text)]),
  )
  await app.came(() => app.callbacks.some(({ path }) => path === '/sms_status/'), 'the callback of PHP')
})
