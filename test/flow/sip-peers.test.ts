// Messages to SIP peers through the real daemon: an ESME sends, a connection of type sip carries, the ESME gets its receipt.
import { readFileSync, writeFileSync } from 'node:fs'
import type smpp from 'smpp'
import { expect, it } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { readText } from '../../src/sim/receipt.js'
import { field } from '../../src/sip/fields.js'
import { freePort } from '../sip/sipp.js'
import { payIn, readBooks } from './books.js'
import { receiptsOf, startScenario, submitsAt, type ScenarioOptions } from './scenario.js'
import { FakePeer, peerConnection } from './sip-peer.js'
import { sipScenario } from './sip-phone.js'
import { latinText } from './texts.js'

const CENT = 10_000
const mobile = '447700900123'
const sessions = { edge: 'vendor', mode: 'udp' }

const sold = {
  tariffs: [
    { id: 'retail', rates: [{ prefix: '', price: '0.03' }] },
    { id: 'peers', rates: [{ prefix: '', price: '0.005' }] },
  ],
  more: {
    currency: 'EUR',
    customers: [{ id: 'acme-inc' }],
    products: [{ id: 'retail', tariff: 'retail' }],
  },
}

/** An ESME `acme` that pays, and a peer as connection `v1-1`, or behind the vendors given. */
function toPeer(peer: { readonly port: number }, options: ScenarioOptions = {}, extra = {}): ScenarioOptions {
  const { vendors = [], connections, set, ...rest } = options
  return sipScenario({
    policies: [{ id: 'all', match: { domain: '*' } }],
    account: { customer: 'acme-inc', product: 'retail' },
    ...sold,
    vendors,
    handVendors: [peer],
    connections: connections ?? [...vendors.map(() => ({})), peerConnection({ tariff: 'peers', ...extra })],
    prepare: (data) => payIn(data, 'acme-inc', 1000 * CENT),
    ...rest,
    set: { 'sip.peerPingMs': 500, 'sip.t1Ms': 50, ...set },
  })
}

async function submit(esme: SimEsme, text: string, destination = mobile): Promise<void> {
  const { status } = await esme.submit({ source: '12025550100', destination, text, registeredDelivery: 1 })
  expect(status).toBe(0)
}

/** The `err:` of a receipt. */
const errorIn = (pdu: smpp.Pdu): string => /err:(\d+)/.exec(readText(pdu))![1]!

const statesOf = async (esme: SimEsme, count: number, withinMs?: number): Promise<readonly string[]> =>
  (await receiptsOf(esme, count, withinMs)).map(({ state }) => state)

it.each(['udp', 'tcp'] as const)('sends a message over %s, tells its sender, and charges it', async (transport) => {
  const peer = await FakePeer.start({ kinds: [transport] })
  const scenario = await startScenario(toPeer(peer, {}, { sip: { transport } }))
  await scenario.daemon.logged('sip.peerUp')
  expect(await scenario.daemon.metric('smswitch_sessions', { edge: 'vendor', name: 'v1-1', mode: transport })).toBe(1)
  const esme = await scenario.bind()
  await submit(esme, 'hello, привет')
  expect(await statesOf(esme, 1)).toEqual(['DELIVRD'])
  const [got] = peer.got
  expect(got).toMatchObject({ text: 'hello, привет', over: transport })
  expect(got?.request.uri).toBe(`sip:+${mobile}@127.0.0.1:${peer.port}`)
  expect(got?.request.to.uri).toBe(got?.request.uri)
  expect(got?.request.from.uri).toBe('sip:+12025550100@127.0.0.1')
  expect(field(got!.request, 'content-type')).toBe('text/plain;charset=UTF-8')
  expect(Number(field(got!.request, 'expires'))).toBeGreaterThan(3600)
  expect(await scenario.daemon.metric('smswitch_attempts_total', { connection: 'v1-1', outcome: 'sent' })).toBe(1)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(records).toMatchObject([{ state: 'DELIVERED', amount: 3 * CENT, vendorAmount: CENT / 2, connection: 'v1-1' }])
  expect(books).toMatchObject({ heldMicros: 0 })
})

