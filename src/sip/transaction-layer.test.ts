// The layer on fake flows and a fake clock: what reaches the user, what is answered, what is kept, and that nothing stays.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import type { Flow, Peer } from './flow.js'
import { field } from './fields.js'
import { clientMessage, fakeDatagramFlow, fakeStreamFlow, parsed, requestText } from './lossy-network.suite.js'
import type { SipRequest, SipResponse } from './message.js'
import { defaultTransactionOptions, type ClientOutcome, type ServerTransaction } from './transaction-contract.js'
import { TransactionLayer } from './transaction-layer.js'
import { defaultTransactionTimers } from './transaction-timers.js'

const phone: Peer = { address: '192.0.2.1', port: 5060 }

interface Got {
  readonly request: SipRequest
  readonly flow: Flow
  readonly transaction: ServerTransaction
}

/** Different octets at each call, and different ones for each seed. */
function chance(seed: number) {
  let state = seed
  return (into: Uint8Array) => {
    for (let i = 0; i < into.length; i++) into[i] = (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16
  }
}

function setUp(options: Partial<typeof defaultTransactionOptions> = {}, onGot: (got: Got) => void = () => undefined) {
  const clock = new FakeClock()
  const got: Got[] = []
  const sent: { readonly message: SipResponse; readonly to: Peer }[] = []
  const layer = new TransactionLayer(
    { ...defaultTransactionOptions, timers: defaultTransactionTimers, ...options },
    {
      onRequest(request, flow, transaction) {
        got.push({ request, flow, transaction })
        onGot({ request, flow, transaction })
      },
    },
    { now: () => clock.monotonicMs(), random: chance(7) },
  )
  const flow = fakeDatagramFlow(phone, (bytes, to) => sent.push({ message: parsed(bytes) as SipResponse, to }))
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50)
      layer.tick(clock.monotonicMs())
    }
  }
  return { layer, got, sent, flow, clock, pass }
}

const statuses = (sent: readonly { readonly message: SipResponse }[]) => sent.map(({ message }) => message.status)

