// Who pays for the message of a part that is about to be acknowledged: asked while the directory is still the one that it came with.

import type { Dialing } from '../../directory/dialing.js'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Addresses } from '../../message/address.js'
import type { CollectedPart, PartPayer } from '../../message/collected-part.js'
import { inOurForm } from '../translate/translate.js'
import { ownerOf, type OwnerPorts } from './owner.js'
import { transitAccount } from './transit.js'

/** Undefined where nobody pays. Numbers that the rules make nothing usable of stay as they were written. */
export function payerOf(
  directory: Snapshot,
  part: Pick<CollectedPart, 'sender' | 'source' | 'destination'>,
  ports: OwnerPorts,
): PartPayer | undefined {
  const { sender } = part
  if (sender.kind === 'account') {
    const account = directory.account(sender.account)
    return account?.customer === undefined ? undefined : payer(account, 'mt', oursOf(part, account))
  }
  const addresses = oursOf(part, directory.connection(sender.connection))
  const owner = ownerOf(directory, addresses.destination.value, ports)
  if (owner !== undefined) return payer(owner, 'mo', addresses)
  const account = transitAccount(sender, directory)
  return account && payer(account, 'mt', addresses)
}

function payer(
  { id, customer }: SendingAccount,
  direction: PartPayer['direction'],
  { source, destination }: Addresses,
): PartPayer | undefined {
  return customer === undefined ? undefined : { account: id, customer, direction, source, destination }
}

function oursOf(written: Addresses, peer: { readonly dialing?: Dialing | undefined } | undefined): Addresses {
  const inOurs = inOurForm(written, peer?.dialing)
  return inOurs === undefined || 'reason' in inOurs ? written : inOurs
}