it('says who it is where the peer asks, and a wrong password costs no message', async () => {
  const peer = await FakePeer.start({ password: 'open sesame' })
  const wrong = { password: 'shut', sip: { username: 'switch' } }
  const right = { password: 'open sesame', sip: { username: 'switch' } }
  const scenario = await startScenario(
    toPeer(peer, {
      handVendors: [peer, peer],
      connections: [peerConnection({ tariff: 'peers', ...wrong }), peerConnection({ tariff: 'all', ...right })],
      policies: [{ id: 'all', match: { domain: '*' }, routing: { failover: 'next' } }],
    }),
  )
  for (const connection of ['v1-1', 'v2-1'])
    await scenario.daemon.logged('sip.peerUp', (line) => line['connection'] === connection)
  const esme = await scenario.bind()
  await submit(esme, 'one')
  await submit(esme, 'two')
  expect(await statesOf(esme, 2)).toEqual(['DELIVRD', 'DELIVRD'])
  expect([...peer.texts].sort()).toEqual(['one', 'two'])
  await scenario.daemon.logged('sip.peerChallenged')
  // Once for what is right, since the nonce serves again; twice each for what is wrong.
  expect(peer.challenged).toBeLessThanOrEqual(1 + 1 + 2 * 2)
})

it('goes to the next vendor by price while the peer is not there, and to the peer when it is', async () => {
  const port = await freePort()
  const { daemon, vendor, bind } = await startScenario(toPeer({ port }, { vendors: [{}] }))
  await daemon.logged('vendor.bound')
  const esme = await bind()
  await submit(esme, 'over SMPP')
  await submitsAt(vendor, 1)
  const peer = await FakePeer.start({ port })
  await daemon.logged('sip.peerUp')
  await submit(esme, 'over SIP')
  await peer.came(1)
  expect(await statesOf(esme, 2)).toEqual(['DELIVRD', 'DELIVRD'])
  expect([vendor.received.map(({ text }) => text), peer.texts]).toEqual([['over SMPP'], ['over SIP']])
})

it('leaves a peer alone that says 503 for as long as it says, and comes back', async () => {
  const peer = await FakePeer.start()
  const set = { 'delivery.resendStepMs': 50 }
  const { daemon, bind } = await startScenario(toPeer(peer, { set }))
  await daemon.logged('sip.peerUp')
  const times: number[] = []
  peer.answers = () => {
    times.push(performance.now())
    return times.length === 1 ? [503, { fields: [{ name: 'retry-after', value: '2 (busy)' }] }] : 200
  }
  const esme = await bind()
  await submit(esme, 'hello')
  expect(await daemon.logged('vendor.throttled')).toMatchObject({ status: '503', pauseMs: 2000 })
  expect(await daemon.metric('smswitch_sessions', { ...sessions, name: 'v1-1' })).toBe(0)
  expect(await statesOf(esme, 1)).toEqual(['DELIVRD'])
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1900)
})

it('goes to another vendor while the peer says 503', async () => {
  const peer = await FakePeer.start()
  peer.answers = () => [503, { fields: [{ name: 'retry-after', value: '3600' }] }]
  const { daemon, vendor, bind } = await startScenario(toPeer(peer, { vendors: [{}] }))
  await daemon.logged('sip.peerUp')
  await daemon.logged('vendor.bound')
  const esme = await bind()
  await submit(esme, 'one')
  await daemon.logged('vendor.throttled')
  await submit(esme, 'two')
  await submitsAt(vendor, 1)
  expect(vendor.received[0]?.text).toBe('two')
  expect(peer.got).toHaveLength(1)
})

it('sends again what was never answered', async () => {
  const peer = await FakePeer.start()
  peer.answers = ({ request }) => (request.callId === peer.got[0]?.request.callId ? 0 : 200)
  const { daemon, bind } = await startScenario(toPeer(peer))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  await submit(esme, 'hello')
  expect(await statesOf(esme, 1)).toEqual(['DELIVRD'])
  expect(peer.texts).toEqual(['hello', 'hello'])
  expect(await daemon.metric('smswitch_attempts_total', { connection: 'v1-1', outcome: 'unanswered' })).toBe(1)
  // It answers OPTIONS all the while: it is there.
  expect(await daemon.metric('smswitch_sessions', { ...sessions, name: 'v1-1' })).toBe(1)
})

it('tells what the peer refuses, for good or after some tries', async () => {
  const peer = await FakePeer.start()
  const byNumber: Readonly<Record<string, number>> = { '447700900404': 404, '447700900403': 403, '447700900480': 480 }
  peer.answers = ({ request }) => byNumber[/\+(\d+)@/.exec(request.uri)![1]!] ?? 200
  const connection = { resend: { stepMs: 20, max: 2 }, permanentCodes: [486] }
  const { daemon, bind } = await startScenario(toPeer(peer, {}, connection))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  for (const number of Object.keys(byNumber)) await submit(esme, 'hello', number)
  const receipts = await receiptsOf(esme, 3)
  const told = Object.fromEntries(receipts.map(({ source, state, pdu }) => [source, `${state} ${errorIn(pdu)}`]))
  expect(told).toEqual({
    '447700900403': 'REJECTD 403',
    '447700900404': 'UNDELIV 404',
    '447700900480': 'UNDELIV 480',
  })
  expect(peer.got.filter(({ request }) => request.uri.includes('480@'))).toHaveLength(3)
})

