import { describe, expect, it } from 'vitest'
import { endHold, forgetBefore, forgetHolds, heldSince, holdBy, notHeld, sumsOf, type Held } from './lane-holds.js'

const held = (): Held => ({ ...notHeld })

describe('what held up a lane', () => {
  it('is one stretch while the same limit refuses one message after the other', () => {
    const lane = held()
    for (let atMs = 1000; atMs <= 5000; atMs += 1000) {
      endHold(lane, atMs)
      holdBy(lane, 'rate', atMs)
    }
    expect(lane).toMatchObject({ heldBy: 'rate', heldSinceMs: 1000, heldBefore: [] })
    expect(heldSince(lane, 0, 5500)).toEqual([{ limit: 'rate', fromMs: 1000, toMs: 5500 }])
  })

  it('is told by limit, from the moment on that a message was due', () => {
    const lane = held()
    holdBy(lane, 'day', 1000)
    holdBy(lane, 'rate', 9000)
    holdBy(lane, 'rate', 9500)
    holdBy(lane, 'account', 10_000)
    endHold(lane, 10_500)
    expect([...sumsOf(heldSince(lane, 0, 11_000))]).toEqual([['day', 8000], ['rate', 1000], ['account', 500]]) // prettier-ignore
    expect([...sumsOf(heldSince(lane, 9900, 11_000))]).toEqual([['rate', 100], ['account', 500]]) // prettier-ignore
    expect(heldSince(lane, 10_500, 11_000)).toEqual([])
  })

  it('is not the time in which limits let it go and its destination had no room', () => {
    const lane = held()
    holdBy(lane, 'rate', 1000)
    endHold(lane, 2000)
    holdBy(lane, 'rate', 60_000)
    endHold(lane, 61_000)
    expect([...sumsOf(heldSince(lane, 0, 61_000))]).toEqual([['rate', 2000]])
  })

  it('is forgotten once all that waited in it is gone', () => {
    const lane = held()
    holdBy(lane, 'day', 1000)
    holdBy(lane, 'rate', 2000)
    endHold(lane, 3000)
    forgetBefore(lane, 1999)
    expect(lane.heldBefore).toHaveLength(2)
    forgetBefore(lane, 2000)
    expect(lane.heldBefore.map(({ limit }) => limit)).toEqual(['rate'])
    forgetBefore(lane, 3000)
    expect(lane.heldBefore).toEqual([])
    holdBy(lane, 'rate', 4000)
    forgetHolds(lane)
    expect(lane).toMatchObject({ heldBy: '', heldBefore: [] })
  })

  it('is bounded: of very many stretches the shortest are dropped', () => {
    const lane = held()
    holdBy(lane, 'day', 0)
    for (let i = 0; i < 100; i++) {
      endHold(lane, 100_000 + i * 10)
      holdBy(lane, 'rate', 100_000 + i * 10 + 5)
    }
    expect(lane.heldBefore).toHaveLength(16)
    expect(lane.heldBefore[0]).toEqual({ limit: 'day', fromMs: 0, toMs: 100_000 })
  })
})
