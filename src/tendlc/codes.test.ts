import { expect, it } from 'vitest'
import { failureReasons, type FailureReason } from '../message/failure.js'
import { capWarningCodeOf, codedReasons, tradeCodeOf } from './codes.js'
import { shippedTables, type ProfileName } from './tables.js'

it.each([
  ['queueOverflow', 'usual', 30001],
  ['rejectedForRate', 'usual', 30022],
  ['dayCapReached', 'usual', 30023],
  ['unregisteredSender', 'usual', 30034],
  ['expired', 'usual', 30036],
  ['expired', 'plivo', 420],
  ['queueOverflow', 'plivo', 30001],
  ['queueOverflow', 'telnyx', 40318],
] as const satisfies readonly (readonly [FailureReason, ProfileName, number])[])(
  '%s (%s) is %s',
  (reason, profile, code) => {
    expect(tradeCodeOf(reason, shippedTables(profile))).toBe(code)
  },
)

it('has codes for these reasons only', () => {
  const tables = shippedTables()
  const coded = (Object.keys(failureReasons) as FailureReason[]).filter((reason) => tradeCodeOf(reason, tables))
  expect(new Set(coded)).toEqual(new Set(codedReasons))
})

it.each([
  [50, 30025],
  [70, 30026],
  [100, 30027],
  [60, undefined],
])('a cap of which %s%% is used: %s', (percent, code) => {
  expect(capWarningCodeOf(percent, shippedTables())).toBe(code)
})

it('each share that is warned of has its code', () => {
  const tables = shippedTables()
  for (const percent of tables.tmobileDay.warnAtPercent) expect(capWarningCodeOf(percent, tables)).toBeGreaterThan(0)
})
