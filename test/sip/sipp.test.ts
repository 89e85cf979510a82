// SIPp as phones and senders around the real daemon: register, send, receive, repeat, with several phones and with none.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { ha1Of } from '../../src/sip/digest.js'
import { receiptsOf, startScenario, submitsAt, type Row, type Scenario } from '../flow/scenario.js'
import { peerConnection } from '../flow/sip-peer.js'
import { requirePeer } from '../peers.js'
import { freePort, runSipp, startPeer, startPhone, type SippOptions, type SippTransport } from './sipp.js'

const domain = 'sip.example.com'
const elsewhere = '447946001234@sms.example.com'
const numbers = { alice: '12025550101', bob: '12025550102' } as const
type User = keyof typeof numbers

function userRow(user: User): Row {
  const secrets = { MD5: ha1Of('MD5', user, domain, user), 'SHA-256': ha1Of('SHA-256', user, domain, user) }
  return { id: user, domain, sip: { user, secrets }, numbers: [numbers[user]] }
}

const directory = {
  account: { domain: 'sms.example.com', numbers: ['12025550100'] },
  accounts: [userRow('alice'), userRow('bob')],
  policies: [
    { id: 'our-numbers', priority: 20, match: { called: '120255501' }, transport: 'sip' },
    { id: 'on-net', priority: 10, match: { domain }, transport: 'sip' },
    { id: 'off-net', match: { domain: 'sms.example.com' } },
  ],
}

interface SipScenario extends Scenario {
  /** SIPp as this user. */
  readonly as: (user: User) => SippOptions
}

async function startSip(context: TestContext, transport: SippTransport): Promise<SipScenario> {
  const { sipp } = requirePeer('sipp', context)
  const scenario = await startScenario({
    ...directory,
    set: { 'sip.enabled': 'true', 'sip.listeners': 'udp://127.0.0.1:0 tcp://127.0.0.1:0' },
  })
  const listening = await scenario.daemon.logged('sip.listening', (line) => line['transport'] === transport)
  const port = Number(listening['port'])
  return {
    ...scenario,
    as: (user) => ({ program: sipp, folder: scenario.folder, transport, port, user, password: user }),
  }
}

const users = 'smswitch_sip_users_registered'
const bindings = 'smswitch_sip_bindings'

function submit(esme: SimEsme, user: User, text: string): Promise<{ readonly status: number }> {
  return esme.submit({ source: '12025550100', destination: numbers[user], text, registeredDelivery: 1 })
}

const textsTo = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `text ${i + 1}`)

describe.each(['udp', 'tcp'] as const)('SIPp over %s', (transport) => {
  it('registers with digest, again, and takes it back', { timeout: 60_000 }, async (context) => {
    const { daemon, as } = await startSip(context, transport)
    const alice = as('alice')
    const keys = { user: 'alice', domain, expires: 600 }
    const register = { scenario: 'register', uri: domain, keys, from: await freePort() } as const
    await runSipp(alice, { ...register, calls: 20 })
    expect(await daemon.metric('smswitch_sip_registrations_total')).toBeGreaterThanOrEqual(20)
    if (transport === 'udp') {
      expect(await daemon.metric(bindings)).toBe(1)
      await runSipp(alice, { ...register, keys: { ...keys, expires: 0 } })
    }
    // Over TCP the end of the connection is the end of the registration.
    await daemon.metricWhen((value) => value === 0, users)
  })

  it('is told what it did wrong by another answer than its scenario knows', { timeout: 60_000 }, async (context) => {
    const { daemon, as } = await startSip(context, transport)
    const wrong = { ...as('alice'), password: 'guessed' }
    const keys = { user: 'alice', domain, expires: 600 }
    await expect(runSipp(wrong, { scenario: 'register', uri: domain, keys })).rejects.toThrow('code 1')
    expect(await daemon.metric(users)).toBe(0)
  })

  it('sends messages with digest, and each reaches the vendor once', { timeout: 60_000 }, async (context) => {
    const { vendor, as } = await startSip(context, transport)
    const keys = { user: 'alice', domain, to: elsewhere }
    await runSipp(as('alice'), { scenario: 'message', uri: elsewhere, keys, calls: 100 })
    await submitsAt(vendor, 100)
    const wanted = Array.from({ length: 100 }, (_, i) => `message ${i + 1}`)
    expect(vendor.received.map(({ text }) => text).sort()).toEqual(wanted.sort())
    expect(new Set(vendor.received.map(({ source }) => source))).toEqual(new Set([numbers.alice]))
  })

  it('takes what an ESME sends to its number, in order, with receipts', { timeout: 60_000 }, async (context) => {
    const { daemon, bind, as } = await startSip(context, transport)
    const phone = await startPhone(as('bob'), domain)
    await daemon.metricWhen((value) => value === 1, users)
    const esme = await bind()
    const texts = textsTo(30)
    for (const text of texts) expect((await submit(esme, 'bob', text)).status).toBe(0)
    expect(await phone.took(texts.length)).toEqual(texts)
    const receipts = await receiptsOf(esme, texts.length)
    expect(new Set(receipts.map(({ state }) => state))).toEqual(new Set(['DELIVRD']))
  })

  it('sends to another user of the switch', { timeout: 60_000 }, async (context) => {
    const { daemon, vendor, as } = await startSip(context, transport)
    const phone = await startPhone(as('bob'), domain)
    await daemon.metricWhen((value) => value === 1, users)
    const uri = `bob@${domain}`
    await runSipp(as('alice'), {
      scenario: 'message',
      uri,
      keys: { user: 'alice', domain, to: uri },
      calls: 20,
      rate: 10,
    })
    const wanted = Array.from({ length: 20 }, (_, i) => `message ${i + 1}`)
    expect([...(await phone.took(20))].sort()).toEqual(wanted.sort())
    expect(vendor.received).toEqual([])
  })

  it('gets a message on each of its phones', { timeout: 60_000 }, async (context) => {
    const { daemon, bind, as } = await startSip(context, transport)
    const phones = [await startPhone(as('bob'), domain), await startPhone(as('bob'), domain)]
    await daemon.metricWhen((value) => value === 2, bindings)
    const esme = await bind()
    const texts = textsTo(5)
    for (const text of texts) expect((await submit(esme, 'bob', text)).status).toBe(0)
    for (const phone of phones) expect([...(await phone.took(texts.length))].sort()).toEqual(texts)
    const receipts = await receiptsOf(esme, texts.length)
    expect(receipts.map(({ state }) => state)).toEqual(texts.map(() => 'DELIVRD'))
  })

  it('gets what came while it was away, in order, when it registers', { timeout: 60_000 }, async (context) => {
    const { daemon, bind, as } = await startSip(context, transport)
    const esme = await bind()
    const texts = textsTo(10)
    for (const text of texts) expect((await submit(esme, 'bob', text)).status).toBe(0)
    expect(esme.receipts).toEqual([])
    const phone = await startPhone(as('bob'), domain)
    expect(await phone.took(texts.length)).toEqual(texts)
    await receiptsOf(esme, texts.length)
    expect(await daemon.metric(users)).toBe(1)
  })
})

