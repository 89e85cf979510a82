import { describe, expect, it } from 'vitest'
import { receiptRequestOf } from '../message/receipt.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { HOUR, NOW, rig, routed, WALL } from './rig.suite.js'

it('every submission of a batch is answered once; those that pass keep their order', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  run([
    submission(),
    submission({ from: 'gone' }),
    submission({ from: 'off' }),
    submission({ from: 'lost' }),
    submission({ domain: 'nowhere' }),
    submission({ to: '33123' }),
    submission({ from: 'lost', domain: 'elsewhere' }),
  ])
  const refused = ['notPermitted', 'notPermitted', 'noPolicy', 'noPolicy', 'noRoute']
  expect(answers).toEqual(refused.map((reason, i) => `${i + 1} refused ${reason}`))
  await settle()
  expect(answers.slice(5)).toEqual(['0 accepted 0000000100000000', '6 accepted 0000000100000001'])
  expect(accepted.map(({ id }) => id)).toEqual(['0000000100000000', '0000000100000001'])
  expect((await contentsOf(store)).deliveries).toEqual(accepted)
})

it("who is refused uses up nobody's capacity", async () => {
  const { submission, run, settle, answers, counts } = rig()
  run([submission({ from: 'broke' }), submission(), submission({ to: '33123' })])
  await settle()
  expect(answers).toEqual(['2 refused noRoute', '0 refused customerBlocked', '1 accepted 0000000100000000'])
  expect(counts.placed).toBe(1)
})

it('nothing is answered well, nor sent, before it is durable', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  store.hold()
  run([submission()])
  await settle()
  expect([answers, accepted]).toEqual([[], []])
  store.release()
  await settle()
  expect(answers).toHaveLength(1)
  expect(accepted).toHaveLength(1)
})

it('a store that refuses is a system error for each, and nothing goes', async () => {
  const { submission, run, settle, answers, accepted, store } = rig()
  store.failNext('full')
  run([submission(), submission()])
  await settle()
  run([submission()])
  expect(answers).toEqual(['0 refused systemError', '1 refused systemError', '2 refused systemError'])
  expect(accepted).toEqual([])
})

it('a sender whose answer fails loses its own answer only: the message goes', async () => {
  const { submission, run, settle, accepted, answers } = rig()
  const broken = {
    accepted: () => {
      throw new Error('the session is gone')
    },
    refused: () => undefined,
    withheld: () => undefined,
    readmitted: () => undefined,
  }
  run([submission({ answer: broken }), submission()])
  await settle()
  expect(accepted).toHaveLength(2)
  expect(answers).toHaveLength(1)
})

describe('the bound of the queue', () => {
  it.each([
    [97, 3, 'accepted'],
    [98, 3, 'refused queueFull'],
    [100, 1, 'refused queueFull'],
    [0, 101, 'refused queueFull'],
  ])('%d queued, a batch of %d: %s', async (queued, count, expected) => {
    const { submission, run, settle, answers } = rig()
    run(
      Array.from({ length: count }, () => submission()),
      queued,
    )
    await settle()
    expect(answers).toHaveLength(count)
    for (const answer of answers) expect(answer).toContain(expected)
  })
})

describe('time', () => {
  it.each([
    ['no validity: the default', undefined, 0, NOW, NOW + 48 * HOUR],
    ['its own', HOUR, 0, NOW, NOW + HOUR],
    ['none at all: over at once', 0, 0, NOW, NOW],
    ['beyond the longest: that', 100 * HOUR, 0, NOW, NOW + 72 * HOUR],
    ['scheduled: validity counts from then', HOUR, 5 * HOUR, NOW + 5 * HOUR, NOW + 6 * HOUR],
    ['scheduled, no validity', undefined, HOUR, NOW + HOUR, NOW + 49 * HOUR],
  ])('%s', async (_, validityMs, scheduleMs, dueMs, expiresAtMs) => {
    const { submission, run, settle, accepted } = rig()
    run([submission({ validityMs, scheduleMs })])
    await settle()
    expect(accepted[0]).toMatchObject({ dueMs, expiresAtMs, message: { expiresAtMs, acceptedAtMs: WALL } })
  })
})

it('what the sender asked for is in the message, what the switch decided beside it', async () => {
  const { submission, run, settle, accepted } = rig()
  const given = submission()
  run([given])
  await settle()
  const [delivery] = accepted
  expect(delivery).toMatchObject({
    kind: 'segment',
    lane: 'v:a,b|acme',
    route: routed,
    hop: 0,
    failover: 'next',
    failures: 0,
    unansweredBy: '',
    progress: undefined,
  })
  expect(delivery!.message).toMatchObject({
    id: delivery!.id,
    direction: 'mt',
    account: 'acme',
    shape: 'whole',
    parts: [],
    source: given.source,
    destination: given.destination,
    content: given.content,
    serviceType: 'CMT',
    protocolId: 1,
    priority: 2,
    replyPath: true,
    receiptRequest: given.receiptRequest,
    userMessageReference: 9,
  })
})

describe('a message in parts', () => {
  const part = (number: number, total: number, text: string) => ({
    dataCoding: 0,
    udhi: true,
    octets: Buffer.concat([Uint8Array.of(5, 0, 3, 7, total, number), Buffer.from(text)]),
  })

  it('goes through the stages once, as one, and each part has its own id', async () => {
    const { submission, run, settle, accepted, answers, outcomes } = rig()
    run([
      submission({ content: part(2, 2, ' world'), userMessageReference: 22, receiptRequest: receiptRequestOf(2) }),
      submission(),
      submission({ content: part(1, 2, 'Hello'), userMessageReference: 11, receiptRequest: receiptRequestOf(0) }),
    ])
    await settle()
    expect(answers).toEqual([
      '0 withheld',
      '1 accepted 0000000100000002',
      '0 accepted 0000000100000000',
      '2 accepted 0000000100000001',
    ])
    expect(outcomes).toEqual(['esme whole'])
    expect(accepted[1]!.message).toMatchObject({
      id: '0000000100000001',
      content: { dataCoding: 0, udhi: false, octets: Buffer.from('Hello world') },
      shape: 'udh8',
      parts: [
        { id: '0000000100000001', userMessageReference: 11, receiptRequest: receiptRequestOf(0) },
        { id: '0000000100000000', userMessageReference: 22, receiptRequest: receiptRequestOf(2) },
      ],
      receiptRequest: receiptRequestOf(2),
    })
  })

  it('that has no route is refused for each part with one word', () => {
    const { submission, run, answers, outcomes } = rig()
    run([submission({ to: '33123', content: part(1, 2, 'a') }), submission({ to: '33123', content: part(2, 2, 'b') })])
    expect(answers).toEqual(['0 withheld', '0 refused messageRefused', '1 refused messageRefused'])
    expect(outcomes).toEqual(['esme refused'])
  })
})
