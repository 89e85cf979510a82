// Accounts of the API as destinations, with the real courier, dispatcher and outbox over a memory store.
import { describe, expect, it } from 'vitest'
import { firstOf, vendorReceipt, a } from '../../delivery/rig.suite.js'
import type { AccountId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { account } from '../../powerpack/rig.suite.js'
import { isForApi } from './told-inbound.js'
import {
  acme,
  authId,
  field,
  makeLife,
  phone,
  requestOf,
  statusUrl,
  type Life,
  type LifeOptions,
} from './told-rig.suite.js'

const pooled = '14155550101'

async function life(options: LifeOptions = {}): Promise<Life> {
  const made = makeLife(options)
  await made.outbox.start()
  made.follow(acme)
  return made
}

describe('what became of a message of the API', () => {
  it('is told step by step, and its record has the last', async () => {
    const { rig, accept, settle, toldOf, recordIn, told, events } = await life()
    const vendor = rig.addDestination('c:a')
    const id = accept()
    await settle()
    expect((await recordIn(id))?.state).toBe('queued')
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: 'v1' })
    await settle()
    expect((await recordIn(id))?.state).toBe('sent')
    rig.correlator.take([vendorReceipt(['v1'], 'DELIVERED', { destination: phone })])
    await settle()
    expect(toldOf(id)).toEqual(['1 queued', '2 sent', '3 delivered'])
    expect(await recordIn(id)).toMatchObject({ state: 'delivered', code: 0, amountMicros: 9000, told: { count: 3 } })
    expect(told[2]?.webhook).toMatchObject({ account: authId, purpose: 'status', method: 'POST', url: statusUrl })
    expect(field(told[2]!.webhook.fields, 'TotalAmount')).toBe('0.00900')
    expect(events).toEqual(['sent', 'delivered'])
    expect(rig.log).toContain('receipt done')
    expect(await rig.store.lanes()).toEqual([])
  })

  it('waits in a lane of its own, where nothing for a bind stands before it', async () => {
    const { rig, accept, settle, store } = makeLife()
    const vendor = rig.addDestination('c:a')
    accept(requestOf({ url: '' }))
    await settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: 'v1' })
    await settle()
    expect((await store.lanes()).map(({ lane, waiting }) => [lane, waiting])).toEqual([['r:acme', 1]])
  })

  it('ends its record however long, and behind however many, its receipt had to wait', async () => {
    const { rig, accept, settle, follow, recordIn } = makeLife({
      courier: { receiptMaxAgeMs: 10_000, receiptsPerAccount: () => 1 },
    })
    const vendor = rig.addDestination('c:a')
    const ids = Array.from({ length: 3 }, () => accept(requestOf({ url: '' })))
    await settle()
    // What comes by the way may be left out, ends may not.
    for (const n of ids.keys()) {
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: `v${n}` })
      rig.dispatcher.hasRoom('c:a')
      await settle()
    }
    rig.correlator.take(ids.map((_, n) => vendorReceipt([`v${n}`], 'DELIVERED', { destination: phone })))
    await settle()
    for (let step = 0; step < 5; step++) {
      await rig.advance(10_000)
      await rig.sweeper.step(rig.nowMs())
    }
    expect([rig.log.includes('receipt expired'), rig.dispatcher.total]).toEqual([false, 4])
    follow(acme)
    await settle()
    expect(await Promise.all(ids.map(async (id) => (await recordIn(id))?.state))).toEqual(ids.map(() => 'delivered'))
  })

  it('is in its record alone where nobody asked to be told, or nothing more waits for that receiver', async () => {
    const one = await life()
    const id = one.accept(requestOf({ url: '' }))
    one.offer([one.receiptOf(id, 'DELIVERED')])
    await one.settle()
    expect([one.told, (await one.recordIn(id))?.state]).toEqual([[], 'delivered'])
    const full = await life()
    const other = full.accept()
    full.fillOutbox()
    full.offer([full.receiptOf(other, 'DELIVERED')])
    await full.settle()
    expect([full.toldOf(other), (await full.recordIn(other))?.state]).toEqual([['1 queued'], 'delivered'])
  })

  it('never changes once it is over, and is told once', async () => {
    const { accept, offer, receiptOf, settle, toldOf, recordIn, events } = await life()
    const id = accept()
    offer([receiptOf(id, 'ENROUTE'), receiptOf(id, 'ENROUTE'), receiptOf(id, 'UNDELIVERABLE')])
    offer([receiptOf(id, 'ENROUTE'), receiptOf(id, 'DELIVERED')])
    await settle()
    expect(toldOf(id)).toEqual(['1 queued', '2 sent', '3 undelivered'])
    expect((await recordIn(id))?.state).toBe('undelivered')
    expect(events).toEqual(['sent', 'no news', 'undelivered', 'no news', 'no news'])
  })

  it('has the number that sent it in the end', async () => {
    const { accept, offer, receiptOf, settle, recordIn, told } = await life()
    const id = accept()
    offer([receiptOf(id, 'ENROUTE', { source: { ton: 1, npi: 1, value: pooled } })])
    await settle()
    expect((await recordIn(id))?.from).toBe(pooled)
    expect(field(told[1]!.webhook.fields, 'From')).toBe(pooled)
  })

  it('is over without a word where there is no record, or it came another way', async () => {
    const { accept, offer, receiptOf, settle, store, events, told, rig, accounts } = await life()
    const id = accept(requestOf({ url: '' }))
    await settle()
    const gone: KeptRow = { table: 'mdr', key: `${acme}|${id}`, text: '' }
    rig.recorder.record({ kind: 'kept', rows: [gone], fact: true }, { durable: () => undefined })
    await settle()
    offer([receiptOf(id, 'DELIVERED'), receiptOf(id, 'DELIVERED', { echo: undefined })])
    await settle()
    expect([events, told, accounts.inHand]).toEqual([['unknown', 'unknown'], [], 0])
    const lanes = (await store.lanes()).map(({ lane }) => lane)
    expect(lanes).toEqual(['v:a|acme'])
  })

  it('is told for nobody once the account has no API any more', async () => {
    const { accept, offer, receiptOf, settle, recordIn, toldOf, authIds } = await life()
    const id = accept()
    await settle()
    authIds.clear()
    offer([receiptOf(id, 'DELIVERED')])
    await settle()
    expect([(await recordIn(id))?.state, toldOf(id)]).toEqual(['delivered', ['1 queued']])
  })
})

