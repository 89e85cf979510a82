// A directory that changes while the switch runs: what changes is acted on, what does not is left alone.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { hashPassword } from '../../src/directory/password.js'
import { startSimEsme, type SimEsme } from '../../src/sim/esme.js'
import { startSimVendor, type SimVendor, type SimVendorOptions } from '../../src/sim/vendor.js'
import { startApiDaemon, type ApiDaemon } from './admin-api.js'
import { startHandVendor } from './hand-vendor.js'
import {
  accountPassword,
  accountRow,
  directoryText,
  receiptsOf,
  startScenario,
  submitsAt,
  vendorPassword,
  type Provisioned,
} from './scenario.js'
import { when, within } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

async function simVendor(options: SimVendorOptions = {}): Promise<SimVendor> {
  const vendor = await startSimVendor({ systemId: 'switch', password: vendorPassword, ...options })
  onTestFinished(() => vendor.stop())
  return vendor
}

async function esmeOf({ daemon }: ApiDaemon, systemId = 'acme', password = accountPassword): Promise<SimEsme> {
  const esme = await startSimEsme({ port: daemon.smppPort, systemId, password, responseTimeoutMs: 8000 })
  onTestFinished(() => esme.drop())
  return esme
}

const bound = (api: ApiDaemon, connection: string, count = 1) =>
  api.daemon.metricWhen((n) => n === count, 'smswitch_sessions', { edge: 'vendor', name: connection })

it('begins empty, takes a directory by the API, and has it after a restart', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  await expect(esmeOf(api)).rejects.toThrow()
  await api.provision(directoryText({}, [vendor.port]))
  await bound(api, 'v1-1')
  const esme = await esmeOf(api)
  expect((await esme.submit(message)).status).toBe(0)
  await receiptsOf(esme, 1)
  await api.restart('SIGKILL')
  expect((await api.call('GET', '/v1/directory')).body).toMatchObject({ revision: 1, managedBy: 'store' })
  expect((await (await esmeOf(api)).submit(message)).status).toBe(0)
  await submitsAt(vendor, 2)
})

it('unbinds accounts that are deactivated, removed or have another password, and nobody else', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  const ids = ['off', 'gone', 'changed', 'same']
  const provisioned = (rows: readonly object[]): string =>
    directoryText({ accounts: rows as Provisioned['accounts'] & object }, [vendor.port])
  await api.provision(provisioned(ids.map((id) => accountRow(id))))
  const [off, gone, changed, same] = (await Promise.all(ids.map((id) => esmeOf(api, id)))) as [
    SimEsme,
    SimEsme,
    SimEsme,
    SimEsme,
  ]
  const ended = [off, gone, changed].map((esme) => within(once(esme.events, 'close'), 'the end of a session'))
  const password = await hashPassword('other-1', Buffer.from('0123456789abcdef'), { n: 1024, r: 8, p: 1 })
  await api.provision(
    provisioned([
      accountRow('off', { active: false }),
      accountRow('changed', { password }),
      accountRow('same', { maxBinds: 3 }),
    ]),
  )
  await Promise.all(ended)
  expect((await same.submit(message)).status).toBe(0)
  await expect(esmeOf(api, 'changed')).rejects.toThrow()
  await expect(esmeOf(api, 'off')).rejects.toThrow()
  expect((await (await esmeOf(api, 'changed', 'other-1')).submit(message)).status).toBe(0)
})

it('binds to connections that are added, leaves those that are removed, and binds anew where the link is another', async () => {
  const api = await startApiDaemon()
  const [one, two, three] = [await simVendor(), await simVendor(), await simVendor()]
  await api.provision(directoryText({}, [one.port]))
  const esme = await esmeOf(api)
  await bound(api, 'v1-1')
  const send = async (): Promise<void> => {
    expect((await esme.submit(message)).status).toBe(0)
  }
  await send()
  await submitsAt(one, 1)
  // Beside it, and before it.
  const tariffs = [{ id: 'cheap', rates: [{ prefix: '', price: '0.001' }] }]
  await api.provision(directoryText({ tariffs, connections: [{}, { tariff: 'cheap' }] }, [one.port, two.port]))
  await bound(api, 'v2-1')
  await send()
  await submitsAt(two, 1)
  expect(one.stats).toMatchObject({ binds: 1, submits: 1 })
  // To another place, under the same name.
  const left = once(two.events, 'close')
  await api.provision(directoryText({ tariffs, connections: [{}, { tariff: 'cheap' }] }, [one.port, three.port]))
  await within(left, 'the end of the old link')
  await bound(api, 'v2-1')
  await send()
  await submitsAt(three, 1)
  // Not used any more.
  const out = once(three.events, 'close')
  const off = { tariff: 'cheap', active: false }
  await api.provision(directoryText({ tariffs, connections: [{}, off] }, [one.port, three.port]))
  await within(out, 'the end of the link')
  await send()
  await submitsAt(one, 2)
  expect(one.stats.binds).toBe(1)
  await receiptsOf(esme, 4)
})

