import { expect, it } from 'vitest'
import type { Awaiting } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { chooseRow } from './choose-row.js'
import { rowOf } from './rig.suite.js'

const inGroup = (n: number): Awaiting => ({ ...rowOf(n), group: rowOf(n).origin.messageId })

const rows: readonly (readonly [
  what: string,
  rows: readonly (Awaiting | undefined)[],
  phone: string,
  index: number,
])[] = [
  ['none', [undefined], '', -1],
  ['the only one', [undefined, rowOf(1)], '', 1],
  ['two messages', [rowOf(1), rowOf(2)], '', -1],
  ['two messages, one for the phone', [rowOf(1), rowOf(2)], '44700902', 1],
  ['two ids of one message', [rowOf(1), rowOf(1)], '', 0],
  ['a segment', [undefined, inGroup(1)], '', 1],
  ['two segments of one message', [inGroup(1), inGroup(1)], '44700901', -1],
  ['two segments of two messages', [inGroup(1), inGroup(2)], '44700902', 1],
]

it.each(rows)('%s', (_, given, phone, index) => {
  expect(chooseRow(given, phone, undefined)).toBe(index)
})

it('of a vendor that is sent numbers in its own form: its report may have either', () => {
  const calledAs = (_: ConnectionId, number: string): string => `100${number}`
  const given = [rowOf(1), rowOf(2)]
  expect(chooseRow(given, '10044700902', calledAs)).toBe(1)
  expect(chooseRow(given, '44700901', calledAs)).toBe(0)
  expect(chooseRow(given, '44700903', calledAs)).toBe(-1)
})