describe.each(['udp', 'tcp'] as const)('SIPp as a peer over %s', (transport) => {
  it('is sent messages, and says who may send them', { timeout: 60_000 }, async (context) => {
    const { sipp } = requirePeer('sipp', context)
    const folder = mkdtempSync(join(tmpdir(), 'smswitch-sipp-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const peer = await startPeer({ program: sipp, folder, transport, port: 5060, user: 'switch', password: 'sesame' })
    const { daemon, bind } = await startScenario({
      ...directory,
      vendors: [],
      handVendors: [peer],
      connections: [peerConnection({ password: 'sesame', sip: { username: 'switch', transport } })],
      set: { 'sip.enabled': 'true', 'sip.listeners': 'udp://127.0.0.1:0 tcp://127.0.0.1:0', 'sip.peerPingMs': 500 },
    })
    await daemon.logged('sip.peerUp')
    const esme = await bind()
    const texts = textsTo(50)
    const sent = texts.map((text, i) =>
      esme.submit({ source: '12025550100', destination: String(447946000000 + i), text, registeredDelivery: 1 }),
    )
    for (const { status } of await Promise.all(sent)) expect(status).toBe(0)
    expect([...(await peer.took(texts.length))].sort()).toEqual([...texts].sort())
    const receipts = await receiptsOf(esme, texts.length)
    expect(new Set(receipts.map(({ state }) => state))).toEqual(new Set(['DELIVRD']))
    expect(await daemon.metric('smswitch_attempts_total', { connection: 'v1-1', outcome: 'sent' })).toBe(50)
  })
})

describe('SIPp over a network that loses packets', () => {
  it('sends again what was taken, and the vendor gets it once', { timeout: 60_000 }, async (context) => {
    const { daemon, vendor, as } = await startSip(context, 'udp')
    const keys = { user: 'alice', domain, to: elsewhere }
    await runSipp(as('alice'), { scenario: 'message-lossy', uri: elsewhere, keys, calls: 40 })
    expect(await daemon.metric('smswitch_sip_retransmissions_total')).toBeGreaterThan(0)
    await runSipp(as('alice'), { scenario: 'message', uri: elsewhere, keys })
    await submitsAt(vendor, 41)
    expect(vendor.stats.submits).toBe(41)
  })

  it('answers late: it is asked again, and takes the text once', { timeout: 60_000 }, async (context) => {
    const { daemon, bind, as } = await startSip(context, 'udp')
    const phone = await startPhone(as('bob'), domain, 'answer-late')
    await daemon.metricWhen((value) => value === 1, users)
    const esme = await bind()
    for (const text of textsTo(2)) expect((await submit(esme, 'bob', text)).status).toBe(0)
    const receipts = await receiptsOf(esme, 2)
    expect(receipts.map(({ state }) => state)).toEqual(['DELIVRD', 'DELIVRD'])
    expect(await phone.took(2)).toEqual(textsTo(2))
    // At 500 and 1,500 ms, for each (RFC 3261 17.1.2.1, timer E).
    expect(phone.wire().match(/^MESSAGE /gm)).toHaveLength(6)
  })
})
