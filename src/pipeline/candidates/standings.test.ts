import { describe, expect, it } from 'vitest'
import type { Route, RoutedConnection, Snapshot } from '../../directory/snapshot.js'
import type { ConnectionId } from '../../message/ids.js'
import type { Standing } from '../../money/candidates.js'
import { Standings } from './standings.js'

const route = ['a', 'b', 'c'] as readonly string[] as Route

function directoryOf(capacities: Readonly<Record<string, number>>, adaptive = false): Snapshot {
  const order: readonly Standing[] = ['ready', 'full', 'resting', 'linkDown']
  return {
    connections: () =>
      Object.entries(capacities).map(
        ([id, capacity]) => ({ id, capacity, adaptive: adaptive ? {} : undefined }) as unknown as RoutedConnection,
      ),
    standBack: (of: Route, standingOf: (connection: ConnectionId) => Standing) =>
      of.every((one) => standingOf(one) === 'ready')
        ? of
        : order.flatMap((standing) => of.filter((one) => standingOf(one) === standing)),
  } as unknown as Snapshot
}

function rig() {
  const state = { nowMs: 1000, down: new Set<string>(), resting: new Set<string>() }
  const passed: string[] = []
  const standings = new Standings({
    isUp: (connection) => !state.down.has(connection),
    isResting: (connection) => state.resting.has(connection),
    nowMs: () => state.nowMs,
    passedOver: (connection, why) => passed.push(`${connection} ${why}`),
  })
  const take = (directory: Snapshot, count: number): string =>
    Array.from({ length: count }, () => standings.placed(route, directory).join('')).join(' ')
  return { state, passed, standings, take }
}

describe('standings', () => {
  it('leave a route as it is where nobody has a capacity and nobody is judged', () => {
    const { standings, state } = rig()
    state.resting.add('a')
    expect(standings.placed(route, directoryOf({ a: 0, b: 0, c: 0 }))).toBe(route)
  })

  it('put what is full behind the others, until time makes room', () => {
    const { take, state, passed } = rig()
    const directory = directoryOf({ a: 2, b: 1, c: 0 })
    expect(take(directory, 5)).toBe('abc abc bca cab cab')
    expect(passed).toEqual(['a full', 'a full', 'a full'])
    state.nowMs += 500
    expect(take(directory, 2)).toBe('acb cab')
    state.nowMs += 1000
    expect(take(directory, 4)).toBe('abc abc bca cab')
  })

  it('count a message for the first that is up', () => {
    const { take, state } = rig()
    const directory = directoryOf({ a: 1, b: 2, c: 0 })
    state.down.add('a')
    expect(take(directory, 3)).toBe('abc abc acb')
    state.down.clear()
    expect(take(directory, 2)).toBe('acb cab')
  })

  it('put what rests behind what is full', () => {
    const { take, state, passed } = rig()
    state.resting.add('a')
    expect(take(directoryOf({ a: 0, b: 1, c: 0 }, true), 2)).toBe('bca cba')
    expect(passed).toEqual(['a resting', 'a resting'])
  })

  it('keep what was counted over a change of the directory, unless the capacity changed', () => {
    const { take } = rig()
    expect(take(directoryOf({ a: 1, b: 1, c: 0 }), 2)).toBe('abc bca')
    expect(take(directoryOf({ a: 1, b: 2, c: 0 }), 2)).toBe('bca bca')
    expect(take(directoryOf({ a: 0, b: 0, c: 0 }), 1)).toBe('abc')
  })
})
