// A process that dies on either side of the step in which a delivery is over: nothing is lost, and no change is made twice.
import { expect, it } from 'vitest'
import { account } from '../../powerpack/rig.suite.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { acme, field, makeLife, phone, type Life } from './told-rig.suite.js'

const pooled = '14155550101'

async function born(one: Life): Promise<Life> {
  const judged = one.applications.judgeNew(account, '77', { name: 'app', messageUrl: 'https://app.example/in' }, 0)
  if (judged.kind === 'refused') throw new Error(judged.what)
  judged.apply()
  one.packs.pack('pack', [pooled], { applicationType: 'xml', applicationId: '77' })
  for (const row of (await one.store.keptRows('optout', { limit: 10 })).rows)
    one.packs.packs.optOuts.load(row.key, row.text)
  one.follow(acme)
  await one.outbox.start()
  await one.rig.restore()
  return one
}

const before = (): Promise<Life> => born(makeLife({ attempt: () => new Promise(() => undefined) }))
const after = (one: Life): Promise<Life> =>
  born(makeLife({ store: new MemoryStore(one.store.snapshot()), clock: one.clock, epoch: 2 }))

it('before it, a receipt is still in its lane and comes again', async () => {
  const first = await before()
  const id = first.accept()
  await first.settle()
  first.offer([first.receiptOf(id, 'ENROUTE')])
  await first.rig.settle()
  first.store.hold()
  first.offer([first.receiptOf(id, 'DELIVERED')])
  await first.settle()
  // That it came in is durable, that it is over is not.
  first.store.release(1)
  await first.settle()
  expect([first.events, first.accounts.inHand]).toEqual([['sent', 'delivered'], 1])
  const second = await after(first)
  await second.settle()
  expect(second.events).toEqual(['delivered'])
  expect(second.toldOf(id)).toEqual(['1 queued', '2 sent', '3 delivered'])
  expect(await second.recordIn(id)).toMatchObject({ state: 'delivered', told: { count: 3 } })
})

it('after it, the webhook of a receipt is in the store and is sent at the start', async () => {
  const first = await before()
  const id = first.accept()
  first.offer([first.receiptOf(id, 'DELIVERED')])
  await first.settle()
  expect((await first.recordIn(id))?.state).toBe('delivered')
  const second = await after(first)
  await second.settle()
  expect([second.events, second.toldOf(id)]).toEqual([[], ['1 queued', '2 delivered']])
})

it('before it, a message from a phone comes again with all that it means', async () => {
  const first = await before()
  first.store.hold()
  const id = first.receive('STOP', pooled)
  await first.settle()
  // That it came in is durable, that it is over is not.
  first.store.release(1)
  await first.settle()
  expect([first.packs.packs.optOuts.has('pack', phone), first.accounts.inHand]).toEqual([true, 1])
  const second = await after(first)
  await second.settle()
  expect(second.packs.packs.optOuts.has('pack', phone)).toBe(true)
  expect(second.told.map(({ webhook }) => webhook.purpose)).toEqual(['acknowledgement', 'inbound'])
  expect((await second.recordIn(id))?.state).toBe('delivered')
})

it('after it, a message from a phone is told at the start, and its wish is known', async () => {
  const first = await before()
  const id = first.receive('STOP', pooled)
  await first.settle()
  expect((await first.recordIn(id))?.state).toBe('received')
  const second = await after(first)
  expect(second.packs.packs.optOuts.has('pack', phone)).toBe(true)
  await second.settle()
  expect(second.told.map(({ webhook: { fields } }) => field(fields, 'MessageIntent'))).toEqual(['', 'optout'])
  expect([second.events, (await second.recordIn(id))?.state]).toEqual([[], 'delivered'])
})
