import { describe, expect, it } from 'vitest'
import { parseRange } from '../../lib/cidr.js'
import type { SendingAccount } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import { status } from '../../smpp/index.js'
import { account, directoryOf, Rig } from './esme-connection-rig.suite.js'

describe('a bind from an address', () => {
  const ranges = (text: string) => [parseRange(text)!]

  it('that its account may not come from is refused as for a wrong password, which is checked all the same', async () => {
    const elsewhere = new Rig()
    await elsewhere.start({ ...account, addresses: ranges('198.51.100.0/24') })
    expect(elsewhere.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: status.ESME_RINVPASWD }])
    expect(elsewhere.verified).toBe(1)
    expect(elsewhere.reasons).toEqual(['account acme may not come from 192.0.2.1'])
  })

  it('that it may come from needs its password', async () => {
    const here = new Rig()
    await here.start({ ...account, addresses: ranges('192.0.2.0/24') })
    expect(here.answers()).toMatchObject([{ status: 0 }])
    expect(here.verified).toBe(1)
  })

  it('that says who it is needs none', async () => {
    const known = new Rig()
    await known.start({ ...account, addresses: ranges('192.0.2.0/24'), ipOnly: true })
    expect(known.answers()).toMatchObject([{ status: 0 }])
    expect(known.verified).toBe(0)
  })
})

describe('a bind whose account changes while its password is checked', () => {
  const here = [parseRange('192.0.2.0/24')!]
  const elsewhere = [parseRange('198.51.100.0/24')!]

  it.each<readonly [string, Partial<SendingAccount>, number]>([
    ['is another', { id: 'other' as AccountId }, status.ESME_RINVPASWD],
    ['has another password', { password: 'new' }, status.ESME_RINVPASWD],
    ['may not come from there any more', { addresses: elsewhere }, status.ESME_RINVPASWD],
    ['is not active any more', { active: false }, status.ESME_RBINDFAIL],
    ['may bind otherwise only', { bindModes: ['receiver'] }, status.ESME_RBINDFAIL],
    ['may have no more binds', { maxBinds: 0 }, status.ESME_RBINDFAIL],
    ['is something else', { domain: 'other' }, status.ESME_ROK],
  ])('so that it %s', async (_, changes, expected) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash' }, { ...account, password: 'hash', ...changes })
    expect(rig.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: expected }])
  })

  it('follows it as it was then', async () => {
    const rig = new Rig()
    const before = { ...account, password: 'hash', addresses: elsewhere }
    const now = { ...before, addresses: here }
    await rig.start(before, now)
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    rig.connection.follow(directoryOf(now))
    expect(rig.session.state).toBe('BOUND_TRX')
    rig.connection.follow(directoryOf(before))
    expect(rig.told).toContain('esme.unbound')
  })
})

describe('the guard of log-ins', () => {
  const addresses = [parseRange('198.51.100.0/24')!]

  it.each<readonly [string, Partial<SendingAccount>, string, string]>([
    ['a right password', {}, 'right', 'right acme of 192.0.2.1'],
    ['a wrong password', {}, 'wrong', 'wrong acme of 192.0.2.1'],
    ['a right one from where it may not come', { addresses }, 'right', 'wrong acme of 192.0.2.1'],
    ['a right one of an account that may not bind', { active: false }, 'right', 'right acme of 192.0.2.1'],
  ])('is told of %s', async (_, changes, password, told) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash', ...changes }, undefined, password)
    expect(rig.logIns).toEqual(['may acme of 192.0.2.1', told])
  })

  it('is not asked where the address is enough', async () => {
    const rig = new Rig()
    rig.isBlocked = true
    await rig.start({ ...account, ipOnly: true })
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    expect(rig.logIns).toEqual([])
  })

  it('keeps a password from being looked at, and its refusal takes a while', async () => {
    const rig = new Rig()
    rig.isBlocked = true
    await rig.start({ ...account, password: 'hash' })
    expect([rig.verified, rig.answers()]).toEqual([0, []])
    for (const refuse of rig.refusals) refuse()
    expect(rig.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: status.ESME_RBINDFAIL }])
    expect(rig.session.state).toBe('CLOSED')
    expect(rig.told).toEqual([])
    expect(rig.metrics.bindRefusals.rows()).toEqual([{ labels: ['esme', 'ESME_RBINDFAIL'], value: 1 }])
  })
})

describe('a session whose account is not known by its address any more', () => {
  const addresses = [parseRange('192.0.2.0/24')!]

  it.each([
    ['ends where its password was never checked', true, ['esme.unbound']],
    ['stays where its password was right', false, []],
  ])('%s', async (_, wasKnown, expected) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash', addresses, ipOnly: wasKnown })
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    rig.told.length = 0
    rig.connection.follow(directoryOf({ ...account, password: 'hash', addresses, ipOnly: true }))
    expect(rig.told).toEqual([])
    rig.connection.follow(directoryOf({ ...account, password: 'hash', addresses }))
    expect(rig.told).toEqual(expected)
  })
})
