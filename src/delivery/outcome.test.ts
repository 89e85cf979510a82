import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, LaneKey } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { segment } from '../store/conformance-rows.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import type { Ending } from './ending.js'
import { endingOf, expiredEnding, unansweredEnding, type AttemptResult } from './outcome.js'
import { a, b, routeAB, rulesOf } from './rig.suite.js'

const nowMs = 1_000_000
const expiresAtMs = 90_000_000

function delivery(changes: Partial<SegmentDelivery> & { readonly registered?: number } = {}): SegmentDelivery {
  const { registered = 1, ...rest } = changes
  const base = segment(1)
  const message = { ...base.message, receiptRequest: receiptRequestOf(registered) }
  return { ...base, lane: 'v:a,b|acme' as LaneKey, message, route: routeAB, expiresAtMs, ...rest }
}

/** The ending in one line. */
function inWords({ outcome, report }: Ending, ofSeveral = false): string {
  const told = report === undefined ? 'nothing told' : `told ${report.state} ${report.error}`
  switch (outcome.kind) {
    case 'final':
      return `${outcome.state} ${outcome.reason ?? 'well'}${outcome.closes === undefined ? '' : ', closes'}, ${told}`
    case 'awaiting':
      return `awaiting ${outcome.awaiting!.vendorMessageId} until ${outcome.awaiting!.expiresAtMs}, ${told}`
    case 'advanced':
      return `${outcome.next.progress?.taken} taken, ${told}`
    case 'requeued': {
      const { lane, dueMs, failures, hop, unansweredBy, progress } = outcome.next
      const how = !ofSeveral ? '' : progress === undefined ? ', whole' : `, ${progress.taken} taken`
      const by = unansweredBy === '' ? '' : `, unanswered by ${unansweredBy}`
      return `${lane} in ${dueMs - nowMs} ms, failures ${failures}, hop ${hop}${how}${by}, ${told}`
    }
  }
}

const taken: AttemptResult = { kind: 'taken', vendorMessageId: 'id' }
const takenWithoutId: AttemptResult = { kind: 'taken', vendorMessageId: '' }
const temporary: AttemptResult = { kind: 'refused', permanent: false, error: '088' }
const permanent: AttemptResult = { kind: 'refused', permanent: true, error: '011' }
const unanswered: AttemptResult = { kind: 'unanswered' }
const cannotCarry: AttemptResult = { kind: 'cannotCarry' }

/** So many of three segments are taken, over `a`. */
const begun = (taken: number): Partial<SegmentDelivery> => ({
  progress: { connection: a, total: 3, taken, group: taken > 0 ? { silent: 0, lastId: 'x' } : undefined },
})

type Row = readonly [
  what: string,
  result: AttemptResult,
  rules: Partial<ConnectionRules>,
  given: Parameters<typeof delivery>[0] & { readonly over?: ConnectionId; readonly down?: readonly ConnectionId[] },
  expected: string,
]

