// A number is attached to its campaign over the HTTP API while its messages wait, and detached again.
import { expect, it, onTestFinished } from 'vitest'
import { startSimVendor } from '../../src/sim/vendor.js'
import { startApiDaemon } from './admin-api.js'
import { apiPortOf, apiScenario, own, request, startReceiver, type Said } from './application.js'
import { directoryText, submitsAt, vendorPassword, type Row } from './scenario.js'
import { registry } from './three-campaigns.js'

const att = '12125550100'
const source = own[0]!
const path = '/10dlc/Campaign/C1/Number/'

async function site(campaign: Row = {}, set: Readonly<Record<string, string | number>> = {}) {
  const vendor = await startSimVendor({ systemId: 'switch', password: vendorPassword, receipts: false })
  onTestFinished(() => vendor.stop())
  const { set: settings, ...provisioned } = apiScenario({
    account: { allowedSources: own },
    more: registry([{ id: 'C1', accounts: ['app'], numbers: [], ...campaign }]),
    set,
  })
  const api = await startApiDaemon(settings)
  await api.provision(directoryText(provisioned, [vendor.port]))
  await api.daemon.metricWhen((n) => n === 1, 'smswitch_sessions', { edge: 'vendor', name: 'v1-1' })
  await apiPortOf(api.daemon)
  const send = async (text: string, more: Said = {}) =>
    request(api.daemon, 'POST', '/Message/', { src: source, dst: att, text, ...more })
  return { api, vendor, send }
}

it('what waits at the pace of a number alone goes at that of its campaign once it is attached, in order, none twice', async () => {
  const { api, vendor, send } = await site()
  const texts = Array.from({ length: 30 }, (_, i) => `m${i}`)
  for (const text of texts) expect((await send(text)).status).toBe(202)
  // One a second, for half a minute.
  await submitsAt(vendor, 1)
  const { status, body } = await request(api.daemon, 'POST', path, { numbers: source })
  expect([status, body]).toMatchObject([200, { message: `1 number(s) linked to campaign C1` }])
  const attachedMs = performance.now()
  await submitsAt(vendor, 30)
  // A new campaign's rate begins with its burst.
  expect(performance.now() - attachedMs).toBeLessThan(8000)
  expect(vendor.received.map(({ text }) => text)).toEqual(texts)
  expect(vendor.stats.submits).toBe(30)
  // It is durable when it is answered.
  await api.restart('SIGKILL')
  const listed = await request(api.daemon, 'GET', path)
  expect(listed.body).toMatchObject({ phone_numbers: [{ number: source }] })
}, 60_000)

it('what waits when a number is detached is over where numbers need a campaign', async () => {
  const { api, vendor, send } = await site(
    { overrides: { att: { mps: 0.1, tpm: 6 } } },
    { 'tenDlc.unregistered': 'refuse' },
  )
  const app = await startReceiver()
  const sent = async (text: string) =>
    ((await send(text, { url: app.url })).body['message_uuid'] as readonly string[])[0]!
  const ended = async (uuid: string, states: readonly string[]) => {
    await app.came(() => app.of(uuid).length >= states.length, states.join(' and '))
    expect(app.of(uuid).map(({ fields }) => fields['Status'])).toEqual(states)
    return app.of(uuid).at(-1)?.fields['ErrorCode']
  }
  expect(await ended(await sent('in no campaign'), ['failed'])).toBe('40')
  await request(api.daemon, 'POST', path, { numbers: [source] })
  const uuids: string[] = []
  for (let i = 0; i < 4; i++) uuids.push(await sent(`m${i}`))
  await submitsAt(vendor, 1)
  await api.daemon.metricWhen((n) => n === 3, 'smswitch_limited_waiting_segments', { campaign: 'C1' })
  expect((await request(api.daemon, 'DELETE', `${path}${source}/`)).status).toBe(200)
  for (const uuid of uuids.slice(1)) expect(await ended(uuid, ['queued', 'failed'])).toBe('40')
  await ended(uuids[0]!, ['queued', 'sent'])
  expect(vendor.stats.submits).toBe(1)
}, 60_000)
