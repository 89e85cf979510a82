// The base currency of books that are not empty: no directory brings another, by the API, by its file, or at a start.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenHash } from '../../src/admin/tokens.js'
import { startApiDaemon } from './admin-api.js'
import { startDaemon } from './daemon.js'

const TOKEN = 'a-token'
const directoryIn = (currency: string, more = {}): string =>
  JSON.stringify({ currency, customers: [{ id: 'c' }], ...more })

it('stays by the API once there is money, and may change before', async () => {
  const api = await startApiDaemon()
  await api.provision(directoryIn('USD'))
  await api.provision(directoryIn('EUR'))
  const pay = (reference: string) => api.call('POST', '/v1/customers/c/payments', { reference, amount: '250' })
  expect(await pay('r1')).toMatchObject({ status: 201, body: { currency: 'EUR' } })
  await expect(api.provision(directoryIn('JPY'))).rejects.toThrow('EUR, in which the books of customers are')
  await api.restart('SIGKILL')
  await expect(api.provision(directoryIn('JPY'))).rejects.toThrow('EUR, in which the books of customers are')
  expect(await pay('r2')).toMatchObject({ status: 201, body: { currency: 'EUR' } })
})

it('stays by the file, read again or at a start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-currency-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const directory = join(folder, 'directory.yaml')
  const options = {
    ...{ directory, data: join(folder, 'data') },
    set: { 'admin.tokens': `test ${tokenHash(TOKEN)} money:write` },
  }
  writeFileSync(directory, directoryIn('EUR'))
  const daemon = await startDaemon(options)
  onTestFinished(() => daemon.kill())
  const response = await fetch(`http://127.0.0.1:${daemon.adminPort}/v1/customers/c/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reference: 'r', amount: '5' }),
  })
  expect(response.status).toBe(201)
  writeFileSync(directory, directoryIn('JPY', { products: [] }))
  process.kill(daemon.pid, 'SIGHUP')
  expect((await daemon.logged('directory.refused'))['why']).toContain('expects EUR')
  await daemon.stop()
  await expect(startDaemon(options)).rejects.toThrow(
    'the directory has the base currency JPY, and the books of customers are in EUR: set it back to EUR',
  )
  writeFileSync(directory, directoryIn('EUR'))
  const again = await startDaemon(options)
  await again.stop()
})