describe('requests from peers', () => {
  it('that are challenged without credentials are forgotten at once, and challenged again when they come again', () => {
    const { layer, got, sent, flow } = setUp({}, ({ transaction }) => transaction.answer(401))
    layer.receive(parsed(requestText()), flow)
    expect(layer.held.server).toBe(0)
    expect(got[0]?.transaction.answer(202)).toBe(false)
    layer.receive(parsed(requestText()), flow)
    expect([got.length, statuses(sent)]).toEqual([2, [401, 401]])
    // RFC 3261 §8.2.7: as from one who remembers.
    expect(sent[1]?.message.to.tag).toBe(sent[0]?.message.to.tag)
  })

  it('that are challenged in spite of credentials are remembered: their wrong password counts once', () => {
    const { layer, got, sent, flow } = setUp({}, ({ transaction }) => transaction.answer(401))
    const request = requestText().replace('Content-Type', 'Authorization: Digest username="a"\r\nContent-Type')
    layer.receive(parsed(request), flow)
    layer.receive(parsed(request), flow)
    expect([got.length, statuses(sent), layer.held.server]).toEqual([1, [401, 401], 1])
  })

  it('come once, and their retransmissions get the answer again', () => {
    const { layer, got, sent, flow, pass } = setUp()
    layer.receive(parsed(requestText()), flow)
    layer.receive(parsed(requestText()), flow)
    expect([got.length, sent.length]).toEqual([1, 0])
    expect(got[0]?.transaction.answer(202)).toBe(true)
    layer.receive(parsed(requestText()), flow)
    expect(statuses(sent)).toEqual([202, 202])
    expect(sent[0]?.message).toEqual(sent[1]?.message)
    expect(sent[0]?.message.to.tag).toMatch(/^[\w-]{4,}$/)
    expect(layer.held.server).toBe(1)
    pass(32_100)
    expect(layer.held.server).toBe(0)
    expect(layer.counters).toMatchObject({ requests: 1, retransmissions: 2, unanswered: 0 })
  })

  it('are told where they came from, and answered there or at the port of their Via', () => {
    const { layer, got, sent } = setUp()
    const natted = fakeDatagramFlow({ address: '198.51.100.7', port: 31_000 }, (bytes, to) =>
      sent.push({ message: parsed(bytes) as SipResponse, to }),
    )
    layer.receive(parsed(requestText()), natted)
    got[0]?.transaction.answer(200)
    const plain = { via: ['SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKtwo'], callId: 'two' }
    layer.receive(parsed(requestText(plain)), natted)
    got[1]?.transaction.answer(200)
    expect(sent[0]?.to).toEqual({ address: '198.51.100.7', port: 31_000 })
    expect(sent[0]?.message.via).toMatchObject({ received: '198.51.100.7', rport: 31_000, branch: 'z9hG4bKone' })
    expect(sent[1]?.to).toEqual({ address: '198.51.100.7', port: 5070 })
    expect(sent[1]?.message.via).toMatchObject({ received: '198.51.100.7', rport: undefined })
  })

  it('that are answered too late, or twice, are not', () => {
    const { layer, got, sent, flow, pass } = setUp()
    layer.receive(parsed(requestText()), flow)
    pass(32_100)
    expect(got[0]?.transaction.answer(202)).toBe(false)
    expect(layer.counters.unanswered).toBe(1)
    layer.receive(parsed(requestText({ callId: 'two' })), flow)
    expect(got[1]?.transaction.answer(202)).toBe(true)
    expect(got[1]?.transaction.answer(500)).toBe(false)
    expect(statuses(sent)).toEqual([202])
  })

  it('over a connection are forgotten with their answer', () => {
    const { layer, got } = setUp()
    const answers: Buffer[] = []
    const flow = fakeStreamFlow(1, (bytes) => answers.push(bytes))
    layer.receive(parsed(requestText({ via: ['SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKone'] })), flow)
    got[0]?.transaction.answer(202)
    expect(answers.length).toBe(1)
    expect(layer.held.server).toBe(0)
  })

  const stateless: [string, Parameters<typeof requestText>[0], number][] = [
    ['INVITE', { method: 'INVITE' }, 405],
    ['PRACK', { method: 'PRACK' }, 405],
    ['SUBSCRIBE', { method: 'SUBSCRIBE' }, 405],
    ['an unknown method', { method: 'NEWMETHOD' }, 501],
    ['a method in lower case, which is another', { method: 'message' }, 501],
    ['CANCEL of nothing', { method: 'CANCEL' }, 481],
    ['no hop left', { maxForwards: 0 }, 483],
  ]
  it.each(stateless)('%s is answered without memory, the same each time', (_name, wished, status) => {
    const { layer, got, sent, flow } = setUp()
    layer.receive(parsed(requestText(wished)), flow)
    layer.receive(parsed(requestText(wished)), flow)
    expect(statuses(sent)).toEqual([status, status])
    expect(sent[0]?.message).toEqual(sent[1]?.message)
    expect(got.length + layer.held.server).toBe(0)
    if (status === 405 || status === 501)
      expect(field(sent[0]?.message as SipResponse, 'allow')).toBe('MESSAGE, REGISTER, OPTIONS')
  })

  it('ACK is absorbed, OPTIONS may come with no hop left, CANCEL of a MESSAGE is 200 and changes nothing', () => {
    const { layer, got, sent, flow } = setUp()
    layer.receive(parsed(requestText({ method: 'ACK' })), flow)
    expect(sent.length).toBe(0)
    layer.receive(parsed(requestText({ method: 'OPTIONS', maxForwards: 0 })), flow)
    expect(got.length).toBe(1)
    layer.receive(parsed(requestText({ callId: 'two' })), flow)
    layer.receive(parsed(requestText({ method: 'CANCEL', callId: 'two' })), flow)
    expect(statuses(sent)).toEqual([200])
    expect(got[1]?.transaction.answer(202)).toBe(true)
  })

  it('that come twice by different ways are merged: the second is 482', () => {
    const { layer, got, sent, flow } = setUp()
    layer.receive(parsed(requestText()), flow)
    layer.receive(parsed(requestText({ via: ['SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKother'] })), flow)
    expect(got.length).toBe(1)
    expect(statuses(sent)).toEqual([482])
    // A later request of the same call is another one.
    layer.receive(parsed(requestText({ via: ['SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKnext'], cseq: 2 })), flow)
    expect(got.length).toBe(2)
  })

  it('that we sent ourselves have come in a circle: 482', () => {
    const { layer, got, sent, flow } = setUp()
    let ours = ''
    const out = fakeDatagramFlow(phone, (bytes) => (ours = bytes.toString()))
    layer.request(clientMessage('x'), out, () => undefined)
    const back = ours.replace('Via: ', 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxy\r\nVia: ')
    layer.receive(parsed(back), flow)
    expect(got.length).toBe(0)
    expect(statuses(sent)).toEqual([482])
    expect(layer.counters.looped).toBe(1)
  })

  it('of RFC 2543 are told apart by their fields', () => {
    const { layer, got, flow } = setUp()
    const via = ['SIP/2.0/UDP 192.0.2.1']
    for (const callId of ['a', 'b', 'a', 'b']) layer.receive(parsed(requestText({ via, callId })), flow)
    expect(got.length).toBe(2)
    // The cookie alone is no branch either.
    const bare = ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK']
    for (const callId of ['c', 'd', 'c']) layer.receive(parsed(requestText({ via: bare, callId })), flow)
    expect(got.length).toBe(4)
  })

  it('beyond the bound get 503 with a time, and those known go on', () => {
    const { layer, got, sent, flow, pass } = setUp({ maxServer: 2 })
    const one = (n: number) =>
      parsed(requestText({ via: [`SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${n};rport`], callId: `${n}` }))
    for (const n of [1, 2, 3, 1]) layer.receive(one(n), flow)
    expect(got.length).toBe(2)
    expect(statuses(sent)).toEqual([503])
    expect(field(sent[0]?.message as SipResponse, 'retry-after')).toBe('5')
    for (const { transaction } of got) transaction.answer(202)
    pass(32_100)
    layer.receive(one(3), flow)
    expect(got.length).toBe(3)
  })
})

describe('requests of ours', () => {
  it('are repeated until answered, and end once', () => {
    const { layer, pass } = setUp()
    const wire: Buffer[] = []
    const flow = fakeDatagramFlow(phone, (bytes) => wire.push(bytes))
    const outcomes: ClientOutcome[] = []
    expect(layer.request(clientMessage('x'), flow, (outcome) => outcomes.push(outcome))).toBe('sent')
    pass(1600)
    expect(wire.length).toBe(3)
    const request = parsed(wire[0] as Buffer) as SipRequest
    expect(request.via).toMatchObject({ transport: 'UDP', host: 'switch.example.com', port: 5060, rport: 'asked' })
    expect(request.via.branch).toMatch(/^z9hG4bK[0-9a-f]{28}$/)
    const answer = (status: number) =>
      parsed(
        requestText({ via: [`SIP/2.0/UDP switch.example.com:5060;branch=${request.via.branch}`] }).replace(
          /^.*/,
          `SIP/2.0 ${status} X`,
        ),
      )
    layer.receive(answer(100), flow)
    layer.receive(answer(200), flow)
    layer.receive(answer(200), flow)
    expect(outcomes).toMatchObject([{ kind: 'response', response: { status: 200 } }])
    expect(layer.held).toMatchObject({ client: 1, unanswered: 0 })
    pass(5100)
    expect(layer.held.client).toBe(0)
    layer.receive(answer(200), flow)
    expect(layer.counters).toMatchObject({ sent: 1, resent: 2, strayResponses: 2 })
  })

  it('time out, fail with their connection, and are bounded', () => {
    const { layer, pass } = setUp({ maxClient: 2 })
    const outcomes: string[] = []
    const flow = fakeDatagramFlow(phone, () => undefined)
    const connection = fakeStreamFlow(1, () => undefined)
    layer.request(clientMessage('x'), flow, ({ kind }) => outcomes.push(`x ${kind}`))
    layer.request(clientMessage('y'), connection, ({ kind }) => outcomes.push(`y ${kind}`))
    expect(layer.request(clientMessage('z'), flow, () => outcomes.push('z'))).toBe('full')
    layer.flowEnded(connection)
    expect(outcomes).toEqual(['y failed'])
    connection.isOpen = false
    expect(layer.request(clientMessage('z'), connection, () => outcomes.push('z'))).toBe('notSent')
    pass(32_100)
    expect(outcomes).toEqual(['y failed', 'x timeout'])
    expect(layer.held).toEqual({ server: 0, client: 0, unanswered: 0 })
  })

  it('fail when the layer closes', () => {
    const { layer } = setUp()
    const outcomes: string[] = []
    layer.request(
      clientMessage('x'),
      fakeDatagramFlow(phone, () => undefined),
      ({ kind }) => outcomes.push(kind),
    )
    layer.close()
    expect(outcomes).toEqual(['failed'])
    expect(
      layer.request(
        clientMessage('y'),
        fakeDatagramFlow(phone, () => undefined),
        () => undefined,
      ),
    ).toBe('notSent')
  })
})

describe('a network that loses, doubles and reorders', () => {
  const fate = fc.record({ copies: fc.constantFrom(0, 1, 1, 1, 2, 3), delayMs: fc.nat(3000) })

  it('hands each request to the user at most once and ends each once; then nothing is left', () => {
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (fates, requests) => {
          const clock = new FakeClock()
          const handled = new Map<string, number>()
          const ended = new Map<string, string[]>()
          let next = 0
          /** Sends by the fates in turn, and well once they are used up. */
          const throughNetwork = (deliver: (bytes: Buffer) => void) => (bytes: Buffer) => {
            const { copies, delayMs } = fates[next++] ?? { copies: 1, delayMs: 10 }
            for (let i = 0; i < copies; i++) clock.after(delayMs * (i + 1), () => deliver(bytes))
          }
          const options = { ...defaultTransactionOptions, timers: defaultTransactionTimers }
          const sources = (seed: number) => ({ now: () => clock.monotonicMs(), random: chance(seed) })
          const there = { address: '192.0.2.2', port: 5060 }
          const server: TransactionLayer = new TransactionLayer(
            options,
            {
              onRequest(request, _flow, transaction) {
                handled.set(request.callId, (handled.get(request.callId) ?? 0) + 1)
                clock.after(20, () => transaction.answer(202))
              },
            },
            sources(1),
          )
          const client: TransactionLayer = new TransactionLayer(options, { onRequest: () => undefined }, sources(2))
          const toClient = fakeDatagramFlow(
            phone,
            throughNetwork((bytes) => client.receive(parsed(bytes), toServer)),
          )
          const toServer = fakeDatagramFlow(
            there,
            throughNetwork((bytes) => server.receive(parsed(bytes), toClient)),
          )

          for (let i = 0; i < requests; i++) {
            const id = `call-${i}`
            ended.set(id, [])
            client.request(clientMessage(id), toServer, ({ kind }) => ended.get(id)?.push(kind))
          }
          for (let ms = 0; ms < 80_000; ms += 100) {
            clock.advance(100)
            client.tick(clock.monotonicMs())
            server.tick(clock.monotonicMs())
          }
          for (const [id, kinds] of ended) {
            expect(kinds.length).toBe(1)
            expect(handled.get(id) ?? 0).toBeLessThanOrEqual(1)
            if (kinds[0] === 'response') expect(handled.get(id)).toBe(1)
          }
          expect(server.held.server).toBe(0)
          expect(client.held).toEqual({ server: 0, client: 0, unanswered: 0 })
        },
      ),
      { numRuns: 60 },
    )
  })
})
