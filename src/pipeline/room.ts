// How many more messages may wait for an account that they go to. Decides nothing else.

import type { Account } from '../directory/snapshot.js'
import type { Failure } from '../message/failure.js'
import { continueWith, type Stage, type Verdict } from './stage.js'

/**
 * An account that takes nothing must not fill the store for all. What is on its way to the store is not counted yet but for
 * this batch, so that a little more may get in: as much as the windows of those hold who send.
 *
 * @param moRoom how many more may wait for it
 * @param goesTo whom a message goes to
 */
export function whatFits<Waiting>(
  moRoom: (account: Account) => number,
  goesTo: (waiting: Waiting) => Account,
): Stage<Waiting, Waiting> {
  return (batch) => {
    const left = new Map<Account, number>()
    return batch.map((waiting): Verdict<Waiting> => {
      const account = goesTo(waiting)
      const room = left.get(account) ?? moRoom(account)
      if (room <= 0) return { kind: 'refuse', failure: tooManyFor(account) }
      left.set(account, room - 1)
      return continueWith(waiting)
    })
  }
}

export function tooManyFor({ id }: Account): Failure {
  return { reason: 'queueFull', cause: `account ${id} has as many messages waiting as it may` }
}