it('follows the rules of a connection without a new bind', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  await api.provision(directoryText({}, [vendor.port]))
  const esme = await esmeOf(api)
  await bound(api, 'v1-1')
  await esme.submit(message)
  await api.provision(directoryText({ connections: [{ serviceType: 'WAP', sourceAddress: { ton: 5, npi: 0 } }] }, [vendor.port])) // prettier-ignore
  await esme.submit(message)
  await submitsAt(vendor, 2)
  expect(vendor.received.map(({ pdu }) => [pdu['service_type'], pdu['source_addr_ton']])).toEqual([
    ['', expect.any(Number)],
    ['WAP', 5],
  ])
  expect(vendor.stats.binds).toBe(1)
})

it('lets what is under way over a connection end when it goes, and loses and doubles nothing', async () => {
  const api = await startApiDaemon()
  const hand = await startHandVendor()
  const other = await simVendor()
  const policies = [{ id: 'all', routing: { connections: ['v1-1'] } }]
  await api.provision(directoryText({ connections: [{ window: 2 }, {}], policies }, [hand.port, other.port]))
  const esme = await esmeOf(api)
  await hand.bound(1)
  const answers = await Promise.all([1, 2, 3, 4].map((n) => esme.submit({ ...message, text: `m${n}` })))
  expect(answers.map(({ status }) => status)).toEqual([0, 0, 0, 0])
  await hand.submits(2)
  // Two are under way, two wait for them: these get a new route, those their answer.
  const row = { id: 'all', routing: { connections: ['v2-1'] } }
  await api.provision(directoryText({ connections: [{ window: 2, active: false }, {}], policies: [row] }, [hand.port, other.port])) // prettier-ignore
  await api.daemon.logged('delivery.rerouted')
  await submitsAt(other, 2)
  hand.answer(0, { message_id: 'h0' })
  hand.answer(1, { message_id: 'h1' })
  const receipts = await receiptsOf(esme, 2)
  expect(receipts.map(({ state }) => state)).toEqual(['DELIVRD', 'DELIVRD'])
  await api.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  expect([hand.count, other.stats.submits]).toEqual([2, 2])
  expect(new Set(other.received.map(({ text }) => text))).toEqual(new Set(['m3', 'm4']))
})

it('gives what waits another route when a connection only brings messages any more, and leaves its bind', async () => {
  const api = await startApiDaemon()
  const hand = await startHandVendor()
  const other = await simVendor()
  const tariffs = [{ id: 'cheap', rates: [{ prefix: '', price: '0.001' }] }]
  const provisioned = (direction: string): string =>
    directoryText(
      { tariffs, connections: [{ window: 1, tariff: 'cheap', direction }, {}], account: { numbers: ['12025550100'] } },
      [hand.port, other.port],
    )
  await api.provision(provisioned('both'))
  const esme = await esmeOf(api)
  await hand.bound(1)
  await bound(api, 'v2-1')
  await Promise.all([1, 2, 3].map((n) => esme.submit({ ...message, text: `m${n}` })))
  await hand.submits(1)
  await api.provision(provisioned('from'))
  await submitsAt(other, 2)
  hand.answer(0, { message_id: 'h0' })
  expect(await hand.deliver(0, 'h0', 'DELIVRD')).toBe(0)
  await receiptsOf(esme, 3)
  expect([hand.count, hand.binds.length, other.stats.submits]).toEqual([1, 1, 2])
  const { source: destination_addr, destination: source_addr } = message
  expect((await hand.mo({ source_addr, destination_addr, short_message: 'STOP' })).command_status).toBe(0)
  await api.provision(provisioned('to'))
  const sent = esme.submit(message)
  await hand.submits(2)
  hand.answer(1, { message_id: 'h1' })
  expect((await sent).status).toBe(0)
})

it('gives what waits for a connection that only brings messages another route where that was its only one', async () => {
  const api = await startApiDaemon()
  const hand = await startHandVendor()
  const other = await simVendor()
  const provisioned = (direction: string, to: string): string =>
    directoryText(
      {
        connections: [{ window: 1, direction }, {}],
        policies: [{ id: 'all', routing: { connections: [to] } }],
      },
      [hand.port, other.port],
    )
  await api.provision(provisioned('both', 'v1-1'))
  const esme = await esmeOf(api)
  await hand.bound(1)
  await Promise.all([1, 2].map((n) => esme.submit({ ...message, text: `m${n}` })))
  await hand.submits(1)
  await api.provision(provisioned('from', 'v2-1'))
  await api.daemon.logged('delivery.rerouted')
  await submitsAt(other, 1)
  expect(hand.count).toBe(1)
})

