import { describe, expect, it } from 'vitest'
import type { Progress, SegmentDelivery, SegmentGroup } from '../message/delivery.js'
import { receiptRequestOf } from '../message/receipt.js'
import { groupOf, segment, twoParts } from '../store/conformance-rows.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import type { Ending } from './ending.js'
import { a, rulesOf } from './rig.suite.js'
import { afterLast, takenEnding } from './taken.js'

/** One of several segments; `taken` of `total` are taken before it. */
function ofSeveral(total: number, taken: number, progress: Partial<Progress>, registered: number): SegmentDelivery {
  const base = segment(1, { failures: 4, unansweredBy: a, expiresAtMs: 5_000 })
  return {
    ...base,
    message: { ...base.message, receiptRequest: receiptRequestOf(registered), parts: twoParts },
    progress: { connection: a, total, taken, group: undefined, ...progress },
  }
}

/** The ending in one line. */
function inWords({ outcome, report, silent }: Ending): string {
  const told = `${silent > 0 ? `${silent} silent, ` : ''}${report === undefined ? 'nothing told' : `told ${report.state}`}`
  switch (outcome.kind) {
    case 'awaiting': {
      const left = outcome.group === undefined ? '' : `${outcome.group.wanted} wanted, `
      if (outcome.awaiting === undefined) return `awaiting others, ${left}${told}`
      const { vendorMessageId, group, origin, expiresAtMs } = outcome.awaiting
      return `awaiting ${vendorMessageId}${group === '' ? '' : ' in its group'} for ${origin.parts.length} parts by ${expiresAtMs}, ${left}${told}`
    }
    case 'advanced': {
      const { next, awaiting, opens } = outcome
      const { taken, group } = next.progress!
      const row =
        awaiting === undefined ? '' : `, awaiting ${awaiting.vendorMessageId} for ${awaiting.origin.parts.length} parts`
      const opened =
        opens === undefined
          ? ''
          : `, opens for ${opens.origin.parts.length} parts, ${opens.wanted} wanted by ${opens.expiresAtMs}`
      const clean = next.failures === 0 && next.unansweredBy === '' ? '' : ', not clean'
      return `${taken} taken${group === undefined ? '' : `, ${group.silent} silent after ${group.lastId}`}${row}${opened}${clean}, ${told}`
    }
    case 'final':
      return `${outcome.state}${outcome.closes === undefined ? '' : ', closes'}, ${told}`
    case 'requeued':
      return 'requeued'
  }
}

const grouped = { group: { silent: 0, lastId: 'one' } }
const first = { segmentReceipts: 'first' } as const

type Row = readonly [
  what: string,
  given: { readonly total?: number; readonly taken: number; readonly id?: string; readonly registered?: number },
  progress: Partial<Progress>,
  rules: Partial<ConnectionRules>,
  expected: string,
]

