import { describe, expect, it } from 'vitest'
import type { FailureReason } from '../../message/failure.js'
import { IDEMPOTENCY_MS, IDEMPOTENCY_TABLE } from './idempotency.js'
import { NewMessages } from './message-create.js'
import { messageIdOf } from './ids.js'
import { RECORD_TABLE, recordKey, recordOf, type MessageRecord } from './message-record.js'
import { caller, MessageRig, ownNumber, pack, pooled } from './message-rig.suite.js'
import type { Answer } from './message-ports.js'
import { WEBHOOK_TABLE, webhookOf } from './webhook-row.js'

const to = (count: number): string[] => Array.from({ length: count }, (_, i) => String(14155550200 + i))
const body = { src: ownNumber, dst: to(1)[0]!, text: 'hi' }

const uuids = ({ body: { message_uuid: all } }: Answer): string[] => all as string[]

async function recordBy(rig: MessageRig, uuid: string | undefined): Promise<MessageRecord | undefined> {
  const id = messageIdOf(uuid ?? '')
  const [text] = id === undefined ? [] : await rig.store.findKept(RECORD_TABLE, [recordKey(caller.account, id)])
  return recordOf(text ?? '')
}

describe('new messages', () => {
  it('are answered once they are durable', async () => {
    const rig = new MessageRig()
    let open = (): void => undefined
    rig.gate = new Promise((resolve) => (open = resolve))
    let isAnswered = false
    const answered = rig.messages.create(caller, { ...body, dst: to(3).join('<') }, undefined).then((answer) => {
      isAnswered = true
      return answer
    })
    for (let i = 0; i < 20; i++) await Promise.resolve()
    expect([rig.submitted.length > 0, isAnswered]).toEqual([true, false])
    open()
    const answer = await answered
    expect(answer).toMatchObject({ status: 202, body: { message: 'message(s) queued' } })
    expect(answer.body).not.toHaveProperty('invalid_number')
    const records = await Promise.all(uuids(answer).map((uuid) => recordBy(rig, uuid)))
    expect(records.map((record) => record?.to)).toEqual(to(3))
    expect(records[0]).toMatchObject({ state: 'queued', from: ownNumber, rateMicros: 4500, amountMicros: 4500 })
  })

  it('are refused where their URL names an address that is never called', async () => {
    const rig = new MessageRig()
    const answer = await rig.messages.create(caller, { ...body, url: 'http://010.1/state' }, undefined)
    expect(answer).toMatchObject({ status: 202 })
    expect(await rig.messages.create(caller, { ...body, url: 'http://10.1/state' }, undefined)).toEqual({
      status: 400,
      body: { error: 'url must be at an address of the public internet' },
    })
    expect(rig.submitted).toHaveLength(1)
  })

  it('go with what was asked for', async () => {
    const rig = new MessageRig()
    await rig.messages.create(caller, { ...body, text: 'žluť', message_expiry: 60 }, undefined)
    expect(rig.submitted[0]).toMatchObject({
      sender: { kind: 'account', account: caller.account },
      source: { ton: 1, npi: 1, value: ownNumber },
      content: { dataCoding: 8 },
      validityMs: 60_000,
      receiptRequest: { final: 'all', intermediate: true },
    })
  })

  it('of a powerpack have the number that it chose', async () => {
    const rig = new MessageRig()
    const answer = await rig.messages.create(caller, { ...body, src: '', powerpack_uuid: pack }, undefined)
    expect(rig.submitted[0]?.powerpack).toBe(pack)
    expect(await recordBy(rig, uuids(answer)[0])).toMatchObject({ from: pooled, powerpack: pack })
  })

  it('of a powerpack of somebody else are refused', async () => {
    const rig = new MessageRig()
    const other = { ...caller, account: 'other' as typeof caller.account }
    const answer = await rig.messages.create(other, { ...body, src: '', powerpack_uuid: pack }, undefined)
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^powerpack_uuid/) as string } })
  })

  it('name bad destinations, and go to the rest', async () => {
    const rig = new MessageRig()
    const answer = await rig.messages.create(caller, { ...body, dst: `${body.dst}<jsgf3dsjh28372` }, undefined)
    expect(answer).toMatchObject({ status: 202, body: { invalid_number: ['jsgf3dsjh28372'] } })
    expect(uuids(answer)).toHaveLength(1)
  })

  it.each([
    ['insufficientFunds', '900', 202],
    ['noRoute', '90', 202],
    ['throttled', '', 429],
    ['destinationNotAllowed', '', 403],
    ['systemError', '', 503],
    ['notPermitted', '', 403],
  ] as const)('that fail with %s: %s, status %i', async (reason, code, status) => {
    const rig = new MessageRig()
    rig.refuses = () => reason
    const answer = await rig.messages.create(caller, { ...body, url: 'http://a.example/' }, undefined)
    expect(answer.status).toBe(status)
    expect(answer.retryAfterS).toBe(status === 429 || status === 503 ? 5 : undefined)
    if (status !== 202) return expect(await rig.rows(RECORD_TABLE)).toEqual([])
    expect(await recordBy(rig, uuids(answer)[0])).toMatchObject({ state: 'failed', code: Number(code) })
    const [row] = await rig.rows(WEBHOOK_TABLE)
    expect(webhookOf(row!.text)?.fields).toContainEqual(['ErrorCode', code])
    expect(rig.told).toContainEqual(row)
  })

  it('that fail among others are messages that have failed', async () => {
    const rig = new MessageRig()
    const reasons: Record<string, FailureReason> = { [to(3)[1]!]: 'queueFull' }
    rig.refuses = (number) => reasons[number]
    const answer = await rig.messages.create(caller, { ...body, dst: to(3).join('<') }, undefined)
    const records = await Promise.all(uuids(answer).map((uuid) => recordBy(rig, uuid)))
    expect(records.map((record) => `${record?.to} ${record?.state} ${record?.code}`)).toEqual([
      `${to(3)[0]} queued undefined`,
      `${to(3)[1]} failed 300`,
      `${to(3)[2]} queued undefined`,
    ])
  })

  it('from a number that is not their sender’s own are refused', async () => {
    const rig = new MessageRig()
    const answer = await rig.messages.create(caller, { ...body, src: '14155559999' }, undefined)
    expect(answer).toEqual({ status: 400, body: { error: 'This caller ID is not allowed for outbound message' } })
    expect(rig.submitted).toEqual([])
    expect(await rig.messages.create(caller, { ...body, src: 'Acme' }, undefined)).toMatchObject({ status: 202 })
    const abroad = { ...body, src: '14155559999', dst: '436601234567' }
    expect(await rig.messages.create(caller, abroad, undefined)).toMatchObject({ status: 202 })
  })

  it('from another account’s number tell nobody who said STOP to it', async () => {
    const rig = new MessageRig()
    const others = '14155559999'
    rig.powerpacks.packs.optOuts.add(others, body.dst, 0)
    const answer = await rig.messages.create(caller, { ...body, src: others }, undefined)
    expect(answer).toEqual({ status: 400, body: { error: 'This caller ID is not allowed for outbound message' } })
  })

  it.each([ownNumber, pooled])('from %s to a phone that said STOP fail with 200', async (src) => {
    const rig = new MessageRig()
    const { optOuts } = rig.powerpacks.packs
    optOuts.add(rig.powerpacks.packs.optOutScope(src), body.dst, 0)
    const answer = await rig.messages.create(caller, { ...body, src }, undefined)
    expect(await recordBy(rig, uuids(answer)[0])).toMatchObject({ state: 'failed', code: 200 })
    expect(rig.submitted).toEqual([])
  })

  it('are told of where somebody wants it and there is room', async () => {
    const rig = new MessageRig()
    await rig.messages.create(caller, { ...body, url: 'https://a.example/cb', method: 'GET' }, undefined)
    const [row] = await rig.rows(WEBHOOK_TABLE)
    expect(webhookOf(row!.text)).toMatchObject({ account: caller.authId, url: 'https://a.example/cb', method: 'GET' })
    expect(rig.told).toContainEqual(row)
    rig.takesWebhooks = false
    await rig.messages.create(caller, { ...body, url: 'https://a.example/cb' }, undefined)
    expect(await rig.rows(WEBHOOK_TABLE)).toHaveLength(1)
  })

  it('are refused while nothing may come in', async () => {
    const rig = new MessageRig()
    rig.refusesAll = 'stopping'
    expect(await rig.messages.create(caller, body, undefined)).toMatchObject({ status: 503, retryAfterS: 5 })
  })
})

