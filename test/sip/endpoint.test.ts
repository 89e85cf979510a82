// The endpoint on real sockets: every transport in and out, its bounds, and that nothing is open in the end.
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FakeClock } from '../../src/lib/fake-clock.js'
import { selfSigned } from '../../src/lookup/self-signed.suite.js'
import type { FlowKind, StreamFlow } from '../../src/sip/flow.js'
import { openListeners, type Listeners } from '../../src/sip/listeners.js'
import { clientMessage, parsed, requestText } from '../../src/sip/lossy-network.suite.js'
import type { SipResponse } from '../../src/sip/message.js'
import type { ClientOutcome } from '../../src/sip/transaction-contract.js'
import { defaultTransportLimits, type TransportLimits } from '../../src/sip/transport-contract.js'
import { Arrivals, openPeer, tcpClient, udpClient, type Opened } from './peers.suite.js'

const open: { close(): unknown }[] = []
const kept = <T extends { close(): unknown }>(each: T): T => {
  open.push(each)
  return each
}
const opened = async (...wished: Parameters<typeof openPeer>): Promise<Opened> => {
  const peer = await openPeer(...wished)
  kept(peer.endpoint)
  return peer
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** Gone when the test is. */
class ClosedByTest {
  readonly raw: Socket

  constructor(socket: Socket) {
    this.raw = socket.on('error', () => undefined)
  }

  close(): void {
    this.raw.destroy()
  }
}

const tcpVia = (branch: string) => [`SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bK${branch}`]
const tcpText = (branch: string, body = '') => requestText({ via: tcpVia(branch), callId: branch, body })
const loopback = (kind: FlowKind, port: number) => ({ kind, port, address: '127.0.0.1', serverName: '127.0.0.1' })

describe('between two endpoints', () => {
  it.each(['udp', 'tcp', 'tls'] as const)('a MESSAGE goes over %s and its answer comes back', async (kind) => {
    const [here, there] = [await opened({ kinds: [kind] }), await opened({ kinds: [kind] })]
    const outcomes = new Arrivals<ClientOutcome>()
    for (let i = 0; i < 3; i++) {
      const flow = await here.endpoint.flowTo(loopback(kind, there.port(kind)))
      if (flow === undefined) throw new Error('no flow')
      expect(here.endpoint.request(clientMessage(`m${i}`), flow, (outcome) => outcomes.add(outcome))).toBe('sent')
    }
    await outcomes.at(2)
    expect(outcomes.all).toMatchObject(new Array(3).fill({ kind: 'response', response: { status: 202 } }))
    expect(there.requests.all.map(({ request }) => request.callId)).toEqual(['m0', 'm1', 'm2'])
    expect(there.requests.all[0]?.request.via.transport).toBe(kind.toUpperCase())
    // One connection served all three.
    expect(there.endpoint.held.connections).toBe(kind === 'udp' ? 0 : 1)
  })

  it('a request of ours goes down the connection that the peer opened', async () => {
    const [here, there] = [await opened({ kinds: ['tcp'] }), await opened({ kinds: ['tcp'] })]
    const out = await here.endpoint.flowTo(loopback('tcp', there.port('tcp')))
    here.endpoint.request(clientMessage('hello'), out as StreamFlow, () => undefined)
    const { flow } = await there.requests.at(0)
    const back = there.endpoint.flow(flow.id) as StreamFlow
    there.endpoint.request(clientMessage('back'), back, () => undefined)
    expect((await here.requests.at(0)).flow).toBe(out)
  })

  it('a flow that cannot be had is none, and a peer that goes ends what waits', async () => {
    const here = await opened({ kinds: ['udp', 'tcp'] })
    const silent = await opened({ kinds: ['tcp'] }, { onRequest: () => undefined })
    expect(await here.endpoint.flowTo(loopback('wss', 1))).toBeUndefined()
    const flow = await here.endpoint.flowTo(loopback('tcp', silent.port('tcp')))
    const outcome = new Promise((resolve) => here.endpoint.request(clientMessage('x'), flow as StreamFlow, resolve))
    const port = silent.port('tcp')
    await silent.endpoint.close()
    expect(await outcome).toEqual({ kind: 'failed' })
    expect(await here.endpoint.flowTo(loopback('tcp', port))).toBeUndefined()
    expect(here.endpoint.held).toEqual({ server: 0, client: 0, unanswered: 0, connections: 0 })
  })

  it('a certificate of nobody is refused', async () => {
    const there = await opened({ kinds: ['tls'] })
    const listeners: Listeners = await openListeners(
      { listeners: [], limits: defaultTransportLimits },
      { onMessage: () => undefined, onEnd: () => undefined },
      () => 0,
    )
    kept(listeners)
    expect(await listeners.flowTo(loopback('tls', there.port('tls')))).toBeUndefined()
  })
})

describe('UDP', () => {
  it('answers where a request came from, once more for a retransmission, and garbage as far as it can', async () => {
    const peer = await opened({ kinds: ['udp'] })
    const phone = kept(await udpClient(peer.port('udp')))
    phone.send(requestText())
    const first = parsed(await phone.datagrams.at(0)) as SipResponse
    expect(first).toMatchObject({ status: 202, via: { received: '127.0.0.1', rport: phone.port } })
    phone.send(requestText())
    expect(parsed(await phone.datagrams.at(1))).toEqual(first)
    for (const junk of ['', '\r\n\r\n', '\0\0\0\0', 'junk', Buffer.alloc(60_000)]) phone.send(junk)
    phone.send(requestText({ callId: 'x\r\nCall-ID: y', via: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKz;rport'] }))
    expect(parsed(await phone.datagrams.at(2))).toMatchObject({ status: 400, reason: 'Call-ID Given Twice' })
    phone.send(Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex'))
    expect((await phone.datagrams.at(3)).readUInt16BE(0)).toBe(0x0101)
    expect(peer.requests.all.length).toBe(1)
  })

  it('works over IPv6', async () => {
    const got = new Arrivals<string>()
    const listen = async (onMessage: (bytes: Buffer) => void) =>
      kept(
        await openListeners(
          { listeners: [{ kind: 'udp', host: '::1', port: 0 }], limits: defaultTransportLimits },
          { onMessage, onEnd: () => undefined },
          () => 0,
        ),
      )
    const a = await listen(() => undefined)
    const b = await listen((bytes) => got.add(bytes.toString()))
    expect(a.datagramFlow('127.0.0.1', 1)).toBeUndefined()
    a.datagramFlow('::1', b.all[0]?.port ?? 0)?.send(Buffer.from('hello there'))
    expect(await got.at(0)).toBe('hello there')
  })
})

describe('TCP', () => {
  it('takes messages however they are cut, answers a ping, and in order', async () => {
    const peer = await opened({ kinds: ['tcp'] })
    const phone = await tcpClient(peer.port('tcp'))
    const text = tcpText('a', 'one') + tcpText('b', 'zwei') + '\r\n\r\n'
    for (const each of text) phone.write(each)
    expect(await phone.messages.at(1)).toMatchObject({ kind: 'response', status: 202, callId: 'b' })
    phone.write('\r\n\r\n')
    while (!phone.chunks.all.join('').endsWith('\r\n\r\n\r\n')) await phone.chunks.at(phone.chunks.all.length)
    phone.socket.end()
    await phone.closed
    expect((await peer.ends.at(0)).why).toBe('closedByPeer')
    expect(peer.endpoint.held.connections).toBe(0)
  })

  it('tells a peer what is wrong with his framing, then closes', async () => {
    const peer = await opened({ kinds: ['tcp'] })
    const phone = await tcpClient(peer.port('tcp'))
    phone.write(tcpText('a').replace('Content-Length: 0', 'Content-Length: -1'))
    expect(await phone.messages.at(0)).toMatchObject({ status: 400 })
    await phone.closed
    expect((await peer.ends.at(0)).why).toBe('badFraming')
  })

  it('closes what comes beyond the bounds at once', async () => {
    const peer = await opened({ kinds: ['tcp', 'tls', 'ws'], limits: { connections: 3, connectionsPerAddress: 2 } })
    const one = await tcpClient(peer.port('tcp'))
    await tcpClient(peer.port('tcp'))
    one.write(tcpText('a'))
    await one.messages.at(0)
    for (const kind of ['tcp', 'tls', 'ws'] as const) await (await tcpClient(peer.port(kind))).closed
    expect(peer.refused).toEqual(new Array(3).fill('connectionsPerAddress'))
    one.socket.destroy()
    await peer.ends.at(0)
    const next = await tcpClient(peer.port('tcp'))
    next.write(tcpText('b'))
    await next.messages.at(0)
  })
})

/** A TCP listener whose clock is the test's. */
async function timed(limits: Partial<TransportLimits> = {}) {
  const clock = new FakeClock()
  const ends = new Arrivals<string>()
  const flows = new Arrivals<StreamFlow>()
  const messages = new Arrivals<string>()
  const listeners = kept(
    await openListeners(
      {
        listeners: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
        limits: { ...defaultTransportLimits, ...limits },
      },
      {
        onMessage: (bytes) => messages.add(bytes.toString()),
        onOpen: (flow) => flows.add(flow),
        onEnd: (_flow, why) => ends.add(why),
      },
      () => clock.monotonicMs(),
    ),
  )
  const client = await tcpClient(listeners.all[0]?.port ?? 0)
  const flow = await flows.at(0)
  const pass = (ms: number) => {
    clock.advance(ms)
    listeners.tick(clock.monotonicMs())
  }
  return { client, flow, ends, messages, pass }
}

describe('the times of a connection', () => {
  it('close one that never says anything', async () => {
    const { client, ends, pass } = await timed()
    pass(29_999)
    expect(ends.all).toEqual([])
    pass(1)
    expect(ends.all).toEqual(['tooSlow'])
    await client.closed
  })

  it('close one whose message trickles, and not one that is idle between messages', async () => {
    const { client, ends, messages, pass } = await timed()
    client.write(tcpText('a', 'whole'))
    await messages.at(0)
    pass(3_899_999)
    expect(ends.all).toEqual([])
    // The second whole one tells that the first octets of the third are there: they came in one write.
    client.write(tcpText('b') + 'MESSAGE sip:a')
    await messages.at(1)
    pass(9_999)
    expect(ends.all).toEqual([])
    pass(1)
    expect(ends.all).toEqual(['tooSlow'])
  })

  it('close one that is idle for too long', async () => {
    const { client, ends, messages, pass } = await timed({ idleMs: 60_000 })
    client.write(tcpText('a'))
    await messages.at(0)
    pass(60_000)
    expect(ends.all).toEqual(['idle'])
    await client.closed
  })

  it('and its output close one that does not read', async () => {
    const { client, flow, ends } = await timed({ outputBytes: 2_000_000 })
    client.socket.pause()
    const piece = Buffer.alloc(500_000, 'x')
    let sent = 0
    while (flow.send(piece)) {
      sent++
      await new Promise((resolve) => setImmediate(resolve))
      expect(sent).toBeLessThan(200)
    }
    expect(ends.all).toEqual(['slowReader'])
    expect(flow.isOpen).toBe(false)
  })
})

describe('TLS', () => {
  it('takes a peer, and forgets one that never shakes hands', async () => {
    const peer = await opened({ kinds: ['tls'] })
    const plain = await tcpClient(peer.port('tls'))
    plain.write('OPTIONS sip:a SIP/2.0\r\n\r\n')
    await plain.closed
    const socket = connectTls({ host: '127.0.0.1', port: peer.port('tls'), ca: selfSigned.cert })
    await once(socket, 'secureConnect')
    socket.write(tcpText('a').replace('/TCP', '/TLS'))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(parsed(answer)).toMatchObject({ status: 202 })
    expect(peer.requests.all[0]?.flow.kind).toBe('tls')
    socket.destroy()
    await peer.ends.at(0)
  })
})

describe('WebSocket', () => {
  const url = (peer: Opened, kind: 'ws' | 'wss') => `${kind}://127.0.0.1:${peer.port(kind)}/`
  const wsText = (body = '') =>
    requestText({ via: ['SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKws;rport'], body }).replace(
      /Content-Length.*\r\n/,
      '',
    )

  it.each(['ws', 'wss'] as const)(
    '%s: a message a frame, text or binary, and the way back down the same',
    async (kind) => {
      const peer = await opened({ kinds: [kind] })
      const browser = new WebSocket(url(peer, kind), 'sip', { ca: selfSigned.cert })
      const frames = new Arrivals<{ data: string; isBinary: boolean }>()
      browser.on('message', (data: Buffer, isBinary) => frames.add({ data: data.toString(), isBinary }))
      await once(browser, 'open')
      browser.send('\r\n\r\n')
      expect((await frames.at(0)).data).toBe('\r\n')
      browser.send(wsText('grüß'))
      const answer = await frames.at(1)
      expect(answer.isBinary).toBe(false)
      expect(parsed(answer.data)).toMatchObject({
        status: 202,
        via: { host: 'df7jal23ls0d.invalid', received: '127.0.0.1' },
      })
      const { flow, request } = await peer.requests.at(0)
      expect(Buffer.from(request.body).toString()).toBe('grüß')
      expect(peer.endpoint.request(clientMessage('in'), flow, () => undefined)).toBe('sent')
      expect(parsed((await frames.at(2)).data)).toMatchObject({
        method: 'MESSAGE',
        via: { transport: kind.toUpperCase() },
      })
      browser.close()
      expect((await peer.ends.at(0)).why).toBe('closedByPeer')
    },
  )

  it('refuses other subprotocols, foreign pages, frames too large, and plain HTTP', async () => {
    const peer = await opened({ kinds: ['ws'], mayConnect: (origin) => origin === 'https://phone.example.com' })
    const statusOf = async (protocol: string | undefined, origin: string) => {
      const browser = new WebSocket(url(peer, 'ws'), protocol, { origin })
      browser.on('error', () => undefined)
      const [, response] = (await once(browser, 'unexpected-response')) as [
        unknown,
        { statusCode: number; destroy(): void },
      ]
      response.destroy()
      return response.statusCode
    }
    expect(await statusOf('chat', 'https://phone.example.com')).toBe(400)
    expect(await statusOf(undefined, 'https://phone.example.com')).toBe(400)
    expect(await statusOf('sip', 'https://evil.example')).toBe(403)
    expect((await fetch(url(peer, 'ws').replace('ws:', 'http:'))).status).toBe(426)
    const browser = new WebSocket(url(peer, 'ws'), 'sip', { origin: 'https://phone.example.com' })
    await once(browser, 'open')
    const closed = once(browser, 'close')
    browser.send(Buffer.alloc(200_000))
    expect((await closed)[0]).toBe(1009)
    expect((await peer.ends.at(0)).why).toBe('error')
  })

  /** A peer that writes what it likes, and leaves the connection half open when we close it. */
  const rawPeer = async (port: number, protocol: string) => {
    const socket = kept(new ClosedByTest(connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true })))
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`
    socket.raw.write(`GET / HTTP/1.1\r\nHost: x\r\n${upgrade}${key}Sec-WebSocket-Protocol: ${protocol}\r\n\r\n`)
    const [answer] = (await once(socket.raw, 'data')) as [Buffer]
    return { socket: socket.raw, answer: answer.toString() }
  }

  it('a handshake that is refused leaves nothing open, though its peer never closes', async () => {
    const peer = await opened({ kinds: ['ws'], limits: { connectionsPerAddress: 1 } })
    for (let i = 0; i < 3; i++) {
      const { socket, answer } = await rawPeer(peer.port('ws'), 'chat')
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
      if (!socket.readableEnded) await once(socket, 'end')
    }
    expect(peer.refused).toEqual([])
  })

  it('a message in thousands of frames is not waited for', async () => {
    const peer = await opened({ kinds: ['ws'] })
    const { socket } = await rawPeer(peer.port('ws'), 'sip')
    const frame = (opcode: number) => Buffer.from([opcode, 0x81, 0, 0, 0, 0, 65])
    socket.write(Buffer.concat([frame(1), ...new Array<Buffer>(1000).fill(frame(0))]))
    expect((await peer.ends.at(0)).why).toBe('error')
    // The peer never closes, and a stop does not wait for him.
    await peer.endpoint.close()
  })

  it('that says nothing to a ping is dead', async () => {
    const clock = new FakeClock()
    const flows = new Arrivals<StreamFlow>()
    const ends = new Arrivals<string>()
    const listeners = kept(
      await openListeners(
        {
          listeners: [{ kind: 'ws', host: '127.0.0.1', port: 0 }],
          limits: { ...defaultTransportLimits, firstMessageMs: 1e9 },
        },
        { onMessage: () => undefined, onOpen: (flow) => flows.add(flow), onEnd: (_flow, why) => ends.add(why) },
        () => clock.monotonicMs(),
      ),
    )
    const browser = new WebSocket(`ws://127.0.0.1:${listeners.all[0]?.port}`, 'sip', { autoPong: false })
    const pinged = once(browser, 'ping')
    await flows.at(0)
    clock.advance(30_000)
    listeners.tick(clock.monotonicMs())
    await pinged
    clock.advance(30_000)
    listeners.tick(clock.monotonicMs())
    expect(ends.all).toEqual(['dead'])
  })
})

describe('the whole', () => {
  it('leaves nothing open when one listener cannot be had', async () => {
    const peer = await opened({ kinds: ['tcp'] })
    const taken = { kind: 'tcp', host: '127.0.0.1', port: peer.port('tcp') } as const
    const events = { onMessage: () => undefined, onEnd: () => undefined }
    const listeners = [{ kind: 'udp', host: '127.0.0.1', port: 0 } as const, taken]
    await expect(openListeners({ listeners, limits: defaultTransportLimits }, events, () => 0)).rejects.toThrow(
      /EADDRINUSE/,
    )
  })
})
