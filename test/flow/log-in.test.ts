// Wrong passwords and tokens: counted by address and by account, told, and no obstacle to whoever has the right ones.
import { expect, it } from 'vitest'
import { startApiDaemon } from './admin-api.js'
import { connectRaw } from './raw-esme.js'
import { startScenario } from './scenario.js'

const status = { ok: 0, password: 0x0e, bindFailed: 0x0d } as const

it('refuses unseen who has had too many wrong passwords, and nobody else', async () => {
  const { daemon, bind } = await startScenario({
    set: { 'logIn.wrongPerAccount': 2, 'logIn.wrongPerAddress': 4, 'logIn.refuseAfterMs': 200 },
  })
  const tryAs = async (system_id: string, password: string): Promise<number> =>
    (await connectRaw(daemon.smppPort)).bind('transceiver', { system_id, password })
  expect([await tryAs('other', 'x'), await tryAs('other', 'x')]).toEqual([status.password, status.password])
  const { address, account, edge } = await daemon.logged('logIn.blocked')
  expect({ address, account, edge }).toEqual({ address: '127.0.0.1', account: 'other', edge: 'esme' })
  expect(await tryAs('other', 'x')).toBe(status.bindFailed)
  await bind()
  expect([await tryAs('third', 'x'), await tryAs('fourth', 'x')]).toEqual([status.password, status.password])
  // Its address has had its share: only who has proved itself there may still try.
  expect(await tryAs('fifth', 'x')).toBe(status.bindFailed)
  await bind()
  await daemon.metricWhen((n) => n === 2, 'smswitch_log_ins_wrong_total', { edge: 'esme', outcome: 'blocked' })
})

it('tells an address with too many wrong tokens so, and takes the right one all the same', async () => {
  const api = await startApiDaemon({ 'logIn.wrongPerAccount': 1 })
  const wrong = () =>
    fetch(`http://127.0.0.1:${api.daemon.adminPort}/v1/directory`, { headers: { authorization: 'Bearer x' } })
  expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 429])
  expect((await api.call('GET', '/v1/directory')).status).toBe(200)
  await api.daemon.logged('logIn.blocked', ({ edge }) => edge === 'api')
})
