import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../../message/delivery.js'
import { fieldOf, here, hopOf, peerOf, PeerRig, textTo } from './peer-rig.suite.js'

const bob = '447700900001'
const resultsOf = ({ courier }: PeerRig): readonly object[] => courier.ended.map(({ result }) => result)
const taken = { kind: 'taken', vendorMessageId: '', isAsked: false }

describe('a message', () => {
  it('is taken by a 2xx, and that is all that will be known', async () => {
    const rig = await new PeerRig().up()
    expect(await rig.send(textTo(bob, 'hello'))).toBe('sent')
    expect(rig.link.inFlight).toBe(1)
    expect(rig.message.text).toBe('hello')
    rig.message.answer(202)
    expect(resultsOf(rig)).toEqual([taken])
    expect(rig.link.inFlight).toBe(0)
  })

  it('waits while another is under way to its number, and no other waits for it', async () => {
    const rig = await new PeerRig().up()
    expect(await rig.send(textTo(bob, 'one', 1))).toBe('sent')
    expect(await rig.send(textTo(bob, 'two', 2))).toBe('later')
    expect(await rig.send(textTo('447700900002', 'three', 3))).toBe('sent')
    rig.asked[0]!.answer(200)
    expect(await rig.send(textTo(bob, 'two', 2))).toBe('sent')
    expect(rig.asked.map(({ text }) => text)).toEqual(['three', 'two'])
  })

  it('goes within the window, and what is not durable counts', async () => {
    const rig = await new PeerRig(peerOf({ window: 2 })).up()
    expect(await rig.send(textTo('1', 'one', 1))).toBe('sent')
    rig.courier.notDurable = 3
    expect(rig.link.room(rig.clock.monotonicMs())).toBe(0)
    rig.courier.notDurable = 2
    expect(rig.link.room(rig.clock.monotonicMs())).toBe(1)
    expect(await rig.send(textTo('2', 'two', 2))).toBe('sent')
    expect(await rig.send(textTo('3', 'three', 3))).toBe('full')
  })

  it('goes at its pace', async () => {
    const rig = await new PeerRig(peerOf({ messagesPerSecond: 1 })).up()
    await rig.send(textTo('1', 'one', 1))
    expect(await rig.send(textTo('2', 'two', 2))).toBe('full')
    const nowMs = rig.clock.monotonicMs()
    expect(rig.link.roomAtMs(nowMs)).toBeGreaterThan(nowMs)
    await rig.advance(1000)
    expect(await rig.send(textTo('2', 'two', 2))).toBe('sent')
  })

  it.each([
    [404, { kind: 'refused', permanent: true, error: '404', state: 'UNDELIVERABLE' }],
    [603, { kind: 'refused', permanent: true, error: '603', state: 'REJECTED' }],
    [480, { kind: 'refused', permanent: false, error: '480', afterMs: undefined }],
  ])('is refused by %i', async (status, result) => {
    const rig = await new PeerRig().up()
    await rig.send(textTo(bob, 'hello'))
    rig.message.answer(status)
    expect(resultsOf(rig)).toEqual([result])
    expect(rig.link.up).toBe(true)
  })

  it('comes again when it is told to', async () => {
    const rig = await new PeerRig().up()
    await rig.send(textTo(bob, 'hello'))
    rig.message.answer(480, 'Retry-After: 120;duration=60\r\n')
    expect(resultsOf(rig)).toMatchObject([{ afterMs: 120_000 }])
  })

  it('that is no text is not sent', async () => {
    const rig = await new PeerRig().up()
    const content = { dataCoding: 4, udhi: false, octets: Buffer.from([1, 2, 3]) }
    await rig.send(textTo(bob, '', 1, { content }))
    expect(resultsOf(rig)).toEqual([{ kind: 'cannotCarry' }])
    expect(rig.eventsOf('vendor.cannotSend')).toHaveLength(1)
  })

  it('that could not be written goes back, and nothing is tried for a moment', async () => {
    const rig = await new PeerRig().up()
    for (const says of ['full', 'notSent'] as const) {
      rig.says = says
      expect(await rig.send(textTo(bob, 'hello'))).toBe('sent')
      expect(rig.courier.back.splice(0)).toMatchObject([{ pauseMs: 0 }])
      expect(await rig.send(textTo(bob, 'hello'))).toBe('full')
      await rig.advance(1000)
    }
    expect(resultsOf(rig)).toEqual([])
  })

  it('is marked first where it must not be sent twice, and then goes to one server only', async () => {
    const rig = new PeerRig(peerOf({ onUnanswered: 'fail' }))
    rig.hops = [hopOf('192.0.2.1'), hopOf('192.0.2.2')]
    await rig.up()
    await rig.send(textTo(bob, 'hello'))
    expect(rig.asked).toEqual([])
    expect(rig.link.inFlight).toBe(1)
    rig.courier.marking[0]!()
    rig.message.end({ kind: 'timeout' })
    expect(rig.courier.ended).toMatchObject([{ delivery: { unansweredBy: here }, result: { kind: 'unanswered' } }])
    expect(rig.asked).toEqual([])
  })

  it('that was under way when the switch died is not sent again there', async () => {
    const rig = await new PeerRig(peerOf({ onUnanswered: 'fail' })).up()
    expect(await rig.send({ ...textTo(bob, 'hello'), unansweredBy: here })).toBe('sent')
    expect(rig.asked).toEqual([])
  })
})

