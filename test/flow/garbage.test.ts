// Peers that speak no SMPP at the SMPP port: they are sent away, and nobody else notices.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { connectRaw } from './raw-esme.js'
import { receiptsOf, startScenario } from './scenario.js'
import { within } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Bytes that look random and are the same at each run (xorshift). */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state & 0xff
  }
  return bytes
}

it('closes connections that send HTTP, noise, absurd lengths or nothing, while others go on', async () => {
  const { bind, daemon, vendor } = await startScenario({ set: { 'smpp.server.sessionInitMs': 500 } })
  const esme = await bind()
  const garbage = [
    Buffer.from('GET / HTTP/1.1\r\nHost: switch\r\n\r\n'),
    Buffer.from([0, 0, 0, 15, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]),
    // A bind whose strings never end.
    Buffer.concat([Buffer.from([0, 0, 0, 64, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]), Buffer.alloc(48, 0x41)]),
    Buffer.alloc(0),
    ...Array.from({ length: 20 }, (_, i) => noise(2000, i + 1)),
  ]
  const closings: Promise<unknown>[] = []
  for (const bytes of garbage) {
    const socket = await dial(daemon.smppPort)
    closings.push(once(socket, 'close'))
    socket.write(bytes)
  }
  const answers = await Promise.all(Array.from({ length: 50 }, () => esme.submit(message)))
  expect(answers.every(({ status }) => status === 0)).toBe(true)
  await receiptsOf(esme, 50)
  expect(vendor.stats.submits).toBe(50)
  await within(Promise.all(closings), 'all of them to be sent away')
  expect(await daemon.metric('smswitch_connections', { edge: 'esme' })).toBe(1)
})

it('answers noise inside a bound session and closes that one alone', async () => {
  const { bind, daemon } = await startScenario()
  const esme = await bind()
  const raw = await connectRaw(daemon.smppPort)
  await raw.bind()
  // An unknown command is nacked, and the session goes on.
  raw.session.socket.write(Buffer.from([0, 0, 0, 16, 0, 0, 0x0f, 0xff, 0, 0, 0, 0, 0, 0, 0, 77]))
  expect((await raw.ask('enquire_link')).command_status).toBe(0)
  raw.session.socket.write(noise(5000, 99))
  await raw.closed
  expect((await esme.submit(message)).status).toBe(0)
  await receiptsOf(esme, 1)
})
