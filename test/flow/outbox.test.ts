// ESMEs that refuse or do not answer receipts: the one is set aside, those behind it go on.
import { expect, it } from 'vitest'
import { receiptsOf, startScenario } from './scenario.js'
import { when } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('sets a receipt aside that the ESME refuses for good, and goes on with those behind it', async () => {
  const { bind, daemon } = await startScenario()
  const refused: string[] = []
  // The second one is refused with ESME_RX_P_APPN.
  const esme = await bind({
    answerReceipt: ({ id }) => {
      if (refused.length === 0 && esme.receipts.length === 1) refused.push(id)
      return refused.includes(id) ? 0x65 : 0
    },
  })
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push((await esme.submit(message)).messageId)
  await receiptsOf(esme, 5)
  expect(esme.receipts.map(({ id }) => id).sort()).toEqual([...ids].sort())
  const line = await daemon.logged('receipts.setAside')
  expect(line).toMatchObject({ account: 'acme', messageId: refused[0], tries: 1 })
  expect(await daemon.metric('smswitch_receipts_total', { outcome: 'delivered' })).toBe(4)
  expect(await daemon.metric('smswitch_receipts_total', { outcome: 'setAside' })).toBe(1)
  await daemon.metricWhen((value) => value === 0, 'smswitch_receipts_waiting', { account: 'acme' })
})

it('offers a receipt again that was refused for the time being, N times at most', async () => {
  const { bind, daemon } = await startScenario({ set: { 'receipts.maxTries': 3 } })
  const tries = new Map<string, number>()
  let badId = ''
  const esme = await bind({
    answerReceipt: ({ id }) => {
      if (badId === '') badId = id
      tries.set(id, (tries.get(id) ?? 0) + 1)
      return id === badId ? 0x64 : 0
    },
  })
  for (let i = 0; i < 3; i++) await esme.submit(message)
  await receiptsOf(esme, 5)
  const line = await daemon.logged('receipts.setAside')
  expect(line).toMatchObject({ messageId: badId, tries: 3 })
  expect(tries.get(badId)).toBe(3)
  expect([...tries.values()].sort()).toEqual([1, 1, 3])
})

it('offers a receipt again, to another bind too, that was never answered', async () => {
  const { bind, daemon } = await startScenario({ set: { 'smpp.server.responseMs': 300 } })
  const deaf = await bind({ answerReceipt: () => undefined })
  const { messageId } = await deaf.submit(message)
  await receiptsOf(deaf, 1)
  // Its session ends before it has answered: the next one gets the receipt.
  deaf.drop()
  const esme = await bind()
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId })
  expect(await daemon.metric('smswitch_receipts_total', { outcome: 'setAside' })).toBe(0)
})

it('keeps no more receipts than allowed, and none longer than allowed', async () => {
  const { bind, vendor, daemon } = await startScenario({
    account: { maxReceipts: 3 },
    set: { 'receipts.maxAgeMs': 3000 },
  })
  const sender = await bind({ bind: 'tx' })
  for (let taken = 1; taken <= 5; taken++) {
    await sender.submit(message)
    await when(vendor.events, 'receipt', () => vendor.stats.receiptsOk === taken, 'a receipt taken by the switch')
  }
  await daemon.metricWhen((value) => value >= 2, 'smswitch_receipts_total', { outcome: 'droppedByCount' })
  await daemon.metricWhen((value) => value >= 3, 'smswitch_receipts_total', { outcome: 'droppedByAge' })
  await daemon.metricWhen((value) => value === 0, 'smswitch_receipts_waiting', { account: 'acme' })
})