describe('a password', () => {
  const challenge = (nonce: string, more = ''): string =>
    `WWW-Authenticate: Digest realm="peer", nonce="${nonce}", qop="auth", algorithm=SHA-256${more}\r\n`

  it('is proven when the peer asks, and at once the next time', async () => {
    const rig = await new PeerRig(peerOf({}, { username: 'us' })).up()
    await rig.send(textTo(bob, 'one', 1))
    expect(fieldOf(rig.message, 'authorization')).toBeUndefined()
    const callId = fieldOf(rig.message, 'call-id')
    rig.message.answer(401, challenge('n1'))
    expect(fieldOf(rig.message, 'authorization')).toContain('nonce="n1"')
    expect([fieldOf(rig.message, 'call-id'), fieldOf(rig.message, 'cseq')]).toEqual([callId, '2 MESSAGE'])
    rig.message.answer(200)
    await rig.send(textTo(bob, 'two', 2))
    expect(fieldOf(rig.message, 'authorization')).toContain('nc=00000002')
    rig.message.answer(401, challenge('n2', ', stale=true'))
    expect(fieldOf(rig.message, 'authorization')).toContain('nonce="n2"')
    rig.message.answer(200)
    expect(resultsOf(rig)).toEqual([taken, taken])
  })

  it.each([
    ['is wrong', peerOf({}, { username: 'us' }), 2],
    ['is not there', peerOf(), 1],
  ])('that %s: the message is tried again, and it is told', async (_, connection, tries) => {
    const rig = await new PeerRig(connection).up()
    await rig.send(textTo(bob, 'hello'))
    for (let i = 0; i < tries; i++) rig.message.answer(401, challenge(`n${i}`))
    expect(resultsOf(rig)).toMatchObject([{ kind: 'refused', permanent: false, error: '401' }])
    expect(rig.eventsOf('sip.peerChallenged')).toEqual([{ connection: here, status: 401, count: 1 }])
  })
})

