import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AccountId, ConnectionId, LaneKey } from '../message/ids.js'
import {
  echoLane,
  esmeLane,
  esmeOf,
  laneOver,
  laneTarget,
  limitedIn,
  moLane,
  recordLane,
  undecidedLane,
  vendorLane,
  waitLane,
} from './lane-key.js'
import { segment } from '../store/conformance-rows.suite.js'

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
      expect(laneTarget(recordLane(account))).toEqual(laneTarget(esmeLane(account)))
      expect(esmeOf(recordLane(account))).toBe(esmeOf(esmeLane(account)))
      expect(laneTarget(moLane(account))).toEqual({ kind: 'esme', account, carries: 'mo' })
      expect(laneTarget(undecidedLane(account))).toEqual({ kind: 'undecided', account })
      expect(esmeOf(moLane(account))).toBe(esmeOf(esmeLane(account)))
      expect(laneTarget(waitLane(route[0]!))).toEqual({ kind: 'wait', connection: route[0] })
      expect(vendorLane(route, 0, account)).toBe(vendorLane([...route], 0, account))
    }),
  )
})

it('a name tells what carriers limit its messages by, and goes on to other routes', () => {
  const [route, other] = [['a', 'b'] as ConnectionId[], ['c'] as ConnectionId[]]
  const account = segment(1).message.account
  const number = '14155550100'
  const sender = { number, pack: 'p' }
  for (const limited of [
    { number, campaign: 'C1', carrier: 'tmobile' },
    { number, campaign: '', carrier: 'unknown' },
  ])
    for (const by of [undefined, sender]) {
      const lane = vendorLane(route, 1, account, by, limited)
      const target = { kind: 'vendor', account, limited, ...(by && { sender }) }
      expect(laneTarget(lane)).toEqual({ ...target, route: ['b', 'a'] })
      expect(limitedIn(lane)).toEqual(limited)
      expect(laneTarget(laneOver(other, 0, { ...segment(1), lane, sender: by }))).toEqual({ ...target, route: other })
    }
  expect(limitedIn(vendorLane(route, 0, account, sender))).toBeUndefined()
  expect(limitedIn(waitLane(route[0]!))).toBeUndefined()
})

it('an unknown name is an error', () => {
  expect(() => laneTarget('x:y' as LaneKey)).toThrow('not of any known kind')
})
