import { describe, expect, it } from 'vitest'
import { here, peerOf, textTo, PeerRig, fieldOf, hopOf, bob, resultsOf } from './peer-rig.suite.js'

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
