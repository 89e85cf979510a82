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
  let onlyForPhone = -1
  let countForPhone = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    if (row === undefined) continue
    const isSame = only >= 0 && rows[only]!.origin.messageId === row.origin.messageId
    if (isSame && row.group === '') continue
    only = i
    count++
    if (destination !== '' && isPhone(row, destination, calledAs)) {
      onlyForPhone = i
      countForPhone++
    }
  }
  if (count === 1) return only
  return countForPhone === 1 ? onlyForPhone : -1
}

function isPhone({ connection, origin }: Awaiting, written: string, calledAs: CalledAs | undefined): boolean {
  const { value } = origin.destination
  return value === written || calledAs?.(connection, value) === written
}
