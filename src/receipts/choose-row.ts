// Which of the rows that a vendor's receipt may be about is meant: pure.

import type { Awaiting } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'

/** What a connection writes for a number of ours. */
export type CalledAs = (connection: ConnectionId, number: string) => string

/**
 * The row that is meant: the only one, unless it is for another phone, or the only one for this phone. -1 where none is or it can't
 * be told. Two ids of one message are no contradiction, but two of its segments are: each has a report of its own.
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
  if (count === 1) return isForAnother(rows[only]!, destination, calledAs) ? -1 : only
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

/**
 * Is a report about another phone than this row? Vendors write a number in many forms, some hide its digits, and some name its
 * sender instead: so only a number counts that ends otherwise than all of these.
 * @param written the phone of the report, '' for unknown
 */
export function isForAnother(
  { connection, origin }: Awaiting,
  written: string,
  calledAs: CalledAs | undefined,
): boolean {
  const { value } = origin.destination
  if (written === value || !isOtherPhone(written, value)) return false
  const called = calledAs?.(connection, value) ?? value
  return isOtherPhone(written, called) && !hasEndOf(written, origin.source.value)
}

/** Do two numbers stand for two phones, whatever form each is in? */
export function isOtherPhone(a: string, b: string): boolean {
  return isLongNumber.test(a) && isLongNumber.test(b) && !hasEndOf(a, b)
}

/** Shorter ones may be written without an area code, or are none. */
const END_DIGITS = 8
const isLongNumber = /^\d{8,}$/

function hasEndOf(a: string, b: string): boolean {
  return a.slice(-END_DIGITS) === b.slice(-END_DIGITS)
}