const rows: readonly Row[] = [
  // Taken: who will report?
  ['asked, asAsked', taken, {}, {}, 'awaiting id until 90001000, nothing told'],
  ['not asked, asAsked', taken, {}, { registered: 0 }, 'DELIVERED well, told DELIVERED 000'],
  ['only steps asked, asAsked', taken, {}, { registered: 0x10 }, 'awaiting id until 90001000, nothing told'],
  ['asked, always', taken, { requestReceipt: 'always' }, {}, 'awaiting id until 90001000, nothing told'],
  [
    'not asked, always',
    taken,
    { requestReceipt: 'always' },
    { registered: 0 },
    'awaiting id until 90001000, nothing told',
  ],
  ['asked, never', taken, { requestReceipt: 'never' }, {}, 'DELIVERED well, told DELIVERED 000'],
  ['not asked, never', taken, { requestReceipt: 'never' }, { registered: 0 }, 'DELIVERED well, told DELIVERED 000'],
  ['asked, no id came', takenWithoutId, {}, {}, 'DELIVERED well, told DELIVERED 000'],
  ['always, no id came', takenWithoutId, { requestReceipt: 'always' }, {}, 'DELIVERED well, told DELIVERED 000'],
  // Refused for good: nothing else matters.
  ['permanent', permanent, {}, {}, 'REJECTED rejectedByVendor, told REJECTED 011'],
  ['permanent, failover next', permanent, {}, { failover: 'next' }, 'REJECTED rejectedByVendor, told REJECTED 011'],
  [
    'permanent, cannot get there',
    { ...permanent, state: 'UNDELIVERABLE' },
    {},
    {},
    'UNDELIVERABLE rejectedByVendor, told UNDELIVERABLE 011',
  ],
  // Refused for now.
  [
    'temporary, not before',
    { ...temporary, afterMs: 45_000 },
    {},
    {},
    'v:a,b|acme in 45000 ms, failures 1, hop 0, nothing told',
  ],
  [
    'temporary, not before what is sooner anyway',
    { ...temporary, afterMs: 5000 },
    {},
    {},
    'v:a,b|acme in 30000 ms, failures 1, hop 0, nothing told',
  ],
  ['first', temporary, {}, {}, 'v:a,b|acme in 30000 ms, failures 1, hop 0, nothing told'],
  ['fifth', temporary, {}, { failures: 4 }, 'v:a,b|acme in 150000 ms, failures 5, hop 0, nothing told'],
  ['twentieth', temporary, {}, { failures: 19 }, 'v:a,b|acme in 600000 ms, failures 20, hop 0, nothing told'],
  ['used up', temporary, {}, { failures: 20 }, 'UNDELIVERABLE resendsUsedUp, told UNDELIVERABLE 088'],
  [
    'no resends',
    temporary,
    { resend: { stepMs: 1, max: 0 } },
    {},
    'UNDELIVERABLE resendsUsedUp, told UNDELIVERABLE 088',
  ],
  [
    'expires first',
    temporary,
    {},
    { expiresAtMs: nowMs + 9.5 },
    'v:a,b|acme in 10 ms, failures 1, hop 0, nothing told',
  ],
  ['next', temporary, {}, { failover: 'next', failures: 3 }, 'v:b,a|acme in 0 ms, failures 3, hop 1, nothing told'],
  [
    'next, which is down',
    temporary,
    {},
    { failover: 'next', failures: 3, down: [b] },
    'v:a,b|acme in 120000 ms, failures 4, hop 0, nothing told',
  ],
  [
    'next, the last one',
    temporary,
    {},
    { failover: 'next', hop: 1, lane: 'v:b,a|acme' as LaneKey, failures: 3, over: b },
    'v:a,b|acme in 120000 ms, failures 4, hop 0, nothing told',
  ],
  [
    'next, the last one, used up',
    temporary,
    {},
    { failover: 'next', hop: 1, failures: 20, over: b },
    'UNDELIVERABLE resendsUsedUp, told UNDELIVERABLE 088',
  ],
  [
    'next, the second took its turn at hop 0',
    temporary,
    {},
    { failover: 'next', over: b },
    'v:a,b|acme in 30000 ms, failures 1, hop 0, nothing told',
  ],
  [
    'next, over one that left the route',
    temporary,
    {},
    { failover: 'next', over: 'c' as ConnectionId },
    'v:a,b|acme in 30000 ms, failures 1, hop 0, nothing told',
  ],
  [
    'an earlier sending is still unanswered',
    temporary,
    {},
    { unansweredBy: b },
    'v:a,b|acme in 30000 ms, failures 1, hop 0, unanswered by b, nothing told',
  ],
  [
    'the mark of this attempt goes',
    temporary,
    { onUnanswered: 'waitReceipt' },
    { unansweredBy: a },
    'v:a,b|acme in 30000 ms, failures 1, hop 0, nothing told',
  ],
  // Unanswered.
  ['resend', unanswered, {}, {}, 'v:a,b|acme in 30000 ms, failures 1, hop 0, unanswered by a, nothing told'],
  [
    'resend, next',
    unanswered,
    {},
    { failover: 'next' },
    'v:b,a|acme in 0 ms, failures 0, hop 1, unanswered by a, nothing told',
  ],
  ['resend, used up', unanswered, {}, { failures: 20 }, 'UNDELIVERABLE resendsUsedUp, told UNDELIVERABLE 000'],
  ['fail', unanswered, { onUnanswered: 'fail' }, { failover: 'next' }, 'UNKNOWN unanswered, told UNKNOWN 000'],
  [
    'waitReceipt',
    unanswered,
    { onUnanswered: 'waitReceipt' },
    { failover: 'next' },
    'w:a in 600000 ms, failures 0, hop 0, unanswered by a, nothing told',
  ],
]

