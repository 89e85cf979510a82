// A customer that is bound to as a vendor: what it delivers to a number that is nobody's here is no message from a phone to us, but
// one of its account towards a phone.

import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Sender } from '../../message/collected-part.js'
import { ownerOf, type OwnerPorts } from './owner.js'
import { answerOf, continueWith, refuse, runStage, type Assembled, type Together, type Verdict } from '../stage.js'

/** The account whose messages a connection brings, if there is one. */
export function transitAccount(sender: Sender, directory: Snapshot): SendingAccount | undefined {
  if (sender.kind !== 'vendor') return undefined
  const account = directory.connection(sender.connection)?.account
  return account === undefined ? undefined : directory.account(account as SendingAccount['id'])
}

/** Parts a batch in those that are from phones and those that an account sends, each in their order. Addresses are in our form. */
export function withTransit(
  batch: readonly Together[],
  directory: Snapshot,
  ports: OwnerPorts,
): { readonly fromPhones: readonly Together[]; readonly onward: readonly Assembled[] } {
  const isOnward = ({ submission: { sender, destination } }: Together): boolean =>
    transitAccount(sender, directory) !== undefined && ownerOf(directory, destination.value, ports) === undefined
  if (!batch.some(isOnward)) return { fromPhones: batch, onward: [] }
  return {
    fromPhones: batch.filter((together) => !isOnward(together)),
    onward: runStage(
      (all) => all.map((together) => sentBy(transitAccount(together.submission.sender, directory)!, together)),
      batch.filter(isOnward),
      answerOf,
    ),
  }
}

function sentBy(account: SendingAccount, { submission, assembly }: Together): Verdict<Assembled> {
  if (!account.active) return refuse('notPermitted', `account ${account.id} is not active`)
  const sender = { kind: 'account', account: account.id } as const
  return continueWith({ submission: { ...submission, sender }, account, assembly })
}