const rows: readonly Row[] = [
  [
    'all: the first opens the group',
    { taken: 0 },
    {},
    {},
    '1 taken, 0 silent after id, awaiting id for 0 parts, opens for 2 parts, 3 wanted by 6000, nothing told',
  ],
  [
    'all: the next is one of it',
    { taken: 1 },
    grouped,
    {},
    '2 taken, 0 silent after id, awaiting id for 0 parts, nothing told',
  ],
  ['all: the last too', { taken: 2 }, grouped, {}, 'awaiting id in its group for 0 parts by 6000, nothing told'],
  ['all: the first without an id opens none', { taken: 0, id: '' }, {}, {}, '1 taken, nothing told'],
  [
    'all: then the next one does, for those that are left',
    { taken: 1 },
    {},
    {},
    '2 taken, 0 silent after id, awaiting id for 0 parts, opens for 2 parts, 2 wanted by 6000, nothing told',
  ],
  [
    'all: only the last has an id: it stands for the message',
    { taken: 2 },
    {},
    {},
    'awaiting id for 2 parts by 6000, nothing told',
  ],
  ['all: none has an id', { taken: 2, id: '' }, {}, {}, 'DELIVERED, told DELIVERED'],
  ['all: one without an id in a group', { taken: 1, id: '' }, grouped, {}, '2 taken, 1 silent after one, nothing told'],
  [
    'all: the last without an id in a group',
    { taken: 2, id: '' },
    grouped,
    {},
    'awaiting others, 1 silent, nothing told',
  ],
  [
    'all: the last, after one without an id',
    { taken: 2 },
    { group: { silent: 1, lastId: 'one' } },
    {},
    'awaiting id in its group for 0 parts by 6000, 1 silent, nothing told',
  ],
  [
    'all: the id of the segment before',
    { taken: 1, id: 'one' },
    grouped,
    {},
    '2 taken, 1 silent after one, nothing told',
  ],
  ['all: nobody asked', { taken: 0, registered: 0 }, {}, {}, '1 taken, nothing told'],
  ['all: nobody asked, the last', { taken: 2, registered: 0 }, {}, {}, 'DELIVERED, told DELIVERED'],
  [
    'all: nobody asked, always',
    { taken: 0, registered: 0, total: 2 },
    {},
    { requestReceipt: 'always' },
    '1 taken, 0 silent after id, awaiting id for 0 parts, opens for 2 parts, 2 wanted by 6000, nothing told',
  ],
  ['never', { taken: 0 }, {}, { requestReceipt: 'never' }, '1 taken, nothing told'],
  ['never, the last', { taken: 2 }, {}, { requestReceipt: 'never' }, 'DELIVERED, told DELIVERED'],
  [
    'first: opens the group for all of them',
    { taken: 0 },
    {},
    first,
    '1 taken, 0 silent after id, awaiting id for 0 parts, opens for 2 parts, 3 wanted by 6000, nothing told',
  ],
  ['first: on the way', { taken: 1 }, grouped, first, '2 taken, 1 silent after one, nothing told'],
  [
    'first: the last',
    { taken: 2 },
    { group: { silent: 1, lastId: 'one' } },
    first,
    'awaiting others, 2 silent, nothing told',
  ],
  ['first: without an id', { taken: 0, id: '' }, {}, first, '1 taken, nothing told'],
  ['first: without an id, the last', { taken: 2 }, {}, first, 'DELIVERED, told DELIVERED'],
  ['last: the first', { taken: 0 }, {}, { segmentReceipts: 'last' }, '1 taken, nothing told'],
  ['last: the last', { taken: 2 }, {}, { segmentReceipts: 'last' }, 'awaiting id for 2 parts by 6000, nothing told'],
  ['last: without an id', { taken: 2, id: '' }, {}, { segmentReceipts: 'last' }, 'DELIVERED, told DELIVERED'],
  [
    'the rule has changed meanwhile: what is not asked of is silent',
    { taken: 1 },
    grouped,
    { segmentReceipts: 'last' },
    '2 taken, 1 silent after one, nothing told',
  ],
  [
    'cut in several before, and in one now',
    { taken: 0, total: 1 },
    {},
    {},
    'awaiting id for 2 parts by 6000, nothing told',
  ],
]

it.each(rows)('%s', (_, { total = 3, taken, id = 'id', registered = 1 }, progress, rules, expected) => {
  expect(inWords(takenEnding(ofSeveral(total, taken, progress, registered), id, rulesOf(a, rules), 0, undefined))).toBe(
    expected,
  )
})

describe('the last segment is taken, and some are silent', () => {
  const last = ofSeveral(3, 2, { group: { silent: 1, lastId: 'one' } }, 1)
  const group = groupOf(1, { wanted: 1 })
  const after = (id: string, then: SegmentGroup | undefined, isTold: boolean) =>
    inWords(
      afterLast(last, takenEnding(last, id, rulesOf(a), 0, undefined), { then, isTold, isKnown: true }, undefined),
    )

  it('delivered now, by the reports that came', () => {
    expect(after('', undefined, true)).toBe('DELIVERED, closes, told DELIVERED')
  })

  it('others are waited for', () => {
    expect(after('', group, false)).toBe('awaiting others, 1 wanted, nothing told')
    expect(after('id', group, false)).toBe('awaiting id in its group for 0 parts by 6000, 1 wanted, nothing told')
  })

  it('told already: its own report is waited for, to be told to nobody', () => {
    expect(after('id', undefined, false)).toBe('awaiting id in its group for 0 parts by 6000, 1 silent, nothing told')
  })
})

it('the only segment of a message that came in parts is awaited for all of them', () => {
  const whole = { ...ofSeveral(2, 0, {}, 1), progress: undefined }
  expect(inWords(takenEnding(whole, 'id', rulesOf(a), 0, undefined))).toBe(
    'awaiting id for 2 parts by 6000, nothing told',
  )
})