describe('look-ups', () => {
  it('are of a turn together, a thousand at once', async () => {
    const asked: number[] = []
    const one = makeLife({
      ports: { findKept: (table, keys) => (asked.push(keys.length), one.store.findKept(table, keys)) },
      limits: { perAccount: 5_000, total: 5_000 },
    })
    await one.outbox.start()
    const ids = Array.from({ length: 1_500 }, () => one.accept(requestOf({ url: '' })))
    await one.settle()
    one.offer(ids.flatMap((id) => [one.receiptOf(id, 'ENROUTE'), one.receiptOf(id, 'DELIVERED')]))
    await one.settle()
    one.follow(acme)
    await one.settle()
    expect(Math.max(...asked)).toBeLessThanOrEqual(1_000)
    expect(asked.reduce((sum, keys) => sum + keys, 0)).toBeLessThanOrEqual(2 * 1_500)
    expect(one.events.filter((event) => event === 'delivered')).toHaveLength(1_500)
  })

  it('that fail are made again, and hold the order', async () => {
    let fails = 2
    const one = makeLife({
      ports: {
        findKept: (table, keys) => (fails-- > 0 ? Promise.reject(new Error('no')) : one.store.findKept(table, keys)),
      },
    })
    await one.outbox.start()
    one.follow(acme)
    const id = one.accept()
    one.offer([one.receiptOf(id, 'ENROUTE')])
    await one.settle()
    one.offer([one.receiptOf(id, 'DELIVERED')])
    await one.settle()
    expect([one.toldOf(id), one.events]).toEqual([['1 queued'], ['look-up failed']])
    await one.rig.advance(1_000)
    expect(one.events).toEqual(['look-up failed', 'look-up failed'])
    await one.rig.advance(1_000)
    await one.settle()
    expect(one.toldOf(id)).toEqual(['1 queued', '2 sent', '3 delivered'])
    expect(one.accounts.inHand).toBe(0)
  })

  it('end with the stop: what was in hand stays in its lane', async () => {
    const one = makeLife({ ports: { findKept: () => Promise.reject(new Error('no')) } })
    await one.outbox.start()
    one.follow(acme)
    const id = one.accept()
    one.offer([one.receiptOf(id, 'DELIVERED')])
    await one.settle()
    one.accounts.stop()
    expect(one.clock.pending).toBe(0)
    one.offer([one.receiptOf(id, 'DELIVERED')])
    await one.settle()
    expect((await one.store.lanes()).find(({ lane }) => lane === 'r:acme')?.waiting).toBe(2)
  })
})