describe('a peer of several servers', () => {
  const two = async (connection = peerOf()): Promise<PeerRig> => {
    const rig = new PeerRig(connection)
    rig.hops = [hopOf('192.0.2.1'), hopOf('192.0.2.2')]
    return rig.up()
  }
  const addresses = ({ asked }: PeerRig): readonly string[] => asked.map(({ flow }) => flow.remote.address)

  it('gets it at the second where the first does not answer, and the next there at once', async () => {
    const rig = await two()
    await rig.send(textTo(bob, 'one', 1))
    await rig.advance(1000)
    expect(addresses(rig)).toEqual(['192.0.2.1'])
    rig.message.end({ kind: 'timeout' })
    expect(addresses(rig)).toEqual(['192.0.2.2'])
    rig.message.answer(200)
    expect(resultsOf(rig)).toEqual([taken])
    await rig.send(textTo(bob, 'two', 2))
    expect(addresses(rig)).toEqual(['192.0.2.2'])
    expect(rig.eventsOf('sip.peerDown')).toMatchObject([{ remote: '192.0.2.1:5060', nextTryMs: 1000 }])
    await rig.advance(1000)
    rig.pings[0]!.answer(404)
    expect(rig.link.bound()).toEqual(new Map([['udp', 2]]))
  })

  it('gets it at the second where the first is busy, and at none where both are', async () => {
    const rig = await two()
    await rig.send(textTo(bob, 'one', 1))
    rig.message.answer(503)
    rig.message.answer(503, 'Retry-After: 5\r\n')
    expect(resultsOf(rig)).toEqual([{ kind: 'refused', permanent: false, error: '503', afterMs: 5000 }])
    expect(rig.link.up).toBe(true)
    expect(rig.link.roomAtMs(rig.clock.monotonicMs())).toBe(2000)
    expect(await rig.send(textTo(bob, 'two', 2))).toBe('full')
    await rig.advance(1000)
    expect(await rig.send(textTo(bob, 'two', 2))).toBe('sent')
    expect(addresses(rig)).toEqual(['192.0.2.1'])
  })

  it('is unanswered where nobody answers, whatever the second says of itself', async () => {
    const rig = await two()
    await rig.send(textTo(bob, 'one', 1))
    await rig.advance(1)
    rig.message.end({ kind: 'failed' })
    rig.message.answer(503)
    expect(resultsOf(rig)).toEqual([{ kind: 'unanswered' }])
  })

  it('follows its name', async () => {
    const rig = await two()
    rig.hops = [hopOf('192.0.2.2'), hopOf('192.0.2.3')]
    await rig.advance(30_000)
    expect(rig.pings.map(({ flow }) => flow.remote.address)).toEqual(['192.0.2.2', '192.0.2.3'])
    await rig.send(textTo(bob, 'one', 1))
    expect(addresses(rig)).toEqual(['192.0.2.2'])
  })
})

