// A SIP peer that does not answer, or asks to be left alone: how that is found out, and when it is asked again.
import { describe, expect, it } from 'vitest'
import { here, peerOf, textTo, PeerRig, hopOf, bob, resultsOf } from './peer-rig.suite.js'

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
