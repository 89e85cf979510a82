// Which of the rows that a vendor's receipt may be about is meant: pure.

import type { Awaiting } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'

/** What a connection writes for a number of ours. */
export type CalledAs = (connection: ConnectionId, number: string) => string

/**
 * The row that is meant: the only one, or the only one for this phone. -1 where none is or it can't be told. Two ids of one
 * message are no contradiction, but two of its segments are: each has a report of its own.
 * @param destination the phone of the report, in our form or in that in which the vendor was sent it
 */
export function chooseRow(
  rows: readonly (Awaiting | undefined)[],
  destination: string,
  calledAs: CalledAs | undefined,
): number {
  let only = -1
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    if (!isAnother(rows, i, only)) continue
    only = i
    count++
  }
  if (count === 1) return only
  return destination === '' ? -1 : onlyForPhone(rows, destination, calledAs)
}

/** Rules are asked only here: nearly every report has one row. */
function onlyForPhone(
  rows: readonly (Awaiting | undefined)[],
  destination: string,
  calledAs: CalledAs | undefined,
): number {
  let found = -1
  let before = -1
  for (let i = 0; i < rows.length; i++) {
    if (!isAnother(rows, i, before)) continue
    before = i
    if (!isPhone(rows[i]!, destination, calledAs)) continue
    if (found >= 0) return -1
    found = i
  }
  return found
}

/** A row that does not say what the one before it says already. */
function isAnother(rows: readonly (Awaiting | undefined)[], index: number, before: number): boolean {
  const row = rows[index]
  if (row === undefined) return false
  return before < 0 || row.group !== '' || rows[before]!.origin.messageId !== row.origin.messageId
}

function isPhone({ connection, origin }: Awaiting, written: string, calledAs: CalledAs | undefined): boolean {
  const { value } = origin.destination
  return value === written || calledAs?.(connection, value) === written
}