it('unbinds who was known by its address and is not any more, unless its password was right', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  const provisioned = (ipOnly: boolean): string =>
    directoryText({ accounts: [accountRow('carrier', { addresses: ['127.0.0.0/8'], ipOnly })] }, [vendor.port])
  await api.provision(provisioned(false))
  const proved = await esmeOf(api, 'carrier')
  await api.provision(provisioned(true))
  const known = await esmeOf(api, 'carrier', 'wrong')
  const closed = within(once(known.events, 'close'), 'the end of a session')
  await api.provision(provisioned(false))
  await closed
  expect((await proved.submit(message)).status).toBe(0)
  await expect(esmeOf(api, 'carrier', 'wrong')).rejects.toThrow()
})

it('ends what has no route any more, and tells its sender', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  await api.provision(directoryText({}, [vendor.port]))
  const esme = await esmeOf(api)
  await bound(api, 'v1-1')
  vendor.dropLinks()
  await vendor.stop()
  await api.daemon.logged('vendor.lost')
  await esme.submit(message)
  await api.provision(directoryText({ connections: [{ active: false }] }, [vendor.port]))
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ state: 'UNDELIV' })
})

it('reads and writes texts and numbers of a bound account as the directory says by now', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  const numbers = ['12025550100']
  await api.provision(directoryText({ account: { numbers } }, [vendor.port]))
  const esme = await esmeOf(api)
  await bound(api, 'v1-1')
  const sent = {
    ...message,
    destination: '07700900123',
    fields: { data_coding: 0, short_message: Buffer.from([0x7b]) },
  }
  const fromPhone = { source: '447700900123', destination: '12025550100', text: '{' }
  const seen = async (count: number) => {
    await esme.submit(sent)
    await submitsAt(vendor, count)
    expect(await vendor.deliver(fromPhone)).toBe(0)
    await when(esme.events, 'mo', () => esme.mo.length >= count, 'a message from a phone')
    const { destination, text } = vendor.received[count - 1]!
    return { destination, text, mo: esme.mo[count - 1] }
  }
  // 0x7b is ä in GSM 7 bit, which the simulated ESME takes 0 for, and { in Latin-1.
  expect(await seen(1)).toMatchObject({
    ...{ destination: '07700900123', text: 'ä' },
    mo: { source: '447700900123', text: '{' },
  })
  const account = {
    numbers,
    text: { defaultAlphabet: 'latin1' },
    dialing: { calledIn: 's/^0/44/', callingOut: 's/^44/0/' },
  }
  await api.provision(directoryText({ account }, [vendor.port]))
  expect(await seen(2)).toMatchObject({
    ...{ destination: '447700900123', text: '{' },
    mo: { source: '07700900123', text: 'ä' },
  })
})

it('sends as fast as the account may now', async () => {
  const api = await startApiDaemon()
  const vendor = await simVendor()
  await api.provision(directoryText({ account: { messagesPerSecond: 0.01 } }, [vendor.port]))
  const esme = await esmeOf(api)
  await bound(api, 'v1-1')
  for (let n = 0; n < 5; n++) await esme.submit(message)
  await submitsAt(vendor, 1)
  await api.provision(directoryText({ account: { messagesPerSecond: 100 } }, [vendor.port]))
  await submitsAt(vendor, 5)
})

it('reads its file again on SIGHUP, and keeps what it has where that is wrong', async () => {
  const { daemon, directory, bind, vendor } = await startScenario()
  const esme = await bind()
  writeFileSync(directory, directoryText({ account: { maxBinds: -1 } }, [vendor.port]))
  process.kill(daemon.pid, 'SIGHUP')
  expect((await daemon.logged('directory.refused'))['why']).toContain('maxBinds')
  expect((await esme.submit(message)).status).toBe(0)
  const closed = once(esme.events, 'close')
  writeFileSync(directory, directoryText({ account: { active: false }, accounts: [accountRow('new')] }, [vendor.port]))
  process.kill(daemon.pid, 'SIGHUP')
  expect(await daemon.logged('directory.changed')).toMatchObject({ by: 'SIGHUP', revision: 1, objects: 2 })
  await within(closed, 'the end of the session')
  expect((await (await bind({ systemId: 'new' })).submit(message)).status).toBe(0)
})
