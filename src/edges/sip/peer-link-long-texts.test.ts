// A text that one datagram can't carry, on its way to a SIP peer: over TCP, or in pieces.
import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../../message/delivery.js'
import { bob, hopOf, peerOf, PeerRig, resultsOf, textTo } from './peer-rig.suite.js'

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
