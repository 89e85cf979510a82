import { describe, expect, it } from 'vitest'
import type { LaneKey, MessageId } from '../message/ids.js'
import { Traces, type Traced } from './traces.js'

const lane = 'v:a|acme|12025550101||C1|att' as LaneKey
const idOf = (n: number): MessageId => n.toString(16).padStart(16, '0') as MessageId
const message = (n: number, ...parts: number[]): Traced => ({
  id: idOf(n),
  parts: parts.map((part) => ({ id: idOf(part) })),
})
const tracesOf = (options = {}): Traces => new Traces({ messages: 100, entries: 4, maxAgeMs: 60_000, ...options })

describe('traces', () => {
  it('name each limit that held a message, since when and how long', () => {
    const traces = tracesOf()
    traces.held(message(1), 'day', lane, 1000, 9000)
    traces.held(message(1), 'rate', lane, 9000, 9500.5)
    traces.failed(message(1), 'expired', 'rate', lane, 9500.5)
    traces.ended(idOf(1), 'EXPIRED', 77)
    expect(traces.of(idOf(1), 9600)).toEqual({
      id: idOf(1),
      dropped: 0,
      end: { state: 'EXPIRED', doneAtMs: 77 },
      entries: [
        { kind: 'held', limit: 'day', lane, fromMs: 1000, toMs: 9000, heldMs: 8000, times: 1 },
        { kind: 'held', limit: 'rate', lane, fromMs: 9000, toMs: 9500.5, heldMs: 500.5, times: 1 },
        { kind: 'failed', reason: 'expired', limit: 'rate', lane, atMs: 9500.5 },
      ],
    })
    expect(traces.heldBy(idOf(1))).toEqual([
      { limit: 'day', ms: 8000 },
      { limit: 'rate', ms: 501 },
    ])
    expect(traces.of(idOf(2), 9600)).toBeUndefined()
    expect(traces.heldBy(idOf(2))).toBeUndefined()
  })

  it('count no moment twice, and what one limit did over and over as one entry', () => {
    const traces = tracesOf()
    // Its first segment, the second, and one that found no room after all.
    traces.held(message(1), 'number', lane, 1000, 2000)
    traces.held(message(1), 'number', lane, 1000, 3000)
    traces.held(message(1), 'number', lane, 1000, 3000)
    traces.held(message(1), 'number', lane, 5000, 6000)
    expect(traces.of(idOf(1), 6000)?.entries).toEqual([
      { kind: 'held', limit: 'number', lane, fromMs: 1000, toMs: 6000, heldMs: 3000, times: 3 },
    ])
  })

  it('are found by the ids of parts', () => {
    const traces = tracesOf({ messages: 1 })
    traces.held(message(1, 2, 3), 'rate', lane, 0, 5)
    expect(traces.of(idOf(3), 5)).toMatchObject({ id: idOf(1), entries: [{ limit: 'rate' }] })
    traces.held(message(4), 'rate', lane, 0, 5)
    expect(traces.of(idOf(3), 5)).toBeUndefined()
  })

  it('are bounded in messages: the longest silent ones are forgotten', () => {
    const traces = tracesOf({ messages: 3 })
    for (let n = 1; n <= 3; n++) traces.held(message(n), 'rate', lane, 0, n)
    traces.held(message(1), 'account', lane, 3, 4)
    traces.held(message(4), 'rate', lane, 0, 5)
    expect(traces.size).toBe(3)
    expect([1, 2, 3, 4].map((n) => traces.of(idOf(n), 5) !== undefined)).toEqual([true, false, true, true])
  })

  it('are bounded in entries, and say how many are gone', () => {
    const traces = tracesOf()
    for (let n = 0; n < 10; n++) traces.held(message(1), n % 2 === 0 ? 'rate' : 'account', lane, n, n + 1)
    const trace = traces.of(idOf(1), 10)
    expect(trace).toMatchObject({ dropped: 6 })
    expect(trace?.entries).toHaveLength(4)
    expect(trace?.entries.at(-1)).toMatchObject({ limit: 'account', toMs: 10 })
  })

  it('are bounded by age, since the last that was told', () => {
    const traces = tracesOf()
    traces.held(message(1), 'rate', lane, 0, 1000)
    traces.held(message(2), 'rate', lane, 0, 2000)
    traces.held(message(1), 'rate', lane, 2000, 3000)
    traces.forget(62_000)
    expect(traces.size).toBe(1)
    expect(traces.of(idOf(1), 62_999)).toBeDefined()
    expect(traces.of(idOf(1), 63_000)).toBeUndefined()
    expect(traces.size).toBe(0)
  })

  it('are forgotten in the order in which they were last told of, whichever those were', () => {
    const traces = tracesOf({ messages: 5, entries: 1 })
    const told: number[] = []
    for (let i = 0, n = 7; i < 500; i++, n = (n * 31 + 11) % 13) {
      traces.held(message(n, 100 + n), 'rate', lane, i, i + 1)
      told.push(n)
      const last = new Set<number>()
      for (let at = told.length - 1; at >= 0 && last.size < 5; at--) last.add(told[at]!)
      for (let of = 0; of < 13; of++)
        for (const id of [idOf(of), idOf(100 + of)]) expect(traces.of(id, i + 1) !== undefined, `${of} at ${i}`).toBe(last.has(of)) // prettier-ignore
    }
    traces.forget(1_000_000)
    expect(traces.size).toBe(0)
  })

  it('of messages that no limit held are not there, whatever becomes of those', () => {
    const traces = tracesOf()
    traces.ended(idOf(1), 'DELIVERED', 1)
    expect(traces.size).toBe(0)
  })
})
