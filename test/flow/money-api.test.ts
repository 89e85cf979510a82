// Money over the API: what is paid in is spent by messages, and statement and records say the same, also after the process was killed.
import { expect, it, onTestFinished } from 'vitest'
import { startSimEsme, type SimEsme } from '../../src/sim/esme.js'
import { startSimVendor } from '../../src/sim/vendor.js'
import { startApiDaemon, type ApiDaemon } from './admin-api.js'
import { runProgram } from './daemon.js'
import { accountPassword, directoryText, receiptsOf, vendorPassword } from './scenario.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

async function esmeOf({ daemon }: ApiDaemon): Promise<SimEsme> {
  const { smppPort: port } = daemon
  const esme = await startSimEsme({ port, systemId: 'acme', password: accountPassword, responseTimeoutMs: 8000 })
  onTestFinished(() => esme.drop())
  return esme
}

it('is paid in, spent, told of in statement and records, and still there after a kill', async () => {
  const api = await startApiDaemon({ 'cdr.exportMs': 50 })
  const vendor = await startSimVendor({ systemId: 'switch', password: vendorPassword })
  onTestFinished(() => vendor.stop())
  const file = JSON.parse(directoryText({ account: { customer: 'c', product: 'p' } }, [vendor.port])) as object
  const trade = { customers: [{ id: 'c' }], products: [{ id: 'p', tariff: 'sale' }], currency: 'EUR' }
  const { tariffs } = file as { readonly tariffs: readonly object[] }
  const sale = { id: 'sale', rates: [{ prefix: '44', price: '0.05' }] }
  await api.provision(JSON.stringify({ ...file, ...trade, tariffs: [...tariffs, sale] }))
  const esme = await esmeOf(api)
  expect((await esme.submit(message)).status).not.toBe(0)
  const pay = () => api.call('POST', '/v1/customers/c/payments', { reference: 'r1', amount: '0.12' })
  expect((await pay()).status).toBe(201)
  const answers = [await esme.submit(message), await esme.submit(message), await esme.submit(message)]
  expect(answers.map(({ status }) => status === 0)).toEqual([true, true, false])
  await receiptsOf(esme, 2)
  const balance = async () => (await api.call('GET', '/v1/customers/c/balance')).body
  await api.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  expect(await balance()).toMatchObject({ paidIn: '0.12', held: '0', charged: '0.1', balance: '0.02', currency: 'EUR' })
  await api.restart('SIGKILL')
  expect(await balance()).toMatchObject({ paidIn: '0.12', held: '0', charged: '0.1', balance: '0.02' })
  expect((await pay()).status).toBe(200)
  expect((await api.call('GET', '/v1/customers/c/statement')).body).toMatchObject({
    ...{ opening: '0', closing: '0.02' },
    days: [{ account: 'acme', units: 2, held: '0', charged: '0.1' }],
    payments: [{ reference: 'r1', amount: '0.12' }],
  })
  await api.daemon.metricWhen((n) => n === 0, 'smswitch_cdr_waiting_blocks')
  const { records } = (await api.call('GET', '/v1/cdrs?customer=c')).body as { records: Record<string, unknown>[] }
  expect(records.map(({ message: id, state }) => [id, state])).toEqual(
    answers.slice(0, 2).map(({ messageId }) => [messageId, 'DELIVERED']),
  )
})

it('can be had by the command line', async () => {
  const api = await startApiDaemon()
  await api.provision(JSON.stringify({ customers: [{ id: 'c' }], tariffs: [{ id: 't' }], currency: 'EUR' }))
  const cli = (...args: string[]) =>
    runProgram([...args, '--url', `http://127.0.0.1:${api.daemon.adminPort}`, '--token-file', api.tokenFile])
  const paid = await cli('customer', 'pay', 'c', '10.5', '--reference', 'r')
  expect([paid.code, paid.stdout]).toEqual([0, expect.stringMatching(/^10\.5 EUR booked at .* as r\n$/)])
  expect((await cli('customer', 'balance', 'c')).stdout).toMatch(/balance +10\.5/)
  expect((await cli('customer', 'statement', 'c')).stdout).toContain('closing balance 10.5')
  expect(await cli('customer', 'balance', 'nobody')).toMatchObject({ code: 1 })
})
