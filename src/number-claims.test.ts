import { expect, it } from 'vitest'
import type { Snapshot } from './directory/snapshot.js'
import type { AccountId } from './message/ids.js'
import { isOwnSource, mayClaim } from './number-claims.js'

const [bob, eve] = ['bob', 'eve'] as AccountId[] as [AccountId, AccountId]
const ofBob = '14155550101'
const ofNobody = '14155550102'

const directory = {
  ownerOf: (number: string) => (number === ofBob ? { id: bob } : undefined),
  account: (id: AccountId) => ({ id, ...(id === eve && { allowsSource: (source: string) => source.startsWith('1') }) }),
} as unknown as Snapshot

it('a number of another account can be sent as where a list says so, and not be had', () => {
  expect([isOwnSource(directory, eve, ofBob), mayClaim(directory, eve, ofBob)]).toEqual([true, false])
  expect([isOwnSource(directory, bob, ofBob), mayClaim(directory, bob, ofBob)]).toEqual([true, true])
})

it('a number of nobody can be had by who may send as it, where a list says which', () => {
  expect([isOwnSource(directory, eve, ofNobody), mayClaim(directory, eve, ofNobody)]).toEqual([true, true])
  expect([isOwnSource(directory, bob, ofNobody), mayClaim(directory, bob, ofNobody)]).toEqual([false, false])
})
