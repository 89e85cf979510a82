import { expect, it } from 'vitest'
import type { Progress, SegmentDelivery } from '../message/delivery.js'
import { receiptRequestOf } from '../message/receipt.js'
import { segment, twoParts } from '../store/conformance-rows.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import type { Ending } from './ending.js'
import { a, rulesOf } from './rig.suite.js'
import { takenEnding } from './taken.js'

/** One of several segments; `taken` of `total` are taken before it. */
function ofSeveral(total: number, taken: number, progress: Partial<Progress>, registered: number): SegmentDelivery {
  const base = segment(1, { failures: 4, unansweredBy: a, expiresAtMs: 5_000 })
  return {
    ...base,
    message: { ...base.message, receiptRequest: receiptRequestOf(registered), parts: twoParts },
    progress: { connection: a, total, taken, grouped: false, firstId: '', ...progress },
  }
}

/** The ending in one line. */
function inWords({ outcome, report }: Ending): string {
  const told = report === undefined ? 'nothing told' : `told ${report.state}`
  switch (outcome.kind) {
    case 'awaiting': {
      const { vendorMessageId, group, origin, expiresAtMs } = outcome.awaiting
      return `awaiting ${vendorMessageId}${group === '' ? '' : ' in its group'} for ${origin.parts.length} parts by ${expiresAtMs}, ${told}`
    }
    case 'advanced': {
      const { next, awaiting, opens } = outcome
      const { taken, grouped, firstId } = next.progress!
      const row =
        awaiting === undefined ? '' : `, awaiting ${awaiting.vendorMessageId} for ${awaiting.origin.parts.length} parts`
      const group =
        opens === undefined
          ? ''
          : `, opens for ${opens.origin.parts.length} parts, ${opens.wanted} wanted by ${opens.expiresAtMs}`
      const clean = next.failures === 0 && next.unansweredBy === '' ? '' : ', not clean'
      return `${taken} taken${grouped ? ', grouped' : ''}${firstId === '' ? '' : `, first ${firstId}`}${row}${group}${clean}, ${told}`
    }
    case 'final':
      return `${outcome.state}${outcome.closes === undefined ? '' : ', closes'}, ${told}`
    case 'requeued':
      return 'requeued'
  }
}

const grouped = { grouped: true }
const first = { firstId: 'one' }

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
    '1 taken, grouped, awaiting id for 0 parts, opens for 2 parts, 3 wanted by 6000, nothing told',
  ],
  ['all: the next is one of it', { taken: 1 }, grouped, {}, '2 taken, grouped, awaiting id for 0 parts, nothing told'],
  ['all: the last too', { taken: 2 }, grouped, {}, 'awaiting id in its group for 0 parts by 6000, nothing told'],
  ['all: the first without an id opens none', { taken: 0, id: '' }, {}, {}, '1 taken, nothing told'],
  ['all: after that none is awaited', { taken: 1 }, {}, {}, '2 taken, nothing told'],
  ['all: and its end is the last answer', { taken: 2 }, {}, {}, 'DELIVERED, told DELIVERED'],
  ['all: one without an id in a group', { taken: 1, id: '' }, grouped, {}, '2 taken, grouped, nothing told'],
  ['all: the last without an id in a group', { taken: 2, id: '' }, grouped, {}, 'UNKNOWN, nothing told'],
  ['all: nobody asked', { taken: 0, registered: 0 }, {}, {}, '1 taken, nothing told'],
  ['all: nobody asked, the last', { taken: 2, registered: 0 }, {}, {}, 'DELIVERED, told DELIVERED'],
  [
    'all: nobody asked, always',
    { taken: 0, registered: 0, total: 2 },
    {},
    { requestReceipt: 'always' },
    '1 taken, grouped, awaiting id for 0 parts, opens for 2 parts, 2 wanted by 6000, nothing told',
  ],
  ['never', { taken: 0 }, {}, { requestReceipt: 'never' }, '1 taken, nothing told'],
  ['never, the last', { taken: 2 }, {}, { requestReceipt: 'never' }, 'DELIVERED, told DELIVERED'],
  ['first: its id is kept', { taken: 0 }, {}, { segmentReceipts: 'first' }, '1 taken, first id, nothing told'],
  ['first: on the way', { taken: 1 }, first, { segmentReceipts: 'first' }, '2 taken, first one, nothing told'],
  [
    'first: awaited when the last is taken',
    { taken: 2 },
    first,
    { segmentReceipts: 'first' },
    'awaiting one for 2 parts by 6000, nothing told',
  ],
  ['first: without an id', { taken: 0, id: '' }, {}, { segmentReceipts: 'first' }, '1 taken, nothing told'],
  ['first: without an id, the last', { taken: 2 }, {}, { segmentReceipts: 'first' }, 'DELIVERED, told DELIVERED'],
  ['last: the first', { taken: 0 }, {}, { segmentReceipts: 'last' }, '1 taken, nothing told'],
  ['last: the last', { taken: 2 }, {}, { segmentReceipts: 'last' }, 'awaiting id for 2 parts by 6000, nothing told'],
  ['last: without an id', { taken: 2, id: '' }, {}, { segmentReceipts: 'last' }, 'DELIVERED, told DELIVERED'],
  [
    'the rule has changed meanwhile: what was begun goes on',
    { taken: 2 },
    grouped,
    { segmentReceipts: 'last' },
    'awaiting id in its group for 0 parts by 6000, nothing told',
  ],
]

it.each(rows)('%s', (_, { total = 3, taken, id = 'id', registered = 1 }, progress, rules, expected) => {
  expect(inWords(takenEnding(ofSeveral(total, taken, progress, registered), id, rulesOf(a, rules)))).toBe(expected)
})

it('the only segment of a message that came in parts is awaited for all of them', () => {
  const whole = { ...ofSeveral(2, 0, {}, 1), progress: undefined }
  expect(inWords(takenEnding(whole, 'id', rulesOf(a)))).toBe('awaiting id for 2 parts by 6000, nothing told')
})
