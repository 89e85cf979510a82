import { describe, expect, it } from 'vitest'
import { accountPaceOf, queueSecondsOf, senderPaceOf, type SenderKind } from './senders.js'
import { shippedTables, type ProfileName } from './tables.js'

describe('rates of numbers beside 10DLC', () => {
  const rows: readonly (readonly [ProfileName, SenderKind, perSecond: number, perMinute: number | undefined])[] = [
    ['usual', 'unregistered', 1, undefined],
    ['usual', 'tollFree', 3, undefined],
    ['usual', 'shortCode', 100, undefined],
    ['usual', 'shortCodeCanada', 100, undefined],
    ['usual', 'international', 10, undefined],
    ['plivo', 'unregistered', 1, undefined],
    ['plivo', 'tollFree', 25, undefined],
    ['plivo', 'shortCode', 100, undefined],
    ['plivo', 'shortCodeCanada', 10, undefined],
    ['aws', 'unregistered', 1, undefined],
    ['aws', 'tollFree', 3, undefined],
    ['aws', 'shortCode', 100, undefined],
    ['telnyx', 'tollFree', 20, undefined],
    ['telnyx', 'shortCode', 1000, undefined],
    ['telnyx', 'international', 0.1, undefined],
    ['azure', 'tollFree', 200 / 60, 200],
    ['azure', 'shortCode', 100, 6000],
    ['azure', 'international', 10, 600],
  ]

  it.each(rows)('%s: %s', (profile, kind, perSecond, perMinute) => {
    expect(senderPaceOf(kind, shippedTables(profile))).toEqual({ perSecond, perMinute })
  })

  it.each([
    ['usual', undefined, undefined],
    ['plivo', 5, 0.25],
    ['telnyx', 50, 15],
  ] as const)('of accounts: %s', (profile, sms, mms) => {
    const tables = shippedTables(profile)
    expect([accountPaceOf('sms', tables)?.perSecond, accountPaceOf('mms', tables)?.perSecond]).toEqual([sms, mms])
  })
})

describe('a queue', () => {
  it.each([
    ['usual', 'campaign', undefined, 36_000],
    ['usual', 'campaign', 14_400, 14_400],
    ['usual', 'campaign', 0, 1],
    ['usual', 'campaign', 40_000, 36_000],
    ['usual', 'powerpack', undefined, 10_800],
    ['usual', 'powerpack', 4, 5],
    ['usual', 'powerpack', 10_800, 10_799],
    ['plivo', 'campaign', undefined, 10_800],
  ] as const)('%s, of a %s, asked for %s s: a message waits %s s', (profile, kind, asked, seconds) => {
    expect(queueSecondsOf(asked, kind, shippedTables(profile))).toBe(seconds)
  })
})
