// Whom the push hook tells of: users without a phone for whom something waits, and nobody else.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { accountRow, startScenario } from './scenario.js'
import { domain, Phone, sipAccount, sipScenario } from './sip-phone.js'
import { when } from './waiting.js'

interface Told {
  readonly body: unknown
  readonly authorization: string | undefined
}

async function startApp() {
  const told: Told[] = []
  const events = new EventEmitter()
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      told.push({ body: JSON.parse(body), authorization: request.headers.authorization })
      response.end()
      events.emit('told')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wake`
  return { told, url, came: (count: number) => when(events, 'told', () => told.length >= count, `${count} pushes`) }
}

it('is told of a user without a phone, and of none who has one or binds', async () => {
  const app = await startApp()
  const users = [sipAccount('alice'), sipAccount('bob'), { ...accountRow('carol'), ...sipAccount('carol') }]
  const set = { 'sip.push.url': app.url, 'sip.push.token': 'hush', 'sip.push.pauseMs': 1 }
  const { daemon, bind } = await startScenario(sipScenario({ accounts: users, set }))
  const sender = await Phone.start({ user: 'alice', daemon })
  expect((await sender.register()).status).toBe(200)
  const esme = await bind({ systemId: 'carol' })
  for (const to of ['alice', 'carol']) expect((await sender.send(to, 'awake', { domain })).status).toBe(202)
  await when(esme.events, 'mo', () => esme.mo.length > 0, 'the message at the ESME')
  await sender.came(1)
  expect((await sender.send('bob', 'asleep', { domain })).status).toBe(202)
  await app.came(1)
  await esme.stop()
  await daemon.metricWhen((n) => n === 0, 'smswitch_sessions', { edge: 'esme', name: 'carol', mode: 'transceiver' })
  expect((await sender.send('carol', 'asleep', { domain })).status).toBe(202)
  await app.came(2)
  const authorization = 'Bearer hush'
  const toldOf = (user: string): Told => ({ authorization, body: { account: user, user, domain, waiting: 1 } })
  expect(app.told).toEqual([toldOf('bob'), toldOf('carol')])
  expect(daemon.output()).not.toContain('hush')
})
