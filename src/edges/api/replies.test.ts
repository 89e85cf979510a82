// Messages that answer messages from phones: their records, what is kept with them, and why some are not sent.
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../../message/kept.js'
import { authId, caller, MessageRig, ownNumber, pooled } from './message-rig.suite.js'
import { judgeOptOut } from '../../powerpack/opt-outs.js'
import { recordOf, RECORD_TABLE } from './message-record.js'
import { replies } from './replies.js'
import { WEBHOOK_TABLE, webhookOf, type Reply, type Webhook } from './webhook-row.js'

const phone = '14155550528'
const reply: Reply = { src: pooled, dst: phone, text: 'Thanks', callbackUrl: '', callbackMethod: 'POST' }
const webhook: Webhook = {
  ...{ account: authId, purpose: 'inbound', method: 'POST', url: 'https://example.com/', fields: [], madeAtMs: 0 },
}
const left: KeptRow = { table: WEBHOOK_TABLE, key: 'row', text: 'one less' }

function rig(accounts: Readonly<Record<string, typeof caller>> = { [authId]: caller }) {
  const messages = new MessageRig()
  const send = replies({ ...messages.ports, accountOf: (id) => accounts[id] })
  return { messages, send }
}

describe('a reply', () => {
  it('is a message of its account from the number that was written to, kept with what is left of its webhook', async () => {
    const { messages, send } = rig()
    expect(await send(webhook, reply, [left])).toEqual({ kind: 'taken' })
    expect(messages.submitted[0]).toMatchObject({
      sender: { kind: 'account', account: caller.account },
      source: { value: pooled },
      destination: { value: phone },
    })
    const [record] = await messages.rows(RECORD_TABLE)
    expect(recordOf(record!.text)).toMatchObject({ state: 'queued', from: pooled, to: phone, direction: 'outbound' })
    expect(await messages.rows(WEBHOOK_TABLE)).toEqual([left])
    expect(messages.told.map(({ table }) => table)).toEqual([RECORD_TABLE])
  })

  it('may write its numbers as people do, and is judged by what they are', async () => {
    const { messages, send } = rig()
    const written = { src: '+1 (415) 555-0101', dst: '+1 415-555-0528' }
    expect(await send(webhook, { ...reply, ...written }, [left])).toEqual({ kind: 'taken' })
    expect(messages.submitted).toMatchObject([{ source: { value: pooled }, destination: { value: phone } }])
    const stranger = { ...reply, src: '+14155559999', dst: '+14155550528' }
    expect(await send(webhook, stranger, [left])).toMatchObject({ kind: 'refused', again: false })
    const { packs } = messages.powerpacks
    messages.powerpacks.done(judgeOptOut(packs.optOuts, packs.optOutScope(pooled), phone, 0))
    expect(await send(webhook, { ...reply, ...written }, [left])).toMatchObject({ why: 'optedOut' })
    expect(messages.submitted).toHaveLength(1)
  })

  it('tells of its state where it says whom', async () => {
    const { messages, send } = rig()
    await send(webhook, { ...reply, src: ownNumber, callbackUrl: 'https://example.com/state' }, [left])
    const told = messages.told.filter(({ table }) => table === WEBHOOK_TABLE)
    expect(told.map(({ text }) => webhookOf(text))).toMatchObject([
      { purpose: 'status', url: 'https://example.com/state' },
    ])
  })

  it('is not sent, now or later, where it is to be told of at an address that is never called', async () => {
    const { messages, send } = rig()
    const why = 'callbackUrl must be at an address of the public internet'
    const inside = { ...reply, callbackUrl: 'http://10.0.0.1/state' }
    expect(await send(webhook, inside, [left])).toEqual({ kind: 'refused', again: false, why })
    expect(messages.submitted).toEqual([])
  })

  it.each([
    ['a number of somebody else', { src: '14155559999' }, 'This caller ID is not allowed for outbound message'],
    ['a phone that is none', { dst: '12' }, undefined],
    ['no text', { text: '' }, undefined],
  ])('is refused for good: %s', async (_, changes, why) => {
    const { messages, send } = rig()
    const replied = await send(webhook, { ...reply, ...changes }, [left])
    expect(replied).toMatchObject({ kind: 'refused', again: false, ...(why !== undefined && { why }) })
    expect(messages.submitted).toEqual([])
    expect(await messages.rows(WEBHOOK_TABLE)).toEqual([])
  })

  it('is not sent to a phone that said STOP; the acknowledgement is', async () => {
    const { messages, send } = rig()
    const { packs } = messages.powerpacks
    messages.powerpacks.done(judgeOptOut(packs.optOuts, packs.optOutScope(pooled), phone, 0))
    expect(await send(webhook, reply, [left])).toEqual({ kind: 'refused', again: false, why: 'optedOut' })
    expect(await send({ ...webhook, purpose: 'acknowledgement' }, reply, [left])).toEqual({ kind: 'taken' })
    expect(messages.submitted).toMatchObject([{ isAcknowledgement: true }])
  })

  it('is tried again where nothing can be taken now, and not where its account is gone', async () => {
    const { messages, send } = rig()
    messages.refusesAll = 'throttled'
    expect(await send(webhook, reply, [left])).toMatchObject({ kind: 'refused', again: true })
    messages.refusesAll = undefined
    messages.refuses = () => 'systemError'
    expect(await send(webhook, reply, [left])).toMatchObject({ kind: 'refused', again: true })
    messages.refuses = () => 'insufficientFunds'
    expect(await send(webhook, reply, [left])).toMatchObject({ kind: 'refused', again: false })
    expect(await rig({}).send(webhook, reply, [left])).toMatchObject({ again: false, why: 'its account is gone' })
  })
})
