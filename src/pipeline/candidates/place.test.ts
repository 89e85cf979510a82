import { expect, it } from 'vitest'
import type { Route, Snapshot } from '../../directory/snapshot.js'
import type { Authorized } from '../stage.js'
import { placeRoutes } from './place.js'

const directory = {} as Snapshot
const kept = ['a'] as readonly string[] as Route
const moved = ['a', 'b'] as readonly string[] as Route
const message = (route: Route, isUndecided?: boolean): Authorized => ({ route, isUndecided }) as unknown as Authorized
const placed = (route: Route): Route => (route === moved ? (['b', 'a'] as readonly string[] as Route) : route)

it('a batch in which nobody stands back is the same, without ports too', () => {
  const batch = [message(kept), message(kept)]
  expect(placeRoutes(batch, directory, { placed })).toBe(batch)
  expect(placeRoutes(batch, directory, undefined)).toBe(batch)
})

it('only routes in which somebody stands back are others', () => {
  const batch = [message(kept), message(moved)]
  const going = placeRoutes(batch, directory, { placed })
  expect(going.map(({ route }) => route.join(''))).toEqual(['a', 'ba'])
  expect(going[0]).toBe(batch[0])
  expect(batch[1]!.route).toBe(moved)
})

it('what waits for its network is counted when that is known', () => {
  const counted: Route[] = []
  const count = (route: Route): Route => (counted.push(route), route)
  placeRoutes([message(moved, true), message(kept, false)], directory, { placed: count })
  expect(counted).toEqual([kept])
})
