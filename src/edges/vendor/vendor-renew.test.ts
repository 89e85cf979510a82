import { expect, it } from 'vitest'
import { FakeClock } from '../../lib/fake-clock.js'
import { connectionDefaults, deliveryOf, FakeCourier, makeRig, messageOf, text } from './rig.suite.js'

it('that only brings messages any more is not up for lanes; its binds stay, and what is under way is answered', () => {
  const changes: string[] = []
  const courier = new FakeCourier()
  const rig = makeRig(
    {},
    {
      clock: new FakeClock({ monotonicMs: 1000 }),
      courier,
      add: () => undefined,
      hasRoom: () => undefined,
      changed: (id) => changes.push(id),
    },
  )
  expect(rig.send(deliveryOf(messageOf(text('hello'))))).toBe(true)
  changes.length = 0
  rig.vendor.renew({ ...connectionDefaults, direction: 'from' })
  expect(changes).toEqual([rig.vendor.id])
  expect([rig.vendor.up, rig.vendor.bound().get('transceiver')]).toEqual([false, 1])
  rig.link.answer(rig.link.submit())
  expect(courier.ended.map(({ result }) => result.kind)).toEqual(['taken'])
  rig.vendor.renew({ ...connectionDefaults, direction: 'from', serviceType: 'WAP' })
  rig.vendor.renew(connectionDefaults)
  expect(rig.vendor.up).toBe(true)
  expect(changes).toHaveLength(2)
})

it('is not up from the first where it only brings messages', () => {
  const { vendor } = makeRig({ direction: 'from' })
  expect([vendor.up, vendor.bound().get('transceiver')]).toEqual([false, 1])
})

it('says of an answer what its vendor was asked when the message was sent, whatever the rules have become', () => {
  const clock = new FakeClock({ monotonicMs: 1000 })
  const courier = new FakeCourier()
  const ports = { clock, courier, add: () => undefined, hasRoom: () => undefined, changed: () => undefined }
  const rig = makeRig({ requestReceipt: 'never' }, ports)
  const rules = ['always', 'never', 'always'] as const
  const sent = rules.map((requestReceipt) => {
    expect(rig.send(deliveryOf(messageOf(text('hello'))))).toBe(true)
    const pdu = rig.link.submit()
    clock.advance(1)
    rig.vendor.renew({ ...connectionDefaults, requestReceipt })
    clock.advance(1)
    return pdu
  })
  expect(sent.map((pdu) => pdu.registered_delivery)).toEqual([0, 1, 0])
  for (const pdu of sent) rig.link.answer(pdu)
  const asked = courier.ended.map(({ result }) => result.kind === 'taken' && result.isAsked)
  expect(asked).toEqual([false, true, false])
})
