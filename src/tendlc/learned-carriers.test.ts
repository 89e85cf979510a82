import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { carriers, type Carrier } from './carriers.js'
import { LearnedCarriers, learnedDefaults } from './learned-carriers.js'

const DAY = 86_400_000
const start = Date.UTC(2026, 7, 1)
const phoneOf = (at: number): string => String(12_000_000_000 + at * 37)

describe('what receipts taught', () => {
  it('holds for 30 days and not a second more', () => {
    const learned = new LearnedCarriers()
    learned.learn('14155550100', 'att', start)
    expect(learned.of('14155550100', start + 30 * DAY - 1000)).toBe('att')
    expect(learned.of('14155550100', start + 30 * DAY)).toBeUndefined()
    expect(learned.of('14155550101', start)).toBeUndefined()
  })

  it('is written down when it is new or other, and once a day', () => {
    const learned = new LearnedCarriers()
    const rows = [
      learned.learn('14155550100', 'att', start),
      learned.learn('14155550100', 'att', start + DAY - 1000),
      learned.learn('14155550100', 'att', start - DAY),
      learned.learn('14155550100', 'verizon', start + DAY - 1000),
      learned.learn('14155550100', 'verizon', start + 2 * DAY),
    ]
    const row = (carrier: Carrier, ms: number): KeptRow => {
      return { table: 'carrier', key: '14155550100', text: `${carrier}|${ms / 1000}` }
    }
    expect(rows).toEqual([
      [row('att', start)],
      [],
      [],
      [row('verizon', start + DAY - 1000)],
      [row('verizon', start + 2 * DAY)],
    ])
    expect(learned.of('14155550100', start + 31 * DAY)).toBe('verizon')
  })

  it.each(['att', 'att|x', 'orange|1785542400', '', 'att|1785542400.5'])('a row that says %j is removed', (text) => {
    const row = { key: '14155550100', text }
    expect(new LearnedCarriers().restore(row, start)).toEqual({ table: 'carrier', key: '14155550100', text: '' })
  })

  it('a row that holds no more, or of no phone, is removed', () => {
    const learned = new LearnedCarriers()
    expect(learned.restore({ key: '14155550100', text: `att|${start / 1000 - 30 * 86_400}` }, start)?.text).toBe('')
    expect(learned.restore({ key: 'x', text: `att|${start / 1000}` }, start)?.text).toBe('')
    expect(learned.size).toBe(0)
  })

  it('is within its bound: the longest silent of some give way, and their rows go', () => {
    const learned = new LearnedCarriers({ ...learnedDefaults, phones: 4096 })
    const kept = new Map<string, string>()
    for (let at = 0; at < 20_000; at++) {
      for (const { key, text } of learned.learn(phoneOf(at), carriers[at % 5]!, start + at * 1000)) {
        if (text === '') kept.delete(key)
        else kept.set(key, text)
      }
    }
    expect(learned.size).toBeLessThanOrEqual(4096)
    expect(learned.size).toBeGreaterThan(4096 * 0.95)
    expect(kept.size).toBe(learned.size)
    expect(learned.octets).toBe(4096 * 13)
    let old = 0
    for (let at = 0; at < 20_000; at++) {
      const known = learned.of(phoneOf(at), start + 20_000_000)
      if (known !== undefined && known !== carriers[at % 5]) expect([at, known]).toBe('right')
      if (known !== undefined && at < 10_000) old++
    }
    // Nearly all of those that stayed are among the last heard of.
    expect(old).toBeLessThan(learned.size * 0.05)
  })

  it('loses none while there is room', () => {
    const learned = new LearnedCarriers()
    const phones = Array.from({ length: 100_000 }, (_, at) => phoneOf(at))
    expect(phones.filter((phone, at) => learned.learn(phone, carriers[at % 5]!, start).length !== 1)).toEqual([])
    expect(phones.filter((phone, at) => learned.of(phone, start) !== carriers[at % 5])).toEqual([])
    expect(learned.octets / learned.size).toBeLessThan(13 / 0.65 + 20)
  })

  it('a restart knows what was kept, whatever happened', () => {
    const happening = fc.record({
      phone: fc.integer({ min: 0, max: 40 }),
      carrier: fc.constantFrom(...carriers),
      waitS: fc.integer({ min: 0, max: 5 * 86_400 }),
    })
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        let learned = new LearnedCarriers()
        const kept = new Map<string, string>()
        const model = new Map<string, { carrier: Carrier; ms: number }>()
        let nowMs = start
        happenings.forEach(({ phone: at, carrier, waitS }, step) => {
          nowMs += waitS * 1000
          const phone = phoneOf(at)
          const rows = learned.learn(phone, carrier, nowMs)
          if (rows.length > 0) model.set(phone, { carrier, ms: nowMs })
          for (const { key, text } of rows) kept.set(key, text)
          if (step % 20 === 19) {
            learned = new LearnedCarriers()
            for (const [key, text] of kept) if (learned.restore({ key, text }, nowMs) !== undefined) kept.delete(key)
          }
          const wrong = [...model].filter(
            ([known, { carrier: last, ms }]) => learned.of(known, nowMs) !== (nowMs < ms + 30 * DAY ? last : undefined),
          )
          expect(wrong).toEqual([])
        })
      }),
      { numRuns: 50 },
    )
  })
})

it.each([8, 64, 512])('remembers no more than %i phones where it may not', (most) => {
  const learned = new LearnedCarriers({ ...learnedDefaults, phones: most })
  for (let i = 0; i < 2000; i++) learned.learn(String(12_125_550_000 + i), 'att', i * 1000)
  expect(learned.size).toBeLessThanOrEqual(most)
  expect(learned.size).toBeGreaterThan(most / 2)
  expect(learned.octets).toBe(most * 13)
  expect(learned.of('12125551999', 2_000_000)).toBe('att')
})
