import { expect, it } from 'vitest'
import { AccountDestinations } from './account-destinations.js'
import type { Destination } from './delivery/destination.js'
import { FakeDestination } from './delivery/rig.suite.js'
import { acme, makeLife, type Life } from './edges/api/told-rig.suite.js'

function destination(up: boolean): Destination {
  return { id: 'a:bob', up, room: () => 1, roomAtMs: () => Infinity, send: () => 'sent' }
}

function rig(mayHaveSeveral = false) {
  const calls: string[] = []
  let there: Destination | undefined
  const all = new AccountDestinations(
    {
      add: (one) => {
        expect(there).toBeUndefined()
        there = one
        calls.push('add')
      },
      remove: () => {
        there = undefined
        calls.push('remove')
      },
      changed: () => calls.push('changed'),
    },
    () => 0,
    () => mayHaveSeveral,
  )
  return { all, calls, there: () => there }
}

it('hands on the only destination of an account as it is', () => {
  const { all, calls, there } = rig()
  const phones = destination(true)
  all.add('sip', phones)
  expect(there()).toBe(phones)
  all.remove('sip', 'a:bob')
  expect([there(), calls]).toEqual([undefined, ['add', 'remove']])
})

it('makes one of two, in whatever order they come, and knows when one goes', () => {
  const { all, calls, there } = rig()
  const receivers = destination(false)
  all.add('esme', receivers)
  all.add('sip', destination(true))
  expect([there()?.up, calls]).toEqual([true, ['add', 'remove', 'add', 'changed']])
  all.remove('sip', 'a:bob')
  expect(there()?.up).toBe(false)
  all.add('sip', destination(true))
  expect([there()?.up, calls.slice(4)]).toEqual([true, ['changed', 'changed']])
})

it('makes one of two from the start where an account may have several, and forgets it with the last', () => {
  const { all, calls, there } = rig(true)
  const phones = destination(true)
  all.add('sip', phones)
  expect([there() === phones, there()?.up]).toEqual([false, true])
  all.add('esme', destination(true))
  all.remove('sip', 'a:bob')
  all.remove('esme', 'a:bob')
  expect([there(), calls]).toEqual([undefined, ['add', 'changed', 'changed', 'changed', 'remove']])
})

it('makes one of three', () => {
  const { all, calls, there } = rig()
  const api = { ...destination(true), wants: () => false }
  all.add('api', api)
  expect(there()).toBe(api)
  all.add('esme', destination(false))
  all.add('sip', destination(false))
  expect([there() === api, there()?.up]).toEqual([false, true])
  all.remove('api', 'a:bob')
  expect(there()?.up).toBe(false)
  all.remove('esme', 'a:bob')
  all.remove('sip', 'a:bob')
  expect([there(), calls.at(-1)]).toEqual([undefined, 'remove'])
})

it.each([
  ['a bind that is not there', 'esme', undefined],
  ['phones that are not there', 'sip', '["m","sip:1@x",""]'],
] as const)('tells the API of its messages whatever waits for %s', async (_, side, echo) => {
  const made: { destinations?: AccountDestinations } = {}
  const life: Life = makeLife({ ports: { added: (side) => made.destinations?.add('api', side) } })
  const { dispatcher, nowMs } = life.rig
  const destinations = new AccountDestinations(dispatcher, nowMs, () => true)
  made.destinations = destinations
  await life.outbox.start()
  const receivers = new FakeDestination('a:acme', 1_000)
  receivers.up = false
  destinations.add(side, receivers)
  life.follow(acme)
  const ofBind = (): ReturnType<Life['receiptOf']> => life.receiptOf(life.rig.ids.next(), 'DELIVERED', { echo })
  life.offer(Array.from({ length: 600 }, ofBind))
  await life.settle()
  const id = life.accept()
  life.offer([life.receiptOf(id, 'ENROUTE'), ofBind(), life.receiptOf(id, 'DELIVERED')])
  await life.settle()
  expect(life.toldOf(id)).toEqual(['1 queued', '2 sent', '3 delivered'])
  receivers.up = true
  dispatcher.changed('a:acme', nowMs())
  await life.settle()
  expect(receivers.sent).toHaveLength(601)
})