describe('a peer that is not there', () => {
  it('is asked again, later and later, and is up when it answers', async () => {
    const rig = await new PeerRig().start()
    expect(rig.link.up).toBe(false)
    for (const waitMs of [1000, 2000, 4000, 8000, 8000]) {
      rig.pings.shift()!.end({ kind: 'timeout' })
      await rig.advance(waitMs - 1)
      expect(rig.pings).toHaveLength(0)
      await rig.advance(1)
    }
    rig.pings.shift()!.answer(405)
    expect(rig.changes).toEqual([true])
    expect(rig.eventsOf('sip.peerUp')).toEqual([{ connection: here, transport: 'udp', remote: '192.0.2.1:5060' }])
  })

  it('goes down with its ping, and with a connection that can’t be made', async () => {
    const rig = await new PeerRig().up()
    await rig.advance(30_000)
    rig.pings.shift()!.answer(504)
    expect(rig.changes).toEqual([true, false])
    rig.unreachable.add('udp 192.0.2.1')
    await rig.advance(1000)
    expect(rig.eventsOf('sip.peerDown').map(({ why }) => why)).toEqual(['it answers 504', 'no connection'])
  })

  it('that says 503 to a ping is left alone as long as it says', async () => {
    const rig = await new PeerRig().up()
    await rig.advance(30_000)
    rig.pings.shift()!.answer(503, 'Retry-After: 100\r\n')
    expect(rig.link.up).toBe(false)
    await rig.advance(99_999)
    expect(rig.pings).toEqual([])
    await rig.advance(1)
    expect(rig.pings).toHaveLength(1)
  })

  it('has no name: it is looked for again', async () => {
    const rig = new PeerRig()
    rig.hops = []
    await rig.start()
    expect(rig.eventsOf('sip.peerDown')).toMatchObject([{ why: 'its name leads nowhere', nextTryMs: 1000 }])
    rig.hops = [hopOf('192.0.2.9')]
    await rig.advance(1000)
    expect(rig.pings).toHaveLength(1)
  })

  it('is told of once where SIP is not enabled', async () => {
    const rig = await new PeerRig(peerOf(), {}, false).start()
    await rig.advance(100_000)
    expect(rig.eventsOf('sip.peerDown')).toMatchObject([{ why: 'sip.enabled is false' }])
    expect(rig.link.up).toBe(false)
  })

  it('is found out by messages where it is not asked', async () => {
    const rig = await new PeerRig(peerOf({}, { ping: false })).start()
    expect(rig.pings).toEqual([])
    expect(rig.link.up).toBe(true)
    await rig.send(textTo(bob, 'one', 1))
    await rig.advance(1)
    rig.message.end({ kind: 'timeout' })
    expect(rig.link.up).toBe(false)
    await rig.advance(1000)
    expect(rig.link.up).toBe(true)
  })

  it('stays up where it has answered since the messages that time out were sent', async () => {
    const rig = await new PeerRig().up()
    await rig.send(textTo('1', 'one', 1))
    await rig.send(textTo('2', 'two', 2))
    await rig.advance(30_000)
    rig.pings.shift()!.answer(200)
    for (const asked of [...rig.asked]) asked.end({ kind: 'timeout' })
    expect(rig.link.up).toBe(true)
    expect(resultsOf(rig)).toEqual([{ kind: 'unanswered' }, { kind: 'unanswered' }])
  })
})

describe('a peer that is busy', () => {
  it('rests with its lane where the connection says so, and no try is spent', async () => {
    const rig = await new PeerRig(peerOf({ onThrottle: 'pauseLane' })).up()
    await rig.send(textTo(bob, 'one'))
    rig.message.answer(503, 'Retry-After: 3\r\n')
    expect(resultsOf(rig)).toEqual([])
    expect(rig.courier.back).toMatchObject([{ pauseMs: 3000 }])
    expect(rig.eventsOf('vendor.throttled')).toEqual([{ connection: here, status: '503', pauseMs: 3000 }])
  })
})