/** What goes back into a lane stays with the connection that has its first segments; what fails closes the group. */
const rowsOfSeveral: readonly Row[] = [
  ['none taken yet', temporary, {}, begun(0), 'v:a,b|acme in 30000 ms, failures 1, hop 0, whole, nothing told'],
  [
    'none taken yet, next',
    temporary,
    {},
    { ...begun(0), failover: 'next' },
    'v:b,a|acme in 0 ms, failures 0, hop 1, whole, nothing told',
  ],
  [
    'none taken yet, and an earlier sending is unanswered',
    temporary,
    {},
    { ...begun(0), unansweredBy: b },
    'v:a,b|acme in 30000 ms, failures 1, hop 0, 0 taken, unanswered by b, nothing told',
  ],
  ['one taken', temporary, {}, begun(1), 'v:a|acme in 30000 ms, failures 1, hop 0, 1 taken, nothing told'],
  [
    'one taken, next: no other goes on',
    temporary,
    {},
    { ...begun(1), failover: 'next', failures: 2 },
    'v:a|acme in 90000 ms, failures 3, hop 0, 1 taken, nothing told',
  ],
  [
    'one taken, used up',
    temporary,
    {},
    { ...begun(1), failures: 20 },
    'UNDELIVERABLE resendsUsedUp, closes, told UNDELIVERABLE 088',
  ],
  ['one taken, permanent', permanent, {}, begun(1), 'REJECTED rejectedByVendor, closes, told REJECTED 011'],
  ['none taken, permanent', permanent, {}, begun(0), 'REJECTED rejectedByVendor, told REJECTED 011'],
  ['one taken, can not be carried', cannotCarry, {}, begun(1), 'REJECTED notEncodable, closes, told REJECTED 000'],
  ['can not be carried', cannotCarry, {}, {}, 'REJECTED notEncodable, told REJECTED 000'],
  [
    'one taken, unanswered',
    unanswered,
    {},
    { ...begun(1), failover: 'next' },
    'v:a|acme in 30000 ms, failures 1, hop 0, 1 taken, unanswered by a, nothing told',
  ],
  [
    'none taken, unanswered',
    unanswered,
    {},
    begun(0),
    'v:a,b|acme in 30000 ms, failures 1, hop 0, 0 taken, unanswered by a, nothing told',
  ],
  [
    'one taken, waitReceipt',
    unanswered,
    { onUnanswered: 'waitReceipt' },
    begun(1),
    'w:a in 600000 ms, failures 0, hop 0, 1 taken, unanswered by a, nothing told',
  ],
  ['one taken, fail', unanswered, { onUnanswered: 'fail' }, begun(1), 'UNKNOWN unanswered, closes, told UNKNOWN 000'],
]

describe('an attempt with one of several segments that ended', () => {
  it.each(rowsOfSeveral)('%s', (_, result, rules, given, expected) => {
    expect(
      inWords(
        endingOf(delivery(given), result, rulesOf(a, rules), nowMs, () => true),
        true,
      ),
    ).toBe(expected)
  })
})

describe('an attempt that ended', () => {
  it.each(rows)('%s', (_, result, rules, { over = a, down = [], ...given }, expected) => {
    expect(
      inWords(
        endingOf(delivery(given), result, rulesOf(over, rules), nowMs, (connection) => !down.includes(connection)),
      ),
    ).toBe(expected)
  })

  it('waiting for a receipt has its own deadline: it is not called expired before that', () => {
    const { outcome } = endingOf(
      delivery({ expiresAtMs: nowMs + 1 }),
      unanswered,
      rulesOf(a, { onUnanswered: 'waitReceipt' }),
      nowMs,
      () => true,
    )
    expect(outcome).toMatchObject({ next: { dueMs: nowMs + 600_000, expiresAtMs: nowMs + 600_000 } })
  })
})

it('endings without an attempt', () => {
  expect(inWords(expiredEnding(delivery()))).toBe('EXPIRED expired, told EXPIRED 000')
  expect(inWords(unansweredEnding(delivery()))).toBe('UNKNOWN unanswered, told UNKNOWN 000')
})
