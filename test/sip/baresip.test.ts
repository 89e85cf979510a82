// baresip around the real daemon: a phone of others registers with a password, writes to users and numbers, and is written to.
import { describe, expect, it } from 'vitest'
import { ha1Of } from '../../src/sip/digest.js'
import { startScenario, submitsAt, type Row } from '../flow/scenario.js'
import { requirePeer } from '../peers.js'
import { startBaresip } from './baresip.js'

const domain = 'sip.example.com'
const elsewhere = '+447946001234@sms.example.com'

/** baresip 1.0 gives up where it is offered another hash beside the only one that it knows. */
const userRow = (user: string, number: string): Row => ({
  ...{ id: user, domain, sip: { user, secrets: { MD5: ha1Of('MD5', user, domain, user) } }, numbers: [number] },
})

describe.each(['udp', 'tcp'] as const)('baresip over %s', (transport) => {
  it('registers, writes to a user and to a number, is written to, and goes', { timeout: 60_000 }, async (context) => {
    const { baresip } = requirePeer('baresip', context)
    const scenario = await startScenario({
      account: { domain: 'sms.example.com', numbers: ['12025550100'] },
      accounts: [userRow('alice', '12025550101'), userRow('bob', '12025550102')],
      policies: [
        { id: 'our-numbers', priority: 20, match: { called: '120255501' }, transport: 'sip' },
        { id: 'on-net', priority: 10, match: { domain }, transport: 'sip' },
        { id: 'off-net', match: { domain: 'sms.example.com' } },
      ],
      set: { 'sip.enabled': 'true', 'sip.listeners': 'udp://127.0.0.1:0 tcp://127.0.0.1:0' },
    })
    const { daemon, vendor, folder } = scenario
    const listening = await daemon.logged('sip.listening', (line) => line['transport'] === transport)
    const port = Number(listening['port'])
    const phoneOf = (user: string, contact: string) =>
      startBaresip({ program: baresip, folder, transport, port, user, password: user, domain, contact })
    const alice = await phoneOf('alice', `bob@${domain}`)
    const bob = await phoneOf('bob', elsewhere)
    for (const phone of [alice, bob]) {
      await phone.answered(401, 'REGISTER')
      await phone.answered(200, 'REGISTER')
    }
    await daemon.metricWhen((n) => n === 2, 'smswitch_sip_bindings', { transport })

    await alice.send('hello from baresip, привет')
    await alice.answered(202, 'MESSAGE')
    await bob.took(['hello from baresip, привет'])
    await bob.send('to a number')
    await bob.answered(202, 'MESSAGE')
    await submitsAt(vendor, 1)
    expect(vendor.received[0]).toMatchObject({
      source: '12025550102',
      destination: '447946001234',
      text: 'to a number',
    })
    const esme = await scenario.bind()
    await esme.submit({ source: '12025550100', destination: '12025550101', text: 'from a program' })
    await alice.took(['from a program'])

    await alice.quit()
    await daemon.metricWhen((n) => n === 1, 'smswitch_sip_users_registered')
  })
})
