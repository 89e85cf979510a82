// Which daily file is written and which are old enough to go, by the days in their names and a clock that may be wrong. Pure.

import { cdrFileAt, dayOfFile } from './cdr-files.js'

const DAY_MS = 86_400_000
/** A file of so many days ahead is still written: a clock that is set back a little gives no second file. */
const AHEAD_MAX = 1
/** Days without a file, beyond which they count as one: more likely the clock was set ahead, or the switch was off. */
const GAP_MAX = 3

/**
 * The file to write now. A clock that was far ahead, and is right again, leaves the file of that day behind.
 * @param current that is written, '' for none
 */
export function fileToWrite(current: string, wallMs: number): string {
  const today = cdrFileAt(wallMs)
  const isAhead = current > today && dayNumber(current) <= Math.floor(wallMs / DAY_MS) + AHEAD_MAX
  return isAhead ? current : today
}

/**
 * Files that are older than they are kept. Age is counted from file to file, so that a wrong clock makes none older than the days that
 * really had records.
 * @param files oldest first
 * @param keepDays 1 or more
 */
export function oldFiles(files: readonly string[], keepDays: number, wallMs: number): readonly string[] {
  let later = Math.floor(wallMs / DAY_MS)
  let age = 0
  for (let i = files.length - 1; i >= 0; i--) {
    const day = dayNumber(files[i]!)
    // Of a clock that was ahead, or of no day of the calendar.
    if (!(day <= later)) continue
    age += later - day > GAP_MAX ? 1 : later - day
    if (age > keepDays) return files.slice(0, i + 1)
    later = day
  }
  return []
}

function dayNumber(file: string): number {
  return Date.parse(dayOfFile(file) ?? '') / DAY_MS
}
