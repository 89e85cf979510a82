// Which of the rows that a vendor's receipt may be about is meant: pure.

import type { Awaiting } from '../message/delivery.js'

/**
 * The row that is meant: the only one, or the only one for this phone. -1 where none is or it can't be told. Two ids of one
 * message are no contradiction, but two of its segments are: each has a report of its own.
 */
export function chooseRow(rows: readonly (Awaiting | undefined)[], destination: string): number {
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
    if (destination !== '' && row.origin.destination.value === destination) {
      onlyForPhone = i
      countForPhone++
    }
  }
  if (count === 1) return only
  return countForPhone === 1 ? onlyForPhone : -1
}
