// Who is who over SIP, through the real daemon: where an account may come from, whose name a message bears, whose receipts are whose.
import { expect, it } from 'vitest'
import { startHandVendor } from './hand-vendor.js'
import { accountRow, receiptsOf, startScenario } from './scenario.js'
import { cpimText, domain, noticeIn, Phone, sipAccount, sipPolicies, sipScenario, smsDomain } from './sip-phone.js'

const alice = sipAccount('alice', { numbers: ['12025550101'] })
const bob = sipAccount('bob', { numbers: ['12025550102'] })
const mobile = '447700900123'

it('lets an account with addresses come from there only, whatever it knows', async () => {
  const { daemon } = await startScenario(
    sipScenario({
      accounts: [
        { ...alice, addresses: ['10.0.0.0/8'] },
        { ...bob, addresses: ['127.0.0.0/8'] },
      ],
    }),
  )
  const away = await Phone.start({ user: 'alice', daemon })
  expect([(await away.register()).status, (await away.send('bob', 'x', { domain })).status]).toEqual([403, 403])
  const there = await Phone.start({ user: 'bob', daemon })
  expect((await there.register()).status).toBe(200)
})

it('writes no user as the sender of what another sent, though it bears his name', async () => {
  const { daemon, bind } = await startScenario(sipScenario({ accounts: [alice, bob], account: { domain: smsDomain } }))
  const phone = await Phone.start({ user: 'bob', daemon })
  await phone.register()
  const esme = await bind()
  const message = { destination: '12025550102', text: 'trust me' }
  for (const source of ['alice', 'Acme']) expect((await esme.submit({ ...message, source })).status).toBe(0)
  const sender = await Phone.start({ user: 'alice', daemon })
  expect((await sender.send('bob', 'trust me', { domain })).status).toBe(202)
  await phone.came(3)
  expect(phone.got.map(({ from }) => from)).toEqual([
    'sip:alice@anonymous.invalid',
    `sip:Acme@${domain}`,
    `sip:alice@${domain}`,
  ])
})

it('keeps receipts for the side that asked for them while only the other is there', async () => {
  const hand = await startHandVendor()
  const both = { ...accountRow('bob'), ...sipAccount('bob', { numbers: ['12025550102'] }) }
  const { daemon, bind } = await startScenario(
    sipScenario({
      ...{ vendors: [], handVendors: [hand], accounts: [both] },
      policies: [...sipPolicies, { id: 'mobiles', priority: 30, match: { called: '447' } }],
    }),
  )
  await hand.bound(1)
  const phone = await Phone.start({ user: 'bob', daemon })
  expect((await phone.register()).status).toBe(200)
  const first = await bind({ systemId: 'bob' })
  const sent = await first.submit({
    ...{ source: '12025550102', destination: mobile, text: 'over SMPP', registeredDelivery: 1 },
  })
  expect(sent.status).toBe(0)
  const asking = { type: 'message/cpim' }
  expect((await phone.send(`+${mobile}`, cpimText('m1', 'over SIP'), asking)).status).toBe(202)
  await hand.submits(2)
  await first.stop()
  for (const index of [0, 1]) hand.answer(index, { message_id: `v${index}` })
  // Nobody but its phone is there: it is told of its own message, and nothing of the other.
  expect(await hand.deliver(0, 'v0', 'DELIVRD')).toBe(0)
  expect(await hand.deliver(1, 'v1', 'DELIVRD')).toBe(0)
  await phone.came(1)
  expect(phone.got.map(noticeIn)).toEqual([{ messageId: 'm1', status: 'delivered' }])
  const second = await bind({ systemId: 'bob' })
  const [receipt] = await receiptsOf(second, 1)
  expect(receipt).toMatchObject({ id: sent.messageId, state: 'DELIVRD' })
  // And the other way round.
  expect((await phone.register(0)).status).toBe(200)
  await daemon.metricWhen((n) => n === 0, 'smswitch_sip_users_registered')
  expect((await phone.send(`+${mobile}`, cpimText('m2', 'again'), asking)).status).toBe(202)
  await hand.submits(3)
  hand.answer(2, { message_id: 'v2' })
  expect(await hand.deliver(2, 'v2', 'DELIVRD')).toBe(0)
  await daemon.metricWhen((n) => n === 1, 'smswitch_receipts_waiting', { account: 'bob' })
  expect((await phone.register()).status).toBe(200)
  await phone.came(2)
  expect(noticeIn(phone.got[1]!)).toEqual({ messageId: 'm2', status: 'delivered' })
  expect(second.receipts).toHaveLength(1)
})
