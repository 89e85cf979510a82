import { expect, it } from 'vitest'
import type { Move } from '../../message/bill.js'
import { createIdSource } from '../../message/id-source.js'
import type { AccountId, ConnectionId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { segment } from '../../store/conformance-rows.suite.js'
import { StoreError } from '../../store/contracts/store.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import type { Unit } from '../../store/contracts/unit.js'
import type { Authorized } from '../stage.js'
import { authorizing } from '../authorize/rig.suite.js'
import { accept, type AcceptPorts } from './accept.js'

const move: Move = { customer: 'c', account: 'a' as AccountId, day: 1, heldMicros: 5, chargedMicros: 0, units: 1 }

it.each(['taken', 'refused'] as const)('money counts as held where the store has %s its message', (way) => {
  const log: string[] = []
  const offer: Recorder['offer'] = (unit, listener) =>
    way === 'taken' ? listener.durable(unit) : listener.refused(unit, new StoreError('full', 'full'))
  const ports: AcceptPorts = {
    ...authorizing(),
    recorder: { offer } as Recorder,
    ids: createIdSource(0, 1, () => 2),
    laneOf: () => 'lane' as ReturnType<AcceptPorts['laneOf']>,
    laneOfUndecided: () => 'lane' as ReturnType<AcceptPorts['laneOf']>,
    laneOfMo: () => 'lane' as ReturnType<AcceptPorts['laneOf']>,
    accepted: () => log.push('goes'),
    held: ({ heldMicros }) => log.push(`held ${heldMicros}`),
  }
  const answer = { accepted: () => log.push('answered'), refused: () => log.push('refused') }
  const authorized = {
    ...{ account: { id: 'a' }, policy: { failover: 'none' }, route: ['v1' as ConnectionId], move },
    submission: { ...segment(1).message, scheduleMs: 0, validityMs: undefined, answer },
    assembly: { id: undefined, parts: [], collected: [], shape: undefined },
  } as unknown as Authorized
  accept([authorized], ports, { defaultValidityMs: 1, maxValidityMs: 1 }, 0, 0)
  expect(log).toEqual(way === 'taken' ? ['held 5', 'answered', 'goes'] : ['refused'])
})

it('a message whose number was chosen waits in its lane, with what is kept of the choice and by its edge', () => {
  const units: Unit[] = []
  const lanes: unknown[] = []
  const ports: AcceptPorts = {
    ...authorizing(),
    recorder: { offer: (unit: Unit) => void units.push(unit) } as unknown as Recorder,
    ids: createIdSource(0, 1, () => 2),
    laneOf: (route, account, sender) => {
      lanes.push([route, account, sender])
      return 'lane' as ReturnType<AcceptPorts['laneOf']>
    },
    laneOfUndecided: () => 'lane' as ReturnType<AcceptPorts['laneOf']>,
    laneOfMo: () => 'lane' as ReturnType<AcceptPorts['laneOf']>,
    accepted: () => undefined,
    held: () => undefined,
  }
  const row = (table: string, key: string): KeptRow => ({ table, key, text: '1' })
  const chosenSender = { number: '14155550101', pack: 'p' }
  const submission = { ...segment(1).message, scheduleMs: 0, validityMs: undefined, answer: {} }
  const authorized = (changes: object) =>
    ({
      ...{ account: { id: 'a' }, policy: { failover: 'none' }, route: ['v1' as ConnectionId] },
      submission: { ...submission, ...changes },
      assembly: { id: undefined, parts: [], collected: [], shape: undefined },
    }) as unknown as Authorized
  const kept = ({ id }: { readonly id: string }) => [row('mdr', id)]
  const chosenRows = [row('sent', chosenSender.number)]
  const batch = [{}, { kept }, { chosenSender, chosenRows }, { chosenSender, chosenRows, kept }].map(authorized)
  accept(batch, ports, { defaultValidityMs: 1, maxValidityMs: 1 }, 0, 0)
  const accepted = units.filter((unit) => unit.kind === 'accepted')
  const idOf = (i: number) => accepted[i]!.delivery.message.id
  expect(accepted.map((unit) => unit.kept)).toEqual([
    undefined,
    [row('mdr', idOf(1))],
    chosenRows,
    [...chosenRows, row('mdr', idOf(3))],
  ])
  expect(accepted.map(({ delivery }) => (delivery.kind === 'segment' ? delivery.sender : ''))).toEqual([
    undefined,
    undefined,
    chosenSender,
    chosenSender,
  ])
  expect(lanes.at(-1)).toEqual([['v1'], 'a', chosenSender])
})
