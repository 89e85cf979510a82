// Call detail records on their way to files, through the real daemon: across kill -9, and while no file can be written.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { payIn } from './books.js'
import { receiptsOf, startScenario, type Provisioned } from './scenario.js'

const sold: Provisioned = {
  account: { customer: 'acme-inc', product: 'retail' },
  tariffs: [{ id: 'retail', rates: [{ prefix: '', price: '0.03' }] }],
  more: {
    currency: 'EUR',
    customers: [{ id: 'acme-inc' }],
    products: [{ id: 'retail', tariff: 'retail' }],
  },
}
const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }
const EURO = 1_000_000
const quick = { 'cdr.exportMs': 20 }

/** The messages of all lines in the files, in their order. */
function messagesIn(data: string, folder = 'cdr'): unknown[] {
  const files = readdirSync(join(data, folder)).filter((name) => name.endsWith('.jsonl'))
  const text = files
    .sort()
    .map((name) => readFileSync(join(data, folder, name), 'latin1'))
    .join('')
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: unknown }).message)
}

it('go to the file of the day while the switch runs, and all of them when it stops', async () => {
  const { bind, daemon, data } = await startScenario({
    ...sold,
    set: quick,
    prepare: (d) => payIn(d, 'acme-inc', EURO),
  })
  const esme = await bind()
  const first = (await esme.submit(message)).messageId
  await receiptsOf(esme, 1)
  await daemon.metricWhen((value) => value > 0, 'smswitch_cdr_exported_bytes_total')
  expect(messagesIn(data)).toEqual([first])
  const rest = await Promise.all(Array.from({ length: 20 }, () => esme.submit(message)))
  await receiptsOf(esme, 21)
  await daemon.stop()
  expect(messagesIn(data).sort()).toEqual([first, ...rest.map(({ messageId }) => messageId)].sort())
})

it('are in the files once, whenever the switch is killed', async () => {
  const scenario = await startScenario({ ...sold, set: quick, prepare: (d) => payIn(d, 'acme-inc', EURO) })
  const sent: string[] = []
  for (let round = 0; round < 3; round++) {
    const esme = await scenario.bind()
    const answers = await Promise.all(Array.from({ length: 8 }, () => esme.submit(message)))
    sent.push(...answers.map(({ messageId }) => messageId))
    await receiptsOf(esme, 4)
    await scenario.restart('SIGKILL')
  }
  // Takes the receipts that are left.
  await scenario.bind()
  await scenario.daemon.metricWhen((value) => value === 0, 'smswitch_store_messages')
  await scenario.daemon.stop()
  const recorded = messagesIn(scenario.data)
  expect(recorded).toHaveLength(new Set(recorded).size)
  expect(recorded.sort()).toEqual(sent.sort())
})

it('wait in the store while no file can be written, which stops no message', async () => {
  const scenario = await startScenario({
    ...sold,
    set: { ...quick, 'cdr.path': 'elsewhere' },
    prepare: async (data) => {
      await payIn(data, 'acme-inc', EURO)
      writeFileSync(join(data, 'elsewhere'), 'a file where the folder should be')
    },
  })
  const { bind, daemon, data } = scenario
  const esme = await bind()
  const ids = [(await esme.submit(message)).messageId]
  expect(await daemon.logged('cdr.exportFailed')).toMatchObject({ waiting: expect.any(Number) as number })
  for (let i = 0; i < 3; i++) ids.push((await esme.submit(message)).messageId)
  await receiptsOf(esme, 4)
  await daemon.metricWhen((value) => value > 0, 'smswitch_cdr_waiting_blocks')
  rmSync(join(data, 'elsewhere'))
  mkdirSync(join(data, 'elsewhere'))
  await daemon.logged('cdr.exportRecovered')
  await daemon.metricWhen((value) => value === 0, 'smswitch_cdr_waiting_blocks')
  await daemon.stop()
  expect(messagesIn(data, 'elsewhere')).toEqual(ids)
})
