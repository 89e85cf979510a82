// The mo counterpart of policy and candidates: whose number was written to. Only the number counts, whichever vendor brings it.

import type { Account, Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Stage, type Together } from '../stage.js'

/** A message from a phone; `account` is the one that it goes to. */
export interface Owned extends Together {
  readonly account: Account
}

export function findOwner(directory: Snapshot): Stage<Together, Owned> {
  return (batch) =>
    batch.map(({ submission, assembly }) => {
      const called = submission.destination.value
      const account = directory.ownerOf(called)
      if (account === undefined) return refuse('noRoute', `no account has the number ${called}`)
      if (!account.active) return refuse('noRoute', `account ${account.id}, whose number ${called} is, is not active`)
      return continueWith({ submission, assembly, account })
    })
}
