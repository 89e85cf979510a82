// Whether a number that an account says it has is its own, as its directory has it. Belongs to the composition root.

import type { Snapshot } from './directory/snapshot.js'
import type { AccountId } from './message/ids.js'

type Known = Pick<Snapshot, 'ownerOf' | 'account'>

/** May it send as this: its own number, or one that its list names? Where anything may be, nothing is said of this one. */
export function isOwnSource(directory: Known, account: AccountId, source: string): boolean {
  return directory.ownerOf(source)?.id === account || directory.account(account)?.allowsSource?.(source) === true
}

/**
 * May it have the number for itself from now on? Who may send as another account's number has not got it: that one's opt-outs, pace and
 * applications are not his.
 */
export function mayClaim(directory: Known, account: AccountId, number: string): boolean {
  const owner = directory.ownerOf(number)?.id
  return owner === undefined ? isOwnSource(directory, account, number) : owner === account
}
