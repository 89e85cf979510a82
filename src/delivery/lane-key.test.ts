import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AccountId, ConnectionId, LaneKey } from '../message/ids.js'
import { echoLane, esmeLane, esmeOf, laneTarget, moLane, undecidedLane, vendorLane, waitLane } from './lane-key.js'

/** As the directory's schema allows them. */
const id = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/)

it('a name tells where its lane leads', () => {
  fc.assert(
    fc.property(fc.array(id, { minLength: 1, maxLength: 4 }), id, fc.uuid(), (names, name, pack) => {
      const route = names as ConnectionId[]
      const account = name as AccountId
      for (let hop = 0; hop < route.length; hop++)
        expect(laneTarget(vendorLane(route, hop, account))).toEqual({
          kind: 'vendor',
          route: [...route.slice(hop), ...route.slice(0, hop)],
          account,
        })
      const sender = { number: '14155550100', pack }
      expect(laneTarget(vendorLane(route, 1 % route.length, account, sender))).toEqual({
        ...laneTarget(vendorLane(route, 1 % route.length, account)),
        sender,
      })
      expect(laneTarget(esmeLane(account))).toEqual({ kind: 'esme', account, carries: 'receipts' })
      expect(laneTarget(echoLane(account))).toEqual(laneTarget(esmeLane(account)))
      expect(echoLane(account)).not.toBe(esmeLane(account))
      expect(esmeOf(echoLane(account))).toBe(esmeOf(esmeLane(account)))
      expect(laneTarget(moLane(account))).toEqual({ kind: 'esme', account, carries: 'mo' })
      expect(laneTarget(undecidedLane(account))).toEqual({ kind: 'undecided', account })
      expect(esmeOf(moLane(account))).toBe(esmeOf(esmeLane(account)))
      expect(laneTarget(waitLane(route[0]!))).toEqual({ kind: 'wait', connection: route[0] })
      expect(vendorLane(route, 0, account)).toBe(vendorLane([...route], 0, account))
    }),
  )
})

it('an unknown name is an error', () => {
  expect(() => laneTarget('x:y' as LaneKey)).toThrow('not of any known kind')
})