describe('a request with a key', () => {
  it('that is repeated has the same answer and makes no second message', async () => {
    const rig = new MessageRig()
    const many = { ...body, dst: to(5).join('<') }
    const first = await rig.messages.create(caller, many, 'key 1')
    rig.restart()
    expect(await rig.messages.create(caller, many, 'key 1')).toEqual(first)
    expect(rig.submitted).toHaveLength(5)
    expect(uuids(await rig.messages.create(caller, many, 'key 2'))).not.toEqual(uuids(first))
  })

  it('that is repeated before it is answered is the same request', async () => {
    const rig = new MessageRig()
    const answers = await Promise.all([1, 2, 3].map(() => rig.messages.create(caller, body, 'k')))
    expect(new Set(answers.map((answer) => uuids(answer)[0])).size).toBe(1)
    expect(rig.submitted).toHaveLength(1)
  })

  it('is completed where a crash cut it off', async () => {
    const rig = new MessageRig()
    const many = { ...body, dst: to(4).join('<') }
    const first = await rig.messages.create(caller, many, 'k')
    const lost = (await rig.rows(IDEMPOTENCY_TABLE)).slice(2).map((row) => ({ ...row, text: '' }))
    await rig.keep(lost)
    rig.restart()
    const again = await rig.messages.create(caller, many, 'k')
    expect(uuids(again).slice(0, 2)).toEqual(uuids(first).slice(0, 2))
    expect(rig.submitted.slice(4).map(({ destination }) => destination.value)).toEqual(to(4).slice(2))
  })

  it('covers messages that failed', async () => {
    const rig = new MessageRig()
    rig.refuses = () => 'noRoute'
    const first = await rig.messages.create(caller, body, 'k')
    rig.refuses = () => undefined
    expect(await rig.messages.create(caller, body, 'k')).toEqual(first)
  })

  it('that was refused may be tried again', async () => {
    const rig = new MessageRig()
    rig.refuses = () => 'throttled'
    expect(await rig.messages.create(caller, body, 'k')).toMatchObject({ status: 429 })
    rig.refuses = () => undefined
    expect(await rig.messages.create(caller, body, 'k')).toMatchObject({ status: 202 })
  })

  it('is no other request’s, until it is old', async () => {
    const rig = new MessageRig()
    await rig.messages.create(caller, body, 'k')
    expect(await rig.messages.create(caller, { ...body, text: 'ho' }, 'k')).toMatchObject({ status: 422 })
    rig.clock.advance(IDEMPOTENCY_MS - 1)
    expect(await rig.messages.create(caller, { ...body, text: 'ho' }, 'k')).toMatchObject({ status: 422 })
    rig.clock.advance(1)
    expect(await rig.messages.create(caller, { ...body, text: 'ho' }, 'k')).toMatchObject({ status: 202 })
  })

  it.each([
    [3_600_000, 3_599_999, true],
    [3_600_000, 3_600_000, false],
    [72 * 3_600_000, 72 * 3_600_000 - 1, true],
    [72 * 3_600_000, 72 * 3_600_000, false],
  ])('may be repeated for %i ms: after %i %j', async (repeatableMs, afterMs, isSame) => {
    const rig = new MessageRig()
    rig.messages = new NewMessages(rig.ports, repeatableMs)
    const first = await rig.messages.create(caller, body, 'k')
    rig.clock.advance(afterMs)
    const again = await rig.messages.create(caller, body, 'k')
    expect(uuids(again)[0] === uuids(first)[0]).toBe(isSame)
  })

  it.each(['', ' ', 'x'.repeat(256), 'ä'])('must have a right one, not %j', async (key) => {
    expect(await new MessageRig().messages.create(caller, body, key)).toMatchObject({ status: 400 })
  })
})
