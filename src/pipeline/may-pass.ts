// Whether a message could go anywhere at all, asked before a part of it is acknowledged. The stages decide when it is whole.

import type { Account, SendingAccount, Snapshot } from '../directory/snapshot.js'
import type { Addresses } from '../message/address.js'
import type { Failure, FailureReason } from '../message/failure.js'
import { whyNotAuthorized, type KeepsCurrency } from './authorize/authorize.js'
import { whyNotAuthorizedOnNet } from './authorize/authorize-on-net.js'
import { isOnNet, targetOf } from './on-net/on-net.js'
import { ownerOf, type OwnerPorts } from './owner/owner.js'
import { transitAccount } from './owner/transit.js'
import { tooManyFor } from './room.js'
import { whyNotAllowed, whyUnwanted, type ScreenPorts } from './screen/screen.js'
import type { Submission } from './stage.js'
import { inOurForm } from './translate/translate.js'

export interface MayPassPorts extends OwnerPorts, ScreenPorts {
  readonly moRoom: (account: Account) => number
  readonly books: KeepsCurrency
}

/**
 * Why a message of this sender to there can't go by today's directory, or not now; undefined where it may. What it would cost and what
 * is in the books is not asked: nobody knows how many parts come.
 * @param wallMs prices have dates
 */
export function whyNotPassing(
  directory: Snapshot,
  ports: MayPassPorts,
  part: Pick<Submission, 'sender' | 'domain' | 'source' | 'destination'>,
  wallMs: number,
): Failure | undefined {
  const { sender, domain } = part
  if (sender.kind === 'vendor') {
    const inOurs = inOurForm(part, directory.connection(sender.connection)?.dialing)
    if (inOurs !== undefined && 'reason' in inOurs) return inOurs
    const addresses = inOurs ?? part
    const called = addresses.destination.value
    const owner = ownerOf(directory, called, ports)
    const account = owner === undefined ? transitAccount(sender, directory) : undefined
    if (account?.active === true) return whyNotSending(directory, ports, account, domain, addresses, wallMs)
    if (owner?.active !== true) return failure('noRoute', `nobody has the number ${called}`)
    return ports.moRoom(owner) > 0 ? undefined : tooManyFor(owner)
  }
  const account = directory.account(sender.account)
  if (account?.active !== true) return failure('notPermitted', `account ${sender.account} may not send`)
  const inOurs = inOurForm(part, account.dialing)
  if (inOurs !== undefined && 'reason' in inOurs) return inOurs
  return whyNotSending(directory, ports, account, domain, inOurs ?? part, wallMs)
}

function whyNotSending(
  directory: Snapshot,
  ports: MayPassPorts,
  account: SendingAccount,
  domain: string,
  addresses: Addresses,
  wallMs: number,
): Failure | undefined {
  const { books, moRoom } = ports
  const called = addresses.destination.value
  const policy = directory.policyFor(domain === '' ? account.domain : domain, called)
  if (policy === undefined) return failure('noPolicy', `no policy covers ${called}`)
  const notAllowed = whyUnwanted(addresses, ports) ?? whyNotAllowed(account, addresses, ports)
  if (notAllowed !== undefined) return notAllowed
  if (isOnNet({ policy })) {
    const target = targetOf(directory, { domain, destination: addresses.destination }, account)
    if ('reason' in target) return target
    return moRoom(target) > 0 ? whyNotAuthorizedOnNet(account, directory, books, wallMs) : tooManyFor(target)
  }
  // Where the network is asked for, its rates may lead where the digits do not.
  const isUndecided = policy.hlr !== undefined
  if (!isUndecided && directory.routeFor(policy, called, account).length === 0)
    return failure('noRoute', `no route to ${called}`)
  return whyNotAuthorized(account, called, isUndecided, directory, books, wallMs)
}

function failure(reason: FailureReason, cause: string): Failure {
  return { reason, cause }
}