describe('bounds', () => {
  it('hold for each account and for all, and each goes on when the store has taken what is in hand', async () => {
    const one = makeLife({ limits: { perAccount: 20, total: 30 } })
    const names = ['acme', 'b', 'c', 'd'] as AccountId[]
    await one.outbox.start()
    let most = 0
    for (const name of names) {
      one.offer(Array.from({ length: 100 }, () => one.receiptOf(one.rig.ids.next(), 'DELIVERED', { account: name })))
    }
    await one.settle()
    one.follow(...names)
    for (let turn = 0; turn < 200; turn++) {
      await Promise.resolve()
      most = Math.max(most, one.accounts.inHand)
    }
    await one.settle()
    expect(one.events).toHaveLength(400)
    expect(most).toBeLessThanOrEqual(30 + 16 * names.length)
    expect(await one.store.lanes()).toEqual([])
  })

  it('nothing is taken while the store refuses', async () => {
    let accepting = false
    const one = makeLife({
      ports: {
        recorder: {
          get accepting() {
            return accepting
          },
        },
      },
    })
    await one.outbox.start()
    one.follow(acme)
    const id = one.accept()
    one.offer([one.receiptOf(id, 'DELIVERED')])
    await one.rig.advance(3_000)
    expect([one.events, one.accounts.inHand]).toEqual([[], 0])
    accepting = true
    await one.rig.advance(2_000)
    expect(one.events).toEqual(['delivered'])
  })

  it('what no store takes is over, told as a fault, and stops nobody', async () => {
    const one = await life()
    const id = one.accept(requestOf({ url: `https://app.example/${'x'.repeat(2_000)}` }))
    const other = one.accept()
    await one.settle()
    const [text] = await one.store.findKept('mdr', [`${acme}|${id}`])
    const long = text!.replace('"requesterIp":"192.0.2.1"', `"requesterIp":"${'1'.repeat(64 * 1024 - text!.length)}"`)
    one.rig.recorder.record(
      { kind: 'kept', rows: [{ table: 'mdr', key: `${acme}|${id}`, text: long }], fact: true },
      { durable: () => undefined },
    )
    await one.settle()
    one.offer([one.receiptOf(id, 'UNDELIVERABLE'), one.receiptOf(other, 'DELIVERED')])
    await one.settle()
    expect(one.events.filter((event) => event.startsWith('fault'))).toHaveLength(1)
    expect(one.rig.log).toContain('receipt setAside')
    expect([one.toldOf(other), one.accounts.inHand]).toEqual([['1 queued', '2 delivered'], 0])
    expect((await one.store.lanes()).map(({ lane }) => lane)).toEqual(['v:a|acme'])
  })

  it('an account is served as long as it has the API', async () => {
    const one = await life()
    const id = one.accept()
    one.follow()
    one.offer([one.receiptOf(id, 'ENROUTE')])
    await one.settle()
    expect(one.events).toEqual([])
    one.follow(acme)
    one.follow(acme)
    await one.settle()
    expect(one.events).toEqual(['sent'])
  })
})

