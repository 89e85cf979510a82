import { expect, it } from 'vitest'
import { AccountDestinations } from './account-destinations.js'
import type { Destination } from './delivery/destination.js'

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
