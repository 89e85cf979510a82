// The mo counterpart of policy and candidates: whose number was written to. Only the number counts, whichever vendor brings it.

import type { Account, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import { continueWith, refuse, type Stage, type Together } from '../stage.js'

/** A message from a phone; `account` is the one that it goes to. */
export interface Owned extends Together {
  readonly account: Account
}

export interface OwnerPorts {
  /** Who has a number beside those of the directory; left out: there are no others. */
  readonly renterOf?: ((called: string) => AccountId | undefined) | undefined
}

/** Numbers of the directory stay with who has them there. Also finds inactive accounts. */
export function ownerOf(directory: Snapshot, called: string, { renterOf }: OwnerPorts): SendingAccount | undefined {
  const owner = directory.ownerOf(called)
  if (owner !== undefined || renterOf === undefined) return owner
  const renter = renterOf(called)
  const account = renter === undefined ? undefined : directory.account(renter)
  return account?.api === undefined ? undefined : account
}

export function findOwner(directory: Snapshot, ports: OwnerPorts): Stage<Together, Owned> {
  return (batch) =>
    batch.map(({ submission, assembly }) => {
      const called = submission.destination.value
      const account = ownerOf(directory, called, ports)
      if (account === undefined) return refuse('noRoute', `no account has the number ${called}`)
      if (!account.active) return refuse('noRoute', `account ${account.id}, whose number ${called} is, is not active`)
      return continueWith({ submission, assembly, account })
    })
}
