// Messages that stay in the network, by a policy of transport sip: whose they are. They take no vendor's route and ask nobody for a
// network; what they cost and how they wait is decided elsewhere.

import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Bill, Move } from '../../message/bill.js'
import type { Failure } from '../../message/failure.js'
import { continueWith, type Permitted, type Stage, type Submission, type Verdict } from '../stage.js'

/** A message to an account of ours. */
export interface OnNet extends Permitted {
  /** Whom it goes to; `account` sends it. */
  readonly target: SendingAccount
}

/** What it costs is known, and reserved; both absent where nobody pays. */
export interface AuthorizedOnNet extends OnNet {
  readonly bill?: Bill
  /** What was reserved for it; to be undone where it is not accepted. */
  readonly move?: Move
}

/** Does any of them stay in the network? Asked of every batch: the others must not pay for these. */
export function hasOnNet(batch: readonly Permitted[]): boolean {
  for (let i = 0; i < batch.length; i++) if (isOnNet(batch[i]!)) return true
  return false
}

export function isOnNet({ policy }: Pick<Permitted, 'policy'>): boolean {
  return policy.transport === 'sip'
}

export function findTarget(directory: Snapshot): Stage<Permitted, OnNet> {
  return (batch) =>
    batch.map((permitted): Verdict<OnNet> => {
      const { submission, account, assembly, policy } = permitted
      const target = targetOf(directory, submission, account)
      if ('reason' in target) return { kind: 'refuse', failure: target }
      return continueWith({ submission, account, assembly, policy, target })
    })
}

/** The account that a message goes to, or why there is none. @param sender whose domain it takes where it has none */
export function targetOf(
  directory: Snapshot,
  { destination, domain }: Pick<Submission, 'destination' | 'domain'>,
  sender: SendingAccount,
): SendingAccount | Failure {
  const of = domain === '' ? sender.domain : domain
  const target = directory.onNetOf(destination.value, of)
  if (target?.active === true) return target
  const cause =
    target === undefined
      ? `no account has the number ${destination.value}, nor that user in domain ${of}`
      : `account ${target.id}, whose ${destination.value} is, is not active`
  return { reason: 'unknownUser', cause }
}
