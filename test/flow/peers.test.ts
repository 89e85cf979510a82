// A thousand messages through each of the programs that the field uses: each arrives once, each receipt returns.
import { expect, it } from 'vitest'
import { requirePeer } from '../peers.js'
import { startKannel } from './kannel.js'
import { accountPassword, receiptsOf, startScenario } from './scenario.js'
import { when } from './waiting.js'

const count = 1000
const numbers = Array.from({ length: count }, (_, i) => String(447_700_000_000 + i))

it(
  'takes a thousand messages of Kannel’s HTTP interface, and Kannel gets their reports',
  { timeout: 60_000 },
  async (context) => {
    const programs = requirePeer('kannel', context)
    const { daemon, folder, vendor } = await startScenario()
    const kannel = await startKannel({
      programs,
      folder,
      smppPort: daemon.smppPort,
      systemId: 'acme',
      password: accountPassword,
    })
    const waiting = [...numbers]
    const sendAll = async (): Promise<void> => {
      for (let to = waiting.pop(); to !== undefined; to = waiting.pop()) {
        expect(await kannel.send(to, { from: '12025550100', to, text: `to ${to}` })).toBe(202)
      }
    }
    await Promise.all(Array.from({ length: 20 }, sendAll))
    const finals = (): readonly string[] => kannel.reports.filter(({ type }) => type === 1).map(({ name }) => name)
    await when(kannel.events, 'report', () => finals().length >= count, `${count} final reports of Kannel`, 40_000)
    expect([...finals()].sort()).toEqual(numbers)
    expect(vendor.received.map(({ destination }) => destination).sort()).toEqual(numbers)
    expect(vendor.received.every(({ destination, text }) => text === `to ${destination}`)).toBe(true)
    expect(kannel.reports.filter(({ type }) => type === 2 || type === 16)).toEqual([])
  },
)

it('takes a thousand messages of npm smpp on both sides, with their receipts', { timeout: 60_000 }, async () => {
  const { bind, vendor } = await startScenario({ vendors: [{ idFormat: 'uuid' }], connections: [{ binds: 2 }] })
  const esme = await bind()
  const window = 100
  const ids: string[] = []
  const waiting = [...numbers]
  const sendAll = async (): Promise<void> => {
    for (let to = waiting.pop(); to !== undefined; to = waiting.pop()) {
      const { status, messageId } = await esme.submit({
        source: '12025550100',
        destination: to,
        text: `to ${to}`,
        registeredDelivery: 1,
      })
      expect(status).toBe(0)
      ids.push(messageId)
    }
  }
  await Promise.all(Array.from({ length: window }, sendAll))
  await receiptsOf(esme, count, 40_000)
  expect(new Set(ids).size).toBe(count)
  expect(esme.receipts.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(esme.receipts.every(({ state }) => state === 'DELIVRD')).toBe(true)
  expect(vendor.received.map(({ destination }) => destination).sort()).toEqual(numbers)
})
