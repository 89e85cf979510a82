import { describe, expect, it } from 'vitest'
import type { Limit } from './limits.js'
import { sumsOf } from './lane-holds.js'
import { makeRig, rulesOf, a, type Rig } from './rig.suite.js'

/** A limit that says no until a moment by one name, until a later one by another, then yes. */
function gates(...until: readonly (readonly [name: string, ms: number])[]): Limit & { isFinal: boolean } {
  const closed = (nowMs: number) => until.find(([, ms]) => nowMs < ms)
  let name = ''
  return {
    isFinal: false,
    get name() {
      return name
    },
    take(_, nowMs) {
      const gate = closed(nowMs)
      name = gate?.[0] ?? ''
      return gate === undefined
    },
    giveBack: () => undefined,
    nextMs: (_, nowMs) => closed(nowMs)?.[1] ?? nowMs,
    failsNow() {
      return this.isFinal
    },
  }
}

interface Told {
  readonly rig: Rig
  /** By message, how long each limit held it. */
  readonly held: Record<string, Record<string, number>>
  readonly failed: string[]
}

function rigWith(limit: Limit): Told {
  const told: Omit<Told, 'rig'> = { held: {}, failed: [] }
  const rig = makeRig({
    rules: [rulesOf(a)],
    limitsOf: () => [limit],
    ports: {
      letGo: (_, { id }, held) => (told.held[id] = Object.fromEntries(sumsOf(held))),
      failed: (_, { id }, by) => told.failed.push(`${id} ${by}`),
    },
  })
  return { rig, ...told }
}

const start = 1_000_000

describe('what limits held up', () => {
  it('is told of each message with the time of each limit since it was due', async () => {
    const { rig, held } = rigWith(gates(['day', start + 5000], ['rate', start + 6000]))
    rig.addDestination('c:a')
    const first = rig.submit({ registered: 0 })
    await rig.advance(4000)
    const second = rig.submit({ registered: 0 })
    await rig.advance(3000)
    // The third finds nothing in its way.
    rig.submit({ registered: 0 })
    await rig.settle()
    expect(held).toEqual({ [first.id]: { day: 5000, rate: 1000 }, [second.id]: { day: 1000, rate: 1000 } })
    expect([...rig.dispatcher.lanes()].map(({ held: by, holds }) => [by, holds.heldBefore])).toEqual([[undefined, []]])
  })

  it('is not the time that the vendor had no room', async () => {
    const { rig, held } = rigWith(gates(['rate', start + 1000]))
    const vendor = rig.addDestination('c:a', 1)
    const first = rig.submit({ registered: 0 })
    const second = rig.submit({ registered: 0 })
    await rig.advance(60_000)
    expect(vendor.sentIds).toEqual([first.id])
    vendor.underWay.length = 0
    rig.dispatcher.hasRoom('c:a')
    await rig.settle()
    expect(vendor.sentIds).toEqual([first.id, second.id])
    expect(held).toEqual({ [first.id]: { rate: 1000 }, [second.id]: { rate: 1000 } })
  })

  it('and fails since it may not wait is told by its limit', async () => {
    const limit = gates(['day', Infinity])
    limit.isFinal = true
    const { rig, held, failed } = rigWith(limit)
    rig.addDestination('c:a')
    const { id } = rig.submit({ registered: 0 })
    await rig.settle()
    expect(failed).toEqual([`${id} day`])
    expect(held).toEqual({})
  })
})
