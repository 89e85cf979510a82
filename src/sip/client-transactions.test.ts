// How many requests over UDP go out at a time, on a fake flow and a fake clock.
import { describe, expect, it } from 'vitest'
import { branchSource } from './branch.js'
import { ClientTransactions } from './client-transactions.js'
import { clientMessage, fakeDatagramFlow, fakeStreamFlow, parsed } from './lossy-network.suite.js'
import type { SipRequest, SipResponse } from './message.js'
import { defaultTransactionOptions, noTransactionCounts } from './transaction-contract.js'
import { defaultTransactionTimers } from './transaction-timers.js'
import { writeResponse } from './write.js'

function setUp(maxYoung: number) {
  let nowMs = 0
  let chance = 0
  const counters = noTransactionCounts()
  const options = { ...defaultTransactionOptions, timers: defaultTransactionTimers, maxYoung, maxClient: 50 }
  const branches = branchSource((into) => into.forEach((_, i) => (into[i] = ++chance >>> (i % 3))))
  const client = new ClientTransactions(options, branches, counters, () => nowMs)
  const sent: SipRequest[] = []
  const flow = fakeDatagramFlow({ address: '192.0.2.9', port: 5060 }, (bytes) => sent.push(parsed(bytes) as SipRequest))
  const ended: string[] = []
  return {
    ...{ client, counters, flow, sent, ended },
    ask: (id: string) => client.request(clientMessage(id), flow, ({ kind }) => ended.push(`${id} ${kind}`)),
    answer: (at: number) => client.receive(parsed(writeResponse(sent[at]!, { status: 200 })) as SipResponse, flow),
    pass: (ms: number) => {
      for (let left = ms; left > 0; left -= 50) client.tick((nowMs += 50))
    },
  }
}

const idsOf = (sent: readonly SipRequest[]) => sent.map(({ callId }) => callId)

describe('requests over UDP', () => {
  it('wait for answers to those before them, and go in their order', () => {
    const { ask, answer, sent, ended } = setUp(2)
    for (const id of ['a', 'b', 'c', 'd']) expect(ask(id)).toBe('sent')
    expect(idsOf(sent)).toEqual(['a', 'b'])
    answer(1)
    expect(idsOf(sent)).toEqual(['a', 'b', 'c'])
    ask('e')
    answer(0)
    answer(2)
    expect(idsOf(sent)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(ended).toEqual(['b response', 'a response', 'c response'])
  })

  it('wait for no longer than T1 for those who do not answer, and have all of their own time then', () => {
    const { ask, sent, ended, pass } = setUp(1)
    ask('silent')
    ask('next')
    pass(400)
    expect(idsOf(sent)).toEqual(['silent'])
    pass(100)
    expect(idsOf(sent)).toEqual(['silent', 'silent', 'next'])
    pass(31_600)
    expect(ended).toEqual(['silent timeout'])
    pass(500)
    expect(ended).toEqual(['silent timeout', 'next timeout'])
  })

  it('are refused beyond the bound of all, those that wait counted', () => {
    const { ask, client } = setUp(1)
    for (let i = 0; i < 50; i++) expect(ask(`m${i}`)).toBe('sent')
    expect(ask('one more')).toBe('full')
    expect(client.unanswered).toBe(50)
  })

  it('that wait when all ends hear that they failed, and never go', () => {
    const { ask, answer, client, ended, sent, pass } = setUp(1)
    ask('a')
    ask('b')
    client.close()
    answer(0)
    pass(1000)
    expect(ended).toEqual(['a failed', 'b failed'])
    expect([idsOf(sent), client.size, client.unanswered]).toEqual([['a'], 0, 0])
  })

  it('hold up none over a connection', () => {
    const { ask, client } = setUp(1)
    ask('a')
    ask('b')
    const sent: string[] = []
    const stream = fakeStreamFlow(1, (bytes) => sent.push((parsed(bytes) as SipRequest).callId))
    expect(client.request(clientMessage('c'), stream, () => undefined)).toBe('sent')
    expect(sent).toEqual(['c'])
  })
})