describe('a message from a phone', () => {
  async function withPack(messageUrl = 'https://app.example/in') {
    const one = await life()
    const wish = { name: 'app', messageUrl, messageMethod: 'GET' } as const
    const judged = one.applications.judgeNew(account, '77', wish, 0)
    if (judged.kind === 'refused') throw new Error(judged.what)
    judged.apply()
    one.packs.pack('pack', [pooled], { applicationType: 'xml', applicationId: '77' })
    return one
  }

  it('is told to the application of its pack, and its record says how that ended', async () => {
    const one = await withPack()
    const id = one.receive('hello', pooled)
    await one.settle()
    expect(one.told).toHaveLength(1)
    const { webhook } = one.told[0]!
    expect(webhook).toMatchObject({ account: authId, purpose: 'inbound', method: 'GET', url: 'https://app.example/in' })
    expect(['MessageUUID', 'From', 'To', 'Text', 'PowerpackUUID', 'TotalAmount'].map((name) => field(webhook.fields, name))).toEqual([one.uuidOf(id), phone, pooled, 'hello', 'pack', '0.00000']) // prettier-ignore
    expect(await one.recordIn(id)).toMatchObject({
      direction: 'inbound',
      state: 'delivered',
      code: 0,
      powerpack: 'pack',
    })
    expect(one.rig.log).toContain('mo done')
    expect(await one.store.lanes()).toEqual([])
  })

  it('is told to the application of its number where the pack has none, and not to one of others', async () => {
    const one = await withPack()
    const { book } = one.packs.packs
    const row = book.numbers.get(pooled)!
    book.numbers.put({ ...row, number: '14155550102', pool: '', details: { app_id: '77' } })
    book.numbers.put({ ...row, number: '14155550103', pool: '', details: { app_id: '77' }, account: 'b' as AccountId })
    one.receive('a', '14155550102')
    const other = one.receive('b', '14155550103')
    const none = one.receive('c', '14155550199')
    await one.settle()
    expect(one.told.map(({ webhook: { fields } }) => field(fields, 'Text'))).toEqual(['a'])
    expect([(await one.recordIn(other))?.state, (await one.recordIn(none))?.state]).toEqual(['received', 'received'])
  })

  it('that is too much for its receiver is undelivered', async () => {
    const one = await withPack()
    one.fillOutbox()
    const id = one.receive('hello', pooled)
    await one.settle()
    expect(await one.recordIn(id)).toMatchObject({ state: 'undelivered', code: 300 })
    expect(one.events).toEqual(['received '])
  })

  it('with STOP keeps the wish in the step that ends it', async () => {
    const one = await withPack()
    const id = one.receive('STOP', pooled)
    await one.settle()
    expect(one.packs.packs.optOuts.has('pack', phone)).toBe(true)
    expect((await one.store.keptRows('optout', { limit: 10 })).rows).toHaveLength(2)
    expect(one.told.map(({ webhook }) => [webhook.purpose, field(webhook.fields, 'MessageIntent')])).toEqual([
      ['acknowledgement', ''],
      ['inbound', 'optout'],
    ])
    expect((await one.recordIn(id))?.state).toBe('delivered')
  })

  it('from another account ends that one’s message, which is told to it', async () => {
    const one = await withPack()
    const sender = one.rig.addDestination('a:bob')
    const bob = 'bob' as AccountId
    const id = one.receive('hello', pooled, { direction: 'mt', account: bob, receiptRequest: receiptRequestOf(1) })
    await one.settle()
    expect(one.rig.receiptsTo(sender)).toEqual([`DELIVERED 000 ${id}`])
    expect(one.told.map(({ webhook: { fields } }) => field(fields, 'Text'))).toEqual(['hello'])
    expect((await one.recordIn(id))?.state).toBe('delivered')
  })

  it('is for the API where its number is in a pool or has an application', async () => {
    const one = await withPack()
    const { book } = one.packs.packs
    const row = book.numbers.get(pooled)!
    book.numbers.put({ ...row, number: '14155550102', pool: '', details: { app_id: '77' } })
    book.numbers.put({ ...row, number: '14155550103', pool: '', details: {} })
    const wants = (to: string, lane = 'm:acme'): boolean => {
      const base = one.receiptOf(one.rig.ids.next(), 'DELIVERED')
      const message = { destination: { ton: 1, npi: 1, value: to } }
      const delivery = { ...base, kind: 'mo', lane, message } as unknown as Parameters<typeof isForApi>[0]
      return isForApi(delivery, { powerpacks: one.packs.packs, applications: one.applications })
    }
    expect([pooled, '14155550102', '14155550103', '14155550199'].map((to) => wants(to))).toEqual([true, true, false, false]) // prettier-ignore
    expect(wants(pooled, 'm:b')).toBe(false)
  })
})