describe('a long text', () => {
  const long = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ')
  const all = async (rig: PeerRig, delivery: SegmentDelivery): Promise<readonly string[]> => {
    const texts: string[] = []
    await rig.send(delivery)
    for (let asked = rig.asked[0]; asked !== undefined; asked = rig.asked[0]) {
      texts.push(asked.text)
      asked.answer(200)
    }
    return texts
  }

  it('goes over TCP to the same server', async () => {
    const rig = await new PeerRig().up()
    await rig.send(textTo(bob, long))
    expect([rig.message.flow.kind, rig.message.text]).toEqual(['tcp', long])
  })

  it('goes in pieces where there is no TCP, one after the other, and is tried there again later', async () => {
    const rig = await new PeerRig().up()
    rig.unreachable.add('tcp 192.0.2.1')
    await rig.send(textTo(bob, long))
    expect(rig.courier.back).toHaveLength(1)
    const texts = await all(rig, rig.courier.back[0]!.delivery)
    expect(texts.length).toBeGreaterThan(1)
    expect(texts.join('')).toBe(long)
    expect(rig.courier.ended.map(({ delivery }) => delivery.progress?.taken)).toEqual(texts.map((_, i) => i))
    rig.unreachable.clear()
    await rig.advance(300_000)
    await rig.send(textTo(bob, long, 2))
    expect(rig.message.flow.kind).toBe('tcp')
  })

  it('goes as it is where the settings say so', async () => {
    const rig = await new PeerRig(peerOf(), { largeOnUdp: 'send' }).up()
    rig.unreachable.add('tcp 192.0.2.1')
    await rig.send(textTo(bob, long))
    await rig.send(rig.courier.back[0]!.delivery)
    expect([rig.message.flow.kind, rig.message.text]).toEqual(['udp', long])
  })

  it('is cut smaller when it is too large, until it is too small, and so are those after it', async () => {
    const rig = new PeerRig(peerOf({}, { transport: 'tcp' }))
    rig.hops = [hopOf('192.0.2.1', 'tcp')]
    await rig.up()
    await rig.send(textTo(bob, long))
    rig.message.answer(413)
    const texts = await all(rig, rig.courier.back[0]!.delivery)
    expect(texts.join('')).toBe(long)
    expect(texts.length).toBeGreaterThan(1)
    expect(await all(rig, textTo(bob, long, 2))).toEqual(texts)
    await rig.send(textTo(bob, 'short', 3))
    rig.message.answer(513)
    expect(resultsOf(rig).at(-1)).toEqual({ kind: 'refused', permanent: true, error: '513', state: 'UNDELIVERABLE' })
  })

  it('goes on after a restart where it was, and ends where it can’t', async () => {
    const first = await new PeerRig().up()
    first.unreachable.add('tcp 192.0.2.1')
    await first.send(textTo(bob, long))
    await first.send(first.courier.back[0]!.delivery)
    const one = first.message.text
    first.message.answer(200)
    const { delivery } = first.courier.ended[0]!
    const rest = { ...delivery, progress: { ...delivery.progress!, taken: 1 } }
    const second = await new PeerRig().up()
    expect(one + (await all(second, rest)).join('')).toBe(long)
    const third = await new PeerRig().up()
    await third.send({ ...rest, progress: { ...rest.progress, total: 700 } })
    expect(resultsOf(third)).toEqual([{ kind: 'cannotCarry' }])
  })

  it('of too many pieces is not sent', async () => {
    const rig = await new PeerRig(peerOf(), { maxPieces: 1 }).up()
    rig.unreachable.add('tcp 192.0.2.1')
    await rig.send(textTo(bob, long))
    await rig.send(rig.courier.back[0]!.delivery)
    expect(resultsOf(rig)).toEqual([{ kind: 'cannotCarry' }])
  })
})

describe('the end of a connection', () => {
  it('takes nothing new, and waits for answers', async () => {
    const rig = await new PeerRig().up()
    await rig.send(textTo(bob, 'one'))
    let isStopped = false
    const stopped = rig.link.stop().then(() => (isStopped = true))
    expect(rig.changes).toEqual([true, false])
    await rig.advance(1000)
    expect(isStopped).toBe(false)
    rig.message.answer(200)
    await stopped
    expect(resultsOf(rig)).toEqual([taken])
    expect(rig.clock.pending).toBe(0)
  })

  it('may be at once: what comes of the rest is heard of', async () => {
    const rig = await new PeerRig().up()
    await rig.send(textTo(bob, 'one'))
    const stopped = rig.link.stop()
    await rig.link.abort()
    await stopped
    rig.message.end({ kind: 'failed' })
    expect(resultsOf(rig)).toEqual([{ kind: 'unanswered' }])
  })

  it('is not that other rules are in force', async () => {
    const rig = await new PeerRig().up()
    rig.link.renew(peerOf({ messagesPerSecond: 1 }, { fromDomain: 'us.example.com' }))
    expect(rig.link.up).toBe(true)
    await rig.send(textTo('1', 'one', 1))
    expect(fieldOf(rig.message, 'from')).toContain('@us.example.com>')
    expect(await rig.send(textTo('2', 'two', 2))).toBe('full')
    rig.link.renew(peerOf({ direction: 'from' }))
    expect(rig.link.up).toBe(false)
  })
})
