import { expect, it } from 'vitest'
import type { MessageState } from '../message/state.js'
import { healthReportOf } from './health-report.js'

const spam = new Set(['067', 'SPM'])

it.each([
  ['DELIVERED', '000', true, 'delivered'],
  ['DELIVERED', '000', false, 'sourceTaken'],
  ['UNDELIVERABLE', '001', true, 'undelivered'],
  ['UNDELIVERABLE', '067', true, 'spam'],
  ['REJECTED', 'SPM', true, 'spam'],
  ['REJECTED', '010', true, 'undelivered'],
  ['EXPIRED', '000', true, 'undelivered'],
  // What never left, or was refused for what it is, is not the number's fault; ESME_RINVSRCADR is.
  ['REJECTED', '010', false, 'sourceRefused'],
  ['UNDELIVERABLE', '010', false, 'sourceRefused'],
  ['REJECTED', '011', false, undefined],
  ['REJECTED', '067', false, undefined],
  ['UNDELIVERABLE', '008', false, undefined],
  ['EXPIRED', '000', false, undefined],
  ['UNKNOWN', '000', true, undefined],
  ['DELETED', '000', true, undefined],
  ['ENROUTE', '000', true, undefined],
] as const)('%s, error %s, reported: %j: %s', (state, error, isReported, expected) => {
  expect(healthReportOf({ state: state satisfies MessageState, error, isReported }, spam)).toBe(expected)
})