it('sends one message after the other to one number', async () => {
  const peer = await FakePeer.start()
  const { daemon, bind } = await startScenario(toPeer(peer))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  const texts = Array.from({ length: 30 }, (_, i) => `text ${i}`)
  await Promise.all(texts.map((text) => submit(esme, text)))
  await receiptsOf(esme, texts.length)
  expect(peer.texts).toEqual(texts)
})

it('sends what does not fit a datagram over TCP, in one piece', async () => {
  const peer = await FakePeer.start()
  const { daemon, bind } = await startScenario(toPeer(peer))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  const text = latinText(1500)
  await submit(esme, text)
  expect(await statesOf(esme, 1)).toEqual(['DELIVRD'])
  expect(peer.got.map(({ over, text: whole }) => [over, whole])).toEqual([['tcp', text]])
})

it('cuts it where there is no TCP, and where the peer says that it is too large', async () => {
  const peer = await FakePeer.start({ kinds: ['udp'] })
  peer.answers = ({ text }) => (text.length > 500 ? 413 : 200)
  const { daemon, bind, data } = await startScenario(toPeer(peer))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  const text = latinText(1500)
  await submit(esme, text)
  expect(await statesOf(esme, 1)).toEqual(['DELIVRD'])
  const pieces = peer.texts.filter(({ length }) => length <= 500)
  expect(pieces.length).toBeGreaterThanOrEqual(3)
  expect(pieces.join('')).toBe(text)
  await daemon.stop()
  const { records } = await readBooks(data, 'acme-inc')
  expect(records).toMatchObject([{ state: 'DELIVERED', vendorAmount: (pieces.length * CENT) / 2 }])
})

it('loses nothing when the switch is killed amid it, and charges each once', async () => {
  const peer = await FakePeer.start()
  const scenario = await startScenario(toPeer(peer, {}, { window: 20 }))
  await scenario.daemon.logged('sip.peerUp')
  const esme = await scenario.bind()
  const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`)
  // Half of them stay unanswered until the end.
  peer.answers = ({ text }) => (Number(text.slice(5)) % 2 === 0 ? 200 : 0)
  await Promise.all(texts.map((text, i) => submit(esme, text, String(447700900000 + i))))
  await peer.came(20)
  await scenario.restart('SIGKILL')
  peer.answers = () => 200
  const again = await scenario.bind()
  await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  expect(new Set(peer.texts)).toEqual(new Set(texts))
  expect(esme.receipts.length + again.receipts.length).toBeGreaterThanOrEqual(texts.length)
  await scenario.daemon.stop()
  const { books, records } = await readBooks(scenario.data, 'acme-inc')
  expect(records).toHaveLength(texts.length)
  expect(new Set(records.map(({ state }) => state))).toEqual(new Set(['DELIVERED']))
  expect(books).toMatchObject({ heldMicros: 0, chargedMicros: texts.length * 3 * CENT })
})

it('stops in time though the peer does not answer, and sends it again afterwards', async () => {
  const peer = await FakePeer.start()
  peer.answers = () => 0
  const scenario = await startScenario(toPeer(peer, { set: { 'sip.t1Ms': 500 } }))
  await scenario.daemon.logged('sip.peerUp')
  const esme = await scenario.bind()
  await submit(esme, 'hello')
  await peer.came(1)
  await scenario.daemon.stop()
  peer.answers = () => 200
  await scenario.start()
  const again = await scenario.bind()
  expect(await statesOf(again, 1)).toEqual(['DELIVRD'])
  expect(peer.texts).toEqual(['hello', 'hello'])
})

it('follows the directory to where the peer is now, and to what it is called', async () => {
  const [before, after] = [await FakePeer.start(), await FakePeer.start()]
  const { daemon, bind, directory } = await startScenario(toPeer(before))
  await daemon.logged('sip.peerUp')
  const esme = await bind()
  await submit(esme, 'one')
  await before.came(1)
  const written = readFileSync(directory, 'utf8')
  const moved = written.replace(
    `"port": ${before.port}`,
    `"port": ${after.port}, "sip": { "fromDomain": "us.example.com" }`,
  )
  expect(moved).not.toBe(written)
  writeFileSync(directory, moved)
  process.kill(daemon.pid, 'SIGHUP')
  await daemon.logged('sip.peerUp', ({ remote }) => remote === `127.0.0.1:${after.port}`)
  await submit(esme, 'two')
  await after.came(1)
  expect(after.got[0]?.request.from.uri).toBe('sip:+12025550100@us.example.com')
  expect(await statesOf(esme, 2)).toEqual(['DELIVRD', 'DELIVRD'])
  expect(before.texts).toEqual(['one'])
})
